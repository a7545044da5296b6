package scenario

import (
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// passcoded gives the meeting a passcode.
func passcoded(f *Fixture) { f.meeting.Passcode = "anteroom" }

// hostFirst admits nobody before the host.
func hostFirst(f *Fixture) { f.meeting.Settings.JoinBeforeHost = false }

// instant makes the meeting one that cannot run again.
func instant(f *Fixture) { f.meeting.Kind = meeting.KindInstant }

// wentBy lets somebody be in the meeting for a moment, and the meeting end.
func wentBy(reason meeting.EndReason) func(*Fixture) {
	return func(f *Fixture) {
		f.joinHeadless("visitor", Options{
			"userName": "Vera Stone", "meetingNumber": f.meeting.Number, "signature": f.sign(f.meeting.Number, 0),
		}).over(reason)
	}
}

// meetingRecipes are about the meeting: whether it exists and runs, and its passcode.
var meetingRecipes = []recipe{
	{
		code: errcode.ErrorNotExist, cause: "unknown_number", explanation: "No meeting has ever had this number.",
		arrange: func(f *Fixture) {
			number, err := f.Store.NewMeetingNumber(f.ctx)
			f.recordErr(err)
			f.join["meetingNumber"], f.join["signature"] = number, f.sign(number, 0)
		},
	},
	{
		code: errcode.MeetingNotExistAlt, cause: "deleted", explanation: "The meeting was deleted an hour ago.",
		fixture: func(f *Fixture) { f.meeting.DeletedAt = f.now.Add(-time.Hour) },
	},
	{
		code: errcode.MeetingNotExistAlt, cause: "expired", explanation: "The meeting was scheduled for forty days ago; its number was valid for thirty days after that.",
		fixture: func(f *Fixture) {
			m := f.meeting
			m.Kind, m.StartsAt, m.Duration = meeting.KindScheduled, f.now.Add(-40*24*time.Hour), time.Hour
			m.CreatedAt, m.LastUsedAt = m.StartsAt.Add(-time.Hour), m.StartsAt
		},
	},
	{
		code: errcode.WrongMeetingPassword, cause: "passcode_wrong", explanation: "The meeting has a passcode, and a wrong one is passed.",
		fixture: passcoded, arrange: func(f *Fixture) { f.join[componentPasscode] = "certainly-wrong" },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "passcode_missing", explanation: "The meeting has a passcode, and none is passed.",
		fixture: passcoded,
	},
	{
		code: errcode.WrongMeetingPassword, cause: "option_misspelt", explanation: "The passcode is correct, but passed under the name that the other view uses for it.",
		fixture: passcoded, arrange: func(f *Fixture) { f.join[clientPasscode] = f.meeting.Passcode },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "link_form_damaged", explanation: "The passcode was copied from the join link without its end.",
		fixture: passcoded, arrange: func(f *Fixture) { f.join[componentPasscode] = f.meeting.PasscodeLink[:20] },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "throttled", explanation: "Ten wrong passcodes came from the address that requested this scenario, so that now even the correct one is not checked.",
		fixture: passcoded,
		arrange: func(f *Fixture) {
			f.guessPasscodes(admission.MaxPasscodeAttempts)
			f.join[componentPasscode] = f.meeting.Passcode
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "host_not_here", explanation: "The host has not started the meeting, and nobody may join before the host.",
		fixture: hostFirst,
	},
	{
		code: errcode.MeetingNotStart, cause: "too_early", explanation: "The meeting is tomorrow, and participants may join ten minutes before it starts.",
		fixture: func(f *Fixture) {
			m := f.meeting
			m.Kind, m.StartsAt, m.Duration = meeting.KindScheduled, f.now.Add(24*time.Hour), time.Hour
			m.Settings.JoinBeforeHostWindow = 10 * time.Minute
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "practice_session", explanation: "The webinar's host and panelists are rehearsing.",
		fixture: func(f *Fixture) { f.webinar(); f.meeting.Settings.PracticeSession = true },
		arrange: func(f *Fixture) {
			f.joinHost(f.meeting)
			f.join["userEmail"] = "robin@scenario.example"
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "host_joined_as_participant", explanation: "The host joins with a signature of role 0, which does not start the meeting.",
		fixture: hostFirst,
		arrange: func(f *Fixture) { f.join["userName"], f.join["zak"] = f.host.DisplayName, f.zak(f.host) },
	},
	{
		code: errcode.MeetingEnded, cause: "duration_limit", explanation: "The meeting cannot run again, and reached its time limit a moment ago.",
		fixture: instant, arrange: wentBy(meeting.EndedDuration),
	},
	{
		code: errcode.MeetingEnded, cause: "occurrence_over", explanation: "The meeting cannot run again, and everybody has left it.",
		fixture: instant, arrange: wentBy(meeting.EndedEmpty),
	},
	{
		code: errcode.UnableJoinEndedSimulive, cause: "simulive_ended", explanation: "The playback of the webinar ended two hours ago.",
		fixture: func(f *Fixture) {
			f.webinar()
			f.meeting.StartsAt, f.meeting.Duration, f.meeting.Settings.Simulive = f.now.Add(-3*time.Hour), time.Hour, true
		},
		arrange: func(f *Fixture) { f.join["userEmail"] = "robin@scenario.example" },
	},
}
