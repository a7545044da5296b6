package admission

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/anteroom/anteroom/errcode"
)

const goodBody = `{"joinId":"0b5c","view":"client","sdkVersion":"5.1.4","meetingNumber":"85802291303","userName":"Ada","signature":"a.b.c"}`

// with replaces or adds members of the good body.
func with(t *testing.T, changes map[string]any) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(goodBody), &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range changes {
		m[k] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeGood(t *testing.T) {
	a := DecodeAttempt(with(t, map[string]any{
		"password": "123456", "passwordOption": "passWord", "userEmail": " ada@school.example ", "customerKey": "k", "tk": "t", "zak": "z",
		"recordingToken": "r", "deviceId": "d", "resumeToken": "s", "sdkKey": "KEY", "obfToken": nil,
	}), Meta{RemoteIP: "192.0.2.1", Origin: "https://a.example", UserAgent: "ua"})
	want := Attempt{
		JoinID: "0b5c", View: "client", SDKVersion: "5.1.4", MeetingNumber: "85802291303", UserName: "Ada", Signature: "a.b.c",
		Password: "123456", HasPassword: true, PasswordOption: "passWord", UserEmail: "ada@school.example", CustomerKey: "k", TK: "t", ZAK: "z",
		RecordingToken: "r", DeviceID: "d", ResumeToken: "s", LegacyKey: "KEY", RemoteIP: "192.0.2.1", Origin: "https://a.example", UserAgent: "ua",
	}
	got, _ := json.Marshal(a)
	wanted, _ := json.Marshal(want)
	if !bytes.Equal(got, wanted) {
		t.Errorf("got  %s\nwant %s", got, wanted)
	}
}

func TestDecodeFaults(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, tc := range []struct {
		name  string
		body  []byte
		cause string
	}{
		{"empty", nil, "body_malformed"},
		{"blank", []byte(" \n"), "body_malformed"},
		{"no JSON", []byte("hello"), "body_malformed"},
		{"a list", []byte("[1]"), "body_malformed"},
		{"null", []byte("null"), "body_malformed"},
		{"cut", []byte(goodBody[:40]), "body_malformed"},
		{"something behind", []byte(goodBody + "x"), "body_malformed"},
		{"two bodies", []byte(goodBody + goodBody), "body_malformed"},
		{"nested without end", []byte(`{"a":` + strings.Repeat("[", 100_000)), "body_malformed"},
		{"nested too deep", []byte(`{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`), "body_malformed"},
		{"number missing", with(t, map[string]any{"meetingNumber": nil}), "meetingNumber_missing"},
		{"number blank", with(t, map[string]any{"meetingNumber": " "}), "meetingNumber_missing"},
		{"number true", with(t, map[string]any{"meetingNumber": true}), "meetingNumber_malformed"},
		{"number object", with(t, map[string]any{"meetingNumber": map[string]any{}}), "meetingNumber_malformed"},
		{"number with fraction", []byte(strings.Replace(goodBody, `"85802291303"`, `8580229130.5`, 1)), "meetingNumber_malformed"},
		{"number beyond int64", []byte(strings.Replace(goodBody, `"85802291303"`, strings.Repeat("9", 400), 1)), "meetingNumber_too_long"},
		{"number with exponent", []byte(strings.Replace(goodBody, `"85802291303"`, `8e999`, 1)), "meetingNumber_malformed"},
		{"8 digits", with(t, map[string]any{"meetingNumber": "12345678"}), "meetingNumber_malformed"},
		{"12 digits", with(t, map[string]any{"meetingNumber": "123456789012"}), "meetingNumber_too_long"},
		{"a link", with(t, map[string]any{"meetingNumber": "https://host.example/j/85802291303"}), "meetingNumber_malformed"},
		{"a UUID", with(t, map[string]any{"meetingNumber": "4444AAAiAAAAAiAiAiiAii=="}), "meetingNumber_malformed"},
		{"1 MB number", with(t, map[string]any{"meetingNumber": strings.Repeat("1", 1<<20)}), "meetingNumber_too_long"},
		{"undefined", with(t, map[string]any{"meetingNumber": "undefined"}), "meetingNumber_malformed"},
		{"name missing", with(t, map[string]any{"userName": ""}), "userName_missing"},
		{"name blank", with(t, map[string]any{"userName": "\u3000 "}), "userName_missing"},
		{"name 129", with(t, map[string]any{"userName": strings.Repeat("é", 129)}), "userName_too_long"},
		{"name 1 MB", with(t, map[string]any{"userName": long}), "userName_too_long"},
		{"name true", with(t, map[string]any{"userName": true}), "userName_malformed"},
		{"name with script", with(t, map[string]any{"userName": "a<ScRipt>b"}), "userName_malformed"},
		{"name with end of script", with(t, map[string]any{"userName": "< </script"}), "userName_malformed"},
		{"name twice", []byte(strings.Replace(goodBody, `{`, `{"userName":"Eve",`, 1)), "userName_malformed"},
		{"password 33", with(t, map[string]any{"password": strings.Repeat("1", 33)}), "password_too_long"},
		{"password a list", with(t, map[string]any{"password": []int{123456}}), "password_malformed"},
		{"customerKey 37", with(t, map[string]any{"customerKey": strings.Repeat("k", 37)}), "customerKey_too_long"},
		{"email 101", with(t, map[string]any{"userEmail": strings.Repeat("a", 60) + "@" + strings.Repeat("b", 36) + ".com"}), "userEmail_too_long"},
		{"email without at", with(t, map[string]any{"userEmail": "ada.school.example"}), "userEmail_malformed"},
		{"email with a name", with(t, map[string]any{"userEmail": "Ada <ada@school.example>"}), "userEmail_malformed"},
		{"signature missing", with(t, map[string]any{"signature": nil}), "signature_missing"},
		{"signature blank", with(t, map[string]any{"signature": " \t"}), "signature_missing"},
		{"signature a list", with(t, map[string]any{"signature": []int{1}}), "signature_malformed"},
		{"signature 1 MB", with(t, map[string]any{"signature": long}), "signature_too_long"},
		{"both tokens", with(t, map[string]any{"zak": "z", "obfToken": "o"}), "zak_and_obf"},
		{"zak long", with(t, map[string]any{"zak": long}), "zak_too_long"},
		{"obf false", with(t, map[string]any{"obfToken": false}), "obfToken_malformed"},
		{"tk long", with(t, map[string]any{"tk": long}), "tk_too_long"},
		{"view unknown", with(t, map[string]any{"view": "native"}), "view_malformed"},
		{"version long", with(t, map[string]any{"sdkVersion": long}), "sdkVersion_too_long"},
		{"joinId long", with(t, map[string]any{"joinId": long}), "joinId_too_long"},
		{"deviceId long", with(t, map[string]any{"deviceId": long}), "deviceId_too_long"},
		{"resumeToken long", with(t, map[string]any{"resumeToken": long}), "resumeToken_too_long"},
		{"recordingToken long", with(t, map[string]any{"recordingToken": long}), "recordingToken_too_long"},
		{"passwordOption long", with(t, map[string]any{"passwordOption": long}), "passwordOption_too_long"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := DecodeAttempt(tc.body, Meta{})
			if len(a.Invalid) != 1 || a.Invalid[0].Cause != tc.cause {
				t.Fatalf("%+v", a.Invalid)
			}
			if e := a.Invalid[0].Evidence; e == "" || len(e) > 300 || strings.Contains(e, "%!") {
				t.Errorf("evidence: %q", e)
			}
			if cause, ok := errcode.CauseOf(errcode.InvalidParameter, tc.cause); !ok || cause.Remedy == "" {
				t.Errorf("the catalogue has no words for %s", tc.cause)
			}
			if raw, _ := json.Marshal(a); len(raw) > 40_000 {
				t.Errorf("%d bytes are kept", len(raw))
			}
			if v := Decide(noon, a, newFixture().s); v.Admitted() || v.Decision.Code != errcode.InvalidParameter || v.HTTPStatus() != 400 {
				t.Errorf("%+v", v.Decision)
			}
		})
	}
}

