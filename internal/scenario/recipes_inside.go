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
		code: errcode.ReConnecting, cause: "control_channel_lost", says: "The join succeeds; then the page's network is cut for a while.",
		when: func(c *corner) { c.after = append(c.after, cutNetwork(10*time.Second)) },
	},
	{
		code: errcode.Disconnect, cause: "network", says: "The join succeeds; then the page's network is cut for longer than the page tries to reconnect.",
		when: func(c *corner) { c.after = append(c.after, cutNetwork(90*time.Second)) },
	},
	{
		code: errcode.BeRemoved, cause: "removed_by_host", says: "The host removes the joiner from the meeting.",
		when: func(c *corner) {
			person := c.user("Robin Vale", "removed")
			c.join["zak"] = c.zak(person)
			host := c.hostEnters(c.meeting)
			if c.live == Page {
				c.where = errcode.InsideWhere
				c.after = append(c.after, act(TheHost, "remove", Joiner))
				return
			}
			c.says = "The host has removed the joiner, a signed-in user, who joins again."
			host.does("remove", c.userEnters("removed", person, c.meeting))
		},
	},
	{
		code: errcode.BeRemoved, cause: "not_admitted", says: "The joiner, a signed-in user, was in the waiting room, where the host removed them.",
		given: func(c *corner) { c.meeting.Settings.WaitingRoom = true },
		when: func(c *corner) {
			person := c.user("Robin Vale", "refused")
			c.join["zak"] = c.zak(person)
			// Nobody needs to see it happen.
			c.live = Headless
			host := c.hostEnters(c.meeting)
			host.does("remove", c.userEnters("refused", person, c.meeting))
		},
	},
	{
		code: errcode.MeetingEnded, cause: "ended_by_host", says: "The host ends the meeting while the joiner is in it.",
		given: instant,
		when: func(c *corner) {
			host := c.hostEnters(c.meeting)
			if c.live == Page {
				c.where = errcode.InsideWhere
				c.after = append(c.after, act(TheHost, "end"))
				return
			}
			c.says = "The host has ended a meeting that cannot run again."
			host.does("end")
		},
	},
	{
		code: errcode.AuthorizedUserLeft, cause: "authorizing_user_left", says: "The app joins with an OBF from somebody in the meeting, who then leaves.",
		given: (*corner).externalEnforced,
		when: func(c *corner) {
			user := c.user("Otto Lindqvist", "authorizer")
			inside := c.userEnters("authorizer", user, c.meeting)
			c.join["userName"], c.join["obfToken"] = "Notes for "+user.DisplayName, c.obf(user)
			if c.live == Page {
				c.after = append(c.after, act("authorizer", "leave"))
				return
			}
			c.after = append(c.after, post("/sdk/v1/leave", map[string]any{"resumeToken": inside.resume}))
		},
	},
}
