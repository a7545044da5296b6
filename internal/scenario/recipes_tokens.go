package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// asGuest is a join with a ZAK of another user of the account, made in a way.
func asGuest(make func(f *Fixture, guest *account.User) string) func(*Fixture) {
	return func(f *Fixture) {
		guest := f.user("Gina Marlow", "guest")
		f.join["userName"], f.join["zak"] = guest.DisplayName, make(f, guest)
	}
}

// withOBF is a join with an OBF of another user, made in a way.
func withOBF(make func(f *Fixture, user *account.User) string) func(*Fixture) {
	return func(f *Fixture) {
		user := f.user("Otto Lindqvist", "authorizer")
		f.join["userName"], f.join["obfToken"] = "Notes for "+user.DisplayName, make(f, user)
	}
}

func malformedZAK(f *Fixture, u *account.User) string { return cut(f.zak(u)) }
func malformedOBF(f *Fixture, u *account.User) string { return cut(f.obf(u)) }

func revokedZAK(f *Fixture, u *account.User) string {
	defer f.signOut(u)
	return f.zak(u)
}

func revokedOBF(f *Fixture, u *account.User) string {
	defer f.signOut(u)
	return f.obf(u)
}

// tokenRecipes are about ZAKs and OBFs.
var tokenRecipes = []recipe{
	{
		code: errcode.TokenErrorAlt, cause: "malformed", explanation: "The end of the ZAK was cut off.",
		arrange: asGuest(malformedZAK),
	},
	{
		code: errcode.TokenErrorAlt, cause: "forged", explanation: "The ZAK was made by another server.",
		arrange: asGuest((*Fixture).foreignZAK),
	},
	{
		code: errcode.TokenErrorAlt, cause: "wrong_token_kind", explanation: "A valid OBF is passed as the ZAK.",
		arrange: asGuest((*Fixture).obf),
	},
	{
		code: errcode.TokenError, cause: "expired", explanation: "The ZAK expired an hour ago.",
		arrange: asGuest((*Fixture).expiredZAK),
	},
	{
		code: errcode.TokenError, cause: "revoked", explanation: "The ZAK's user signed out from all devices after it was made.",
		arrange: asGuest(revokedZAK),
	},
	{
		code: errcode.TokenError, cause: "user_inactive", explanation: "The ZAK's user was deactivated after it was made.",
		arrange: asGuest(func(f *Fixture, u *account.User) string {
			defer f.changeUser(u, func(u *account.User) { u.Status = account.UserInactive })
			return f.zak(u)
		}),
	},

	{
		code: errcode.NoPermission, cause: "scope_withdrawn", explanation: "The app got the ZAK for a user who has since withdrawn the scope.",
		arrange: asGuest(func(f *Fixture, u *account.User) string {
			defer f.changeInstallation(u, func(i *account.Installation) { i.Scopes = []string{"meeting:read:meeting"} })
			return f.appZAK(u)
		}),
	},
	{
		code: errcode.NoPermission, cause: "app_uninstalled", explanation: "The app got the OBF for a user who has since removed the app.",
		fixture: (*Fixture).externalEnforced,
		arrange: withOBF(func(f *Fixture, u *account.User) string {
			defer f.changeInstallation(u, func(i *account.Installation) { i.RemovedAt = f.now })
			return f.obf(u)
		}),
	},

	// An external app without a token, and with a bad one.
	{
		code: errcode.NotAllowAnonymousJoin, cause: "no_token", explanation: "The meeting belongs to another account than the app, and neither a ZAK nor an OBF is passed, although such joins now need one.",
		fixture: (*Fixture).externalEnforced,
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_expired", explanation: "The OBF expired an hour ago.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF((*Fixture).expiredOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_malformed", explanation: "The end of the OBF was cut off.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF(malformedOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_forged", explanation: "The OBF was made by another server.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF((*Fixture).foreignOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_wrong_kind", explanation: "A valid ZAK is passed as obfToken.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF((*Fixture).zak),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_revoked", explanation: "The OBF's user signed out from all devices after it was made.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF(revokedOBF),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_other_app", explanation: "The OBF was made for another app of the same account.",
		fixture: (*Fixture).externalEnforced,
		arrange: withOBF(func(f *Fixture, u *account.User) string {
			return f.obfOf(f.Tokens, u, f.otherApp("Another app"), "")
		}),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "obf_other_meeting", explanation: "The OBF is limited to another meeting.",
		fixture: (*Fixture).externalEnforced,
		arrange: withOBF(func(f *Fixture, u *account.User) string {
			return f.obfOf(f.Tokens, u, f.app, f.otherMeeting().Number)
		}),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_expired", explanation: "The app belongs to another account, and the ZAK expired an hour ago.",
		fixture: (*Fixture).externalEnforced, arrange: asGuest((*Fixture).expiredZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_malformed", explanation: "The app belongs to another account, and the end of the ZAK was cut off.",
		fixture: (*Fixture).externalEnforced, arrange: asGuest(malformedZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_forged", explanation: "The app belongs to another account, and the ZAK was made by another server.",
		fixture: (*Fixture).externalEnforced, arrange: asGuest((*Fixture).foreignZAK),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_wrong_kind", explanation: "The app belongs to another account, and a valid OBF is passed as the ZAK.",
		fixture: (*Fixture).externalEnforced, arrange: asGuest((*Fixture).obf),
	},
	{
		code: errcode.UserLevelTokenNotHaveHostZakObf, cause: "zak_revoked", explanation: "The app belongs to another account, and the ZAK's user signed out from all devices.",
		fixture: (*Fixture).externalEnforced, arrange: asGuest(revokedZAK),
	},
	{
		code: errcode.AuthorizedUserNotInMeeting, cause: "authorizing_user_absent", explanation: "The OBF is valid, but the user who authorized it is not in the meeting.",
		fixture: (*Fixture).externalEnforced, arrange: withOBF((*Fixture).obf),
	},
}
