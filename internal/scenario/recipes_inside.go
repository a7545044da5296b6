package scenario

import (
	"time"

	"github.com/anteroom/anteroom/errcode"
)

// insideRecipes are what happens to somebody who is inside: the join succeeds,
// and the steps after it bring the code about. What a host does to the joiner
// needs the host's page; without one the joiner comes when it has been done.
var insideRecipes = []recipe{
	{
		code: errcode.ReConnecting, cause: "control_channel_lost", explanation: "The join succeeds; then the page's network is cut for a while.",
		arrange: func(f *Fixture) { f.after = append(f.after, cutNetwork(10*time.Second)) },
	},
	{
		code: errcode.Disconnect, cause: "network", explanation: "The join succeeds; then the page's network is cut for longer than the page tries to reconnect.",
		arrange: func(f *Fixture) { f.after = append(f.after, cutNetwork(90*time.Second)) },
	},
	{
		code: errcode.BeRemoved, cause: "removed_by_host", explanation: "The host removes the joiner from the meeting.",
		arrange: func(f *Fixture) {
			person := f.user("Robin Vale", "removed")
			f.join["zak"] = f.zak(person)
			host := f.joinHost(f.meeting)
			if f.live == Page {
				f.where = errcode.InsideWhere
				f.after = append(f.after, act(TheHost, "remove", Joiner))
				return
			}
			f.explanation = "The host has removed the joiner, a signed-in user, who joins again."
			host.act("remove", f.joinUser("removed", person, f.meeting))
		},
	},
	{
		code: errcode.BeRemoved, cause: "not_admitted", explanation: "The joiner, a signed-in user, was in the waiting room, where the host removed them.",
		fixture: func(f *Fixture) { f.meeting.Settings.WaitingRoom = true },
		arrange: func(f *Fixture) {
			person := f.user("Robin Vale", "refused")
			f.join["zak"] = f.zak(person)
			// Nobody needs to see it happen.
			f.live = Headless
			host := f.joinHost(f.meeting)
			host.act("remove", f.joinUser("refused", person, f.meeting))
		},
	},
	{
		code: errcode.MeetingEnded, cause: "ended_by_host", explanation: "The host ends the meeting while the joiner is in it.",
		fixture: instant,
		arrange: func(f *Fixture) {
			host := f.joinHost(f.meeting)
			if f.live == Page {
				f.where = errcode.InsideWhere
				f.after = append(f.after, act(TheHost, "end"))
				return
			}
			f.explanation = "The host has ended a meeting that cannot run again."
			host.act("end")
		},
	},
	{
		code: errcode.AuthorizedUserLeft, cause: "authorizing_user_left", explanation: "The app joins with an OBF from somebody in the meeting, who then leaves.",
		fixture: (*Fixture).externalEnforced,
		arrange: func(f *Fixture) {
			user := f.user("Otto Lindqvist", "authorizer")
			inside := f.joinUser("authorizer", user, f.meeting)
			f.join["userName"], f.join["obfToken"] = "Notes for "+user.DisplayName, f.obf(user)
			if f.live == Page {
				f.after = append(f.after, act("authorizer", "leave"))
				return
			}
			f.after = append(f.after, post("/sdk/v1/leave", map[string]any{"resumeToken": inside.resume}))
		},
	},
}
