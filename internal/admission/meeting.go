package admission

import (
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// How long a number outlives its use (3610 afterwards).
const (
	// ExpiresAfterOccurrence is for scheduled meetings, from the end of the last
	// occurrence, and for instant ones, from their end.
	ExpiresAfterOccurrence = 30 * 24 * time.Hour
	// ExpiresUnused is for meetings without fixed time, from their last use.
	ExpiresUnused = 365 * 24 * time.Hour
)

// meetingRules ask about the meeting, its host and whether browsers may come.
var meetingRules = []Rule{
	{
		ID: "meeting_known", Step: StepMeeting, Code: errcode.ErrorNotExist, Where: errcode.GateWhere,
		Name: "the meeting number exists or has existed", Causes: []string{"unknown_number"},
		Resume: true, Check: checkKnown, stage: stageState,
	},
	{
		ID: "meeting_exists", Step: StepMeeting, Code: errcode.MeetingNotExistAlt, Where: errcode.GateWhere,
		Name: "the meeting is neither deleted nor expired", Causes: []string{"deleted", "expired"},
		Resume: true, Check: checkExists, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "host_exists", Step: StepHost, Code: errcode.HostNotFound, Where: errcode.GateWhere,
		Name: "the host has not been deleted", Causes: []string{"host_deleted"},
		Check: checkHostExists, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "host_member", Step: StepHost, Code: errcode.HostNotFoundAlt, Where: errcode.GateWhere,
		Name: "the host is an activated member of the meeting's account", Causes: []string{"host_left_account", "host_pending"},
		Check: checkHostMember, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "host_active", Step: StepHost, Code: errcode.HostInactive, Where: errcode.GateWhere,
		Name: "the host is active and the meeting's account is not suspended", Causes: []string{"host_inactive", "account_suspended"},
		Check: checkHostActive, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "account_version", Step: StepAccountVersion, Code: errcode.SDKVersionUnsupported, Where: errcode.GateWhere,
		Name: "the SDK is not older than the account's minimum", Causes: []string{"below_account_minimum"},
		Check: checkAccountVersion, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "web_client", Step: StepWeb, Code: errcode.NotSupportWebclient, Where: errcode.GateWhere,
		Name: "the account allows joining from browsers", Causes: []string{"web_client_off"},
		Check: checkWebClient, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "browser_join", Step: StepWeb, Code: errcode.UseDesktopOrMobile, Where: errcode.GateWhere,
		Name: "the meeting allows joining from browsers", Causes: []string{"browser_join_off", "end_to_end_encrypted"},
		Check: checkBrowserJoin, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "audio", Step: StepWeb, Code: errcode.TSPNotSupport, Where: errcode.GateWhere,
		Name: "the meeting has audio that a browser can use", Causes: []string{"tsp_audio_only"},
		Check: checkAudio, stage: stageState, needs: needsMeeting,
	},
}

func checkKnown(in *Input) []Finding {
	if in.s.Meeting != nil {
		return nil
	}
	return refuse("unknown_number", "no meeting has ever had the number %s", formatMeetingNumber(in.a.MeetingNumber))
}

func checkExists(in *Input) []Finding {
	m := in.s.Meeting
	if !m.DeletedAt.IsZero() {
		return refuse("deleted", "the meeting %s was deleted at %s", quote(m.Topic), formatTime(m.DeletedAt))
	}
	if in.live {
		return nil
	}
	if over, ok := expiry(m, in.s.Last); ok && !in.now.Before(over) {
		return refuse("expired", "the number %s of the meeting %s has expired: it was valid until %s", formatMeetingNumber(m.Number), quote(m.Topic), formatTime(over))
	}
	return nil
}

// expiry is when the number of a meeting that is not running stops being known;
// none where the meeting has neither been scheduled nor used.
func expiry(m *meeting.Meeting, last *meeting.Session) (time.Time, bool) {
	if end, ok := lastEnd(m); ok {
		return end.Add(ExpiresAfterOccurrence), true
	}
	used := m.LastUsedAt
	if last != nil && last.EndedAt.After(used) {
		used = last.EndedAt
	}
	if used.IsZero() {
		used = m.CreatedAt
	}
	if used.IsZero() {
		return used, false
	}
	if m.Kind == meeting.KindInstant {
		return used.Add(ExpiresAfterOccurrence), true
	}
	return used.Add(ExpiresUnused), true
}

// lastEnd is when the last occurrence of a meeting with a schedule ends.
func lastEnd(m *meeting.Meeting) (time.Time, bool) {
	if m.Kind == meeting.KindInstant || m.Kind == meeting.KindNoFixedTime {
		return time.Time{}, false
	}
	if n := len(m.Occurrences); n > 0 {
		return m.Occurrences[n-1].Add(m.Duration), true
	}
	if m.StartsAt.IsZero() {
		return time.Time{}, false
	}
	return m.StartsAt.Add(m.Duration), true
}

// NextStart is the start of the occurrence that is on or comes next; none where
// the meeting has no schedule or its last occurrence is over.
func NextStart(m *meeting.Meeting, now time.Time) (time.Time, bool) {
	if end, ok := lastEnd(m); !ok || !now.Before(end) {
		return time.Time{}, false
	}
	if len(m.Occurrences) == 0 {
		return m.StartsAt, true
	}
	for _, start := range m.Occurrences {
		if now.Before(start.Add(m.Duration)) {
			return start, true
		}
	}
	return time.Time{}, false
}

func checkHostExists(in *Input) []Finding {
	if h := in.s.Host; h == nil || h.Status == account.UserDeleted {
		return refuse("host_deleted", "the user who hosts the meeting %s has been deleted, and the meeting was not transferred to another user", quote(in.s.Meeting.Topic))
	}
	return nil
}

func checkHostMember(in *Input) []Finding {
	h := in.s.Host
	switch {
	case h == nil || h.Status == account.UserDeleted: // 3702 has been reported
		in.unjudged = true
		return nil
	case h.AccountID != in.s.Meeting.AccountID:
		return refuse("host_left_account", "the host, %s, is no longer a member of the account that the meeting belongs to", maskEmail(h.Email))
	case h.Status == account.UserPending:
		return refuse("host_pending", "the host, %s, was invited but never activated the account", maskEmail(h.Email))
	}
	return nil
}

func checkHostActive(in *Input) []Finding {
	var found []Finding
	if h := in.s.Host; h != nil && h.Status == account.UserInactive {
		found = refuse("host_inactive", "the host, %s, is deactivated", maskEmail(h.Email))
	}
	if in.account.Suspended {
		found = append(found, refuse("account_suspended", "the account %s, which the meeting belongs to, is suspended", quote(in.account.Name))...)
	}
	return found
}

func checkAccountVersion(in *Input) []Finding {
	return oldVersion(in.a.SDKVersion, in.account.Settings.MinSDKVersion, "below_account_minimum", "the meeting's account requires")
}

func checkWebClient(in *Input) []Finding {
	if !in.account.Settings.WebClientOff {
		return nil
	}
	return refuse("web_client_off", "an administrator of the account %s has turned off joining from browsers", quote(in.account.Name))
}

func checkBrowserJoin(in *Input) []Finding {
	switch set := &in.s.Meeting.Settings; {
	case set.BrowserJoinOff:
		return refuse("browser_join_off", "the meeting %s does not allow joining from a browser", quote(in.s.Meeting.Topic))
	case set.EndToEndEncrypted:
		return refuse("end_to_end_encrypted", "the meeting %s is end-to-end encrypted, which browsers cannot join", quote(in.s.Meeting.Topic))
	}
	return nil
}

// audioThirdParty is the audio setting of meetings that are heard by telephone only.
const audioThirdParty = "third_party"

func checkAudio(in *Input) []Finding {
	if in.s.Meeting.Settings.Audio != audioThirdParty {
		return nil
	}
	return refuse("tsp_audio_only", "the audio of the meeting %s is available only through a third party's telephone conference", quote(in.s.Meeting.Topic))
}
