package signature_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/signature"
)

// broken is a token with one fault and what has to be said about it.
type broken struct {
	cause    string // the test's name; a part after a slash distinguishes cases
	token    string
	code     errcode.Code // 3712 unless given
	evidence string       // must occur
	warning  bool         // the cause is a note, and the token is good
	probes   int
}

func brokenTokens() []broken {
	ok := good().signed()
	head, rest, _ := strings.Cut(ok, ".")
	body, sig, _ := strings.Cut(rest, ".")
	input := head + "." + body
	raw, _ := b64.DecodeString(sig)
	std := base64.StdEncoding
	paddedSig := input + "." + base64.URLEncoding.EncodeToString(raw)
	stdInput := std.EncodeToString([]byte(plainHeader)) + "." + std.EncodeToString([]byte(good().json()))
	legacy := std.EncodeToString([]byte(classKey + ".93212345678.1768904973000.0." + std.EncodeToString(raw)))
	response, _ := json.Marshal(map[string]string{"signature": ok, "sdkKey": classKey})
	iat := now.Unix()
	zak := claims{"aud": "clientsm", "uid": "u1", "iss": "web", "sk": "0", "exp": iat + 7200, "iat": iat}
	dup := strings.Replace(good().json(), `"role":0`, `"role":0,"role":1`, 1)

	return []broken{
		{cause: "empty", token: "", code: 4003},
		{cause: "empty/blanks", token: " \n\t", code: 4003},
		{cause: "placeholder", token: "undefined", evidence: "undefined"},
		{cause: "placeholder/object", token: "[object Object]"},
		{cause: "placeholder/null in quotes", token: `"null"`, code: 3712},
		{cause: "json_wrapped", token: string(response), evidence: "“signature”; the secret is correct"},
		{cause: "json_wrapped/error", token: `{"error":"no such user"}`},
		{cause: "html", token: "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"},
		{cause: "wrapped", token: `"` + ok + `"`, evidence: "quotes"},
		{cause: "wrapped/bearer", token: "Bearer " + ok, evidence: "Bearer"},
		{cause: "wrapped/newline", token: ok + "\n"},
		{cause: "wrapped/lines", token: ok[:60] + "\r\n" + ok[60:]},
		{cause: "wrapped/zero width", token: "\u200b" + ok},
		{cause: "url_encoded", token: strings.ReplaceAll(ok, ".", "%2E")},
		{cause: "url_encoded/twice", token: url.QueryEscape(url.QueryEscape(strings.ReplaceAll(ok, ".", "%2E")))},
		{cause: "truncated", token: ok[:len(ok)-9], evidence: "of 32 bytes: the end of the token is missing; the secret is correct"},
		{cause: "truncated/two parts", token: input},
		{cause: "truncated/header only", token: head},
		{cause: "truncated/no mac", token: input + "."},
		{cause: "not_a_jwt", token: "abc123", evidence: "no dots"},
		{cause: "not_a_jwt/the secret itself", token: classSecret, evidence: "secret of app “Classroom”: use it"},
		{cause: "not_a_jwt/four parts", token: ok + ".x"},
		{cause: "not_a_jwt/array", token: forge(plainHeader, `["a"]`, classSecret), evidence: "an array"},
		{cause: "not_a_jwt/too long", token: strings.Repeat("a", 64<<10), evidence: "65536 bytes"},
		{cause: "legacy_format", token: legacy},
		{cause: "legacy_format/bare", token: classKey + ".93212345678.1768904973.0." + sig},
		{cause: "bad_base64", token: paddedSig, evidence: "plain base64 (with +, / or =); it must be base64url without padding; the secret is correct"},
		{cause: "bad_base64/all parts", token: stdInput + "." + std.EncodeToString(mac(stdInput, classSecret, sha256.New)), evidence: "the secret is correct"},
		{cause: "bad_base64/signed over padded parts", token: input + "." + b64.EncodeToString(mac(stdInput, classSecret, sha256.New))},
		{cause: "bad_base64/signed over the JSON", token: input + "." + b64.EncodeToString(mac(plainHeader+"."+good().json(), classSecret, sha256.New)), evidence: "JSON texts"},
		{cause: "bad_base64/last bits", token: ok[:len(ok)-1] + nextChar(ok[len(ok)-1])},
		{cause: "hex_hmac", token: input + "." + hex.EncodeToString(raw), evidence: "the secret is correct"},
		{cause: "hex_hmac/in base64", token: input + "." + b64.EncodeToString([]byte(hex.EncodeToString(raw))), evidence: "the secret is correct"},
		{cause: "alg_none", token: b64.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + body + "."},
		{cause: "alg_none/with mac", token: forge(`{"alg":"NONE"}`, good().json(), classSecret)},
		{cause: "alg_not_hs256", token: forgeWith(`{"alg":"HS512","typ":"JWT"}`, good().json(), classSecret, sha512.New), evidence: "HS512”; only HS256 is accepted; the secret is correct"},
		{cause: "critical_header", token: forgeWith(`{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":0}`, good().json(), classSecret, sha256.New), evidence: "crit"},
		{cause: "critical_header/unencoded payload", token: forgeWith(`{"alg":"HS256","b64":false,"crit":["b64"]}`, good().json(), classSecret, sha256.New)},
		{cause: "critical_header/empty", token: forgeWith(`{"alg":"HS256","crit":[]}`, good().json(), classSecret, sha256.New)},
		{cause: "critical_header/text", token: forgeWith(`{"alg":"HS256","crit":"exp"}`, good().json(), classSecret, sha256.New)},
		{cause: "alg_not_hs256/HS384", token: forgeWith(`{"alg":"HS384","typ":"JWT"}`, good().json(), classSecret, sha512.New384), evidence: "the secret is correct"},
		{cause: "alg_not_hs256/RS256", token: forge(`{"alg":"RS256","typ":"JWT"}`, good().json(), classSecret)},
		{cause: "alg_not_hs256/missing", token: forge(`{"typ":"JWT"}`, good().json(), classSecret)},
		{cause: "alg_not_hs256/header lies", token: forgeWith(plainHeader, good().json(), classSecret, sha512.New), evidence: "SHA512; the secret is correct"},
		{cause: "other_apps_secret", token: good().by(billing), evidence: "signed with the secret of app “Billing portal”, not of “Classroom”"},
		{cause: "other_apps_secret/video app", token: good().by(video), evidence: "Video SDK app"},
		{cause: "other_apps_secret/damaged", token: good().by(billing + "\n"), evidence: "line break"},
		{cause: "other_environment_secret", token: good().by(classDev), evidence: "the production key of app “Classroom”, and the secret is its development secret"},
		{cause: "webhook_secret", token: good().by(classHook)},
		{cause: "rotated_secret", token: good().by(classOld), evidence: "replaced"},
		{cause: "secret_whitespace", token: good().by(classSecret + "\n"), evidence: "line break after"},
		{cause: "secret_whitespace/bom", token: good().by("\uFEFF" + classSecret)},
		{cause: "secret_quoted", token: good().by(`"` + classSecret + `"`)},
		{cause: "secret_transcoded", token: good().by(std.EncodeToString([]byte(classSecret)))},
		{cause: "secret_transcoded/hex", token: good().by(hex.EncodeToString([]byte(classSecret)))},
		{cause: "secret_transcoded/url", token: good().by(url.QueryEscape(classSecret))},
		{cause: "secret_transcoded/cut", token: good().by(classSecret[:32])},
		{cause: "key_secret_swapped", token: good().by(classKey), evidence: "instead of its secret"},
		{cause: "unknown_secret", token: good().by("who knows this secret"), evidence: "no app on this server uses the secret"},
		{cause: "video_sdk_token", token: claims{"app_key": videoKey, "tpc": "room", "role_type": 1, "version": 1, "iat": iat, "exp": iat + 7200}.by(video)},
		{cause: "oauth_token", token: forgeWith(`{"alg":"HS512","kid":"k1","v":"2.0"}`, claims{"iss": "zm:cid:abc", "aud": "https://oauth.example", "iat": iat, "exp": iat + 3600}.json(), "x", sha512.New)},
		{cause: "zak_or_obf_as_signature", token: zak.by("x")},
		{cause: "zak_or_obf_as_signature/ours", token: claims{"anteroom": "obf", "iat": iat, "exp": iat + 7200}.by("x"), evidence: "obfToken"},
		{cause: "native_sdk_token", token: without("mn", "role").signed()},
		{cause: "app_key_missing", token: without("appKey", "sdkKey").signed(), evidence: "signed with the secret of app “Classroom”, whose key is “CLkey7…”"},
		{cause: "app_key_missing/nested", token: claims{"payload": good(), "mn": meetingNumber, "role": 0}.signed(), evidence: "nested in “payload”"},
		{cause: "app_key_missing/old JWT app", token: claims{"iss": classKey, "exp": iat + 3600, "role": 0}.signed(), evidence: "retired"},
		{cause: "app_key_differs", token: with("sdkKey", billingKey).signed()},
		{cause: "mn_missing", token: without("mn").signed()},
		{cause: "mn_misnamed", token: func() string { c := without("mn"); c["meetingNumber"] = meetingNumber; return c.signed() }(), evidence: "“meetingNumber”"},
		{cause: "mn_formatted", token: with("mn", "932-1234 5678").signed(), warning: true},
		{cause: "mn_other_meeting", token: with("mn", "98765432101").signed(), evidence: "987 6543 2101, and the page joins 932 1234 5678"},
		{cause: "mn_not_a_number", token: with("mn", "https://example.com/j/93212345678").signed(), evidence: "a link"},
		{cause: "mn_not_a_number/fraction", token: with("mn", 93212345678.5).signed()},
		{cause: "iat_missing", token: without("iat").signed()},
		{cause: "iat_in_future", token: func() string {
			c := with("iat", iat+154)
			c["exp"] = iat + 7200
			c["tokenExp"] = iat + 7200
			return c.signed()
		}(), evidence: "iat is 2.6 min ahead of this server's clock: the same token becomes valid at 10:31:07 UTC"},
		{cause: "iat_milliseconds", token: with("iat", iat*1000).signed()},
		{cause: "exp_missing", token: without("exp").signed()},
		{cause: "exp_milliseconds", token: with("exp", (iat+7200)*1000).signed()},
		{cause: "exp_milliseconds/lifetime times 1000", token: with("exp", iat-30+7200*1000).signed(), evidence: "83.3 days"},
		{cause: "exp_before_iat", token: with("exp", iat-31).signed()},
		{cause: "lifetime_too_short", token: with("exp", iat-30+1799).signed(), evidence: "1799 s"},
		{cause: "lifetime_too_long", token: with("exp", iat-30+172801).signed(), evidence: "172801 s"},
		{cause: "lifetime_too_long/30 days", token: with("exp", iat-30+30*86400).signed(), evidence: "30 days"},
		{cause: "claim_wrong_type", token: with("iat", "1768904973").signed(), evidence: "iat is text"},
		{cause: "claim_wrong_type/float", token: with("iat", 1768904943.25).signed()},
		{cause: "claim_wrong_type/mn", token: with("mn", true).signed()},
		{cause: "claim_wrong_type/array", token: with("appKey", []string{classKey}).signed()},
		{cause: "duplicate_claim", token: forge(plainHeader, dup, classSecret), evidence: "“role”"},
		{cause: "probe_skipped", token: good().by("who knows this secret"), probes: 5},
		{cause: "probe_skipped/none allowed", token: good().by(billing), probes: -1},
		// The neighbours of 3712.
		{cause: "unknown_key", token: with("appKey", "nobody-has-this").signedAs("nobody-has-this"), code: 3704, evidence: "signed with the secret of app “Classroom”"},
		{cause: "key_whitespace", token: good().signedAs(classKey + "\n"), code: 3704},
		{cause: "key_is_secret", token: good().signedAs(classSecret), code: 3704, evidence: "the key claim contains the secret of app “Classroom”"},
		{cause: "key_of_other_kind", token: forge(plainHeader, good().as(videoKey).json(), video), code: 3704, evidence: "Video SDK"},
		{cause: "app_deleted", token: good().as(deletedKey).by(disabled), code: 3704},
		{cause: "app_disabled", token: good().as(disabledKey).by(disabled), code: 3710},
		{cause: "account_suspended", token: good().as(suspendedKey).by(disabled), code: 3710},
		{cause: "expired", token: past().signed(), code: 3705, evidence: "it is 10:29:33 UTC here"},
		{cause: "token_exp_expired", token: with("tokenExp", iat-1).signed(), code: 3705},
		{cause: "role_missing", token: without("role").signed(), code: 3708},
		{cause: "role_not_0_or_1", token: with("role", 2).signed(), code: 3708},
		{cause: "role_wrong_type", token: with("role", true).signed(), code: 3708},
		{cause: "role_wrong_type/text", token: with("role", "host").signed(), code: 3708},
	}
}