// A join link in the number's place holds a passcode and a tk, and evidence is kept.
func TestEvidenceOfALinkHoldsNoSecret(t *testing.T) {
	for _, link := range []string{"h.example/j/85802291303?pwd=p_secret", "h.example/w/85802291303?tk=secret", "85802291303&pwd=secret", "85802291303#secret"} {
		a := DecodeAttempt(with(t, map[string]any{"meetingNumber": link}), Meta{})
		if len(a.Invalid) != 1 || a.Invalid[0].Cause != "meetingNumber_malformed" || !strings.Contains(a.Invalid[0].Evidence, "85802291303…") {
			t.Errorf("%s: %+v", link, a.Invalid)
		}
		if kept, _ := json.Marshal(a); strings.Contains(string(kept), "secret") {
			t.Errorf("%s: %s is kept", link, kept)
		}
	}
}

func TestDecodeTolerates(t *testing.T) {
	for _, tc := range []struct {
		name  string
		body  []byte
		check func(*Attempt) bool
	}{
		{"a number", []byte(strings.Replace(goodBody, `"85802291303"`, `85802291303`, 1)), func(a *Attempt) bool { return a.MeetingNumber == testNumber }},
		{"blanks and dashes", with(t, map[string]any{"meetingNumber": " 858-0229\u00a01303\u200b"}), func(a *Attempt) bool {
			return a.MeetingNumber == testNumber && len(a.Warnings) == 1
		}},
		{"128 characters of four bytes", with(t, map[string]any{"userName": strings.Repeat("😀", 128)}), func(a *Attempt) bool { return utf8.RuneCountInString(a.UserName) == 128 }},
		{"nulls", with(t, map[string]any{"password": nil, "userEmail": nil, "tk": nil, "zak": "", "view": nil, "customerKey": ""}), func(a *Attempt) bool {
			return a.View == "component" && !a.HasPassword
		}},
		{"our link form", with(t, map[string]any{"password": "https://host.example/j/85802291303?pwd=p_0123456789abcdefghijABCDEFGH.1"}), func(a *Attempt) bool { return a.HasPassword }},
		{"the same member twice, equal", []byte(strings.Replace(goodBody, `{`, `{"userName":"Ada",`, 1)), func(a *Attempt) bool { return a.UserName == "Ada" }},
		{"escapes", []byte(strings.Replace(goodBody, `"Ada"`, `"\u0041d\u00e1 \ud83d\ude00 \"\/\n"`, 1)), func(a *Attempt) bool { return a.UserName == "Adá 😀 \"/" }},
		{"half a surrogate", []byte(strings.Replace(goodBody, `"Ada"`, `"A\ud83d\u0041"`, 1)), func(a *Attempt) bool { return a.UserName == "A\uFFFDA" }},
		{"NUL", []byte(strings.Replace(goodBody, `"Ada"`, `"A\u0000"`, 1)), func(a *Attempt) bool { return a.UserName == "A\uFFFD" }},
		{"broken UTF-8", []byte(strings.Replace(goodBody, `Ada`, "A\xff", 1)), func(a *Attempt) bool { return a.UserName == "A\uFFFD" }},
		{"byte order mark", []byte("\uFEFF" + goodBody), func(a *Attempt) bool { return a.UserName == "Ada" }},
		{"plus in the address", with(t, map[string]any{"userEmail": "name+33@school.example"}), func(a *Attempt) bool { return a.UserEmail == "name+33@school.example" }},
		{"unknown with a near name", with(t, map[string]any{"passWord": "1"}), func(a *Attempt) bool {
			return len(a.Warnings) == 1 && strings.Contains(a.Warnings[0], "did you mean “password”")
		}},
		{"unknown alias", with(t, map[string]any{"email": "1"}), func(a *Attempt) bool { return strings.Contains(a.Warnings[0], "“userEmail”") }},
		{"unknown and far", with(t, map[string]any{"leaveUrl": "1"}), func(a *Attempt) bool {
			return len(a.Warnings) == 1 && !strings.Contains(a.Warnings[0], "did you mean")
		}},
		{"unknown and nested", with(t, map[string]any{"extra": map[string]any{"a": []any{1, "x", nil, true, map[string]any{}}}}), func(a *Attempt) bool { return len(a.Warnings) == 1 }},
		{"apiKey", with(t, map[string]any{"apiKey": "K"}), func(a *Attempt) bool { return a.LegacyKey == "K" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := DecodeAttempt(tc.body, Meta{})
			if len(a.Invalid) > 0 || !tc.check(a) {
				t.Errorf("%+v", a)
			}
		})
	}
	many := map[string]any{}
	for i := range 500 {
		many[strings.Repeat("z", i+12)] = i
	}
	if a := DecodeAttempt(with(t, many), Meta{}); len(a.Warnings) != maxWarnings {
		t.Errorf("%d warnings", len(a.Warnings))
	}
}

