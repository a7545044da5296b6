package scenario

import (
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// passcoded gives the meeting a passcode.
func passcoded(c *corner) { c.meeting.Passcode = "anteroom" }

// hostFirst lets nobody in before the host.
func hostFirst(c *corner) { c.meeting.Settings.JoinBeforeHost = false }

// instant makes the meeting one that cannot run again.
func instant(c *corner) { c.meeting.Kind = meeting.KindInstant }

// wentBy lets somebody be in the meeting for a moment, and the meeting end.
func wentBy(reason meeting.EndReason) func(*corner) {
	return func(c *corner) {
		c.seats("visitor", Options{
			"userName": "Vera Stone", "meetingNumber": c.meeting.Number, "signature": c.sign(c.meeting.Number, 0),
		}).over(reason)
	}
}

// meetingRecipes are about the meeting: whether it exists and runs, and its passcode.
var meetingRecipes = []recipe{
	{
		code: errcode.ErrorNotExist, cause: "unknown_number", says: "No meeting has ever had this number.",
		when: func(c *corner) {
			number, err := c.Store.NewMeetingNumber(c.ctx)
			c.keep(err)
			c.join["meetingNumber"], c.join["signature"] = number, c.sign(number, 0)
		},
	},
	{
		code: errcode.MeetingNotExistAlt, cause: "deleted", says: "The meeting was deleted an hour ago.",
		given: func(c *corner) { c.meeting.DeletedAt = c.now.Add(-time.Hour) },
	},
	{
		code: errcode.MeetingNotExistAlt, cause: "expired", says: "The meeting was scheduled for forty days ago; its number was valid for thirty days after that.",
		given: func(c *corner) {
			m := c.meeting
			m.Kind, m.StartsAt, m.Duration = meeting.KindScheduled, c.now.Add(-40*24*time.Hour), time.Hour
			m.CreatedAt, m.LastUsedAt = m.StartsAt.Add(-time.Hour), m.StartsAt
		},
	},
	{
		code: errcode.WrongMeetingPassword, cause: "passcode_wrong", says: "The meeting has a passcode, and a wrong one is passed.",
		given: passcoded, when: func(c *corner) { c.join[componentPasscode] = "certainly-wrong" },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "passcode_missing", says: "The meeting has a passcode, and none is passed.",
		given: passcoded,
	},
	{
		code: errcode.WrongMeetingPassword, cause: "option_misspelt", says: "The passcode is correct, but passed under the name that the other view uses for it.",
		given: passcoded, when: func(c *corner) { c.join[clientPasscode] = c.meeting.Passcode },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "link_form_damaged", says: "The passcode was copied from the join link without its end.",
		given: passcoded, when: func(c *corner) { c.join[componentPasscode] = c.meeting.PasscodeLink[:20] },
	},
	{
		code: errcode.WrongMeetingPassword, cause: "throttled", says: "Ten wrong passcodes came from the address that requested this scenario, so that now even the correct one is not checked.",
		given: passcoded,
		when: func(c *corner) {
			c.guesses(admission.PasscodeTries)
			c.join[componentPasscode] = c.meeting.Passcode
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "host_not_here", says: "The host has not started the meeting, and nobody may join before the host.",
		given: hostFirst,
	},
	{
		code: errcode.MeetingNotStart, cause: "too_early", says: "The meeting is tomorrow, and participants may join ten minutes before it starts.",
		given: func(c *corner) {
			m := c.meeting
			m.Kind, m.StartsAt, m.Duration = meeting.KindScheduled, c.now.Add(24*time.Hour), time.Hour
			m.Settings.JoinBeforeHostWindow = 10 * time.Minute
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "practice_session", says: "The webinar's host and panelists are rehearsing.",
		given: func(c *corner) { c.webinar(); c.meeting.Settings.PracticeSession = true },
		when: func(c *corner) {
			c.hostEnters(c.meeting)
			c.join["userEmail"] = "robin@scenario.example"
		},
	},
	{
		code: errcode.MeetingNotStart, cause: "host_joined_as_participant", says: "The host joins with a signature of role 0, which does not start the meeting.",
		given: hostFirst,
		when:  func(c *corner) { c.join["userName"], c.join["zak"] = c.host.DisplayName, c.zak(c.host) },
	},
	{
		code: errcode.MeetingEnded, cause: "duration_limit", says: "The meeting cannot run again, and reached its time limit a moment ago.",
		given: instant, when: wentBy(meeting.EndedDuration),
	},
	{
		code: errcode.MeetingEnded, cause: "occurrence_over", says: "The meeting cannot run again, and everybody has left it.",
		given: instant, when: wentBy(meeting.EndedEmpty),
	},
	{
		code: errcode.UnableJoinEndedSimulive, cause: "simulive_ended", says: "The playback of the webinar ended two hours ago.",
		given: func(c *corner) {
			c.webinar()
			c.meeting.StartsAt, c.meeting.Duration, c.meeting.Settings.Simulive = c.now.Add(-3*time.Hour), time.Hour, true
		},
		when: func(c *corner) { c.join["userEmail"] = "robin@scenario.example" },
	},
}
