package admission

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// TestRandomFixtures decides worlds in which anything may be set, missing or odd.
func TestRandomFixtures(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20260504, 1))
	admitted, refused := 0, 0
	for range 20_000 {
		c := randomFixture(rnd)
		a := c.attempt(t)
		v := Decide(c.now, a, c.s)
		if again := Decide(c.now, a, c.s); !reflect.DeepEqual(v, again) {
			t.Fatalf("two verdicts for one fixture:\n%+v\n%+v", v, again)
		}
		if !v.Admitted() {
			refused++
			last := -1
			for _, f := range append([]Finding{*v.Decision}, v.AlsoFailing...) {
				at := stepIndex(f)
				if at < last {
					t.Fatalf("%s %d is reported too late: %+v %+v", f.Step, f.Code, v.Decision, v.AlsoFailing)
				}
				last = at
				if f.Cause == "" || f.Evidence == "" || f.Name == "" {
					t.Fatalf("incomplete: %+v", f)
				}
			}
			if v.Admission.Resumes != nil || v.Admission.Capacity != 0 {
				t.Fatalf("a refused join has an admission: %+v", v.Admission)
			}
			continue
		}
		admitted++
		if c.s.Meeting == nil || len(v.AlsoFailing) > 0 {
			t.Fatalf("admitted: %+v", v)
		}
		if !c.s.owns() && !independently(c) {
			t.Fatalf("admitted against a plain reading of the rules: %+v", c.s)
		}
	}
	if admitted < 500 || refused < 500 {
		t.Errorf("%d admitted, %d refused: the worlds are one-sided", admitted, refused)
	}
}

// independently states a few rules that no admitted join may break, in other words
// than the gate's own.
func independently(c *fixture) bool {
	s, m := c.s, c.s.Meeting
	isHost := s.ZAK.Valid() && s.ZAK.User.ID == m.HostID
	for _, alt := range m.AlternativeHosts {
		isHost = isHost || (s.ZAK.Valid() && s.ZAK.User.ID == alt)
	}
	switch {
	case c.raw != "" || len(c.a.Invalid) > 0 || s.App == nil || !s.App.Enabled || c.sign.Secret != s.Secret():
		return false
	case c.sign.Role == 1 && !isHost:
		return false
	case s.Host == nil || s.Host.Status != account.UserActive || !m.DeletedAt.IsZero():
		return false
	case m.Passcode != "" && !isHost && !s.TK.Valid() && !s.TK.Panelist && c.a.Password != m.Passcode:
		return false
	case s.Session.Live() && s.Session.Locked && !isHost:
		return false
	case s.Session.Live() && s.Session.Participants >= 100 && !isHost:
		return false
	case m.Settings.SignedInOnly && !s.ZAK.Valid():
		return false
	case s.App.AccountID != m.AccountID && !s.ZAK.Given && !s.OBF.Given && !s.AppExempt && !c.now.Before(s.Policy.RequireFrom):
		return false
	}
	return true
}

func stepIndex(f Finding) int {
	for i := range Rules {
		if Rules[i].Step == f.Step && (Rules[i].Code == f.Code || f.Code == 4003) {
			return i
		}
	}
	return -2
}

