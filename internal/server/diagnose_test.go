package server_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
)

func TestDiagnosisOfAJoin(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	later := s.AddMeeting(anteroomtest.Meeting{Topic: "Host first", Password: "secret", HostFirst: true})
	// Another than later: the joins below are made too, side by side, and this one begins.
	hosted := s.AddMeeting(anteroomtest.Meeting{Topic: "Host begins", Password: "secret", HostFirst: true})
	// Another host: this meeting runs without a connection, and "the host" below begins another
	// meeting, which ends a deserted one of the same host.
	doctor := s.AddUser(anteroomtest.User{Email: "doctor@example.com"})
	waiting := s.AddMeeting(anteroomtest.Meeting{Topic: "Doctor's", WaitingRoom: true, Host: doctor.ID})
	expect(t, s.Join(anteroomtest.Join{Meeting: waiting.Number, Role: 1, ZAK: s.ZAK(doctor.ID, time.Hour)}), 0, "")
	stolen := s.SignAs(anteroomtest.App{SDKKey: s.SDKKey, SDKSecret: s.SDKSecret + "\n"}, room.Number, 0)

	for name, c := range map[string]struct {
		join  anteroomtest.Join
		code  int
		cause string
		also  []int
		says  string
	}{
		"admitted":     {anteroomtest.Join{Meeting: room.Number, Password: "secret"}, 0, "", nil, "start a new instance of “Standup”"},
		"the host":     {anteroomtest.Join{Meeting: hosted.Number, Role: 1, ZAK: s.HostZAK()}, 0, "", nil, "as the host"},
		"waiting room": {anteroomtest.Join{Meeting: waiting.Number}, 0, "", nil, "waiting room"},
		"all faults in one round": {
			anteroomtest.Join{Meeting: later.Number, Password: "wrong", ZAK: "rubbish", Extra: map[string]any{"userName": ""}},
			4003, "userName_missing",
			[]int{3623, 3004, 3008},
			"userName",
		},
		"who signed": {anteroomtest.Join{Meeting: room.Number, Signature: stolen}, 3712, "secret_whitespace", nil, "line break"},
		"Client View's option, and its view": {
			anteroomtest.Join{Meeting: room.Number, View: "client", Extra: map[string]any{"passWord": "secret"}},
			0, "", nil, "",
		},
		"Client View's option in Component View": {
			anteroomtest.Join{Meeting: room.Number, View: "component", Extra: map[string]any{"passWord": "secret"}},
			3004, "option_misspelt", nil, "passWord",
		},
	} {
		// Not in parallel: subtests would queue for a free slot behind other tests, longer
		// than a place without a connection is kept, and the running meeting would be over.
		t.Run(name, func(t *testing.T) {
			d := s.Diagnose(c.join)
			var also []int
			for _, f := range d.AlsoFailing {
				also = append(also, f.Code)
				if f.Step == "" || f.Name == "" || f.Cause == "" || f.Evidence == "" || f.Remedy == "" {
					t.Errorf("incomplete: %+v", f)
				}
			}
			if d.Decision.Code != c.code || d.Decision.Cause != c.cause || !slices.Equal(also, c.also) || d.Scope != "gate" {
				t.Fatalf("want %d %s and %v, got %s", c.code, c.cause, c.also, d.Body)
			}
			if !strings.Contains(d.Decision.Evidence, c.says) || (c.code != 0 && d.Decision.Remedy == "") {
				t.Errorf("it says %+v", d.Decision)
			}
			if d.Token == nil || d.Token.Claims["mn"] != c.join.Meeting || len(d.Passed) == 0 {
				t.Errorf("incomplete: %s", d.Body)
			}
			if strings.Contains(string(d.Body), s.SDKSecret) {
				t.Errorf("the secret is leaked: %s", d.Body)
			}
			// The join itself comes to the same; a view names the passcode's option itself.
			if a := s.Join(c.join); c.code != 0 && c.cause != "option_misspelt" && (a.ErrorCode != c.code || a.Cause != c.cause) {
				t.Errorf("the join comes to %s", a.Body)
			}
		})
	}
}

// TestADiagnosisLeavesNoTrace asks often and looks for what it may have left.
func TestADiagnosisLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	for range 12 {
		if d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, Password: "wrong"}); d.Decision.Cause != "passcode_wrong" {
			t.Fatalf("%s", d.Body)
		}
		if d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, Password: "secret"}); d.Decision.Code != 0 {
			t.Fatalf("%s", d.Body)
		}
	}
	if list := get(t, s.URL+"/dev/v1/attempts"); !strings.Contains(list, `"attempts":[]`) {
		t.Errorf("a dry run is recorded: %s", list)
	}
	host := s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	expect(t, host, 0, "")
	var inside struct{ Snapshot struct{ Participants []any } }
	if err := json.Unmarshal(host.Body, &inside); err != nil || len(inside.Snapshot.Participants) != 1 {
		t.Errorf("somebody is inside already: %s", host.Body)
	}
	if d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, Password: "secret"}); !strings.Contains(d.Decision.Evidence, "running instance") {
		t.Errorf("%s", d.Body)
	}
	// What is counted is reported all the same, and looking does not lift it.
	for range 10 {
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "wrong"}), 3004, "passcode_wrong")
	}
	for range 2 {
		if d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, Password: "secret"}); d.Decision.Cause != "throttled" {
			t.Fatalf("%s", d.Body)
		}
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret"}), 3004, "throttled")
}

