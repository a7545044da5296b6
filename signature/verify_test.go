package signature_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/signature"
)

func expect() signature.Expectation {
	return signature.Expectation{MeetingNumber: "932 1234-5678", Now: now}
}

// TestVectors judges tokens made by Node's crypto (testdata/make_vectors.mjs).
func TestVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Secret, MeetingNumber string
		Now                   int64
		Vectors               []struct {
			Name, Token, Cause string
			OK                 bool
			Code               errcode.Code
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 10 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			e := signature.Expectation{MeetingNumber: file.MeetingNumber, Now: time.Unix(file.Now, 0)}
			c, fault := signature.Verify(v.Token, []byte(file.Secret), e)
			if v.OK {
				if fault != nil {
					t.Fatal(fault)
				}
				if c.MeetingNumber != file.MeetingNumber || c.SDKKey != "node-key" || c.ExpiresAt-c.IssuedAt != 7200 {
					t.Errorf("claims %+v", c)
				}
				return
			}
			if fault == nil || fault.Code != v.Code || fault.Cause != v.Cause {
				t.Errorf("fault %v, want %d %s", fault, v.Code, v.Cause)
			}
		})
	}
}

// TestSignAgainstLibrary lets another library read what Sign wrote, and Verify read
// what the other library wrote.
func TestSignAgainstLibrary(t *testing.T) {
	mode := 1
	for _, key := range []string{"k", "key with <signs> & \"quotes\"", "ключ"} {
		o := signature.SignOptions{
			Key: key, Secret: classSecret, MeetingNumber: "932 1234 5678", Role: 1,
			IssuedAt: now, ExpiresAt: now.Add(time.Hour), VideoWebRTCMode: &mode,
		}
		token, err := signature.Sign(o)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithStrictDecoding(), jwt.WithTimeFunc(func() time.Time { return now })).
			Parse(token, func(*jwt.Token) (any, error) { return []byte(classSecret), nil })
		if err != nil {
			t.Fatal(err)
		}
		want := jwt.MapClaims{
			"appKey": key, "sdkKey": key, "mn": meetingNumber, "role": 1.0, "video_webrtc_mode": 1.0,
			"iat": float64(now.Unix()), "exp": float64(now.Unix() + 3600), "tokenExp": float64(now.Unix() + 3600),
		}
		if !reflect.DeepEqual(parsed.Claims, want) {
			t.Errorf("claims %v", parsed.Claims)
		}
		theirs, err := jwt.NewWithClaims(jwt.SigningMethodHS256, want).SignedString([]byte(classSecret))
		if err != nil {
			t.Fatal(err)
		}
		c, fault := signature.Verify(theirs, []byte(classSecret), expect())
		if fault != nil {
			t.Fatal(fault)
		}
		if c.AppKey != key || c.SDKKey != key || c.Role != 1 || c.TokenExpiresAt != now.Unix()+3600 ||
			c.VideoWebRTCMode == nil || *c.VideoWebRTCMode != 1 {
			t.Errorf("claims %+v", c)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	two := 2
	for name, tc := range map[string]struct {
		field  string
		change func(*signature.SignOptions)
	}{
		"no key":          {"key", func(o *signature.SignOptions) { o.Key = "" }},
		"blank in key":    {"key", func(o *signature.SignOptions) { o.Key = " k" }},
		"long key":        {"key", func(o *signature.SignOptions) { o.Key = strings.Repeat("k", 129) }},
		"no secret":       {"secret", func(o *signature.SignOptions) { o.Secret = "" }},
		"no meeting":      {"meetingNumber", func(o *signature.SignOptions) { o.MeetingNumber = " - " }},
		"short meeting":   {"meetingNumber", func(o *signature.SignOptions) { o.MeetingNumber = "12345678" }},
		"meeting is link": {"meetingNumber", func(o *signature.SignOptions) { o.MeetingNumber = "https://x/j/93212345678" }},
		"role":            {"role", func(o *signature.SignOptions) { o.Role = 2 }},
		"no time":         {"issuedAt", func(o *signature.SignOptions) { o.IssuedAt = time.Time{} }},
		"too short":       {"expiresAt", func(o *signature.SignOptions) { o.ExpiresAt = now.Add(1799 * time.Second) }},
		"too long":        {"expiresAt", func(o *signature.SignOptions) { o.ExpiresAt = now.Add(172801 * time.Second) }},
		"mode":            {"videoWebRtcMode", func(o *signature.SignOptions) { o.VideoWebRTCMode = &two }},
	} {
		t.Run(name, func(t *testing.T) {
			o := signature.SignOptions{Key: classKey, Secret: classSecret, MeetingNumber: meetingNumber, IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
			tc.change(&o)
			token, err := signature.Sign(o)
			var field *signature.FieldError
			if !errors.As(err, &field) || field.Field != tc.field || token != "" {
				t.Errorf("token %q, error %v", token, err)
			}
			if err != nil && strings.Contains(err.Error(), classSecret) {
				t.Error("the error leaks the secret")
			}
		})
	}
}

// TestBounds alters one claim of a right token at a time, to either side of a limit.
func TestBounds(t *testing.T) {
	iat := now.Unix() - 30
	for name, tc := range map[string]struct {
		claims claims
		cause  string // "" passes
	}{
		"as it is":                 {good(), ""},
		"shortest lifetime":        {with("exp", iat+1800), ""},
		"below shortest":           {with("exp", iat+1799), "lifetime_too_short"},
		"longest lifetime":         {with("exp", iat+172800), ""},
		"above longest":            {with("exp", iat+172801), "lifetime_too_long"},
		"one year":                 {with("exp", iat+365*86400), "lifetime_too_long"},
		"no lifetime":              {with("exp", iat), "exp_before_iat"},
		"last second":              {claims{"appKey": classKey, "mn": meetingNumber, "role": 0, "iat": now.Unix() - 7199, "exp": now.Unix() + 1}, ""},
		"exp is now":               {claims{"appKey": classKey, "mn": meetingNumber, "role": 0, "iat": now.Unix() - 7200, "exp": now.Unix()}, "expired"},
		"tokenExp is now":          {with("tokenExp", now.Unix()), "token_exp_expired"},
		"tokenExp absent":          {without("tokenExp"), ""},
		"tokenExp null":            {with("tokenExp", nil), ""},
		"tokenExp text":            {with("tokenExp", "1768912143"), "claim_wrong_type"},
		"iat 60 s ahead":           {with("iat", now.Unix()+60), ""},
		"iat 61 s ahead":           {with("iat", now.Unix()+61), "iat_in_future"},
		"iat null":                 {with("iat", nil), "iat_missing"},
		"iat negative":             {with("iat", -5), "claim_wrong_type"},
		"iat zero":                 {with("iat", 0), "lifetime_too_long"},
		"iat object":               {with("iat", claims{"s": 1}), "claim_wrong_type"},
		"iat huge":                 {with("iat", 1e300), "claim_wrong_type"},
		"iat microseconds":         {with("iat", iat*1000_000), "iat_milliseconds"},
		"iat whole float":          {with("iat", json.RawMessage("1768904943.0")), ""},
		"iat exponent":             {with("iat", json.RawMessage("1.768904943e9")), ""},
		"exp false":                {with("exp", false), "claim_wrong_type"},
		"mn number":                {with("mn", 93212345678), ""},
		"mn blanks":                {with("mn", " 932\u00a01234\u20135678 "), ""},
		"mn empty":                 {with("mn", " "), "mn_missing"},
		"mn null":                  {with("mn", nil), "mn_missing"},
		"mn one digit less":        {with("mn", "9321234567"), "mn_other_meeting"},
		"mn leading zero":          {with("mn", "093212345678"), "mn_other_meeting"},
		"mn UUID":                  {with("mn", "4444AAAiAAAAAiAiAiiAii=="), "mn_not_a_number"},
		"mn negative":              {with("mn", -93212345678), "mn_not_a_number"},
		"mn name":                  {with("mn", "my-room"), "mn_not_a_number"},
		"mn object":                {with("mn", claims{}), "claim_wrong_type"},
		"role 1":                   {with("role", 1), ""},
		"role text":                {with("role", "1"), ""},
		"role 1.0":                 {with("role", json.RawMessage("1.0")), ""},
		"role -1":                  {with("role", -1), "role_not_0_or_1"},
		"role text 5":              {with("role", "5"), "role_not_0_or_1"},
		"role null":                {with("role", nil), "role_missing"},
		"only appKey":              {without("sdkKey"), ""},
		"only sdkKey":              {without("appKey"), ""},
		"appKey empty":             {with("appKey", ""), ""},
		"keys differ":              {with("sdkKey", classKey+"x"), "app_key_differs"},
		"keys differ in case":      {with("sdkKey", strings.ToLower(classKey)), "app_key_differs"},
		"sdkKey number":            {with("sdkKey", 5), "claim_wrong_type"},
		"neither mn nor role":      {without("mn", "role"), "native_sdk_token"},
		"further claims":           {with("userIdentity", claims{"deep": []any{1, "}"}}), ""},
		"webrtc mode odd":          {with("video_webrtc_mode", 7), ""},
		"role in another spelling": {with("ROLE", 5), ""},
	} {
		t.Run(name, func(t *testing.T) {
			token := tc.claims.signed()
			_, fault := signature.Verify(token, []byte(classSecret), expect())
			got := ""
			if fault != nil {
				got = fault.Cause
			}
			if got != tc.cause {
				t.Fatalf("Verify: %q (%v), want %q", got, fault, tc.cause)
			}
			r := diagnose(t, token)
			if r.Decision.Cause != tc.cause || r.Good() != (tc.cause == "") {
				t.Fatalf("Diagnose: %+v, want %q", r.Decision, tc.cause)
			}
			if fault != nil && r.Decision.Code != fault.Code {
				t.Errorf("Diagnose says %v and Verify %v", r.Decision.Code, fault.Code)
			}
		})
	}
}

func TestVerifyHMACIsStrict(t *testing.T) {
	token := good().signed()
	tok := parse(t, token)
	if !signature.VerifyHMAC(tok, []byte(classSecret)) {
		t.Fatal("the right secret is refused")
	}
	if signature.VerifyHMAC(tok, nil) || signature.VerifyHMAC(parse(t, good().by("")), nil) {
		t.Error("an empty secret passes")
	}
	for i := range len(token) {
		if token[i] == '.' {
			continue
		}
		altered := token[:i] + nextChar(token[i]) + token[i+1:]
		if altered == token {
			altered = token[:i] + "A" + token[i+1:]
		}
		if altered == token {
			continue
		}
		if _, fault := signature.Verify(altered, []byte(classSecret), expect()); fault == nil {
			t.Fatalf("passes with character %d altered", i)
		}
	}
	for _, alg := range []string{"none", "None", "hs256", "HS384", "RS256", ""} {
		forged := forge(`{"alg":"`+alg+`","typ":"JWT"}`, good().json(), classSecret)
		if signature.VerifyHMAC(parse(t, forged), []byte(classSecret)) {
			t.Errorf("alg %q passes", alg)
		}
	}
}

func parse(t testing.TB, token string) *signature.Token {
	t.Helper()
	tok, err := signature.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestParseTrustsNothing reads the key of a token whose HMAC is wrong.
func TestParseTrustsNothing(t *testing.T) {
	tok := parse(t, without("appKey").by("wrong"))
	if tok.KeyClaim() != classKey || tok.Header.Algorithm != "HS256" {
		t.Errorf("token %+v", tok)
	}
	if raw, ok := tok.Claim("mn"); !ok || string(raw) != `"`+meetingNumber+`"` {
		t.Errorf("mn %s %v", raw, ok)
	}
	if _, ok := tok.Claim("absent"); ok {
		t.Error("an absent claim is there")
	}
	_, err := signature.Parse("Bearer " + good().signed())
	var fault *signature.Fault
	if !errors.As(err, &fault) || fault.Cause != signature.CauseWrapped || fault.Code != errcode.SignatureInvalid {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(err.Error(), "3712 SIGNATURE_INVALID (wrapped)") {
		t.Errorf("text %q", err)
	}
}

func TestCheckReturnsEveryFault(t *testing.T) {
	c := with("mn", "98765432101")
	c["role"], c["exp"], c["tokenExp"] = 7, now.Unix()-1, now.Unix()-1
	tok := parse(t, c.signed())
	if got := causes(signature.Check(tok, []byte(classSecret), expect())); got != "mn_other_meeting lifetime_too_short expired token_exp_expired role_not_0_or_1" {
		t.Errorf("right secret: %s", got)
	}
	if got := causes(signature.Check(tok, []byte("forged"), expect())); got != "unknown_secret mn_other_meeting lifetime_too_short role_not_0_or_1" {
		t.Errorf("wrong secret: %s", got)
	}
	if got := causes(signature.CheckForm(tok, meetingNumber, now)); got != "mn_other_meeting lifetime_too_short" {
		t.Errorf("form: %s", got)
	}
	if got := causes(signature.CheckTime(tok, now)); got != "expired token_exp_expired" {
		t.Errorf("time: %s", got)
	}
	if got := causes(signature.CheckRole(tok)); got != "role_not_0_or_1" {
		t.Errorf("role: %s", got)
	}
}

func causes(faults []signature.Fault) string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Cause)
	}
	return strings.Join(all, " ")
}

func TestCleanMeetingNumber(t *testing.T) {
	for in, want := range map[string]string{
		"93212345678": "93212345678", " 932 1234-5678\n": "93212345678", "+932\u20111234\u200b5678": "93212345678",
		"https://x/93212345678": "https://x/93212345678", "": "",
	} {
		if got := signature.CleanMeetingNumber(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestGoodPathAllocations keeps the hot path from growing.
func TestGoodPathAllocations(t *testing.T) {
	token, secret, e := good().signed(), []byte(classSecret), expect()
	e.MeetingNumber = meetingNumber
	n := testing.AllocsPerRun(100, func() {
		if _, fault := signature.Verify(token, secret, e); fault != nil {
			t.Fatal(fault)
		}
	})
	if n > 14 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkVerify(b *testing.B) {
	token, secret := good().signed(), []byte(classSecret)
	e := signature.Expectation{MeetingNumber: meetingNumber, Now: now}
	b.ReportAllocs()
	for b.Loop() {
		if _, fault := signature.Verify(token, secret, e); fault != nil {
			b.Fatal(fault)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	o := signature.SignOptions{Key: classKey, Secret: classSecret, MeetingNumber: meetingNumber, IssuedAt: now}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := signature.Sign(o); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWarnings(t *testing.T) {
	iat := now.Unix() - 30
	for want, token := range map[string]string{
		"":                      good().signed(),
		"typ_missing":           forge(`{"alg":"HS256"}`, good().json(), classSecret),
		"sdk_key_only":          without("appKey").signed(),
		"mn_is_number":          with("mn", 93212345678).signed(),
		"mn_formatted":          with("mn", "932 1234 5678").signed(),
		"role_is_text":          with("role", "0").signed(),
		"token_exp_missing":     without("tokenExp").signed(),
		"token_exp_odd":         with("tokenExp", iat+7201).signed(),
		"video_webrtc_mode_odd": with("video_webrtc_mode", "1").signed(),
	} {
		var got []string
		for _, w := range signature.Warnings(parse(t, token)) {
			got = append(got, w.Cause)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %v, want %q", got, want)
		}
		if r := diagnose(t, token); !r.Good() || len(r.Warnings) != len(got) {
			t.Errorf("%s: %+v", want, r)
		}
	}
}
