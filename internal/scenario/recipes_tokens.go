package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// asGuest is a join with a ZAK of another user of the account, made in a way.
func asGuest(make func(c *corner, guest *account.User) string) func(*corner) {
	return func(c *corner) {
		guest := c.user("Gina Marlow", "guest")
		c.join["userName"], c.join["zak"] = guest.DisplayName, make(c, guest)
	}
}

// withOBF is a join with an OBF of another user, made in a way.
func withOBF(make func(c *corner, user *account.User) string) func(*corner) {
	return func(c *corner) {
		user := c.user("Otto Lindqvist", "authorizer")
		c.join["userName"], c.join["obfToken"] = "Notes for "+user.DisplayName, make(c, user)
	}
}

func malformedZAK(c *corner, u *account.User) string { return cut(c.zak(u)) }
func malformedOBF(c *corner, u *account.User) string { return cut(c.obf(u)) }

func revokedZAK(c *corner, u *account.User) string {
	defer c.signOut(u)
	return c.zak(u)
}

func revokedOBF(c *corner, u *account.User) string {
	defer c.signOut(u)
	return c.obf(u)
}

// tokenRecipes are about ZAKs and OBFs.
var tokenRecipes = []recipe{
	{
		code: errcode.TokenErrorAlt, cause: "malformed", says: "The end of the ZAK was cut off.",
		when: asGuest(malformedZAK),
	},
	{
		code: errcode.TokenErrorAlt, cause: "forged", says: "The ZAK was made by another server.",
		when: asGuest((*corner).foreignZAK),
	},
	{
		code: errcode.TokenErrorAlt, cause: "wrong_token_kind", says: "A valid OBF is passed as the ZAK.",
		when: asGuest((*corner).obf),
	},
	{
		code: errcode.TokenError, cause: "expired", says: "The ZAK expired an hour ago.",
		when: asGuest((*corner).expiredZAK),
	},
	{
		code: errcode.TokenError, cause: "revoked", says: "The ZAK's user signed out from all devices after it was made.",
		when: asGuest(revokedZAK),
	},
	{
		code: errcode.TokenError, cause: "user_inactive", says: "The ZAK's user was deactivated after it was made.",
		when: asGuest(func(c *corner, u *account.User) string {
			defer c.changeUser(u, func(u *account.User) { u.Status = account.UserInactive })
			return c.zak(u)
		}),
	},

	{
		code: errcode.NoPermission, cause: "scope_withdrawn", says: "The app got the ZAK for a user who has since withdrawn the scope.",
		when: asGuest(func(c *corner, u *account.User) string {
			defer c.changeInstallation(u, func(i *account.Installation) { i.Scopes = []string{"meeting:read:meeting"} })
			return c.appZAK(u)
		}),
	},
	{
		code: errcode.NoPermission, cause: "app_uninstalled", says: "The app got the OBF for a user who has since removed the app.",
		given: (*corner).externalEnforced,
		when: withOBF(func(c *corner, u *account.User) string {
			defer c.changeInstallation(u, func(i *account.Installation) { i.RemovedAt = c.now })
			return c.obf(u)
		}),
	},

	// An external app without a token, and with a bad one.
	{
		code: errcode.NotAllowAnonymousJoin, cause: "no_token", says: "The meeting belongs to another account than the app, and neither a ZAK nor an OBF is passed, although such joins now need one.",
		given: (*corner).externalEnforced,
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_expired", says: "The OBF expired an hour ago.",
		given: (*corner).externalEnforced, when: withOBF((*corner).expiredOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_malformed", says: "The end of the OBF was cut off.",
		given: (*corner).externalEnforced, when: withOBF(malformedOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_forged", says: "The OBF was made by another server.",
		given: (*corner).externalEnforced, when: withOBF((*corner).foreignOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_wrong_kind", says: "A valid ZAK is passed as obfToken.",
		given: (*corner).externalEnforced, when: withOBF((*corner).zak),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_revoked", says: "The OBF's user signed out from all devices after it was made.",
		given: (*corner).externalEnforced, when: withOBF(revokedOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_other_app", says: "The OBF was made for another app of the same account.",
		given: (*corner).externalEnforced,
		when: withOBF(func(c *corner, u *account.User) string {
			return c.obfOf(c.Tokens, u, c.otherApp("Another app"), "")
		}),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_other_meeting", says: "The OBF is limited to another meeting.",
		given: (*corner).externalEnforced,
		when: withOBF(func(c *corner, u *account.User) string {
			return c.obfOf(c.Tokens, u, c.app, c.otherMeeting().Number)
		}),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_expired", says: "The app belongs to another account, and the ZAK expired an hour ago.",
		given: (*corner).externalEnforced, when: asGuest((*corner).expiredZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_malformed", says: "The app belongs to another account, and the end of the ZAK was cut off.",
		given: (*corner).externalEnforced, when: asGuest(malformedZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_forged", says: "The app belongs to another account, and the ZAK was made by another server.",
		given: (*corner).externalEnforced, when: asGuest((*corner).foreignZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_wrong_kind", says: "The app belongs to another account, and a valid OBF is passed as the ZAK.",
		given: (*corner).externalEnforced, when: asGuest((*corner).obf),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_revoked", says: "The app belongs to another account, and the ZAK's user signed out from all devices.",
		given: (*corner).externalEnforced, when: asGuest(revokedZAK),
	},
	{
		code: errcode.AuthorizedUserNotInMeeting, cause: "authorizing_user_absent", says: "The OBF is valid, but the user who authorized it is not in the meeting.",
		given: (*corner).externalEnforced, when: withOBF((*corner).obf),
	},
}
