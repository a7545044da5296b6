package admission

import (
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// noon is when the tests take place: after both enforcement dates.
var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

const (
	testKey    = "CLASSROOMKEY0000000001"
	testSecret = "classroom-secret-0123456789abcdef"
	testNumber = "85802291303"
)

// fixture is a fixture in which an anonymous participant is let into a running
// meeting of the app's own account; cases change one thing each.
type fixture struct {
	now   time.Time
	a     *Attempt
	s     *Snapshot
	sign  signature.SignOptions
	raw   string // replaces the signature
	host  *account.User
	other *account.User
}

func newFixture() *fixture {
	home := &account.Account{ID: "acc-home", Name: "Home"}
	host := &account.User{
		ID: "u-host", AccountID: "acc-home", Email: "host@home.example", Status: account.UserActive,
		Licence: account.Licence{Capacity: 100, ConcurrentMeetings: 1},
	}
	other := &account.User{ID: "u-other", AccountID: "acc-home", Email: "other@home.example", Status: account.UserActive}
	app := &account.App{
		ID: "app-1", AccountID: "acc-home", Name: "Classroom", Kind: account.AppGeneral, Key: testKey, Secret: testSecret,
		Enabled: true, MeetingSDK: true, Published: true,
	}
	m := &meeting.Meeting{
		ID: "m-1", Number: testNumber, AccountID: "acc-home", HostID: "u-host", Topic: "Algebra", Kind: meeting.KindScheduled,
		StartsAt: noon.Add(-10 * time.Minute), Duration: time.Hour, CreatedAt: noon.Add(-24 * time.Hour),
	}
	return &fixture{
		now: noon,
		a:   &Attempt{View: "component", SDKVersion: "5.1.4", MeetingNumber: testNumber, UserName: "Ada"},
		s: &Snapshot{
			Policy: DefaultPolicy(), AppFacts: AppFacts{App: app, Owner: home}, Meeting: m, Account: home, Host: host,
			Session: &meeting.Session{ID: "s-1", MeetingID: "m-1", Number: testNumber, StartedAt: noon.Add(-9 * time.Minute), HostStarted: true, Participants: 1}, HasParticipants: true,
		},
		sign: signature.SignOptions{
			Key: testKey, Secret: testSecret, MeetingNumber: testNumber, IssuedAt: noon.Add(-30 * time.Second), ExpiresAt: noon.Add(2 * time.Hour),
		},
		host: host, other: other,
	}
}

// attempt signs what has not been signed.
func (c *fixture) attempt(t testing.TB) *Attempt {
	t.Helper()
	if c.raw != "" {
		c.a.Signature = c.raw
		return c.a
	}
	token, err := signature.Sign(c.sign)
	if err != nil {
		t.Fatal(err)
	}
	c.a.Signature = token
	return c.a
}

func (c *fixture) decide(t testing.TB) Verdict {
	t.Helper()
	return Decide(c.now, c.attempt(t), c.s)
}

// The changes that cases share.

func (c *fixture) zak(u *account.User) { c.s.ZAK = UserToken{Given: true, User: u, ID: "zak-1"} }

func (c *fixture) badZAK(fault string) { c.s.ZAK = UserToken{Given: true, Fault: fault} }

func (c *fixture) obf() {
	c.s.OBF = UserToken{Given: true, User: c.other, ID: "obf-1", AppID: "app-1", MeetingNumber: testNumber}
	c.s.AuthorizerInside = true
}

func (c *fixture) badOBF(fault string) { c.s.OBF = UserToken{Given: true, Fault: fault} }

func (c *fixture) tk() {
	c.s.TK = RegistrantFacts{Given: true, RegistrantID: "r-1", Email: "ada@school.example"}
}

func (c *fixture) start() { c.sign.Role = 1 }

func (c *fixture) asHost() { c.start(); c.zak(c.host) }

func (c *fixture) notRunning() { c.s.Session = nil }

// ended closes the running session some time ago.
func (c *fixture) ended(ago time.Duration, why meeting.EndReason) {
	last := *c.s.Session
	last.EndedAt, last.EndReason = c.now.Add(-ago), why
	c.s.Last, c.s.Session = &last, nil
}

func (c *fixture) external() {
	c.s.App.AccountID = "acc-away"
	c.s.Owner = &account.Account{ID: "acc-away", Name: "Away"}
}

func (c *fixture) webinar() {
	c.s.Meeting.Kind = meeting.KindWebinar
	c.a.UserEmail = "ada@school.example"
}

func (c *fixture) simulive(start time.Time) {
	c.webinar()
	c.notRunning()
	c.s.Meeting.Settings.Simulive = true
	c.s.Meeting.StartsAt = start
}

func (c *fixture) passcode() {
	c.s.Meeting.Passcode = "123456"
	c.s.Meeting.PasscodeLink = "p_ABCDEFGHIJKLMNOPQRSTUVWXYZab"
}

func (c *fixture) give(password string) { c.a.Password, c.a.HasPassword = password, true }

func (c *fixture) registration() {
	c.s.Meeting.Settings.RegistrationRequired = true
	c.a.UserEmail = "ada@school.example"
}
