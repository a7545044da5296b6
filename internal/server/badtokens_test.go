package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
)

// craft signs claims that no decent library would write.
func craft(secret, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	body := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return body + "." + encode(mac.Sum(nil))
}

func TestExtremeClaimsAreDistinguished(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	now := time.Now().Unix()
	for _, c := range []struct {
		name, mn, role, iat, exp, more string
		code                           int
		cause                          string
	}{
		{"all right", `"` + room.Number + `"`, "0", itoa(now), itoa(now + 7200), "", 0, ""},
		{"a number as number", room.Number, "0", itoa(now), itoa(now + 7200), "", 0, ""},
		{"a fraction", room.Number + ".5", "0", itoa(now), itoa(now + 7200), "", 3712, "mn_not_a_number"},
		{"a number beyond int64", "99999999999999999999999", "0", itoa(now), itoa(now + 7200), "", 3712, "mn_not_a_number"},
		{"a number without end", "1e400", "0", itoa(now), itoa(now + 7200), "", 3712, "mn_not_a_number"},
		{"exp beyond int64", room.Number, "0", itoa(now), "99999999999999999999999", "", 3712, "claim_wrong_type"},
		{"exp at the end of int64", room.Number, "0", itoa(now), itoa(math.MaxInt64), "", 3712, "exp_milliseconds"},
		{"exp at the beginning of int64", room.Number, "0", itoa(now), itoa(math.MinInt64), "", 3712, "claim_wrong_type"},
		{"exp 1e400", room.Number, "0", itoa(now), "1e400", "", 3712, "claim_wrong_type"},
		{"iat and exp far apart", room.Number, "0", itoa(math.MinInt64), itoa(math.MaxInt64), "", 3712, "claim_wrong_type"},
		{"in the year zero", room.Number, "0", "-62167219200", "-62167212000", "", 3712, "claim_wrong_type"},
		{"in the year 1970", room.Number, "0", "1", "7201", "", 3705, "expired"},
		{"both in milliseconds", room.Number, "0", itoa(now * 1000), itoa(now*1000 + 7_200_000), "", 3712, "iat_milliseconds"},
		{"tokenExp beyond int64", room.Number, "0", itoa(now), itoa(now + 7200), `,"tokenExp":99999999999999999999999`, 3712, "claim_wrong_type"},
		{"role beyond int64", room.Number, "99999999999999999999999", itoa(now), itoa(now + 7200), "", 3708, "role_not_0_or_1"},
		{"role of a fraction", room.Number, "0.5", itoa(now), itoa(now + 7200), "", 3708, "role_not_0_or_1"},
		{"role negative", room.Number, "-1", itoa(now), itoa(now + 7200), "", 3708, "role_not_0_or_1"},
		{"a claim of 64 KB", room.Number, "0", itoa(now), itoa(now + 7200), `,"x":"` + strings.Repeat("x", 40<<10) + `"`, 4003, "signature_too_long"},
		{"deep nesting", room.Number, "0", itoa(now), itoa(now + 7200), `,"x":` + strings.Repeat("[", 900) + strings.Repeat("]", 900), 3712, "not_a_jwt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signed := craft(s.SDKSecret, fmt.Sprintf(`{"appKey":%q,"mn":%s,"role":%s,"iat":%s,"exp":%s%s}`, s.SDKKey, c.mn, c.role, c.iat, c.exp, c.more))
			a := s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed})
			expect(t, a, c.code, c.cause)
			if c.code != 0 && (c.cause == "" || a.Evidence == "") {
				t.Errorf("a refusal without a reason: %s", a.Body)
			}
			t.Logf("%d %s: %.160s", a.ErrorCode, a.Cause, a.Evidence)
		})
	}
}

func itoa(n int64) string { return fmt.Sprint(n) }

func TestExtremeOptionsAreDistinguished(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	signed := s.Sign(room.Number, 0)
	for field, c := range map[string]struct {
		raw, cause string
	}{
		"meetingNumber": {"99999999999999999999999", "meetingNumber_too_long"},
		"userName":      {strings.Repeat("9", 129), "userName_too_long"},
		"password":      {strings.Repeat("9", 33), "password_too_long"},
		"userEmail":     {"18446744073709551616", "userEmail_malformed"},
		"customerKey":   {strings.Repeat("9", 37), "customerKey_too_long"},
		"tk":            {strings.Repeat("9", 5000), "tk_too_long"},
	} {
		t.Run(field, func(t *testing.T) {
			body := s.Request(anteroomtest.Join{Meeting: room.Number, Signature: signed})
			body[field] = json.RawMessage(c.raw)
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, s.Post("/sdk/v1/join", raw), 4003, c.cause)
		})
	}
	for _, number := range []string{"1e9", "٨٥٨٠٢٢٩١٣٠٣", "８５８０２２９１３０３", "858\u200b0229\u200b1303x", "0x1FFFFFFFFF"} {
		expect(t, s.Join(anteroomtest.Join{Meeting: number, Signature: signed}), 4003, "meetingNumber_malformed")
	}
}