func TestDecodeRetainsNothingOfTheBody(t *testing.T) {
	body := []byte(goodBody)
	a := DecodeAttempt(body, Meta{})
	for i := range body {
		body[i] = '#'
	}
	if a.UserName != "Ada" || a.MeetingNumber != testNumber {
		t.Errorf("%+v", a)
	}
}

func TestAllFaultsAreReported(t *testing.T) {
	a := DecodeAttempt([]byte(`{"password":true,"customerKey":[7],"userEmail":"x"}`), Meta{})
	var causes []string
	for _, o := range a.Invalid {
		causes = append(causes, o.Cause)
	}
	want := "meetingNumber_missing userName_missing password_malformed customerKey_malformed userEmail_malformed signature_missing"
	if strings.Join(causes, " ") != want {
		t.Errorf("%v", causes)
	}
}

func TestAddress(t *testing.T) {
	for s, want := range map[string]bool{
		"a@b.example": true, "a.b+c_d'e@sub.b-c.example": true, "ü@münchen.example": true,
		"": false, "@b.example": false, "a@": false, "a@b": false, "a@.b": false, "a@b.": false, "a b@c.example": false, "a@b@c.example": false,
		".a@b.example": false, "a.@b.example": false, "a..b@c.example": false, "a@-b.example": false, "a@b_c.example": false, "a\x00@b.example": false,
	} {
		if isEmailAddress(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestVersions(t *testing.T) {
	for _, tc := range []struct {
		version, minimum string
		below            bool
	}{
		{"5.1.4", "5.1.4", false},
		{"5.1.3", "5.1.4", true},
		{"5.10.0", "5.9.9", false},
		{"4", "5", true},
		{"v5.2", "5.1.9", false},
		{"5.1.4-beta.1", "5.1.4", false},
		{"5.1.4+7", "5.1.5", true},
		{"5", "5.0.0.0", false},
		{"rubbish", "5", false},
		{"", "5", false},
		{"5", "", false},
		{"5..1", "6", false},
		{"-1", "0", false},
	} {
		if isOlder(tc.version, tc.minimum) != tc.below {
			t.Errorf("%q below %q: %v", tc.version, tc.minimum, !tc.below)
		}
	}
}

// FuzzDecodeAttempt holds the scanner against the standard decoder, and the gate
// against whatever comes out.
func FuzzDecodeAttempt(f *testing.F) {
	for _, s := range []string{
		goodBody, `{}`, ``, `[`, `{"a":1e5,"b":-0.1,"c":[[]],"d":{"e":"\u00ff"}}`, `{"userName":"\ud83d"}`, `{"meetingNumber":1e999}`,
		`{"userName":"a","userName":"b"}`, "{\"userName\":\"\xff\"}", `{"zak":"a","obfToken":"b"}`, `{"view":null , "signature": ""}`, `{"a":01}`, `{"a":"\x"}`,
	} {
		f.Add([]byte(s))
	}
	world := newFixture().s
	f.Fuzz(func(t *testing.T, body []byte) {
		a := DecodeAttempt(body, Meta{})
		malformed := len(a.Invalid) > 0 && a.Invalid[0].Field == bodyField
		var m map[string]json.RawMessage
		err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\uFEFF")), &m)
		shallow := bytes.Count(body, []byte("[")) + bytes.Count(body, []byte("{"))
		if shallow < maxDepth && malformed != (err != nil || m == nil) {
			t.Fatalf("malformed %v, standard decoder says %v", malformed, err)
		}
		if !malformed && !duplicated(a) {
			if raw, ok := m["deviceId"]; ok && utf8.Valid(body) {
				var s string
				if json.Unmarshal(raw, &s) == nil && len(s) <= maxShort && s != a.DeviceID {
					t.Fatalf("deviceId %q, standard decoder %q", a.DeviceID, s)
				}
			}
		}
		for _, s := range []string{a.UserName, a.MeetingNumber, a.UserEmail, a.JoinID} {
			if !utf8.ValidString(s) || len(s) > 4*MaxUserName+8 {
				t.Fatalf("kept %q", s)
			}
		}
		v := Decide(noon, a, world)
		if v.Admitted() {
			t.Fatal("admitted without a signature of ours")
		}
		if _, err := json.Marshal(v.Refusal(RefusalOptions{Development: true})); err != nil {
			t.Fatal(err)
		}
		Redact(a, &v)
	})
}

func duplicated(a *Attempt) bool {
	for _, o := range a.Invalid {
		if strings.Contains(o.Evidence, "occurs twice") {
			return true
		}
	}
	return false
}

func BenchmarkDecodeAttempt(b *testing.B) {
	body := []byte(`{"joinId":"7d7f8b1c-3e0a-4f4e-9a53-0c7f8f1f2a11","view":"component","sdkVersion":"5.1.4","meetingNumber":"85802291303","userName":"Ada Lovelace","signature":"` +
		strings.Repeat("A", 36) + "." + strings.Repeat("B", 200) + "." + strings.Repeat("C", 43) + `","password":"123456","userEmail":"ada@school.example","deviceId":"9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if a := DecodeAttempt(body, Meta{RemoteIP: "192.0.2.1"}); len(a.Invalid) > 0 {
			b.Fatal(a.Invalid)
		}
	}
}

// A number is what many apps pass for a passcode or an id: it is read as its text.
func TestNumbersAreReadAsTheirText(t *testing.T) {
	a := DecodeAttempt(with(t, map[string]any{
		"userName": 7, "password": 123456, "customerKey": 42, "tk": 99, "deviceId": 5, "passwordOption": "passWord", "view": "client",
	}), Meta{})
	if len(a.Invalid) > 0 || a.UserName != "7" || a.Password != "123456" || !a.HasPassword || !a.NumericPassword || a.CustomerKey != "42" ||
		a.TK != "99" || a.DeviceID != "5" {
		t.Fatalf("%+v", a)
	}
	warned := strings.Join(a.Warnings, "\n")
	for _, name := range []string{"userName", "password", "customerKey", "tk"} {
		if strings.Count(warned, "number_as_text: "+name+" ") != 1 {
			t.Errorf("no single warning for %s: %s", name, warned)
		}
	}
	if strings.Contains(warned, "123456") {
		t.Errorf("the warnings tell a passcode: %s", warned)
	}
	long := DecodeAttempt([]byte(strings.Replace(string(with(t, nil)), `"Ada"`, strings.Repeat("7", MaxUserName+1), 1)), Meta{})
	if len(long.Invalid) != 1 || long.Invalid[0].Cause != "userName_too_long" {
		t.Errorf("a number that is too long: %+v", long.Invalid)
	}
	text := DecodeAttempt(with(t, map[string]any{"password": "0123"}), Meta{})
	if text.NumericPassword || len(text.Warnings) > 0 {
		t.Errorf("%+v", text)
	}
}

func TestABodyThatIsNotJSONIsNotQuoted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, body := range []string{
		`{"password":"` + secret, `{"password":` + secret + `}`, `{"password":"x"` + secret + `}`, secret, `[` + secret, `"` + secret, `{"` + secret,
		`{"meetingNumber":"123456789"} ` + secret, `password=` + secret + `&userName=Grace`,
	} {
		a := DecodeAttempt([]byte(body), Meta{})
		if len(a.Invalid) != 1 || a.Invalid[0].Cause != "body_malformed" {
			t.Fatalf("%s: %v", body, a.Invalid)
		}
		for _, part := range []string{secret, secret[:3], secret[4:]} {
			if strings.Contains(a.Invalid[0].Evidence, part) {
				t.Errorf("%s: the evidence %q repeats a part of it", body, a.Invalid[0].Evidence)
			}
		}
	}
}
