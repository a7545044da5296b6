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

// signatureRecipes are 3712 in all its forms: everything in the corner is right
// but for the signature, which is really made in the wrong way.
var signatureRecipes = []recipe{
	// Who signed.
	{
		code: errcode.SignatureInvalid, cause: "unknown_secret", says: "The signature is made with a secret that does not belong to any app.",
		token: func(c *claims) string { return c.by(randomText(32)) },
	},
	{
		code: errcode.SignatureInvalid, cause: "other_apps_secret", says: "The signature names one app and is made with the secret of another app of the same account.",
		token: func(c *claims) string { return c.by(c.corner.otherApp("Another app").Secret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "other_environment_secret", says: "The signature pairs the app's production key with its development secret.",
		given: func(c *corner) { c.app.DevKey, c.app.DevSecret = randomText(22), randomText(32) },
		token: func(c *claims) string { return c.by(c.corner.app.DevSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "rotated_secret", says: "The app's secret was replaced, and the signature is made with the one before.",
		given: func(c *corner) { c.app.PreviousSecret = randomText(32) },
		token: func(c *claims) string { return c.by(c.corner.app.PreviousSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "webhook_secret", says: "The signature is made with the app's webhook secret.",
		token: func(c *claims) string { return c.by(c.corner.app.WebhookSecret) },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_whitespace", says: "The secret was read with a line break at its end.",
		token: func(c *claims) string { return c.by(c.secret + "\n") },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_quoted", says: "The secret was read with quotation marks around it.",
		token: func(c *claims) string { return c.by(`"` + c.secret + `"`) },
	},
	{
		code: errcode.SignatureInvalid, cause: "secret_transcoded", says: "The secret was encoded in base64 before it was used.",
		token: func(c *claims) string { return c.by(base64.StdEncoding.EncodeToString([]byte(c.secret))) },
	},
	{
		code: errcode.SignatureInvalid, cause: "key_secret_swapped", says: "The signature is made with the app's key instead of its secret.",
		token: func(c *claims) string { return c.by(c.app) },
	},
	{
		code: errcode.SignatureInvalid, cause: "probe_skipped",
		says:  "The account has so many apps that the server stops the search for the secret that was used.",
		token: func(c *claims) string { c.corner.manyApps(); return c.by(randomText(32)) },
	},

	// Which meeting and when.
	{
		code: errcode.SignatureInvalid, cause: "mn_other_meeting", says: "The signature is for another meeting than the one that is joined.",
		token: func(c *claims) string { return c.with("mn", c.corner.otherMeeting().Number).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_missing", says: "The signature names no meeting.",
		token: func(c *claims) string { return c.without("mn").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_misnamed", says: "The claim with the meeting number is called meetingNumber.",
		token: func(c *claims) string {
			return c.with("meetingNumber", c.corner.meeting.Number).without("mn").signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "mn_not_a_number", says: "The signature has a join link instead of the meeting number.",
		token: func(c *claims) string {
			return c.with("mn", "https://meet.example/j/"+c.corner.meeting.Number).signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_in_future", says: "The clock of the signing server is ten minutes fast.",
		token: func(c *claims) string { return c.with("iat", c.iat+630).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_missing", says: "The claim iat is missing.",
		token: func(c *claims) string { return c.without("iat").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "iat_milliseconds", says: "iat is in milliseconds.",
		token: func(c *claims) string { return c.with("iat", c.iat*1000).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_missing", says: "The claim exp is missing.",
		token: func(c *claims) string { return c.without("exp").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_milliseconds", says: "exp is in milliseconds.",
		token: func(c *claims) string { return c.with("exp", (c.iat+7200)*1000).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "exp_before_iat", says: "exp is before iat.",
		token: func(c *claims) string { return c.with("exp", c.iat-1).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "lifetime_too_short", says: "The signature is valid for ten minutes; half an hour is the minimum.",
		token: func(c *claims) string { return c.with("exp", c.iat+600).with("tokenExp", c.iat+600).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "lifetime_too_long", says: "The signature is valid for 30 days; 48 hours is the maximum.",
		token: func(c *claims) string {
			month := c.iat + int64((30 * 24 * time.Hour).Seconds())
			return c.with("exp", month).with("tokenExp", month).signed()
		},
	},

	// What stands where the signature belongs.
	{
		code: errcode.SignatureInvalid, cause: "placeholder", says: "The page passes the word undefined instead of a signature.",
		token: func(*claims) string { return "undefined" },
	},
	{
		code: errcode.SignatureInvalid, cause: "json_wrapped", says: "The page passes the whole response of the signing endpoint.",
		token: func(c *claims) string {
			raw, err := json.Marshal(map[string]string{"signature": c.signed(), "sdkKey": c.app})
			c.corner.keep(err)
			return string(raw)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "html", says: "The signing endpoint responded with an error page.",
		token: func(*claims) string {
			return "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "wrapped", says: "The signature has Bearer before it.",
		token: func(c *claims) string { return "Bearer " + c.signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "url_encoded", says: "The signature was URL-encoded, including its dots.",
		token: func(c *claims) string { return strings.ReplaceAll(url.QueryEscape(c.signed()), ".", "%2E") },
	},
	{
		code: errcode.SignatureInvalid, cause: "truncated", says: "The end of the signature is missing.",
		token: func(c *claims) string { t := c.signed(); return t[:len(t)-9] },
	},
	{
		code: errcode.SignatureInvalid, cause: "not_a_jwt", says: "The signature is some other string.",
		token: func(*claims) string { return "abc123" },
	},
	{
		code: errcode.SignatureInvalid, cause: "legacy_format", says: "The signature has the old format that was used before JSON Web Tokens.",
		token: func(c *claims) string {
			millis := strconv.FormatInt(c.iat*1000, 10)
			text := c.app + c.corner.meeting.Number + millis + "0"
			sum := base64.StdEncoding.EncodeToString(mac(base64.StdEncoding.EncodeToString([]byte(text)), c.secret, sha256.New))
			return base64.StdEncoding.EncodeToString([]byte(strings.Join([]string{c.app, c.corner.meeting.Number, millis, "0", sum}, ".")))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "bad_base64", says: "The HMAC is in plain base64, with padding.",
		token: func(c *claims) string {
			return c.input() + "." + base64.URLEncoding.EncodeToString(mac(c.input(), c.secret, sha256.New))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "hex_hmac", says: "The HMAC is written in hexadecimal.",
		token: func(c *claims) string {
			return c.input() + "." + hex.EncodeToString(mac(c.input(), c.secret, sha256.New))
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "critical_header", says: "The header requires an extension in crit.",
		token: func(c *claims) string {
			return token(inputOf(`{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":0}`, c.json()), c.secret, sha256.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "alg_none", says: "The token is not signed at all.",
		token: func(c *claims) string { return c.header(`{"alg":"none","typ":"JWT"}`).input() + "." },
	},
	{
		code: errcode.SignatureInvalid, cause: "alg_not_hs256", says: "The token is signed with HS512.",
		token: func(c *claims) string { return c.header(`{"alg":"HS512","typ":"JWT"}`).hashed(sha512.New) },
	},
	{
		code: errcode.SignatureInvalid, cause: "app_key_missing", says: "The signature names no app.",
		token: func(c *claims) string { return c.without("appKey", "sdkKey").signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "app_key_differs", says: "The signature names one app in appKey and another in sdkKey.",
		token: func(c *claims) string { return c.with("sdkKey", c.corner.otherApp("Another app").Key).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "claim_wrong_type", says: "iat is a string.",
		token: func(c *claims) string { return c.with("iat", strconv.FormatInt(c.iat, 10)).signed() },
	},
	{
		code: errcode.SignatureInvalid, cause: "duplicate_claim", says: "The claim role occurs twice.",
		token: func(c *claims) string {
			twice := strings.Replace(c.json(), `"role":0`, `"role":0,"role":1`, 1)
			return token(inputOf(plainHeader, twice), c.secret, sha256.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "video_sdk_token", says: "The page passes a token for the Video SDK.",
		token: func(c *claims) string {
			return c.only(map[string]any{
				"app_key": c.app, "tpc": "room", "role_type": 1, "version": 1, "iat": c.iat, "exp": c.iat + 7200,
			}).signed()
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "oauth_token", says: "The page passes an OAuth access token.",
		token: func(c *claims) string {
			return c.header(`{"alg":"HS512","v":"2.0","kid":"` + c.corner.tag + `"}`).
				only(map[string]any{"iss": "cid:" + c.app, "aud": "https://oauth.example", "iat": c.iat, "exp": c.iat + 3600}).hashed(sha512.New)
		},
	},
	{
		code: errcode.SignatureInvalid, cause: "zak_or_obf_as_signature", says: "The page passes the host's ZAK as the signature.",
		token: func(c *claims) string { return c.corner.zak(c.corner.host) },
	},
	{
		code: errcode.SignatureInvalid, cause: "native_sdk_token", says: "The token is for a native SDK: it has no meeting number and no role.",
		token: func(c *claims) string { return c.without("mn", "role").signed() },
	},
}

// manyApps gives the app's account more secrets than a diagnosis tries.
func (c *corner) manyApps() {
	const enough = 100
	for range enough {
		if c.err != nil {
			return
		}
		a := NewApp(c.owner, "One of many apps", c.now)
		a.ID, a.DevKey, a.DevSecret, a.PreviousSecret = c.NewID(), randomText(22), randomText(32), randomText(32)
		c.keep(c.Store.CreateApp(c.ctx, a))
	}
}

// appRecipes are about the app that the signature names, and its claims.
var appRecipes = []recipe{
	{
		code: errcode.APIKeyInvalid, cause: "unknown_key", says: "The signature names a key that does not belong to any app.",
		token: func(c *claims) string { return c.as(randomText(22)).signed() },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_whitespace", says: "The key in the signature has a line break at its end.",
		token: func(c *claims) string { return c.as(c.app + "\n").signed() },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_is_secret", says: "Key and secret are swapped: the key claim contains the secret.",
		token: func(c *claims) string { return c.as(c.secret).by(c.app) },
	},
	{
		code: errcode.APIKeyInvalid, cause: "key_of_other_kind", says: "The key belongs to a Video SDK app.",
		given: func(c *corner) { c.app.Kind = account.AppVideo },
	},
	{
		code: errcode.APIKeyInvalid, cause: "app_deleted", says: "The app was deleted an hour ago.",
		given: func(c *corner) { c.app.DeletedAt = c.now.Add(-time.Hour) },
	},
	{
		code: errcode.APIKeyDisabled, cause: "app_disabled", says: "The app is disabled.",
		given: func(c *corner) { c.app.Enabled = false },
	},
	{
		code: errcode.APIKeyDisabled, cause: "account_suspended", says: "The account that owns the app is suspended.",
		given: func(c *corner) { c.external(); c.owner.Suspended = true },
	},
	{
		code: errcode.SignatureExpired, cause: "expired", says: "The signature expired an hour ago.",
		token: func(c *claims) string {
			iat := c.iat - 3*3600
			return c.with("iat", iat).with("exp", iat+7200).with("tokenExp", iat+7200).signed()
		},
	},
	{
		code: errcode.SignatureExpired, cause: "token_exp_expired", says: "The signature is still valid, but its tokenExp has passed.",
		token: func(c *claims) string { return c.with("tokenExp", c.iat).signed() },
	},
	{
		code: errcode.RoleError, cause: "role_missing", says: "The signature has no role.",
		token: func(c *claims) string { return c.without("role").signed() },
	},
	{
		code: errcode.RoleError, cause: "role_not_0_or_1", says: "The signature asks for role 5.",
		token: func(c *claims) string { return c.with("role", 5).signed() },
	},
	{
		code: errcode.RoleError, cause: "role_wrong_type", says: "The signature's role is true.",
		token: func(c *claims) string { return c.with("role", true).signed() },
	},
	{
		code: errcode.NoPermission, cause: "sdk_feature_off", says: "The app does not have the Meeting SDK feature.",
		given: func(c *corner) { c.app.MeetingSDK = false },
	},
	{
		code: errcode.NoPermission, cause: "origin_not_allowed", says: "The app allows only pages of https://app.example, and this page has another origin.",
		given: func(c *corner) { c.app.AllowedOrigins = []string{"https://app.example"} },
	},
}
