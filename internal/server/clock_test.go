package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/httpapi"
)

// callDev calls the developer's API and reads its response into a response of the
// caller's; it returns the status and the body.
func callDev(t *testing.T, s *anteroomtest.Server, method, path, body string, into any) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && response.StatusCode < 300 {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
	return response.StatusCode, string(raw)
}

func moveClock(t *testing.T, s *anteroomtest.Server, body string) (view httpapi.ClockView) {
	t.Helper()
	if status, raw := callDev(t, s, "PUT", "/dev/v1/clock", body, &view); status != http.StatusOK {
		t.Fatalf("the clock could not be moved: %d %s", status, raw)
	}
	return view
}

func TestTheClockIsMovedOverHTTP(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC)
	base := clockwork.NewFakeClockAt(start)
	s := anteroomtest.Start(t, anteroomtest.WithClock(base))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	signed, zak := s.Sign(room.Number, 0), s.ZAK(user.ID, 30*time.Minute)
	join := anteroomtest.Join{Meeting: room.Number, Signature: signed, ZAK: zak}

	var view httpapi.ClockView
	if _, raw := callDev(t, s, "GET", "/dev/v1/clock", "", &view); !view.Now.Equal(start) || view.Offset != "0s" || view.Frozen || view.Policy.Offset != "0s" {
		t.Fatalf("odd clock %s", raw)
	}
	view = moveClock(t, s, `{"advance":"30m"}`)
	if !view.Now.Equal(start.Add(30*time.Minute)) || !view.RealNow.Equal(start) || view.Offset != "30m0s" || !view.Policy.Now.Equal(view.Now) {
		t.Fatalf("odd clock %+v", view)
	}
	expect(t, s.Join(join), 3265, "expired")
	moveClock(t, s, `{"advance":"-1s","frozen":true}`)
	base.Advance(24 * time.Hour)
	expect(t, s.Join(join), 0, "")
	view = moveClock(t, s, `{"now":"2026-01-20T13:00:00+01:00"}`)
	if !view.Now.Equal(start.Add(2*time.Hour)) || !view.Frozen {
		t.Fatalf("odd clock %+v", view)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}), 3705, "expired")
	// What the server mints now, and what the test signs, is of the moved time.
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.HostZAK()}), 0, "")
	moveClock(t, s, `{"frozen":false,"advance":"-1s"}`)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}), 0, "")
	base.Advance(time.Second)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}), 3705, "expired")

	if status, raw := callDev(t, s, "DELETE", "/dev/v1/clock", "", &view); status != http.StatusOK || view.Offset != "0s" || view.Frozen {
		t.Fatalf("not reset: %d %s", status, raw)
	}
}

// The enforcement dates can be looked at from another day while tokens and
// schedules keep their time.
func TestTheEnforcementDatesMoveAlone(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t, anteroomtest.WithDemoWorld(),
		anteroomtest.WithClock(clockwork.NewFakeClockAt(time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))))
	var world httpapi.WorldView
	callDev(t, s, "GET", "/dev/v1/world", "", &world)
	var partner anteroomtest.App
	for _, app := range world.Apps {
		if app.Name == "Partner app" {
			partner = anteroomtest.App{SDKKey: app.SDKKey, SDKSecret: app.SDKSecret}
		}
	}
	var number string
	for _, m := range world.Meetings {
		if m.Topic == "Open door, no passcode" {
			number = m.Number
		}
	}
	join := anteroomtest.Join{Meeting: number, Signature: s.SignAs(partner, number, 0)}
	withOBF := anteroomtest.Join{Meeting: number, Signature: join.Signature, OBF: "rubbish"}
	for _, c := range []struct {
		at           string
		none, badOBF int
	}{
		{"2026-02-06T23:59:59Z", 0, 0},
		{"2026-02-07T00:00:00Z", 0, 4013},
		{"2026-03-01T23:59:59Z", 0, 4013},
		{"2026-03-02T00:00:00Z", 4012, 4013},
	} {
		view := moveClock(t, s, `{"scope":"policy","now":"`+c.at+`"}`)
		if view.Policy.Now.Format(time.RFC3339) != c.at || view.Offset != "0s" {
			t.Fatalf("odd clock %+v", view)
		}
		expect(t, s.Join(join), c.none, "")
		expect(t, s.Join(withOBF), c.badOBF, "")
	}
	moveClock(t, s, `{"scope":"policy","advance":"-1s"}`)
	expect(t, s.Join(join), 0, "")
	// The view moves with the clock.
	moveClock(t, s, `{"advance":"1s"}`)
	expect(t, s.Join(join), 4012, "no_token")
	moveClock(t, s, `{"scope":"policy","now":"2026-01-01T00:00:00Z"}`)
	expect(t, s.Join(join), 0, "")
	callDev(t, s, "DELETE", "/dev/v1/clock", "", nil)
	expect(t, s.Join(join), 4012, "no_token")
}

func TestTheClockNamesBadInput(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	for body, property := range map[string]string{
		`[]`:                                               "body",
		`{}`:                                               "body",
		`{"scope":"policy"}`:                               "body",
		`{"now":"tomorrow"}`:                               "now",
		`{"now":1767225600}`:                               "now",
		`{"now":"0001-01-01T00:00:00Z"}`:                   "now",
		`{"now":"1999-12-31T23:59:59Z"}`:                   "now",
		`{"now":"2200-01-01T00:00:00Z"}`:                   "now",
		`{"now":"9999-12-31T23:59:59Z"}`:                   "now",
		`{"advance":"1 day"}`:                              "advance",
		`{"advance":"9999999h"}`:                           "advance",
		`{"advance":"2562047h"}`:                           "advance",
		`{"advance":"-2562047h"}`:                          "advance",
		`{"advance":"1h","now":"2026-01-01T00:00:00Z"}`:    "advance",
		`{"frozen":"yes"}`:                                 "frozen",
		`{"frozen":true,"scope":"policy"}`:                 "frozen",
		`{"advance":"1h","scope":"media"}`:                 "scope",
		`{"scope":"policy","now":"1000-01-01T00:00:00Z"}`:  "now",
		`{"scope":"policy","advance":"2562047h47m16.8s"}`:  "advance",
		`{"scope":"policy","advance":"-2562047h47m16.8s"}`: "advance",
	} {
		status, raw := callDev(t, s, "PUT", "/dev/v1/clock", body, nil)
		if status != http.StatusBadRequest || !strings.Contains(raw, `"property":"`+property+`"`) {
			t.Errorf("%s: %d %s", body, status, raw)
		}
	}
	var view httpapi.ClockView
	if _, raw := callDev(t, s, "GET", "/dev/v1/clock", "", &view); view.Offset != "0s" || view.Policy.Offset != "0s" {
		t.Fatalf("bad input moved the clock: %s", raw)
	}
}

// A page somewhere on the internet must not move the clock of a developer who
// looks at it.
func TestForeignPagesMoveNothing(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	for _, c := range []struct {
		origin, host string
		status       int
	}{
		{"https://elsewhere.example", "", http.StatusForbidden},
		{"null", "", http.StatusForbidden},
		{"", "elsewhere.example", http.StatusForbidden},
		{"http://localhost:5173", "", http.StatusOK},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL+"/dev/v1/clock", strings.NewReader(`{"advance":"1h"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", c.origin)
		if c.origin == "" {
			request.Header.Del("Origin")
		}
		request.Host = c.host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%+v returns %d", c, response.StatusCode)
		}
	}
}
