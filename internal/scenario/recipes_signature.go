package scenario

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// signatureRecipes are 3712 in all its forms: everything in the fixture is right
// but for the signature, which is really made in the wrong way.
var signatureRecipes = []recipe{
	// Who signed.
	{
		code: errcode.SignatureInvalid, cause: "unknown_secret", explanation: "The signature is made with a secret that does not belong to any app.",
		token: func(c *claims) string { return c.by(randomText(32)) },
	},
	{
		code: errcode.SignatureInvalid, cause: "other_apps_secret", explanation: "The signature names one app and is made with the secret of another app of the same account.",
		token: func(c *claims) string { return c.by(c.fixture.otherApp("Another app").Secret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "other_environment_secret", explanation: "The signature pairs the app's production key with its development secret.",
		fixture: func(f *Fixture) { f.app.DevKey, f.app.DevSecret = randomText(22), randomText(32) },
		token:   func(c *claims) string { return c.by(c.fixture.app.DevSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "rotated_secret", explanation: "The app's secret was replaced, and the signature is made with the one before.",
		fixture: func(f *Fixture) { f.app.PreviousSecret = randomText(32) },
		token:   func(c *claims) string { return c.by(c.fixture.app.PreviousSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "webhook_secret", explanation: "The signature is made with the app's webhook secret.",
		token: func(c *claims) string { return c.by(c.fixture.app.WebhookSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_whitespace", explanation: "The secret was read with a line break at its end.",
		token: func(c *claims) string { return c.by(c.secret + "\n") },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_quoted", explanation: "The secret was read with quotation marks around it.",
		token: func(c *claims) string { return c.by(`"` + c.secret + `"`) },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_transcoded", explanation: "The secret was encoded in base64 before it was used.",
		token: func(c *claims) string { return c.by(base64.StdEncoding.EncodeToString([]byte(c.secret))) },
	},
	{
		code: errcode.SignatureInvalid, cause: "key_secret_swapped", explanation: "The signature is made with the app's key instead of its secret.",
		token: func(c *claims) string { return c.by(c.app) },
	},
	{
		code: errcode.SignatureInvalid, cause: "probe_skipped",
		explanation: "The account has so many apps that the server stops the search for the secret that was used.",
		token:       func(c *claims) string { c.fixture.manyApps(); return c.by(randomText(32)) },
	},

	// Which meeting and when.
	{
		code: errcode.SignatureInvalid, cause: "mn_other_meeting", explanation: "The signature is for another meeting than the one that is joined.",
		token: func(c *claims) string { return c.with("mn", c.fixture.otherMeeting().Number).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_missing", explanation: "The signature names no meeting.",
		token: func(c *claims) string { return c.without("mn").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_misnamed", explanation: "The claim with the meeting number is called meetingNumber.",
		token: func(c *claims) string {
			return c.with("meetingNumber", c.fixture.meeting.Number).without("mn").signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_not_a_number", explanation: "The signature has a join link instead of the meeting number.",
		token: func(c *claims) string {
			return c.with("mn", "https://meet.example/j/"+c.fixture.meeting.Number).signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_in_future", explanation: "The clock of the signing server is ten minutes fast.",
		token: func(c *claims) string { return c.with("iat", c.iat+630).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_missing", explanation: "The claim iat is missing.",
		token: func(c *claims) string { return c.without("iat").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_milliseconds", explanation: "iat is in milliseconds.",
		token: func(c *claims) string { return c.with("iat", c.iat*1000).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_missing", explanation: "The claim exp is missing.",
		token: func(c *claims) string { return c.without("exp").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_milliseconds", explanation: "exp is in milliseconds.",
		token: func(c *claims) string { return c.with("exp", (c.iat+7200)*1000).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_before_iat", explanation: "exp is before iat.",
		token: func(c *claims) string { return c.with("exp", c.iat-1).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "lifetime_too_short", explanation: "The signature is valid for ten minutes; half an hour is the minimum.",
		token: func(c *claims) string { return c.with("exp", c.iat+600).with("tokenExp", c.iat+600).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "lifetime_too_long", explanation: "The signature is valid for 30 days; 48 hours is the maximum.",
		token: func(c *claims) string {
			month := c.iat + int64((30 * 24 * time.Hour).Seconds())
			return c.with("exp", month).with("tokenExp", month).signed()
		},
	},

	// What stands where the signature belongs.
	{
		code: errcode.SignatureInvalid, cause: "placeholder", explanation: "The page passes the word undefined instead of a signature.",
		token: func(*claims) string { return "undefined" },
	},
	{
		code: errcode.SignatureInvalid, cause: "json_wrapped", explanation: "The page passes the whole response of the signing endpoint.",
		token: func(c *claims) string {
			raw, err := json.Marshal(map[string]string{"signature": c.signed(), "sdkKey": c.app})
			c.fixture.recordErr(err)
			return string(raw)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "html", explanation: "The signing endpoint responded with an error page.",
		token: func(*claims) string {
			return "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "wrapped", explanation: "The signature has Bearer before it.",
		token: func(c *claims) string { return "Bearer " + c.signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "url_encoded", explanation: "The signature was URL-encoded, including its dots.",
		token: func(c *claims) string { return strings.ReplaceAll(url.QueryEscape(c.signed()), ".", "%2E") },
	},
	{
		code: errcode.SignatureInvalid, cause: "truncated", explanation: "The end of the signature is missing.",
		token: func(c *claims) string { t := c.signed(); return t[:len(t)-9] },
	},
	{
		code: errcode.SignatureInvalid, cause: "not_a_jwt", explanation: "The signature is some other string.",
		token: func(*claims) string { return "abc123" },
	},
	{
		code: errcode.SignatureInvalid, cause: "legacy_format", explanation: "The signature has the old format that was used before JSON Web Tokens.",
		token: func(c *claims) string {
			millis := strconv.FormatInt(c.iat*1000, 10)
			text := c.app + c.fixture.meeting.Number + millis + "0"
			sum := base64.StdEncoding.EncodeToString(mac(base64.StdEncoding.EncodeToString([]byte(text)), c.secret, sha256.New))
			return base64.StdEncoding.EncodeToString([]byte(strings.Join([]string{c.app, c.fixture.meeting.Number, millis, "0", sum}, ".")))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "bad_base64", explanation: "The HMAC is in plain base64, with padding.",
		token: func(c *claims) string {
			return c.input() + "." + base64.URLEncoding.EncodeToString(mac(c.input(), c.secret, sha256.New))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "hex_hmac", explanation: "The HMAC is written in hexadecimal.",
		token: func(c *claims) string {
			return c.input() + "." + hex.EncodeToString(mac(c.input(), c.secret, sha256.New))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "critical_header", explanation: "The header requires an extension in crit.",
		token: func(c *claims) string {
			return token(inputOf(`{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":0}`, c.json()), c.secret, sha256.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "alg_none", explanation: "The token is not signed at all.",
		token: func(c *claims) string { return c.header(`{"alg":"none","typ":"JWT"}`).input() + "." },
	},
	{
		code: errcode.SignatureInvalid, cause: "alg_not_hs256", explanation: "The token is signed with HS512.",
		token: func(c *claims) string { return c.header(`{"alg":"HS512","typ":"JWT"}`).hashed(sha512.New) },
	},
	{
		code: errcode.SignatureInvalid, cause: "app_key_missing", explanation: "The signature names no app.",
		token: func(c *claims) string { return c.without("appKey", "sdkKey").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "app_key_differs", explanation: "The signature names one app in appKey and another in sdkKey.",
		token: func(c *claims) string { return c.with("sdkKey", c.fixture.otherApp("Another app").Key).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "claim_wrong_type", explanation: "iat is a string.",
		token: func(c *claims) string { return c.with("iat", strconv.FormatInt(c.iat, 10)).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "duplicate_claim", explanation: "The claim role occurs twice.",
		token: func(c *claims) string {
			twice := strings.Replace(c.json(), `"role":0`, `"role":0,"role":1`, 1)
			return token(inputOf(plainHeader, twice), c.secret, sha256.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "video_sdk_token", explanation: "The page passes a token for the Video SDK.",
		token: func(c *claims) string {
			return c.only(map[string]any{
				"app_key": c.app, "tpc": "room", "role_type": 1, "version": 1, "iat": c.iat, "exp": c.iat + 7200,
			}).signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "oauth_token", explanation: "The page passes an OAuth access token.",
		token: func(c *claims) string {
			return c.header(`{"alg":"HS512","v":"2.0","kid":"` + c.fixture.tag + `"}`).
				only(map[string]any{"iss": "cid:" + c.app, "aud": "https://oauth.example", "iat": c.iat, "exp": c.iat + 3600}).hashed(sha512.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "zak_or_obf_as_signature", explanation: "The page passes the host's ZAK as the signature.",
		token: func(c *claims) string { return c.fixture.zak(c.fixture.host) },
	},
	{
		code: errcode.SignatureInvalid, cause: "native_sdk_token", explanation: "The token is for a native SDK: it has no meeting number and no role.",
		token: func(c *claims) string { return c.without("mn", "role").signed() },
	},
}

// manyApps gives the app's account more secrets than a diagnosis tries.
func (f *Fixture) manyApps() {
	const enough = 100
	for range enough {
		if f.err != nil {
			return
		}
		a := NewApp(f.owner, "One of many apps", f.now)
		a.ID, a.DevKey, a.DevSecret, a.PreviousSecret = f.NewID(), randomText(22), randomText(32), randomText(32)
		f.recordErr(f.Store.CreateApp(f.ctx, a))
	}
}

// appRecipes are about the app that the signature names, and its claims.
var appRecipes = []recipe{
	{
		code: errcode.APIKeyInvalid, cause: "unknown_key", explanation: "The signature names a key that does not belong to any app.",
		token: func(c *claims) string { return c.as(randomText(22)).signed() },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_whitespace", explanation: "The key in the signature has a line break at its end.",
		token: func(c *claims) string { return c.as(c.app + "\n").signed() },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_is_secret", explanation: "Key and secret are swapped: the key claim contains the secret.",
		token: func(c *claims) string { return c.as(c.secret).by(c.app) },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_of_other_kind", explanation: "The key belongs to a Video SDK app.",
		fixture: func(f *Fixture) { f.app.Kind = account.AppVideo },
	},
	{
		code: errcode.APIKeyInvalid, cause: "app_deleted", explanation: "The app was deleted an hour ago.",
		fixture: func(f *Fixture) { f.app.DeletedAt = f.now.Add(-time.Hour) },
	},
	{
		code: errcode.APIKeyDisabled, cause: "app_disabled", explanation: "The app is disabled.",
		fixture: func(f *Fixture) { f.app.Enabled = false },
	},
	{
		code: errcode.APIKeyDisabled, cause: "account_suspended", explanation: "The account that owns the app is suspended.",
		fixture: func(f *Fixture) { f.useExternalApp(); f.owner.Suspended = true },
	},
	{
		code: errcode.SignatureExpired, cause: "expired", explanation: "The signature expired an hour ago.",
		token: func(c *claims) string {
			iat := c.iat - 3*3600
			return c.with("iat", iat).with("exp", iat+7200).with("tokenExp", iat+7200).signed()
		},
	},
	{
		code: errcode.SignatureExpired, cause: "token_exp_expired", explanation: "The signature is still valid, but its tokenExp has passed.",
		token: func(c *claims) string { return c.with("tokenExp", c.iat).signed() },
	},
	{
		code: errcode.RoleError, cause: "role_missing", explanation: "The signature has no role.",
		token: func(c *claims) string { return c.without("role").signed() },
	},
	{
		code: errcode.RoleError, cause: "role_not_0_or_1", explanation: "The signature asks for role 5.",
		token: func(c *claims) string { return c.with("role", 5).signed() },
	},
	{
		code: errcode.RoleError, cause: "role_wrong_type", explanation: "The signature's role is true.",
		token: func(c *claims) string { return c.with("role", true).signed() },
	},
	{
		code: errcode.NoPermission, cause: "sdk_feature_off", explanation: "The app does not have the Meeting SDK feature.",
		fixture: func(f *Fixture) { f.app.MeetingSDK = false },
	},
	{
		code: errcode.NoPermission, cause: "origin_not_allowed", explanation: "The app allows only pages of https://app.example, and this page has another origin.",
		fixture: func(f *Fixture) { f.app.AllowedOrigins = []string{"https://app.example"} },
	},
}