// nextChar changes only those bits of the last character that carry nothing.
func nextChar(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)|1])
}

// as names another app.
func (c claims) as(key string) claims {
	d := claims{}
	for k, v := range c {
		d[k] = v
	}
	d["appKey"], d["sdkKey"] = key, key
	return d
}

func (c claims) signedAs(key string) string { return c.as(key).signed() }

// past was issued three hours ago for two.
func past() claims {
	c := good()
	iat := now.Unix() - 3*3600
	c["iat"], c["exp"], c["tokenExp"] = iat, iat+7200, iat+7200
	return c
}

func TestCauses(t *testing.T) {
	for _, tc := range brokenTokens() {
		t.Run(tc.cause, func(t *testing.T) {
			cause, _, _ := strings.Cut(tc.cause, "/")
			code := tc.code
			if code == 0 {
				code = errcode.SignatureInvalid
			}
			o := options()
			o.MaxProbes = tc.probes
			r := signature.Diagnose(t.Context(), tc.token, o)
			if tc.warning {
				if !r.Good() || !r.Has(cause) {
					t.Fatalf("want a good token with a note: %+v", r)
				}
				return
			}
			if r.Decision.Code != code || r.Decision.Cause != cause {
				t.Fatalf("decision %v\nalso %v", &r.Decision, r.AlsoFailing)
			}
			if !strings.Contains(r.Decision.Evidence, tc.evidence) {
				t.Errorf("evidence %q lacks %q", r.Decision.Evidence, tc.evidence)
			}
			if r.Decision.Remedy == "" || r.Decision.Name == "" || r.Decision.Step == "" {
				t.Errorf("incomplete decision %+v", r.Decision)
			}
			if _, fault := signature.Verify(tc.token, []byte(classSecret), signature.Expectation{MeetingNumber: meetingNumber, Now: now}); fault == nil && code != 3704 && code != 3710 {
				t.Error("Verify accepts what Diagnose refuses")
			}
			noSecrets(t, &r)
		})
	}
}