func TestTokensOf64KBAreBounded(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	huge := strings.Repeat("eyJhbGciOiJIUzI1NiJ9", 64<<10/20) + ".e30.x"
	for cause, j := range map[string]anteroomtest.Join{
		"zak_too_long": {ZAK: huge}, "obfToken_too_long": {OBF: huge}, "tk_too_long": {TK: huge}, "resumeToken_too_long": {ResumeToken: huge},
	} {
		j.Meeting, j.Signature = room.Number, s.Sign(room.Number, 0)
		expect(t, s.Join(j), 4003, cause)
	}
	a := s.Join(anteroomtest.Join{Meeting: room.Number, Signature: huge})
	expect(t, a, 4003, "signature_too_long")
	if len(a.Body) > 8<<10 {
		t.Fatalf("a huge signature got %d bytes", len(a.Body))
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
}

func TestNamesOfEveryScriptComeThrough(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	for _, name := range []string{
		"שלום עולם", "مرحبا", "李小龍", "👩‍👩‍👧‍👦", "Zoë\u0308", "a\u200bb", "\u202eevil\u202c", strings.Repeat("🙂", 128), "Kim\u0000Kim",
	} {
		page, a := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: name})
		raw, _, _ := page.rpc("snapshot", nil)
		var seen struct {
			Self struct{ UserName string }
		}
		if err := json.Unmarshal(raw, &seen); err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(seen.Self.UserName) == "" || (!strings.ContainsAny(name, "\u0000\u202e\u200b") && seen.Self.UserName != name) {
			t.Errorf("%q became %q", name, seen.Self.UserName)
		}
		if a.ErrorCode != 0 {
			t.Errorf("%q was refused: %d %s", name, a.ErrorCode, a.Cause)
		}
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: strings.Repeat("🙂", 129)}), 4003, "userName_too_long")
}

func TestTokensInTheWrongPlaceAreNamed(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	one := s.AddMeeting(anteroomtest.Meeting{Topic: "Launch", Webinar: true, Registration: true})
	two := s.AddMeeting(anteroomtest.Meeting{Topic: "Relaunch", Webinar: true, Registration: true})
	tk := s.AddRegistrant(anteroomtest.Registrant{Meeting: two.Number, Email: "kim@home.example"}).TK
	panelist := s.AddRegistrant(anteroomtest.Registrant{Meeting: two.Number, Email: "pat@stage.example", Panelist: true}).TK
	zak, obf := s.ZAK(ada.ID, hour), s.OBF(s.TestApp(), ada.ID, "", hour)
	for _, c := range []struct {
		name  string
		join  anteroomtest.Join
		code  int
		cause string
	}{
		{"a tk of another webinar", anteroomtest.Join{Meeting: one.Number, TK: tk}, 3099, "tk_other_meeting"},
		{"a panelist's tk of another webinar", anteroomtest.Join{Meeting: one.Number, TK: panelist}, 3099, "tk_other_meeting"},
		{"a ZAK as OBF", anteroomtest.Join{Meeting: room.Number, OBF: zak}, 4013, "obf_wrong_kind"},
		{"an OBF as ZAK", anteroomtest.Join{Meeting: room.Number, ZAK: obf}, 3623, "wrong_token_kind"},
		{"a tk as ZAK", anteroomtest.Join{Meeting: room.Number, ZAK: tk}, 3623, "malformed"},
		{"a ZAK as tk", anteroomtest.Join{Meeting: one.Number, TK: zak, Email: "kim@home.example"}, 3099, "tk_missing"},
		{"a signature as ZAK", anteroomtest.Join{Meeting: room.Number, ZAK: s.Sign(room.Number, 0)}, 3623, "wrong_token_kind"},
		{"a ZAK as signature", anteroomtest.Join{Meeting: room.Number, Signature: zak}, 3712, "zak_or_obf_as_signature"},
		{"an OBF as signature", anteroomtest.Join{Meeting: room.Number, Signature: obf}, 3712, "zak_or_obf_as_signature"},
		{"an OBF for another meeting", anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, one.Number, hour)}, 4013, "obf_other_meeting"},
		{"both", anteroomtest.Join{Meeting: room.Number, ZAK: zak, OBF: obf}, 4003, "zak_and_obf"},
		{
			"a secret with a line break",
			anteroomtest.Join{Meeting: room.Number, Signature: s.SignAs(anteroomtest.App{SDKKey: s.SDKKey, SDKSecret: s.SDKSecret + "\n"}, room.Number, 0)},
			3712, "secret_whitespace",
		},
		{
			"a key with a line break",
			anteroomtest.Join{Meeting: room.Number, Signature: craft(s.SDKSecret, fmt.Sprintf(
				`{"appKey":%q,"mn":%q,"role":0,"iat":%d,"exp":%d}`, s.SDKKey+"\n", room.Number, time.Now().Unix(), time.Now().Unix()+7200,
			))},
			3704, "key_whitespace",
		},
		{
			"a secret as key",
			anteroomtest.Join{Meeting: room.Number, Signature: s.SignAs(anteroomtest.App{SDKKey: s.SDKSecret, SDKSecret: s.SDKSecret}, room.Number, 0)},
			3704, "key_is_secret",
		},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, s.Join(c.join), c.code, c.cause) })
	}
}
