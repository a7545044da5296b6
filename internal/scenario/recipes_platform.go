package scenario

import (
	"github.com/anteroom/anteroom/errcode"
)

// platformRecipes are about what an account or a meeting keeps out.
var platformRecipes = []recipe{
	{
		code: errcode.NotSupportWebclient, cause: "web_client_off", explanation: "An administrator of the account has turned off joining from browsers.",
		fixture: func(f *Fixture) { f.account.Settings.WebClientOff = true },
	},
	{
		code: errcode.UseDesktopOrMobile, cause: "browser_join_off", explanation: "The meeting does not allow joining from a browser.",
		fixture: func(f *Fixture) { f.meeting.Settings.BrowserJoinOff = true },
	},
	{
		code: errcode.UseDesktopOrMobile, cause: "end_to_end_encrypted", explanation: "The meeting is end-to-end encrypted.",
		fixture: func(f *Fixture) { f.meeting.Settings.EndToEndEncrypted = true },
	},
	{
		code: errcode.TSPNotSupport, cause: "tsp_audio_only", explanation: "The meeting's audio is available only through a third party's telephone conference.",
		fixture: func(f *Fixture) { f.meeting.Settings.Audio = "third_party" },
	},
	{
		code: errcode.EmailBlocked, cause: "domain_blocked", explanation: "The account blocks email addresses of blocked.example.",
		fixture: func(f *Fixture) { f.account.Settings.BlockedDomains = []string{"blocked.example"} },
		arrange: func(f *Fixture) { f.join["userEmail"] = "robin@blocked.example" },
	},
	{
		code: errcode.EmailBlocked, cause: "address_blocked", explanation: "The account blocks this email address.",
		fixture: func(f *Fixture) { f.account.Settings.BlockedAddresses = []string{"robin@scenario.example"} },
		arrange: func(f *Fixture) { f.join["userEmail"] = "robin@scenario.example" },
	},
	{
		code: errcode.SDKVersionUnsupported, cause: "below_account_minimum", explanation: "The meeting's account requires SDK 99.",
		fixture: func(f *Fixture) { f.account.Settings.MinSDKVersion = "99.0.0" },
	},
	{
		code: errcode.ServerError, cause: "storage_unavailable", explanation: "The database does not respond for this meeting.",
		arrange: func(f *Fixture) { f.before = append(f.before, fault("store", "error", f.meeting.Number, 1)) },
	},
	{
		code: errcode.ServerError, cause: "media_unavailable", explanation: "The media engine does not respond for this meeting.",
		arrange: func(f *Fixture) { f.before = append(f.before, fault("media", "error", f.meeting.Number, 1)) },
	},
	{
		code: errcode.ServerError, cause: "too_many_joins", explanation: "The app lets one anonymous participant a minute join from one address, and one has joined from the address that asked for this scenario.",
		fixture: func(f *Fixture) { f.app.JoinsPerMinute = 1 },
		arrange: func(f *Fixture) { f.fillMeeting(1) },
	},
}
