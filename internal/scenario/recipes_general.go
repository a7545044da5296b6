package scenario

import (
	"github.com/anteroom/anteroom/errcode"
)

// generalRecipes are success and what the page itself says before any request.
var generalRecipes = []recipe{
	{
		code: errcode.Success, cause: "joined", says: "Everything is correct: a running meeting with a passcode, and a valid signature for it.",
		given: func(c *corner) { c.meeting.Passcode = "anteroom" },
		when:  func(c *corner) { c.join[componentPasscode] = c.meeting.Passcode },
	},
	{
		code: errcode.Fail, cause: "browser_unsupported", says: "The join is valid, but the browser has no WebRTC.",
		views: []string{ClientView},
		when:  func(c *corner) { c.before = append(c.before, blockWebRTC()) },
	},
	{
		code: errcode.Fail, cause: "not_allowed", says: "The join succeeds; then a participant calls a function that only hosts may call.",
		where: errcode.InsideWhere, views: []string{ComponentView},
		when: func(c *corner) { c.after = append(c.after, call("lockMeeting", true)) },
	},
	{
		code: errcode.FailComponent, cause: "browser_unsupported", says: "The join is valid, but the browser has no WebRTC.",
		views: []string{ComponentView},
		when:  func(c *corner) { c.before = append(c.before, blockWebRTC()) },
	},
	{
		code: errcode.MeetingNotInit, cause: "init_not_called", says: "The page calls join without having called init.",
		when: func(c *corner) { c.before = append(c.before, skipInit()) },
	},
	{
		code: errcode.MeetingNotInit, cause: "init_failed", says: "init fails because it gets no root element; the page calls join anyway.",
		views: []string{ComponentView},
		when:  func(c *corner) { c.before = append(c.before, initWith(map[string]any{"zoomAppRoot": nil})) },
	},
	{
		code: errcode.AnotherMeetingRunning, cause: "other_meeting_in_page", says: "The page is in a meeting and joins another one.",
		when: func(c *corner) {
			other := c.otherMeeting()
			c.before = append(c.before, joinOtherMeeting(Options{
				"meetingNumber": other.Number, "userName": c.join["userName"], "signature": c.sign(other.Number, 0),
			}))
		},
	},
	{
		code: errcode.NoResponseFromWeb, cause: "timeout", says: "The server accepts the join request and never responds.",
		when: func(c *corner) { c.before = append(c.before, fault("join", "hang", c.meeting.Number, 100)) },
	},
	{
		code: errcode.NoResponseFromWeb, cause: "unreachable", says: "The server closes the connection on every join.",
		when: func(c *corner) { c.before = append(c.before, fault("join", "drop", c.meeting.Number, 100)) },
	},
}