func TestWhatADiagnosisIsAsked(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	signed := s.Sign(room.Number, 0)
	now := time.Now().Unix()
	numberless := sealed(fmt.Sprintf(`{"appKey":%q,"mn":"https://x.example/j/1","role":0,"iat":%d,"exp":%d}`, s.SDKKey, now, now+7200), s.SDKSecret)
	ask := func(t *testing.T, body string, status int) map[string]any {
		t.Helper()
		a := s.Post("/dev/v1/diagnose", []byte(body))
		var out map[string]any
		if err := json.Unmarshal(a.Body, &out); err != nil || a.HTTPStatus != status {
			t.Fatalf("%s returns %d %s", body, a.HTTPStatus, a.Body)
		}
		return out
	}
	for body, want := range map[string]struct {
		scope string
		code  float64
		cause string
	}{
		fmt.Sprintf(`{"signature":%q}`, signed):                                  {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"meetingNumber":%q}`, signed, room.Number):  {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"meetingNumber":%s}`, signed, room.Number):  {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim"}}`, signed):        {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"join":{}}`, signed):                        {"gate", 4003, "userName_missing"},
		fmt.Sprintf(`{"join":{"userName":"Kim","signature":%q}}`, signed):        {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"meetingNumber":"99999999999"}`, signed):    {"gate", 3712, "mn_other_meeting"},
		fmt.Sprintf(`{"signature":%q,"meetingNumber":"nonsense"}`, signed):       {"signature", 4003, "meetingNumber_malformed"},
		fmt.Sprintf(`{"signature":%q}`, numberless):                              {"signature", 3712, "mn_not_a_number"},
		`{"signature":"undefined"}`:                                              {"signature", 3712, "placeholder"},
		fmt.Sprintf(`{"signature":"undefined","meetingNumber":%q}`, room.Number): {"gate", 3712, "placeholder"},
		`{"signature":""}`: {"signature", 4003, "empty"},
		`{"signature":"","meetingNumber":"99999999999"}`:                                              {"gate", 4003, "signature_missing"},
		`{"join":{"userName":"Kim","meetingNumber":"99999999999"}}`:                                   {"gate", 4003, "signature_missing"},
		`{"signature":"undefined","join":{"userName":"Kim","zak":"a","obfToken":"b"}}`:                {"signature", 4003, "zak_and_obf"},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","zak":7,"meetingNumber":[]}}`, signed):  {"signature", 4003, "meetingNumber_malformed"},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","colour":"blue"}}`, signed):             {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"meetingNumber":null,"join":null}`, signed):                      {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","view":"client"}}`, signed):             {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","view":"sideways"}}`, signed):           {"gate", 4003, "view_malformed"},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","signature":%q}}`, signed, signed):      {"gate", 0, ""},
		fmt.Sprintf(`{"signature":%q,"join":{"userName":"Kim","resumeToken":"made up.1.x"}}`, signed): {"gate", 0, ""},
	} {
		out := ask(t, body, http.StatusOK)
		d := out["decision"].(map[string]any)
		if out["scope"] != want.scope || d["code"] != want.code || d["cause"] != want.cause {
			t.Errorf("%s\nwant %+v, got %v in scope %v", body, want, d, out["scope"])
		}
		for _, field := range []string{"alsoFailing", "passed", "warnings"} {
			if _, ok := out[field].([]any); !ok {
				t.Errorf("%s: %s is %v", body, field, out[field])
			}
		}
		for _, field := range []string{"name", "evidence", "remedy"} {
			if _, ok := d[field].(string); !ok {
				t.Errorf("%s: the decision's %s is %v", body, field, d[field])
			}
		}
	}
	for body, property := range map[string]string{
		``:                            "body",
		`[]`:                          "body",
		`null`:                        "signature",
		`{}`:                          "signature",
		`{"signature":null}`:          "signature",
		`{"signature":7}`:             "signature",
		`{"signature":{"a":1}}`:       "signature",
		`{"signature":"x","join":[]}`: "join",
		`{"signature":"x","join":"userName=Kim"}`:                                      "join",
		`{"signature":"x","meetingNumber":true}`:                                       "meetingNumber",
		`{"signature":"x","join":{"signature":"y"}}`:                                   "signature",
		`{"signature":"x","meetingNumber":1234567890,"join":{"meetingNumber":"1234"}}`: "meetingNumber",
	} {
		out := ask(t, body, http.StatusBadRequest)
		first, _ := out["errors"].([]any)
		if len(first) == 0 || first[0].(map[string]any)["property"] != property || first[0].(map[string]any)["reason"] == "" {
			t.Errorf("%s returns %v, want %s named", body, out, property)
		}
	}
	if a := s.Post("/dev/v1/diagnose", []byte(`{"signature":"`+strings.Repeat("x", 2<<20)+`"}`)); a.HTTPStatus != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes return %d", a.HTTPStatus)
	}
}

// TestADiagnosisOfAReturningPage looks at a participant without taking it over.
func TestADiagnosisOfAReturningPage(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	zak := s.ZAK(s.AddUser(anteroomtest.User{Email: "u@test.example"}).ID, time.Hour)
	in := s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: zak})
	expect(t, in, 0, "")
	for range 2 {
		d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, ZAK: zak, ResumeToken: in.ResumeToken})
		if d.Decision.Code != 0 || !strings.Contains(d.Decision.Evidence, "keep its own place") {
			t.Fatalf("%s", d.Body)
		}
	}
	if d := s.Diagnose(anteroomtest.Join{Meeting: room.Number, ResumeToken: in.ResumeToken}); !strings.Contains(d.Decision.Evidence, "give up its own place") {
		t.Fatalf("without the ZAK: %s", d.Body)
	}
	// The token is still the newest, so nobody took over.
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: in.ResumeToken}), 0, "")
}

// sealed is a JWT of any claims.
func sealed(claims, secret string) string {
	input := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// send posts JSON and returns the whole response.
func send(t *testing.T, url string, body []byte) (*http.Response, []byte) {
	t.Helper()
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, raw
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
