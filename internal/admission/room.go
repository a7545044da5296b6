package admission

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

// roomRules are asked before the room is entered.
var roomRules = []Rule{
	{
		ID: "app_allowed", Step: StepAppBlocked, Code: errcode.BlockedByHostAdmin, Where: errcode.RoomWhere,
		Name: "the meeting's account does not block the app", Causes: []string{"blocked_by_admin"},
		Check: checkAppBlocked, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "cross_account", Step: StepCrossAccount, Code: errcode.NotAllowCrossJoin, Where: errcode.RoomWhere,
		Name: "an app that joins another account's meeting is published or has a valid OBF", Causes: []string{"app_not_published"},
		Check: checkCrossAccount, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "anonymous", Step: StepAnonymous, Code: errcode.NotAllowAnonymousJoin, Where: errcode.RoomWhere,
		Name: "an external join has a ZAK or an OBF, from the enforcement date on", Causes: []string{"no_token"},
		Check: checkAnonymous, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "user_token", Step: StepUserToken, Code: errcode.UserLevelTokenNotHaveHostZakObf, Where: errcode.RoomWhere,
		Name: "an OBF, and the ZAK of an external join, is valid, from the enforcement dates on",
		Causes: []string{
			"obf_malformed", "obf_forged", "obf_wrong_kind", "obf_expired", "obf_revoked", "obf_other_app", "obf_other_meeting",
			"zak_malformed", "zak_forged", "zak_wrong_kind", "zak_expired", "zak_revoked",
		},
		Check: checkUserToken, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "user_present", Step: StepUserPresent, Code: errcode.AuthorizedUserNotInMeeting, Where: errcode.RoomWhere,
		Name: "the user who authorized a valid OBF is in the meeting", Causes: []string{"authorizing_user_absent"},
		Check: checkUserPresent, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "removed", Step: StepRemoved, Code: errcode.BeRemoved, Where: errcode.RoomWhere,
		Name: "the person was not removed from this instance of the meeting", Causes: []string{"removed_by_host", "not_admitted"},
		Resume: true, Check: checkRemoved, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "barriers", Step: StepBarriers, Code: errcode.RejectBarriers, Where: errcode.RoomWhere,
		Name: "no information barrier separates the person from the host or a participant", Causes: []string{"barrier"},
		Check: checkBarriers, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "locked", Step: StepLocked, Code: errcode.MeetingLocked, Where: errcode.RoomWhere,
		Name: "the meeting is not locked", Causes: []string{"locked"},
		Check: checkLocked, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "duplicate", Step: StepDuplicate, Code: errcode.ParticipantExist, Where: errcode.RoomWhere,
		Name: "the verified identity is not in the meeting yet", Causes: []string{"already_inside"},
		Check: checkDuplicate, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "elsewhere", Step: StepElsewhere, Code: errcode.AnotherMeetingRunning, Where: errcode.RoomWhere,
		Name: "the signed-in user is not in another live meeting, or may be in two", Causes: []string{"other_meeting_live"},
		Check: checkElsewhere, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "capacity", Step: StepCapacity, Code: errcode.MeetingCapacityReached, Where: errcode.RoomWhere,
		Name: "the meeting is not full", Causes: []string{"full"},
		Check: checkCapacity, stage: stageState, needs: needsMeeting,
	},
}

func checkAppBlocked(in *Input) []Finding {
	app := in.s.App
	if app == nil {
		in.unjudged = true
		return nil
	}
	blocked := func(key string) bool { return key != "" && (key == app.Key || key == app.DevKey) }
	if !slices.ContainsFunc(in.account.Settings.BlockedSDKKeys, blocked) {
		return nil
	}
	return refuse("blocked_by_admin", "an administrator of the account %s has blocked the key of the app %s", quote(in.account.Name), quote(app.Name))
}

func checkCrossAccount(in *Input) []Finding {
	if !in.external || in.s.App.Published || in.obfValid {
		return nil
	}
	return refuse("app_not_published", "the meeting belongs to the account %s, the app %s to the account %s; the app is not published, so it can join only meetings of its own account",
		quote(in.account.Name), quote(in.s.App.Name), in.ownerName())
}

func (in *Input) ownerName() string {
	if in.s.Owner != nil {
		return quote(in.s.Owner.Name)
	}
	return quote(in.s.App.AccountID)
}

func checkAnonymous(in *Input) []Finding {
	if !in.external || in.s.ZAK.Given || in.s.OBF.Given || in.s.AppExempt || !in.s.Policy.requires(in.now) {
		return nil
	}
	return refuse("no_token", "the meeting belongs to the account %s, the app to the account %s; since %s such a join needs a ZAK or an OBF, and it has neither",
		quote(in.account.Name), in.ownerName(), formatDay(in.s.Policy.RequireFrom))
}

