package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// doorRecipes are what the door of the room refuses.
var doorRecipes = []recipe{
	{
		code: errcode.BlockedByHostAdmin, cause: "blocked_by_admin", says: "An administrator of the meeting's account has blocked the app's key.",
		given: func(c *corner) { c.account.Settings.BlockedSDKKeys = []string{c.app.Key} },
	},
	{
		code: errcode.NotAllowCrossJoin, cause: "app_not_published", says: "The meeting belongs to another account than the app, and the app is not published.",
		given: func(c *corner) { c.external(); c.app.Published = false },
	},
	{
		code: errcode.RejectBarriers, cause: "barrier", says: "An information barrier of the account separates the joiner's group from the host's.",
		given: func(c *corner) {
			c.host.Groups = []string{"Research"}
			c.account.Settings.Barriers = [][2]string{{"Trading", "Research"}}
		},
		when: func(c *corner) {
			trader := c.user("Theo Banks", "trader", func(u *account.User) { u.Groups = []string{"Trading"} })
			c.join["userName"], c.join["zak"] = trader.DisplayName, c.zak(trader)
		},
	},
	{
		code: errcode.MeetingLocked, cause: "locked", says: "The host is in the meeting and has locked it.",
		when: func(c *corner) { c.hostEnters(c.meeting).does("lock") },
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "tk", says: "The same registrant is already in the meeting from another page, and the account does not let registrants take over.",
		given: registering,
		when: func(c *corner) {
			inStatus(meeting.RegistrantApproved)(c)
			c.enters("first-page", c.meeting, 0, Options{"userName": c.join["userName"], "tk": c.join["tk"]})
		},
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "other_app", says: "The same signed-in user is already in the meeting through another app.",
		when: func(c *corner) {
			guest := c.user("Gina Marlow", "guest")
			c.userEnters("first-page", guest, c.meeting)
			c.join["userName"], c.join["zak"] = guest.DisplayName, c.zak(guest)
			c.app = c.otherApp("Another app of scenario 4008")
		},
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "take_over_off", says: "The same signed-in user is already in the meeting from another page, and the account does not let anyone take over.",
		given: func(c *corner) { c.account.Settings.TakeOverOff = true },
		when: func(c *corner) {
			guest := c.user("Gina Marlow", "guest")
			c.userEnters("first-page", guest, c.meeting)
			c.join["userName"], c.join["zak"] = guest.DisplayName, c.zak(guest)
		},
	},
	{
		code: errcode.AnotherMeetingRunning, cause: "other_meeting_live", says: "The signed-in user is in another live meeting.",
		where: errcode.RoomWhere,
		when: func(c *corner) {
			guest := c.user("Gina Marlow", "guest")
			c.userEnters("other-meeting", guest, c.otherMeeting())
			c.join["userName"], c.join["zak"] = guest.DisplayName, c.zak(guest)
		},
	},
	{
		code: errcode.MeetingCapacityReached, cause: "full", says: "The meeting is limited to one participant, and somebody is in it.",
		given: func(c *corner) { c.meeting.Settings.Capacity = 1 },
		when:  func(c *corner) { c.enters("participant", c.meeting, 0, Options{"userName": "Paula Reyes"}) },
	},
}