// noSecrets fails if any secret, or a recognisable part of one, left the diagnosis.
func noSecrets(t *testing.T, r *signature.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, f := range r.Faults() {
		text += f.Error() + f.PublicEvidence
	}
	for _, s := range secrets() {
		if strings.Contains(text, s) || strings.Contains(text, s[:10]) {
			t.Errorf("a secret is leaked: %s", text)
		}
	}
}

// TestEveryCauseIsProduced holds the table against the contract's list, written out
// here so that neither the package nor the table can drop one unseen.
func TestEveryCauseIsProduced(t *testing.T) {
	contract := strings.Fields(`empty placeholder json_wrapped html wrapped url_encoded truncated not_a_jwt
		legacy_format bad_base64 hex_hmac alg_none alg_not_hs256 critical_header other_apps_secret other_environment_secret
		webhook_secret rotated_secret secret_whitespace secret_quoted secret_transcoded key_secret_swapped
		unknown_secret video_sdk_token oauth_token zak_or_obf_as_signature native_sdk_token app_key_missing
		app_key_differs mn_missing mn_misnamed mn_formatted mn_other_meeting mn_not_a_number iat_missing
		iat_in_future iat_milliseconds exp_missing exp_milliseconds exp_before_iat lifetime_too_short
		lifetime_too_long claim_wrong_type duplicate_claim probe_skipped`)
	if got := signature.Causes(); !slices.Equal(got, contract) {
		t.Errorf("Causes() = %v", got)
	}
	table := map[string]bool{}
	for _, tc := range brokenTokens() {
		cause, _, _ := strings.Cut(tc.cause, "/")
		table[cause] = true
	}
	for _, cause := range contract {
		if !table[cause] {
			t.Errorf("no broken token produces %q", cause)
		}
		if _, ok := errcode.CauseOf(errcode.SignatureInvalid, cause); !ok {
			t.Errorf("the catalogue does not know %q", cause)
		}
	}
}