func checkUserToken(in *Input) []Finding {
	if in.obfFault != "" && in.s.Policy.validates(in.now) {
		t := &in.s.OBF
		evidence := claimText(t.Evidence)
		switch in.obfFault {
		case "expired":
			evidence = moment(t) + evidence
		case "other_app":
			evidence += ": the signature was made by the app " + appName(in)
		case "other_meeting":
			evidence += ": it is for " + formatMeetingNumber(t.MeetingNumber) + ", and the join is to " + formatMeetingNumber(in.s.Meeting.Number)
		}
		return refuse(obfCause(in.obfFault), "%s%s", obfText(in.obfFault), evidence)
	}
	if t := &in.s.ZAK; t.Given && !t.Valid() && in.zakIsUserToken() {
		evidence := claimText(t.Evidence)
		if t.Fault == "expired" {
			evidence = moment(t) + evidence
		}
		return refuse(zakCause(t.Fault), "the ZAK of this external join %s%s", zakText(t.Fault), evidence)
	}
	return nil
}

func appName(in *Input) string {
	if in.s.App == nil {
		return "with an unknown key"
	}
	return quote(in.s.App.Name)
}

// obfCause turns a token's fault into a cause of 4013.
func obfCause(fault string) string {
	switch fault {
	case "wrong_token_kind":
		return "obf_wrong_kind"
	case "malformed", "forged", "expired", "other_app", "other_meeting":
		return "obf_" + fault
	}
	return "obf_revoked" // an inactive user's tokens are as good as revoked
}

func obfText(fault string) string {
	switch fault {
	case "wrong_token_kind":
		return "what was passed as obfToken is a token of another kind"
	case "malformed":
		return "obfToken does not contain a readable token"
	case "forged":
		return "the OBF was not signed by this server"
	case "expired":
		return "the OBF expired"
	case "other_app":
		return "the OBF was made for another app"
	case "other_meeting":
		return "the OBF is limited to another meeting"
	case "user_inactive":
		return "the user who authorized the OBF is not active"
	}
	return "the OBF was revoked"
}

func zakCause(fault string) string {
	switch fault {
	case "wrong_token_kind":
		return "zak_wrong_kind"
	case "malformed", "forged", "expired":
		return "zak_" + fault
	}
	return "zak_revoked"
}

func zakText(fault string) string {
	switch fault {
	case "wrong_token_kind":
		return "is a token of another kind"
	case "malformed":
		return "is not a readable token"
	case "forged":
		return "was not signed by this server"
	case "expired":
		return "expired"
	case "user_inactive":
		return "belongs to a user who is not active"
	}
	return "was revoked"
}

func checkUserPresent(in *Input) []Finding {
	if !in.obfValid || in.s.AuthorizerInside {
		return nil
	}
	return refuse("authorizing_user_absent", "the OBF was authorized by %s, who is not in the meeting (the waiting room does not count)", maskEmail(in.s.OBF.User.Email))
}

func checkRemoved(in *Input) []Finding {
	if in.account.Settings.AllowRejoin || !in.s.Session.Live() {
		return nil
	}
	if participant := in.s.Resume; participant != nil && participant.State.Removed() && participant.SessionID == in.s.Session.ID {
		cause, from := removedFrom(participant.State == meeting.ParticipantNotAdmitted)
		return refuse(cause, "the participant of this page, %s, was removed from %s", quote(participant.Name), from)
	}
	if len(in.s.Removed) == 0 {
		return nil
	}
	mine := in.claims()
	for i := range in.s.Removed {
		r := &in.s.Removed[i]
		if by := matchingClaim(&mine, &r.Claims); by != "" {
			cause, from := removedFrom(r.Waiting)
			return refuse(cause, "%s was removed from %s at %s, and the joiner is the same %s", quote(r.Name), from, formatTime(r.At), by)
		}
	}
	return nil
}

// removedFrom returns the cause of a removal, and the place in words.
func removedFrom(waitingRoom bool) (cause, place string) {
	if waitingRoom {
		return "not_admitted", "the waiting room"
	}
	return "removed_by_host", "this meeting"
}

// matchingClaim names the mark by which a newcomer is recognised as somebody whom a host has
// removed or put on hold. Verified identities recognise them, and so does the id that a
// browser keeps to itself, unless the newcomer shows another verified identity. An address,
// which anybody can type, recognises only somebody who has nothing stronger as someone who
// had nothing stronger. Every page of the SDK sends its browser's id, so whoever borrows the
// address of somebody who uses one keeps them out of nothing. A customerKey recognises
// nobody; one that differs distinguishes two people.
func matchingClaim(newcomer, known *meeting.IdentityClaims) string {
	switch {
	case newcomer.UserID != "" && newcomer.UserID == known.UserID:
		return "signed-in user"
	case newcomer.RegistrantID != "" && newcomer.RegistrantID == known.RegistrantID:
		return "registrant"
	case newcomer.AuthorizerID != "" && newcomer.AuthorizerID == known.AuthorizerID && newcomer.AppID == known.AppID:
		// An app can get another OBF for each try.
		return "app in the name of the same user"
	case newcomer.Identity() != "":
		return "" // another one, which is verified
	case newcomer.DeviceID != "" && newcomer.DeviceID == known.DeviceID:
		return "browser"
	case newcomer.DeviceID != "" || known.DeviceID != "" || known.Identity() != "":
		return ""
	case newcomer.Email == "" || !strings.EqualFold(newcomer.Email, known.Email):
		return ""
	case newcomer.CustomerKey != known.CustomerKey || newcomer.CustomerKey != "" && newcomer.AppID != known.AppID:
		return ""
	}
	return "email address"
}

