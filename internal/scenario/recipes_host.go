package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// starting is a join that asks to start the meeting.
func starting(c *corner) { c.role = 1 }

// startingAsGuest asks to start with the ZAK of somebody who is not the host.
func startingAsGuest(c *corner) {
	c.role = 1
	asGuest((*corner).zak)(c)
}

// startingWithOBF asks to start with an OBF.
func startingWithOBF(c *corner) {
	c.role = 1
	c.join["obfToken"] = c.obf(c.host)
}

// hostRecipes are about the meeting's host, and about who starts it.
var hostRecipes = []recipe{
	{
		code: errcode.HostNotFound, cause: "host_deleted", says: "The user who hosted the meeting was deleted.",
		when: func(c *corner) { c.changeUser(c.host, func(u *account.User) { u.Status = account.UserDeleted }) },
	},
	{
		code: errcode.HostNotFoundAlt, cause: "host_left_account", says: "The host has moved to another account, but the meeting has not.",
		given: (*corner).external,
		when:  func(c *corner) { c.changeUser(c.host, func(u *account.User) { u.AccountID = c.owner.ID }) },
	},
	{
		code: errcode.HostNotFoundAlt, cause: "host_pending", says: "The host was invited but never activated the account.",
		when: func(c *corner) { c.changeUser(c.host, func(u *account.User) { u.Status = account.UserPending }) },
	},
	{
		code: errcode.HostInactive, cause: "host_inactive", says: "The host has been deactivated.",
		when: func(c *corner) { c.changeUser(c.host, func(u *account.User) { u.Status = account.UserInactive }) },
	},
	{
		code: errcode.HostInactive, cause: "account_suspended", says: "The account that owns the meeting is suspended; the app's account is not.",
		given: func(c *corner) { c.external(); c.account.Suspended = true },
	},
	{
		code: errcode.ErrorNotHost, cause: "no_zak", says: "The signature asks to start the meeting, and no ZAK is passed.",
		when: starting,
	},
	{
		code: errcode.ErrorNotHost, cause: "not_host", says: "The signature asks to start the meeting, and the ZAK belongs to somebody who is not its host.",
		when: startingAsGuest,
	},
	{
		code: errcode.ErrorNotHost, cause: "obf_cannot_start", says: "The signature asks to start the meeting, and an OBF is passed.",
		when: startingWithOBF,
	},
	{
		code: errcode.HostEmailRequired, cause: "no_host_credentials", says: "The signature asks to start the webinar, and no ZAK is passed.",
		given: (*corner).webinar, when: starting,
	},
	{
		code: errcode.HostEmailRequired, cause: "not_host", says: "The signature asks to start the webinar, and the ZAK belongs to somebody who is not its host.",
		given: (*corner).webinar, when: startingAsGuest,
	},
	{
		code: errcode.HostEmailRequired, cause: "obf_cannot_start", says: "The signature asks to start the webinar, and an OBF is passed.",
		given: (*corner).webinar, when: startingWithOBF,
	},
	{
		code: errcode.CantHostConcurrent, cause: "host_busy", says: "The host may host one meeting at a time, is hosting another one and starts this one.",
		when: func(c *corner) {
			c.hostEnters(c.otherMeeting())
			c.role = 1
			c.join["userName"], c.join["zak"] = c.host.DisplayName, c.zak(c.host)
		},
	},
}
