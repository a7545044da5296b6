package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// starting is a join that asks to start the meeting.
func starting(f *Fixture) { f.role = 1 }

// startingAsGuest asks to start with the ZAK of somebody who is not the host.
func startingAsGuest(f *Fixture) {
	f.role = 1
	asGuest((*Fixture).zak)(f)
}

// startingWithOBF asks to start with an OBF.
func startingWithOBF(f *Fixture) {
	f.role = 1
	f.join["obfToken"] = f.obf(f.host)
}

// hostRecipes are about the meeting's host, and about who starts it.
var hostRecipes = []recipe{
	{
		code: errcode.HostNotFound, cause: "host_deleted", explanation: "The user who hosted the meeting was deleted.",
		arrange: func(f *Fixture) { f.changeUser(f.host, func(u *account.User) { u.Status = account.UserDeleted }) },
	},
	{
		code: errcode.HostNotFoundAlt, cause: "host_left_account", explanation: "The host has moved to another account, but the meeting has not.",
		fixture: (*Fixture).useExternalApp,
		arrange: func(f *Fixture) { f.changeUser(f.host, func(u *account.User) { u.AccountID = f.owner.ID }) },
	},
	{
		code: errcode.HostNotFoundAlt, cause: "host_pending", explanation: "The host was invited but never activated the account.",
		arrange: func(f *Fixture) { f.changeUser(f.host, func(u *account.User) { u.Status = account.UserPending }) },
	},
	{
		code: errcode.HostInactive, cause: "host_inactive", explanation: "The host has been deactivated.",
		arrange: func(f *Fixture) { f.changeUser(f.host, func(u *account.User) { u.Status = account.UserInactive }) },
	},
	{
		code: errcode.HostInactive, cause: "account_suspended", explanation: "The account that owns the meeting is suspended; the app's account is not.",
		fixture: func(f *Fixture) { f.useExternalApp(); f.account.Suspended = true },
	},
	{
		code: errcode.ErrorNotHost, cause: "no_zak", explanation: "The signature asks to start the meeting, and no ZAK is passed.",
		arrange: starting,
	},
	{
		code: errcode.ErrorNotHost, cause: "not_host", explanation: "The signature asks to start the meeting, and the ZAK belongs to somebody who is not its host.",
		arrange: startingAsGuest,
	},
	{
		code: errcode.ErrorNotHost, cause: "obf_cannot_start", explanation: "The signature asks to start the meeting, and an OBF is passed.",
		arrange: startingWithOBF,
	},
	{
		code: errcode.HostEmailRequired, cause: "no_host_credentials", explanation: "The signature asks to start the webinar, and no ZAK is passed.",
		fixture: (*Fixture).webinar, arrange: starting,
	},
	{
		code: errcode.HostEmailRequired, cause: "not_host", explanation: "The signature asks to start the webinar, and the ZAK belongs to somebody who is not its host.",
		fixture: (*Fixture).webinar, arrange: startingAsGuest,
	},
	{
		code: errcode.HostEmailRequired, cause: "obf_cannot_start", explanation: "The signature asks to start the webinar, and an OBF is passed.",
		fixture: (*Fixture).webinar, arrange: startingWithOBF,
	},
	{
		code: errcode.CantHostConcurrent, cause: "host_busy", explanation: "The host may host one meeting at a time, is hosting another one and starts this one.",
		arrange: func(f *Fixture) {
			f.joinHost(f.otherMeeting())
			f.role = 1
			f.join["userName"], f.join["zak"] = f.host.DisplayName, f.zak(f.host)
		},
	},
}