// SamePerson reports whether a newcomer is recognised by their marks as somebody who is
// known to a session.
func SamePerson(newcomer, known *meeting.IdentityClaims) bool {
	return matchingClaim(newcomer, known) != ""
}

func checkBarriers(in *Input) []Finding {
	barriers := in.account.Settings.Barriers
	if len(barriers) == 0 || !in.s.ZAK.Valid() {
		return nil
	}
	mine := in.s.ZAK.User.Groups
	var host []string
	if h := in.s.Host; h != nil && h.ID != in.s.ZAK.User.ID {
		host = h.Groups
	}
	for _, pair := range barriers {
		for i, group := range pair {
			other := pair[1-i]
			if !slices.Contains(mine, group) {
				continue
			}
			if slices.Contains(host, other) {
				return refuse("barrier", "the joiner is in the group %s, the host in the group %s, and an information barrier of the account separates the two", quote(group), quote(other))
			}
			if slices.Contains(in.s.InsideGroups, other) {
				return refuse("barrier", "the joiner is in the group %s, somebody inside in the group %s, and an information barrier of the account separates the two", quote(group), quote(other))
			}
		}
	}
	return nil
}

func checkLocked(in *Input) []Finding {
	if !in.s.Session.Live() || !in.s.Session.Locked || in.hostOrAlt || in.freedPlaces() > 0 {
		return nil // nobody new: the joiner takes a place that was theirs
	}
	return refuse("locked", "the meeting %s has been locked by a host", quote(in.s.Meeting.Topic))
}

// ranks order what participants may do, for comparing two roles.
var ranks = map[meeting.Role]int{meeting.RoleAttendee: 0, meeting.RolePanelist: 1, meeting.RoleCoHost: 2, meeting.RoleHost: 3}

func checkDuplicate(in *Input) []Finding {
	p := in.s.Inside
	if p == nil {
		return nil
	}
	mine := in.claims()
	if mine.Identity() == "" || in.multipleDevices(mine) {
		return nil
	}
	if !p.Connected || in.own != nil && p.Participant != nil && in.own.ID == p.Participant.ID {
		return nil // its page is gone, or it is the very one that asks
	}
	const leave = "Leave the meeting in the other page, or close that page; then the same request succeeds"
	why, remedy, wait := "", leave+".", p.Grace
	who := "the same signed-in user"
	set := &in.account.Settings
	switch participant := p.Participant; {
	case mine.OBFID != "":
		who, why = "the same app with the same OBF", "a participant who joined with an OBF can be taken over only after their connection is lost"
		remedy = leave + ". Use a separate OBF for each bot."
	case mine.UserID == "" && !set.RegistrantTakeOver:
		who, why = "the same registrant", "the account does not let registrants take over from a connected page"
		remedy = leave + ". The account can allow registrants to take over, and the meeting can allow them several devices."
	case mine.UserID != "" && set.TakeOverOff:
		why = "the account does not let anyone take over from a connected page"
		remedy = leave + ". The account can allow signed-in users to take over."
	case participant == nil || participant.Claims.AppID != mine.AppID:
		why = "that page uses another app, and only the same app can take over"
	case ranks[in.role()] < ranks[participant.Role]:
		why = "that page has a higher role, and a lower role cannot take over"
		remedy = leave + ", or join with a signature and a ZAK for at least the role that the user has there."
	case p.TakeOverDelay > 0:
		why = "the place was taken over too often within a minute"
		if wait == 0 || p.TakeOverDelay < wait {
			wait = p.TakeOverDelay
		}
		remedy = "Wait for the number of seconds in retryAfter, and make sure that two pages do not keep taking over from each other."
	default:
		return nil
	}
	if mine.UserID == "" && mine.OBFID == "" {
		who = "the same registrant"
	}
	where := ""
	if p.Participant != nil {
		where = ", as " + quote(p.Participant.Name)
	}
	return []Finding{{
		Cause: "already_inside", Remedy: remedy, RetryAfter: wait,
		Evidence: who + " is already in the meeting" + where + ", from another page: " + why,
	}}
}

func checkElsewhere(in *Input) []Finding {
	e := in.s.Elsewhere
	if e == nil || !in.s.ZAK.Valid() || in.account.Settings.AllowTwoMeetings || in.s.ZAK.User.Licence.ConcurrentMeetings > 1 {
		return nil
	}
	return refuse("other_meeting_live", "%s is in another live meeting, %s%s", maskEmail(in.s.ZAK.User.Email), formatMeetingNumber(e.MeetingNumber), topic(e.Topic))
}

func checkCapacity(in *Input) []Finding {
	if !in.s.Session.Live() || in.hostOrAlt {
		return nil
	}
	if n, taken := in.capacity(), in.s.Session.Participants-in.freedPlaces(); taken >= n {
		return refuse("full", "%d of %d places of the meeting %s are taken", taken, n, quote(in.s.Meeting.Topic))
	}
	return nil
}
