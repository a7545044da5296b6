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

// accountMark begins the names of scenarios' accounts.
const accountMark = "Scenario "

// InCorner tells by its name whether an account was made for a scenario, and so
// is none of the demo world's.
func InCorner(accountName string) bool { return strings.HasPrefix(accountName, accountMark) }

// corner is a fresh part of the world while it is being built: an account with a
// host, an open meeting and an app that may join it. Its recipe changes what it
// has to. The first error ends the building.
type corner struct {
	*Stage
	ctx  context.Context
	now  time.Time
	tag  string // tells this corner's names from those of all others
	live Live
	from string
	err  error

	// account is the meeting's, owner the app's; one and the same but for
	// external joins.
	account, owner *account.Account
	app            *account.App
	host           *account.User
	meeting        *meeting.Meeting

	role          int // of the join's signature
	join          Options
	before, after []Step
	where         errcode.Where
	says          string
	views         []string
}

func (s *Stage) build(ctx context.Context, r *recipe, in Request) (*corner, error) {
	c := &corner{
		Stage: s, ctx: ctx, now: s.Now(), tag: strings.ToLower(randomText(8)), live: in.Live, from: in.From,
		join: Options{"userName": "Robin Vale"}, before: []Step{}, after: []Step{}, where: r.where, says: r.says, views: r.views,
	}
	if c.where == "" {
		row, _ := errcode.Lookup(r.code)
		c.where = row.Where
	}
	if c.views == nil {
		c.views = []string{ClientView, ComponentView}
	}
	c.imagine(fmt.Sprintf("%d %s", r.code, r.cause))
	if r.given != nil {
		r.given(c)
	}
	c.create()
	c.join["meetingNumber"] = c.meeting.Number
	if r.when != nil && c.err == nil {
		r.when(c)
	}
	if c.err == nil {
		c.signJoin(r)
	}
	return c, c.err
}

// imagine thinks up what every corner begins with.
func (c *corner) imagine(name string) {
	c.account = &account.Account{ID: c.NewID(), Name: accountMark + name + " " + c.tag, CreatedAt: c.now}
	c.owner = c.account
	c.app = NewApp(c.account, "App of scenario "+name, c.now)
	c.app.ID, c.app.Published = c.NewID(), true
	c.host = c.imagineUser("Hanna Berg", "host")
	c.meeting = c.imagineMeeting("Meeting of scenario " + name)
}

// external puts the app into an account of its own.
func (c *corner) external() {
	c.owner = &account.Account{ID: c.NewID(), Name: c.account.Name + " (the app's)", CreatedAt: c.now}
	c.app.AccountID = c.owner.ID
}

func (c *corner) imagineUser(name, local string) *account.User {
	return &account.User{
		ID: c.NewID(), AccountID: c.account.ID, Email: local + "-" + c.tag + "@scenario.example", DisplayName: name, Role: "member",
		Status: account.UserActive, Licence: account.Licence{Capacity: 100, ConcurrentMeetings: 1, Webinar: true}, CreatedAt: c.now,
	}
}

// imagineMeeting thinks up a meeting that anybody may enter at any time.
func (c *corner) imagineMeeting(topic string) *meeting.Meeting {
	number, err := c.Store.NewMeetingNumber(c.ctx)
	c.keep(err)
	return &meeting.Meeting{
		ID: c.NewID(), Number: number, AccountID: c.account.ID, HostID: c.host.ID, Topic: topic, Kind: meeting.KindNoFixedTime,
		Settings: meeting.Settings{JoinBeforeHost: true}, CreatedAt: c.now, LastUsedAt: c.now,
	}
}

// create keeps what was thought up.
func (c *corner) create() {
	c.keep(c.Store.CreateAccount(c.ctx, c.account))
	if c.owner != c.account {
		c.keep(c.Store.CreateAccount(c.ctx, c.owner))
	}
	c.keep(c.Store.CreateApp(c.ctx, c.app))
	c.keep(c.Store.CreateUser(c.ctx, c.host))
	c.createMeeting(c.meeting)
}

func (c *corner) createMeeting(m *meeting.Meeting) {
	if m.Passcode != "" {
		m.PasscodeLink = c.Link(m.ID, m.Passcode)
	}
	c.keep(c.Store.CreateMeeting(c.ctx, m))
}

// user makes another member of the meeting's account.
func (c *corner) user(name, local string, change ...func(*account.User)) *account.User {
	u := c.imagineUser(name, local)
	for _, f := range change {
		f(u)
	}
	c.keep(c.Store.CreateUser(c.ctx, u))
	return u
}

// otherMeeting makes another open meeting of the same host.
func (c *corner) otherMeeting() *meeting.Meeting {
	m := c.imagineMeeting("Other " + strings.ToLower(c.meeting.Topic[:1]) + c.meeting.Topic[1:])
	c.createMeeting(m)
	return m
}

// otherApp makes another app of the app's account.
func (c *corner) otherApp(name string) *account.App {
	a := NewApp(c.owner, name, c.now)
	a.ID = c.NewID()
	c.keep(c.Store.CreateApp(c.ctx, a))
	return a
}

// changeUser changes a user whom the store has; u is changed too.
func (c *corner) changeUser(u *account.User, change func(*account.User)) {
	changed := *u
	change(&changed)
	*u = changed
	c.keep(c.Store.UpdateUser(c.ctx, &changed))
}

// webinar makes the meeting a webinar that has just begun.
func (c *corner) webinar() {
	c.meeting.Kind, c.meeting.StartsAt, c.meeting.Duration = meeting.KindWebinar, c.now.Add(-time.Minute), 2*time.Hour
	c.meeting.Settings.JoinBeforeHost = false
}

// signJoin signs the join as the recipe wants it.
func (c *corner) signJoin(r *recipe) {
	switch {
	case r.token != nil:
		c.join["signature"] = r.token(c.claims())
	case c.join["signature"] == nil:
		c.join["signature"] = c.sign(c.meeting.Number, c.role)
	}
}

// sign makes a right signature of the corner's app.
func (c *corner) sign(meetingNumber string, role int) string {
	issued := c.now.Add(-30 * time.Second)
	token, err := signature.Sign(signature.SignOptions{
		Key: c.app.Key, Secret: c.app.Secret, MeetingNumber: meetingNumber, Role: role,
		IssuedAt: issued, ExpiresAt: issued.Add(signature.DefaultLifetime),
	})
	c.keep(err)
	return token
}

// keep remembers the first error.
func (c *corner) keep(err error) {
	if err != nil && c.err == nil {
		c.err = err
	}
}
