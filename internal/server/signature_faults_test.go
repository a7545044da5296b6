package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/signature"
)

type claimSet map[string]any

func (w *faultFixture) claims() claimSet {
	iat := w.now.Unix() - 30
	return claimSet{
		"appKey": w.class.Key, "sdkKey": w.class.Key, "mn": faultRoom, "role": 0, "iat": iat, "exp": iat + 7200, "tokenExp": iat + 7200,
	}
}

func (w *faultFixture) with(pairs ...any) claimSet {
	c := maps.Clone(w.claims())
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

func (w *faultFixture) without(names ...string) claimSet {
	c := w.claims()
	for _, n := range names {
		delete(c, n)
	}
	return c
}

const jwtHeader = `{"alg":"HS256","typ":"JWT"}`

func (c claimSet) json() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (w *faultFixture) signed(c claimSet) string {
	return jwt(jwtHeader, c.json(), w.class.Secret, sha256.New)
}

// by is a right token of the app's but for the secret.
func (w *faultFixture) by(secret string) string {
	return jwt(jwtHeader, w.claims().json(), secret, sha256.New)
}

// of is a right token of another app.
func (w *faultFixture) of(a *account.App) string {
	return jwt(jwtHeader, w.with("appKey", a.Key, "sdkKey", a.Key).json(), a.Secret, sha256.New)
}

var rawURL = base64.RawURLEncoding

func jwt(header, payload, secret string, h func() hash.Hash) string {
	input := rawURL.EncodeToString([]byte(header)) + "." + rawURL.EncodeToString([]byte(payload))
	return input + "." + rawURL.EncodeToString(hmacOf(input, secret, h))
}

func hmacOf(text, secret string, h func() hash.Hash) []byte {
	mac := hmac.New(h, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// reportedFault is what has to be said about a token.
type reportedFault struct {
	code  int
	cause string
}

// fault is one way to break a signature, as the research counts them.
type fault struct {
	n     int
	what  string
	token string
	// want is the decision of both; offline overrides it where a pair of credentials
	// knows less than a server.
	want    reportedFault
	offline *reportedFault
	// evidence has to occur in what is said, warning among the warnings.
	evidence, warning string
	join              map[string]any
	// untold is why the fault itself cannot be named from the token and the known
	// apps; want is then what is said instead.
	untold string
}

var good = reportedFault{}

func bad(cause string) reportedFault { return reportedFault{3712, cause} }

func (w *faultFixture) faults() []fault {
	ok := w.signed(w.claims())
	parts := strings.Split(ok, ".")
	input := parts[0] + "." + parts[1]
	mac, _ := rawURL.DecodeString(parts[2])
	std := base64.StdEncoding
	wrapped, _ := json.Marshal(map[string]string{"signature": ok})
	legacy := func(moment string) string {
		return std.EncodeToString([]byte(w.class.Key + "." + faultRoom + "." + moment + ".0." + std.EncodeToString(mac)))
	}
	iat := w.now.Unix()
	span := func(seconds int64) claimSet { return w.with("exp", iat-30+seconds, "tokenExp", iat-30+seconds) }
	past := w.with("iat", iat-7200, "exp", iat-60, "tokenExp", iat-60)
	pretty, _ := json.MarshalIndent(w.claims(), "", "    ")
	twice := strings.Replace(w.claims().json(), `"role":0`, `"role":0,"role":1`, 1)
	blank := &reportedFault{4003, "empty"}
	account := w.class.AccountID
	const (
		byState = "the token is right; whether it may be used is the state of the meeting and of the ZAK, which only a server knows"
		cached  = "a token that was kept looks like any other that is old or for another meeting; it is reported as that"
	)
	return []fault{
		{n: 1, what: "empty", token: "", want: reportedFault{4003, "signature_missing"}, offline: blank},
		{n: 1, what: "blanks", token: " \n", want: reportedFault{4003, "signature_missing"}, offline: blank},
		{n: 1, what: "undefined", token: "undefined", want: bad("placeholder")},
		{n: 1, what: "null", token: "null", want: bad("placeholder")},
		{n: 1, what: "object", token: "[object Object]", want: bad("placeholder")},
		{n: 1, what: "promise", token: "[object Promise]", want: bad("placeholder")},
		{n: 1, what: "whole JSON", token: string(wrapped), want: bad("json_wrapped"), evidence: "the secret is correct"},
		{n: 2, what: "error page", token: "<!DOCTYPE html><html><body>502</body></html>", want: bad("html")},
		{n: 3, what: "quotes", token: `"` + ok + `"`, want: bad("wrapped"), evidence: "quotes"},
		{n: 3, what: "blanks", token: " " + ok + " ", want: bad("wrapped")},
		{n: 3, what: "line break", token: ok + "\n", want: bad("wrapped")},
		{n: 3, what: "Bearer", token: "Bearer " + ok, want: bad("wrapped"), evidence: "Bearer"},
		{n: 3, what: "appKey:", token: "appKey:" + ok, want: bad("wrapped"), evidence: "appKey:"},
		{n: 4, what: "percent", token: strings.ReplaceAll(ok, ".", "%2E"), want: bad("url_encoded")},
		{n: 4, what: "twice", token: url.QueryEscape(strings.ReplaceAll(ok, ".", "%2E")), want: bad("url_encoded")},
		{n: 4, what: "plus turned to blank", token: plusToBlank(w), want: bad("url_encoded"), evidence: "the secret is correct"},
		{n: 5, what: "end missing", token: ok[:len(ok)-7], want: bad("truncated"), evidence: "the secret is correct"},
		{n: 5, what: "two parts", token: input, want: bad("truncated")},
		{n: 5, what: "four parts", token: ok + ".x", want: bad("not_a_jwt"), evidence: "4 parts"},
		{n: 6, what: "legacy", token: legacy("1768904973000"), want: bad("legacy_format")},
		{n: 7, what: "legacy with seconds", token: legacy("1768904973"), want: bad("legacy_format")},
		{n: 8, what: "none", token: jwt(`{"alg":"none"}`, w.claims().json(), w.class.Secret, sha256.New), want: bad("alg_none")},
		{n: 8, what: "HS384", token: jwt(`{"alg":"HS384","typ":"JWT"}`, w.claims().json(), w.class.Secret, sha512.New384), want: bad("alg_not_hs256"), evidence: "the secret is correct"},
		{n: 8, what: "HS512", token: jwt(`{"alg":"HS512","typ":"JWT"}`, w.claims().json(), w.class.Secret, sha512.New), want: bad("alg_not_hs256"), evidence: "the secret is correct"},
		{n: 8, what: "RS256", token: jwt(`{"alg":"RS256","typ":"JWT"}`, w.claims().json(), "x", sha512.New), want: bad("alg_not_hs256"), evidence: "RS256"},
		{n: 9, what: "no typ", token: jwt(`{"alg":"HS256"}`, w.claims().json(), w.class.Secret, sha256.New), want: good, warning: "typ_missing"},
		{n: 10, what: "padding", token: input + "." + std.EncodeToString(mac), want: bad("bad_base64"), evidence: "the secret is correct"},
		{n: 11, what: "hexadecimal", token: input + "." + hex.EncodeToString(mac), want: bad("hex_hmac"), evidence: "the secret is correct"},
		{n: 12, what: "signed before it was written out again", token: input + "." + rawURL.EncodeToString(hmacOf(parts[0]+"."+rawURL.EncodeToString(pretty), w.class.Secret, sha256.New)), want: bad("unknown_secret"), evidence: "is correct, but the HMAC was made over other bytes"},
		{
			n: 12, what: "changed after signing", token: parts[0] + "." + rawURL.EncodeToString([]byte(w.with("userName", "Kim").json())) + "." + parts[2],
			want: bad("unknown_secret"), evidence: "Possible reasons, the most likely first: (1)",
			untold: "the right secret over bytes that nobody has any more looks like a secret that nobody knows",
		},
		{n: 13, what: "another own app's", token: w.by(w.billing.Secret), want: bad("other_apps_secret"), evidence: "secret of app “Billing portal”, not of “Classroom”"},
		{n: 14, what: "development secret, production key", token: w.by(w.class.DevSecret), want: bad("other_environment_secret")},
		{n: 14, what: "production secret, development key", token: w.signed(w.with("appKey", w.class.DevKey, "sdkKey", w.class.DevKey)), want: bad("other_environment_secret")},
		{n: 15, what: "server-to-server credentials", token: w.of(w.oauth), want: reportedFault{3704, "key_of_other_kind"}, evidence: "server"},
		{n: 15, what: "its secret only", token: w.by(w.oauth.Secret), want: bad("other_apps_secret"), evidence: "server-to-server OAuth app"},
		{n: 16, what: "Video SDK credentials", token: w.of(w.video), want: reportedFault{3704, "key_of_other_kind"}},
		{n: 16, what: "Video SDK token", token: jwt(jwtHeader, claimSet{"app_key": w.video.Key, "tpc": "room", "role_type": 1, "version": 1, "user_identity": "k", "iat": iat, "exp": iat + 7200}.json(), w.video.Secret, sha256.New), want: bad("video_sdk_token")},
		{n: 17, what: "webhook secret", token: w.by(w.class.WebhookSecret), want: bad("webhook_secret")},
		{n: 18, what: "exchanged", token: jwt(jwtHeader, w.with("appKey", w.class.Secret, "sdkKey", w.class.Secret).json(), w.class.Key, sha256.New), want: reportedFault{3704, "key_is_secret"}},
		{n: 18, what: "key as secret", token: w.by(w.class.Key), want: bad("key_secret_swapped")},
		{n: 19, what: "replaced secret", token: w.by(w.class.PreviousSecret), want: bad("rotated_secret")},
		{n: 20, what: "quotes", token: w.by(`"` + w.class.Secret + `"`), want: bad("secret_quoted")},
		{n: 20, what: "line break", token: w.by(w.class.Secret + "\r\n"), want: bad("secret_whitespace")},
		{n: 20, what: "blank", token: w.by(w.class.Secret + " "), want: bad("secret_whitespace")},
		{n: 20, what: "written in base64", token: w.by(std.EncodeToString([]byte(w.class.Secret))), want: bad("secret_transcoded")},
		{n: 20, what: "byte order mark", token: w.by("\uFEFF" + w.class.Secret), want: bad("secret_whitespace")},
		{n: 21, what: "only sdkKey", token: w.signed(w.without("appKey")), want: good, warning: "sdk_key_only"},
		{n: 21, what: "neither", token: w.signed(w.without("appKey", "sdkKey")), want: bad("app_key_missing"), evidence: "secret of app “Classroom”"},
		{n: 22, what: "two keys", token: w.signed(w.with("sdkKey", w.billing.Key)), want: bad("app_key_differs")},
		{n: 23, what: "blanks around the key", token: w.signed(w.with("appKey", " "+w.class.Key, "sdkKey", " "+w.class.Key)), want: reportedFault{3704, "key_whitespace"}},
		{n: 23, what: "e-mail address", token: w.signed(w.with("appKey", "kim@school.example", "sdkKey", "kim@school.example")), want: reportedFault{3704, "unknown_key"}},
		{n: 23, what: "account id", token: w.signed(w.with("appKey", account, "sdkKey", account)), want: reportedFault{3704, "unknown_key"}, evidence: "secret of app “Classroom”"},
		{n: 24, what: "unknown key", token: jwt(jwtHeader, w.with("appKey", "nobody", "sdkKey", "nobody").json(), "nothing", sha256.New), want: reportedFault{3704, "unknown_key"}},
		{n: 24, what: "deleted app", token: w.of(w.gone), want: reportedFault{3704, "app_deleted"}},
		{n: 25, what: "app off", token: w.of(w.off), want: reportedFault{3710, "app_disabled"}},
		{n: 25, what: "owner suspended", token: w.of(w.unpaid), want: reportedFault{3710, "account_suspended"}},
		{n: 26, what: "feature off", token: w.of(w.plain), want: reportedFault{3713, "sdk_feature_off"}, offline: &good, untold: "offline the app's features are not known; the server tells it"},
		{n: 27, what: "no mn", token: w.signed(w.without("mn")), want: bad("mn_missing")},
		{n: 27, what: "meetingNumber", token: w.signed(rename(w.claims(), "mn", "meetingNumber")), want: bad("mn_misnamed"), evidence: "meetingNumber"},
		{n: 27, what: "meeting_number", token: w.signed(rename(w.claims(), "mn", "meeting_number")), want: bad("mn_misnamed")},
		{n: 27, what: "meetingId", token: w.signed(rename(w.claims(), "mn", "meetingId")), want: bad("mn_misnamed")},
		{n: 28, what: "formatted", token: w.signed(w.with("mn", "932-1234 5678")), want: good, warning: "mn_formatted"},
		{n: 29, what: "number", token: w.signed(w.with("mn", 93212345678)), want: good, warning: "mn_is_number"},
		{n: 30, what: "another meeting", token: w.signed(w.with("mn", otherRoom)), want: bad("mn_other_meeting"), evidence: "987 6543 2101"},
		{n: 31, what: "link", token: w.signed(w.with("mn", "https://x.example/j/93212345678")), want: bad("mn_not_a_number"), evidence: "a link"},
		{n: 31, what: "UUID", token: w.signed(w.with("mn", "4444AAAiAAAAAiAiAiiAii==")), want: bad("mn_not_a_number"), evidence: "UUID"},
		{n: 31, what: "vanity name", token: w.signed(w.with("mn", "kims-room")), want: bad("mn_not_a_number"), evidence: "a name"},
		{n: 32, what: "missing", token: w.signed(w.without("role")), want: reportedFault{3708, "role_missing"}},
		{n: 32, what: "text", token: w.signed(w.with("role", "0")), want: good, warning: "role_is_text"},
		{n: 32, what: "boolean", token: w.signed(w.with("role", true)), want: reportedFault{3708, "role_wrong_type"}},
		{n: 32, what: "5", token: w.signed(w.with("role", 5)), want: reportedFault{3708, "role_not_0_or_1"}},
		{n: 33, what: "no ZAK", token: w.signed(w.with("role", 1)), want: reportedFault{3003, "no_zak"}, offline: &good, untold: byState},
		{n: 33, what: "not the host", token: w.signed(w.with("role", 1)), want: reportedFault{3003, "not_host"}, offline: &good, untold: byState, join: map[string]any{"zak": w.mint(w.other)}},
		{n: 34, what: "host with role 0", token: ok, want: good, warning: "zak_without_role", untold: byState + "; a note says it", join: map[string]any{"zak": w.zak}},
		{n: 35, what: "iat in milliseconds", token: w.signed(w.with("iat", (iat-30)*1000)), want: bad("iat_milliseconds")},
		{n: 36, what: "iat ahead", token: w.signed(w.with("iat", iat+154)), want: bad("iat_in_future"), evidence: "2.6 min ahead of this server's clock: the same token becomes valid at 12:01:34 UTC"},
		{n: 37, what: "iat as text", token: w.signed(w.with("iat", fmt.Sprint(iat))), want: bad("claim_wrong_type"), evidence: "iat is text"},
		{n: 37, what: "iat as a fraction", token: w.signed(w.with("iat", float64(iat)-0.5)), want: bad("claim_wrong_type")},
		{n: 38, what: "no iat", token: w.signed(w.without("iat")), want: bad("iat_missing")},
		{n: 38, what: "no exp", token: w.signed(w.without("exp")), want: bad("exp_missing")},
		{n: 39, what: "exp in milliseconds", token: w.signed(w.with("exp", (iat+7200)*1000)), want: bad("exp_milliseconds")},
		{n: 39, what: "lifetime in milliseconds", token: w.signed(span(7200 * 1000)), want: bad("exp_milliseconds"), evidence: "83.3 days"},
		{n: 40, what: "1799 s", token: w.signed(span(1799)), want: bad("lifetime_too_short")},
		{n: 41, what: "172801 s", token: w.signed(span(172801)), want: bad("lifetime_too_long")},
		{n: 42, what: "expired", token: w.signed(past), want: reportedFault{3705, "expired"}},
		{n: 43, what: "exp before iat", token: w.signed(w.with("exp", iat-31)), want: bad("exp_before_iat")},
		{n: 44, what: "no tokenExp", token: w.signed(w.without("tokenExp")), want: good, warning: "token_exp_missing"},
		{n: 45, what: "tokenExp reached", token: w.signed(w.with("tokenExp", iat-1)), want: reportedFault{3705, "token_exp_expired"}},
		{n: 45, what: "tokenExp after exp", token: w.signed(w.with("tokenExp", iat+9000)), want: good, warning: "token_exp_odd"},
		{n: 45, what: "tokenExp too short", token: w.signed(w.with("tokenExp", iat+60)), want: good, warning: "token_exp_odd"},
		{n: 46, what: "back-dated", token: w.signed(w.with("iat", iat-7200, "exp", iat+10, "tokenExp", iat+10)), want: good, untold: "it is legal"},
		{n: 47, what: "access token", token: jwt(`{"alg":"HS512","v":"2.0","kid":"k"}`, claimSet{"iss": "zm:cid:abc", "aud": "https://oauth.example", "aid": "a", "iat": iat, "exp": iat + 3600}.json(), "x", sha512.New), want: bad("oauth_token")},
		{n: 48, what: "ZAK", token: w.zak, want: bad("zak_or_obf_as_signature"), evidence: "option zak"},
		{n: 48, what: "OBF", token: w.obf, want: bad("zak_or_obf_as_signature"), evidence: "obfToken"},
		{n: 49, what: "JWT app", token: jwt(jwtHeader, claimSet{"iss": w.class.Key, "exp": iat + 3600}.json(), w.class.Secret, sha256.New), want: bad("app_key_missing"), evidence: "retired"},
		{n: 50, what: "native", token: w.signed(w.without("mn", "role")), want: bad("native_sdk_token")},
		{
			n: 51, what: "passcode", token: "s3cret", want: bad("not_a_jwt"), evidence: "most likely first, a registrant's tk, a passcode",
			untold: "a short text may be a tk, a passcode or anything else; the likely ones are listed",
		},
		{n: 52, what: "passed as tk", token: "", want: reportedFault{4003, "signature_missing"}, offline: blank, evidence: "the option tk contains one", join: map[string]any{"tk": ok}},
		{n: 52, what: "passed as token", token: "", want: reportedFault{4003, "signature_missing"}, offline: blank, warning: "did you mean “signature”?", join: map[string]any{"token": ok}},
		{n: 53, what: "kept for the next meeting", token: w.signed(w.with("mn", otherRoom)), want: bad("mn_other_meeting"), untold: cached},
		{n: 53, what: "kept too long", token: w.signed(past), want: reportedFault{3705, "expired"}, untold: cached},
		{n: 54, what: "signed in the browser", token: ok, want: good, untold: "the token is the same wherever it was made"},
		{n: 55, what: "twice", token: jwt(jwtHeader, twice, w.class.Secret, sha256.New), want: bad("duplicate_claim")},
		{n: 55, what: "array", token: jwt(jwtHeader, "["+w.claims().json()+"]", w.class.Secret, sha256.New), want: bad("not_a_jwt"), evidence: "an array"},
		{n: 55, what: "nested", token: w.signed(claimSet{"payload": w.claims()}), want: bad("app_key_missing"), evidence: "nested in “payload”"},
	}
}

func rename(c claimSet, from, to string) claimSet {
	c[to] = c[from]
	delete(c, from)
	return c
}

// plusToBlank is a token in plain base64 whose + became blanks on the way.
func plusToBlank(w *faultFixture) string {
	for i := range 200 {
		head := base64.RawStdEncoding.EncodeToString([]byte(jwtHeader))
		input := head + "." + base64.RawStdEncoding.EncodeToString([]byte(w.with("n", i, "who", "???>>>~~~").json()))
		token := input + "." + base64.RawStdEncoding.EncodeToString(hmacOf(input, w.class.Secret, sha256.New))
		if strings.Contains(token, "+") {
			return strings.ReplaceAll(token, "+", " ")
		}
	}
	w.t.Fatal("no token has a plus")
	return ""
}

func (w *faultFixture) mint(u *account.User) string {
	token, err := w.s.Minter.MintZAK(w.t.Context(), u, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// TestEveryFaultOfTheResearchIsNamed breaks a signature in all the 55 ways that
// developers have broken one, and has the doctor name each, offline and on a server.
func TestEveryFaultOfTheResearchIsNamed(t *testing.T) {
	t.Parallel()
	w := newFaultFixture(t)
	seen := map[int]bool{}
	for _, f := range w.faults() {
		seen[f.n] = true
		t.Run(fmt.Sprintf("%d %s", f.n, f.what), func(t *testing.T) {
			offline := signature.Diagnose(t.Context(), f.token, signature.Options{Now: w.now, MeetingNumber: faultRoom, Keyring: w.ring})
			var warnings []string
			for _, n := range offline.Warnings {
				warnings = append(warnings, n.String())
			}
			want := f.want
			if f.offline != nil {
				want = *f.offline
			}
			if got := (reportedFault{int(offline.Decision.Code), offline.Decision.Cause}); got != want {
				t.Errorf("offline it is %+v (%s), want %+v", got, offline.Decision.Evidence, want)
			}
			if f.join == nil && f.offline == nil {
				w.reported(t, "offline", offline.Decision.Evidence, warnings, &f)
			}
			// A search that is cut short, as under a flood, names another cause and never
			// another code.
			short := signature.Diagnose(t.Context(), f.token, signature.Options{Now: w.now, MeetingNumber: faultRoom, Keyring: w.ring, MaxProbes: -1})
			if got := int(short.Decision.Code); got != want.code {
				t.Errorf("without a search it is %d %s, want %+v", got, short.Decision.Cause, want)
			}
			w.online(t, &f)
		})
	}
	for n := 1; n <= 55; n++ {
		if !seen[n] {
			t.Errorf("fault %d is not looked at", n)
		}
	}
	named := map[string]bool{}
	for _, f := range w.faults() {
		named[f.want.cause] = true
		if f.offline != nil {
			named[f.offline.cause] = true
		}
	}
	for _, cause := range signature.Causes() {
		if !named[cause] && notAmongTheFaults[cause] == "" {
			t.Errorf("no fault is reported as %s", cause)
		}
	}
}

// notAmongTheFaults are the causes that no fault ends in, and why.
var notAmongTheFaults = map[string]string{
	"critical_header": "no library writes it unasked; a test of the signature package has it",
	"mn_formatted":    "a note: it refuses nothing",
	"probe_skipped":   "no fault of the token's: the search for one was cut short",
}

func (w *faultFixture) online(t *testing.T, f *fault) {
	join := map[string]any{"userName": "Kim", "meetingNumber": faultRoom}
	maps.Copy(join, f.join)
	var response struct {
		Decision struct {
			Code                    int
			Cause, Evidence, Remedy string
		}
		Warnings []string
		Scope    string
	}
	raw := w.post(t, "/dev/v1/diagnose", map[string]any{"signature": f.token, "join": join})
	if err := json.Unmarshal(raw, &response); err != nil {
		t.Fatal(err)
	}
	d := response.Decision
	if got := (reportedFault{d.Code, d.Cause}); got != f.want || response.Scope != "gate" {
		t.Errorf("on the server it is %+v (%s), want %+v", got, d.Evidence, f.want)
	}
	if d.Code != 0 && d.Remedy == "" {
		t.Errorf("there is no remedy: %s", raw)
	}
	w.reported(t, "on the server", d.Evidence, response.Warnings, f)
	for _, c := range w.ring {
		if strings.Contains(string(raw), string(c.Secret)) {
			t.Errorf("a secret is leaked: %s", raw)
		}
	}
}

func (w *faultFixture) reported(t *testing.T, where, evidence string, warnings []string, f *fault) {
	t.Helper()
	if !strings.Contains(evidence, f.evidence) {
		t.Errorf("%s it does not say %q but %q", where, f.evidence, evidence)
	}
	if all := strings.Join(warnings, "\n"); !strings.Contains(all, f.warning) {
		t.Errorf("%s it does not warn of %q: %s", where, f.warning, all)
	}
}

func (w *faultFixture) post(t *testing.T, path string, in any) []byte {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	response, raw := send(t, w.s.URL+path, body)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", response.StatusCode, raw)
	}
	return raw
}
