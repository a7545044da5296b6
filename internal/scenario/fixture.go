package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// accountPrefix begins the names of scenarios' accounts.
const accountPrefix = "Scenario "

// IsScenarioAccount reports by its name whether an account was made for a scenario, and
// so is none of the demo world's.
func IsScenarioAccount(accountName string) bool { return strings.HasPrefix(accountName, accountPrefix) }

// Fixture is a fresh set of test data while it is being built: an account with a
// host, an open meeting and an app that may join it. Its recipe changes what it
// has to. The first error ends the building.
type Fixture struct {
	*Runner
	ctx  context.Context
	now  time.Time
	tag  string // distinguishes this fixture's names from those of all others
	live PeopleMode
	from string
	err  error

	// account is the meeting's, owner the app's; one and the same but for
	// external joins.
	account, owner *account.Account
	app            *account.App
	host           *account.User
	meeting        *meeting.Meeting
	// installed are the authorisations that users gave, by app and user.
	installed map[string]*account.Installation

	role          int // of the join's signature
	join          Options
	before, after []Step
	where         errcode.Where
	explanation   string
	views         []string
}

func (s *Runner) newFixture(ctx context.Context, r *recipe, in Request) (*Fixture, error) {
	f := &Fixture{
		Runner: s, ctx: ctx, now: s.Now(), tag: strings.ToLower(randomText(8)), live: in.Live, from: in.From,
		join: Options{"userName": "Robin Vale"}, before: []Step{}, after: []Step{}, where: r.where, explanation: r.explanation, views: r.views,
		installed: map[string]*account.Installation{},
	}
	if f.where == "" {
		row, _ := errcode.Lookup(r.code)
		f.where = row.Where
	}
	if f.views == nil {
		f.views = []string{ClientView, ComponentView}
	}
	f.newDefaults(fmt.Sprintf("%d %s", r.code, r.cause))
	if r.fixture != nil {
		r.fixture(f)
	}
	f.store()
	f.join["meetingNumber"] = f.meeting.Number
	if r.arrange != nil && f.err == nil {
		r.arrange(f)
	}
	if f.err == nil {
		f.signJoin(r)
	}
	return f, f.err
}

// newDefaults thinks up what every fixture begins with.
func (f *Fixture) newDefaults(name string) {
	f.account = &account.Account{ID: f.NewID(), Name: accountPrefix + name + " " + f.tag, CreatedAt: f.now}
	f.owner = f.account
	f.app = NewApp(f.account, "App of scenario "+name, f.now)
	f.app.ID, f.app.Published = f.NewID(), true
	f.host = f.newUser("Hanna Berg", "host")
	f.meeting = f.newMeeting("Meeting of scenario " + name)
}

// useExternalApp puts the app into an account of its own.
func (f *Fixture) useExternalApp() {
	f.owner = &account.Account{ID: f.NewID(), Name: f.account.Name + " (the app's)", CreatedAt: f.now}
	f.app.AccountID = f.owner.ID
}

func (f *Fixture) newUser(name, local string) *account.User {
	return &account.User{
		ID: f.NewID(), AccountID: f.account.ID, Email: local + "-" + f.tag + "@scenario.example", DisplayName: name, Role: "member",
		Status: account.UserActive, Licence: account.Licence{Capacity: 100, ConcurrentMeetings: 1, Webinar: true}, CreatedAt: f.now,
	}
}

// newMeeting thinks up a meeting that anybody may enter at any time.
func (f *Fixture) newMeeting(topic string) *meeting.Meeting {
	number, err := f.Store.NewMeetingNumber(f.ctx)
	f.recordErr(err)
	return &meeting.Meeting{
		ID: f.NewID(), Number: number, AccountID: f.account.ID, HostID: f.host.ID, Topic: topic, Kind: meeting.KindNoFixedTime,
		Settings: meeting.Settings{JoinBeforeHost: true}, CreatedAt: f.now, LastUsedAt: f.now,
	}
}

// store stores the fixture.
func (f *Fixture) store() {
	f.recordErr(f.Store.CreateAccount(f.ctx, f.account))
	if f.owner != f.account {
		f.recordErr(f.Store.CreateAccount(f.ctx, f.owner))
	}
	f.recordErr(f.Store.CreateApp(f.ctx, f.app))
	f.recordErr(f.Store.CreateUser(f.ctx, f.host))
	f.createMeeting(f.meeting)
}

func (f *Fixture) createMeeting(m *meeting.Meeting) {
	if m.Passcode != "" {
		m.PasscodeLink = f.Link(m.ID, m.Passcode)
	}
	f.recordErr(f.Store.CreateMeeting(f.ctx, m))
}

// user makes another member of the meeting's account.
func (f *Fixture) user(name, local string, change ...func(*account.User)) *account.User {
	u := f.newUser(name, local)
	for _, f := range change {
		f(u)
	}
	f.recordErr(f.Store.CreateUser(f.ctx, u))
	return u
}

// otherMeeting makes another open meeting of the same host.
func (f *Fixture) otherMeeting() *meeting.Meeting {
	m := f.newMeeting("Other " + strings.ToLower(f.meeting.Topic[:1]) + f.meeting.Topic[1:])
	f.createMeeting(m)
	return m
}

// otherApp makes another app of the app's account.
func (f *Fixture) otherApp(name string) *account.App {
	a := NewApp(f.owner, name, f.now)
	a.ID = f.NewID()
	f.recordErr(f.Store.CreateApp(f.ctx, a))
	return a
}

// changeUser changes a user whom the store has; u is changed too.
func (f *Fixture) changeUser(u *account.User, change func(*account.User)) {
	changed := *u
	change(&changed)
	*u = changed
	f.recordErr(f.Store.UpdateUser(f.ctx, &changed))
}

// webinar makes the meeting a webinar that has just begun.
func (f *Fixture) webinar() {
	f.meeting.Kind, f.meeting.StartsAt, f.meeting.Duration = meeting.KindWebinar, f.now.Add(-time.Minute), 2*time.Hour
	f.meeting.Settings.JoinBeforeHost = false
}

// signJoin signs the join as the recipe wants it.
func (f *Fixture) signJoin(r *recipe) {
	switch {
	case r.token != nil:
		f.join["signature"] = r.token(f.claims())
	case f.join["signature"] == nil:
		f.join["signature"] = f.sign(f.meeting.Number, f.role)
	}
}

// sign makes a right signature of the fixture's app.
func (f *Fixture) sign(meetingNumber string, role int) string {
	issued := f.now.Add(-30 * time.Second)
	token, err := signature.Sign(signature.SignOptions{
		Key: f.app.Key, Secret: f.app.Secret, MeetingNumber: meetingNumber, Role: role,
		IssuedAt: issued, ExpiresAt: issued.Add(signature.DefaultLifetime),
	})
	f.recordErr(err)
	return token
}

// recordErr remembers the first error.
func (f *Fixture) recordErr(err error) {
	if err != nil && f.err == nil {
		f.err = err
	}
}
