package scenario

import (
	"github.com/anteroom/anteroom/errcode"
)

// signedInOnly lets only signed-in users into the meeting.
func signedInOnly(c *corner) { c.meeting.Settings.SignedInOnly = true }

// signedInOnlyExternal is the same for an app of another account, where an
// invalid ZAK is not refused earlier.
func signedInOnlyExternal(c *corner) { c.externalEnforced(); signedInOnly(c) }

// registrationRecipes are about who the joiner is: address, registration and login.
var registrationRecipes = []recipe{
	{
		code: errcode.EmailRequired, cause: "email_missing", says: "The meeting is a webinar, and no address is known.",
		given: (*corner).webinar,
	},
	{
		code: errcode.LoginRequired, cause: "zak_missing", says: "Only signed-in users may join, and no ZAK is passed.",
		given: signedInOnly,
	},
	{
		code: errcode.LoginRequired, cause: "obf_is_no_login", says: "Only signed-in users may join, and an OBF is passed, which signs nobody in.",
		given: signedInOnly, when: withOBF((*corner).obf),
	},
	{
		code: errcode.LoginRequired, cause: "zak_expired", says: "Only signed-in users may join, and the ZAK was made three hours ago, for two.",
		given: signedInOnlyExternal, when: asGuest((*corner).expiredZAK),
	},
	{
		code: errcode.LoginRequired, cause: "zak_invalid", says: "Only signed-in users may join, and the ZAK was made by another server.",
		given: signedInOnlyExternal, when: asGuest((*corner).foreignZAK),
	},
	{
		code: errcode.LoginRequired, cause: "domain_not_allowed", says: "Only users of school.example may join, and the ZAK is that of one of scenario.example.",
		given: func(c *corner) {
			signedInOnly(c)
			c.account.Settings.SignInDomains = []string{"school.example"}
		},
		when: asGuest((*corner).zak),
	},
}
