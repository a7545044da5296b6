package scenario

import (
	"github.com/anteroom/anteroom/errcode"
)

// generalRecipes are success and what the page itself says before any request.
var generalRecipes = []recipe{
	{
		code: errcode.Success, cause: "joined", explanation: "Everything is correct: a running meeting with a passcode, and a valid signature for it.",
		fixture: func(f *Fixture) { f.meeting.Passcode = "anteroom" },
		arrange: func(f *Fixture) { f.join[componentPasscode] = f.meeting.Passcode },
	},
	{
		code: errcode.Fail, cause: "browser_unsupported", explanation: "The join is valid, but the browser has no WebRTC.",
		views:   []string{ClientView},
		arrange: func(f *Fixture) { f.before = append(f.before, blockWebRTC()) },
	},
	{
		code: errcode.Fail, cause: "not_allowed", explanation: "The join succeeds; then a participant calls a function that only hosts may call.",
		where: errcode.InsideWhere, views: []string{ComponentView},
		arrange: func(f *Fixture) { f.after = append(f.after, call("lockMeeting", true)) },
	},
	{
		code: errcode.FailComponent, cause: "browser_unsupported", explanation: "The join is valid, but the browser has no WebRTC.",
		views:   []string{ComponentView},
		arrange: func(f *Fixture) { f.before = append(f.before, blockWebRTC()) },
	},
	{
		code: errcode.MeetingNotInit, cause: "init_not_called", explanation: "The page calls join without having called init.",
		arrange: func(f *Fixture) { f.before = append(f.before, skipInit()) },
	},
	{
		code: errcode.MeetingNotInit, cause: "init_failed", explanation: "init fails because it gets no root element; the page calls join anyway.",
		views:   []string{ComponentView},
		arrange: func(f *Fixture) { f.before = append(f.before, initWith(map[string]any{"zoomAppRoot": nil})) },
	},
	{
		code: errcode.AnotherMeetingRunning, cause: "other_meeting_in_page", explanation: "The page is in a meeting and joins another one.",
		arrange: func(f *Fixture) {
			other := f.otherMeeting()
			f.before = append(f.before, joinOtherMeeting(Options{
				"meetingNumber": other.Number, "userName": f.join["userName"], "signature": f.sign(other.Number, 0),
			}))
		},
	},
	{
		code: errcode.NoResponseFromWeb, cause: "timeout", explanation: "The server accepts the join request and never responds.",
		arrange: func(f *Fixture) { f.before = append(f.before, fault("join", "hang", f.meeting.Number, 100)) },
	},
	{
		code: errcode.NoResponseFromWeb, cause: "unreachable", explanation: "The server closes the connection on every join.",
		arrange: func(f *Fixture) { f.before = append(f.before, fault("join", "drop", f.meeting.Number, 100)) },
	},
}
