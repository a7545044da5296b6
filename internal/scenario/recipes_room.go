package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// roomRecipes are what the room rules refuse.
var roomRecipes = []recipe{
	{
		code: errcode.BlockedByHostAdmin, cause: "blocked_by_admin", explanation: "An administrator of the meeting's account has blocked the app's key.",
		fixture: func(f *Fixture) { f.account.Settings.BlockedSDKKeys = []string{f.app.Key} },
	},
	{
		code: errcode.NotAllowCrossJoin, cause: "app_not_published", explanation: "The meeting belongs to another account than the app, and the app is not published.",
		fixture: func(f *Fixture) { f.useExternalApp(); f.app.Published = false },
	},
	{
		code: errcode.RejectBarriers, cause: "barrier", explanation: "An information barrier of the account separates the joiner's group from the host's.",
		fixture: func(f *Fixture) {
			f.host.Groups = []string{"Research"}
			f.account.Settings.Barriers = [][2]string{{"Trading", "Research"}}
		},
		arrange: func(f *Fixture) {
			trader := f.user("Theo Banks", "trader", func(u *account.User) { u.Groups = []string{"Trading"} })
			f.join["userName"], f.join["zak"] = trader.DisplayName, f.zak(trader)
		},
	},
	{
		code: errcode.MeetingLocked, cause: "locked", explanation: "The host is in the meeting and has locked it.",
		arrange: func(f *Fixture) { f.joinHost(f.meeting).act("lock") },
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "tk", explanation: "The same registrant is already in the meeting from another page, and the account does not let registrants take over.",
		fixture: registering,
		arrange: func(f *Fixture) {
			inStatus(meeting.RegistrantApproved)(f)
			f.joinAs("first-page", f.meeting, 0, Options{"userName": f.join["userName"], "tk": f.join["tk"]})
		},
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "other_app", explanation: "The same signed-in user is already in the meeting through another app.",
		arrange: func(f *Fixture) {
			guest := f.user("Gina Marlow", "guest")
			f.joinUser("first-page", guest, f.meeting)
			f.join["userName"], f.join["zak"] = guest.DisplayName, f.zak(guest)
			f.app = f.otherApp("Another app of scenario 4008")
		},
	},
	{
		code: errcode.ParticipantExist, cause: "already_inside", variant: "take_over_off", explanation: "The same signed-in user is already in the meeting from another page, and the account does not let anyone take over.",
		fixture: func(f *Fixture) { f.account.Settings.TakeOverOff = true },
		arrange: func(f *Fixture) {
			guest := f.user("Gina Marlow", "guest")
			f.joinUser("first-page", guest, f.meeting)
			f.join["userName"], f.join["zak"] = guest.DisplayName, f.zak(guest)
		},
	},
	{
		code: errcode.AnotherMeetingRunning, cause: "other_meeting_live", explanation: "The signed-in user is in another live meeting.",
		where: errcode.RoomWhere,
		arrange: func(f *Fixture) {
			guest := f.user("Gina Marlow", "guest")
			f.joinUser("other-meeting", guest, f.otherMeeting())
			f.join["userName"], f.join["zak"] = guest.DisplayName, f.zak(guest)
		},
	},
	{
		code: errcode.MeetingCapacityReached, cause: "full", explanation: "The meeting is limited to one participant, and somebody is in it.",
		fixture: func(f *Fixture) { f.meeting.Settings.Capacity = 1 },
		arrange: func(f *Fixture) { f.joinAs("participant", f.meeting, 0, Options{"userName": "Paula Reyes"}) },
	},
}