func randomFixture(r *rand.Rand) *fixture {
	c := newFixture()
	maybe := func(percent int, change func()) {
		if r.IntN(100) < percent {
			change()
		}
	}
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	maybe(2, func() {
		c.a.Invalid = []InvalidOption{{Field: "userName", Cause: "userName_missing", Evidence: "none"}}
	})
	maybe(2, func() { c.raw = pick("undefined", "a.b.c", "{", " ", rawToken(c, `{"mn":1}`)) })
	maybe(2, func() { c.sign.Secret = "another-secret-0123456789abcdef00" })
	maybe(2, func() { c.s.App = nil; c.s.KeyIsSecret = r.IntN(2) == 0 })
	maybe(2, func() { c.s.Owner = nil })
	maybe(2, func() { c.s.Meeting = nil })
	maybe(2, func() { c.s.Host = nil })
	maybe(2, func() { c.s.Account = nil })
	maybe(20, func() { c.start() })
	users := []*account.User{c.host, c.other, nil}
	maybe(40, func() {
		c.s.ZAK = UserToken{Given: true, User: users[r.IntN(3)], Fault: pick("", "", "", "expired", "forged", "revoked")}
	})
	maybe(20, func() {
		c.s.OBF = UserToken{Given: true, User: users[r.IntN(3)], ID: "o", Fault: pick("", "", "malformed", "expired"), AppID: pick("", "app-1", "app-2"), MeetingNumber: pick("", testNumber, "123456789")}
		c.s.AuthorizerInside = r.IntN(2) == 0
	})
	maybe(20, func() {
		c.s.TK = RegistrantFacts{Given: true, Fault: pick("", "", "tk_pending", "registrant_denied"), RegistrantID: pick("", "r-1"), Email: pick("", "a@b.example"), Panelist: r.IntN(4) == 0, Occurrence: c.now.Add(time.Duration(r.IntN(9)-4) * time.Hour)}
	})
	if m := c.s.Meeting; m != nil {
		m.Kind = meeting.Kind(pick("instant", "scheduled", "scheduled", "recurring", "no_fixed_time", "webinar"))
		m.StartsAt = c.now.Add(time.Duration(r.IntN(9)-4) * time.Hour)
		maybe(5, func() { m.StartsAt = time.Time{} })
		maybe(20, func() { m.Occurrences = []time.Time{c.now.Add(-5 * time.Hour), c.now.Add(3 * time.Hour)} })
		maybe(10, func() { c.passcode() })
		maybe(5, func() { m.Settings.RegistrationRequired = true })
		maybe(5, func() { m.Settings.SignedInOnly = true })
		maybe(50, func() { m.Settings.JoinBeforeHost = true })
		maybe(10, func() { m.Settings.WaitingRoom = true })
		maybe(10, func() { m.Settings.Simulive = true })
		maybe(10, func() { m.AlternativeHosts = []string{c.other.ID} })
		maybe(1, func() { m.DeletedAt = c.now })
	}
	maybe(30, func() { c.give(pick("123456", "654321", "", "p_ABCDEFGHIJKLMNOPQRST")) })
	maybe(40, func() { c.a.UserEmail = pick("a@b.example", "x@blocked.example") })
	switch r.IntN(4) {
	case 0:
		c.notRunning()
	case 1:
		c.ended(time.Duration(r.IntN(40))*time.Minute, meeting.EndReason(pick("ended_by_host", "empty", "duration_limit")))
	default:
		c.s.Session.Locked = r.IntN(10) == 0
		c.s.Session.Practice = r.IntN(20) == 0
		c.s.Session.Participants = []int{0, 1, 99, 100}[r.IntN(4)]
		maybe(5, func() {
			c.s.Resume = &meeting.Participant{ID: "own", State: meeting.ParticipantJoined, SessionID: "s-1", MeetingID: "m-1"}
		})
	}
	maybe(30, c.externalApp)
	maybe(10, func() { c.s.AppExempt = true })
	maybe(30, func() { c.s.Policy.Shift = -time.Duration(r.IntN(100)) * 24 * time.Hour })
	maybe(10, func() { c.s.Inside = &Presence{Connected: true} })
	maybe(10, func() { c.s.Elsewhere = &Presence{MeetingNumber: "123"} })
	maybe(10, func() {
		c.a.DeviceID = "d"
		c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{DeviceID: pick("d", "e")}}}
	})
	c.s.HostLive = r.IntN(2)
	if c.s.Policy.Shift != 0 {
		c.s.Policy.RequireFrom = c.s.Policy.RequireFrom.Add(-c.s.Policy.Shift)
		c.s.Policy.ValidateFrom = c.s.Policy.ValidateFrom.Add(-c.s.Policy.Shift)
		c.s.Policy.Shift = 0
	}
	return c
}

func (c *fixture) externalApp() {
	if c.s.App != nil {
		c.external()
	}
}

func BenchmarkDecide(b *testing.B) {
	for name, change := range map[string]func(*fixture){
		"plain":    func(*fixture) {},
		"passcode": func(c *fixture) { c.passcode(); c.give("123456") },
		"refused":  func(c *fixture) { c.s.Session.Locked = true },
	} {
		b.Run(name, func(b *testing.B) {
			c := newFixture()
			change(c)
			a := c.attempt(b)
			b.ReportAllocs()
			for b.Loop() {
				v := Decide(c.now, a, c.s)
				if v.Admitted() == (name == "refused") {
					b.Fatal(v.Decision)
				}
			}
		})
	}
}

// BenchmarkRules is Decide without reading and verifying the signature.
func BenchmarkRules(b *testing.B) {
	c := newFixture()
	a := c.attempt(b)
	read := &Input{now: c.now, a: a, s: c.s}
	read.read()
	read.verify()
	b.ReportAllocs()
	for b.Loop() {
		in := &Input{now: c.now, a: a, s: c.s, token: read.token, genuine: true}
		in.run(stageRequest)
		in.run(stageApp)
		in.derive()
		in.run(stageState)
		if v := in.verdict(); !v.Admitted() {
			b.Fatal(v.Decision)
		}
	}
}
