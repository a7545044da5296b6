package scenario

import (
	"github.com/anteroom/anteroom/errcode"
)

// platformRecipes are about what an account or a meeting keeps out.
var platformRecipes = []recipe{
	{
		code: errcode.NotSupportWebclient, cause: "web_client_off", says: "An administrator of the account has turned off joining from browsers.",
		given: func(c *corner) { c.account.Settings.WebClientOff = true },
	},
	{
		code: errcode.UseDesktopOrMobile, cause: "browser_join_off", says: "The meeting does not allow joining from a browser.",
		given: func(c *corner) { c.meeting.Settings.BrowserJoinOff = true },
	},
	{
		code: errcode.UseDesktopOrMobile, cause: "end_to_end_encrypted", says: "The meeting is end-to-end encrypted.",
		given: func(c *corner) { c.meeting.Settings.EndToEndEncrypted = true },
	},
	{
		code: errcode.TSPNotSupport, cause: "tsp_audio_only", says: "The meeting's audio is available only through a third party's telephone conference.",
		given: func(c *corner) { c.meeting.Settings.Audio = "third_party" },
	},
	{
		code: errcode.EmailBlocked, cause: "domain_blocked", says: "The account blocks email addresses of blocked.example.",
		given: func(c *corner) { c.account.Settings.BlockedDomains = []string{"blocked.example"} },
		when:  func(c *corner) { c.join["userEmail"] = "robin@blocked.example" },
	},
	{
		code: errcode.EmailBlocked, cause: "address_blocked", says: "The account blocks this email address.",
		given: func(c *corner) { c.account.Settings.BlockedAddresses = []string{"robin@scenario.example"} },
		when:  func(c *corner) { c.join["userEmail"] = "robin@scenario.example" },
	},
	{
		code: errcode.SDKVersionUnsupported, cause: "below_account_minimum", says: "The meeting's account requires SDK 99.",
		given: func(c *corner) { c.account.Settings.MinSDKVersion = "99.0.0" },
	},
	{
		code: errcode.ServerError, cause: "storage_unavailable", says: "The database does not respond for this meeting.",
		when: func(c *corner) { c.before = append(c.before, fault("store", "error", c.meeting.Number, 1)) },
	},
	{
		code: errcode.ServerError, cause: "media_unavailable", says: "The media engine does not respond for this meeting.",
		when: func(c *corner) { c.before = append(c.before, fault("media", "error", c.meeting.Number, 1)) },
	},
	{
		code: errcode.ServerError, cause: "too_many_joins", says: "The app lets one anonymous participant a minute join from one address, and one has joined from the address that asked for this scenario.",
		given: func(c *corner) { c.app.JoinsPerMinute = 1 },
		when:  func(c *corner) { c.crowd(1) },
	},
}
