package admission

import (
	"fmt"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

// EndedRetention is how long after its host has ended a meeting nobody but a host begins
// it again: guests whose pages ask by themselves would revive it otherwise.
const EndedRetention = 10 * time.Minute

// stateRules ask whether the meeting is going on.
var stateRules = []Rule{
	{
		ID: "simulive", Step: StepSimulive, Code: errcode.UnableJoinEndedSimulive, Where: errcode.GateWhere,
		Name: "a simulive webinar has not finished playing", Causes: []string{"simulive_ended"},
		Check: checkSimulive, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "ended", Step: StepEnded, Code: errcode.MeetingEnded, Where: errcode.GateWhere,
		Name: "the meeting has not ended for good", Causes: []string{"ended_by_host", "duration_limit", "occurrence_over"},
		Resume: true, Check: checkEnded, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "started", Step: StepStarted, Code: errcode.MeetingNotStart, Where: errcode.GateWhere,
		Name: "the meeting is running, or participants may join before the host", Causes: []string{"host_not_here", "too_early", "practice_session", "host_joined_as_participant"},
		Check: checkStarted, stage: stageState, needs: needsMeeting,
	},
}

func (in *Input) simulive() bool {
	return in.s.Meeting.IsWebinar() && in.s.Meeting.Settings.Simulive
}

// playing reports whether a simulive webinar's recording is being shown by schedule.
func (in *Input) playing() bool {
	if !in.simulive() {
		return false
	}
	start, ok := NextStart(in.s.Meeting, in.now)
	return ok && !in.now.Before(start)
}

func checkSimulive(in *Input) []Finding {
	if !in.simulive() {
		return nil
	}
	if end, ok := lastEnd(in.s.Meeting); ok && !in.now.Before(end) {
		return refuse("simulive_ended", "the playback of the webinar %s ended at %s", quote(in.s.Meeting.Topic), formatTime(end))
	}
	return nil
}

func checkEnded(in *Input) []Finding {
	m, last := in.s.Meeting, in.s.Last
	if in.live || in.simulive() {
		return nil
	}
	instant := m.Kind == meeting.KindInstant
	if in.hasHostRights && !instant {
		return nil
	}
	if o := in.s.TK.Occurrence; in.registrant && !o.IsZero() && !in.now.Before(o.Add(m.Duration)) {
		return refuse("occurrence_over", "the tk is for the occurrence of %s, which is over", formatTime(o))
	}
	if last == nil || last.EndedAt.IsZero() {
		return nil
	}
	if end, scheduled := lastEnd(m); !instant && (!scheduled || in.now.Before(end)) {
		return nil // it may run again, which is for the next rule to say
	}
	switch last.EndReason {
	case meeting.EndedByHost:
		return refuse("ended_by_host", "the host ended the meeting %s at %s", quote(m.Topic), formatTime(last.EndedAt))
	case meeting.EndedDuration:
		return refuse("duration_limit", "the meeting %s reached its time limit at %s", quote(m.Topic), formatTime(last.EndedAt))
	}
	return refuse("occurrence_over", "the meeting %s ended at %s, when the last participant left, and no further occurrence is scheduled", quote(m.Topic), formatTime(last.EndedAt))
}

func checkStarted(in *Input) []Finding {
	m := in.s.Meeting
	switch {
	case in.hasHostRights:
		return nil
	case in.s.Session.Live() && in.s.Session.Practice && !in.panelist:
		return refuse("practice_session", "the webinar %s is in a practice session, which only its hosts and panelists can join", quote(m.Topic))
	case in.running:
		return nil
	}
	start, scheduled := NextStart(m, in.now)
	if in.simulive() {
		if scheduled {
			return in.tooEarly(start, start)
		}
		if _, planned := lastEnd(m); planned {
			in.unjudged = true // over, which is 13208's to say
			return nil
		}
		// Without a schedule its playback never begins.
	}
	ended := ""
	if last := in.s.Last; last != nil && m.Kind != meeting.KindInstant && !last.EndedAt.IsZero() && last.EndReason == meeting.EndedByHost && in.now.Sub(last.EndedAt) < EndedRetention {
		ended = formatDuration(in.now.Sub(last.EndedAt))
	}
	if m.Settings.JoinBeforeHost && !m.IsWebinar() && !m.Settings.WaitingRoom && ended == "" {
		window := m.Settings.JoinBeforeHostWindow
		if opens := start.Add(-window); scheduled && window > 0 && in.now.Before(opens) {
			return in.tooEarly(start, opens)
		}
		return nil
	}
	if in.s.ZAK.Valid() && in.s.ZAK.User.ID == m.HostID {
		return refuse("host_joined_as_participant", "the ZAK is the host's own, but the signature's role is 0: to start the meeting, sign with role 1")
	}
	why, remedy := notBeforeReason(m)
	if ended != "" {
		why = fmt.Sprintf("a host ended it %s ago: for %s after that, only a host can start it again", ended, formatDuration(EndedRetention))
		remedy = "Retry every ten seconds or less often: the join succeeds as soon as a host starts the meeting again."
	}
	return []Finding{{
		Cause: "host_not_here", Remedy: remedy,
		Evidence: fmt.Sprintf("the meeting %s is not running, and %s", quote(m.Topic), why),
	}}
}

func (in *Input) tooEarly(start, opens time.Time) []Finding {
	remedy := ""
	if in.simulive() {
		remedy = "Join at the scheduled time: the webinar plays a recording, which nobody can start earlier."
	}
	return []Finding{{
		Remedy: remedy,
		Cause:  "too_early", RetryAfter: opens.Sub(in.now),
		Evidence: "it starts at " + formatTime(start) + ", and participants can join from " + formatTime(opens) + ", in " + formatDuration(opens.Sub(in.now)),
	}}
}

// notBeforeReason explains why nobody enters before the host, and what would let them.
func notBeforeReason(m *meeting.Meeting) (why, remedy string) {
	const wait = "Retry every ten seconds or less often"
	switch {
	case m.IsWebinar():
		return "nobody can join a webinar before its host", wait + ": the join succeeds as soon as the host starts the webinar."
	case m.Settings.JoinBeforeHost && m.Settings.WaitingRoom:
		return "its waiting room turns off joining before the host",
			wait + ", or turn off the waiting room: while it is on, join before host, which is on too, has no effect."
	case m.Settings.WaitingRoom:
		return "joining before the host is off", wait + ", or turn join before host on and the waiting room off: with a waiting room, join before host has no effect."
	}
	return "joining before the host is off", "" // the catalogue's remedy
}
