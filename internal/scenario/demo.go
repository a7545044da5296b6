// Package scenario sets up data to try things with: the demo world of development
// mode.
package scenario

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Store stores what a scenario makes.
type Store interface {
	CreateAccount(context.Context, *account.Account) error
	CreateUser(context.Context, *account.User) error
	CreateApp(context.Context, *account.App) error
	CreateMeeting(context.Context, *meeting.Meeting) error
	NewMeetingNumber(context.Context) (string, error)
	UpdateUser(context.Context, *account.User) error
}

// Builder makes worlds. Link makes the link form of a passcode.
type Builder struct {
	Store Store
	Now   func() time.Time
	NewID func() string
	Link  func(meetingID, passcode string) string
}

// The names by which the demo world's defaults are found again.
const (
	DemoAccount = "Acme School"
	DemoApp     = "Classroom"
	DemoHost    = "ada@acme.example"
	DemoTopic   = "Demo meeting"
	DemoWebinar = "Demo webinar"
)

// Demo makes the demo world: two accounts that know nothing of each other,
// apps in every state, people in every state, and meetings for them.
func (b *Builder) Demo(ctx context.Context) error {
	d := &demo{Builder: b, ctx: ctx, users: map[string]*account.User{}}
	acme := d.account(DemoAccount, account.Settings{})
	globex := d.account("Globex", account.Settings{})

	d.app(acme, DemoApp, func(a *account.App) { a.Published = true })
	d.app(acme, "Billing portal", nil)
	d.app(acme, "Retired app", func(a *account.App) { a.Enabled = false })
	d.app(acme, "Video calls", func(a *account.App) { a.Kind = account.AppVideo })
	d.app(acme, "Without the SDK", func(a *account.App) { a.MeetingSDK = false })
	d.app(acme, "Compares error messages", func(a *account.App) { a.ReasonStyle = "sentence" })
	d.app(globex, "Partner app", func(a *account.App) { a.Published = true })
	d.app(globex, "Draft app", nil)

	ada := d.user(acme, DemoHost, "Ada Park", "owner")
	ben := d.user(acme, "ben@acme.example", "Ben Okafor", "member")
	d.user(acme, "mia@acme.example", "Mia Lindqvist", "member")
	tom := d.user(acme, "tom@acme.example", "Tom Baker", "member")
	lea := d.user(acme, "lea@acme.example", "Lea Roux", "member")
	max := d.user(acme, "max@acme.example", "Max Weber", "member")
	zoe := d.user(globex, "zoe@globex.example", "Zoe Marin", "owner")

	d.meeting(ada, DemoTopic, func(m *meeting.Meeting) {
		m.Kind, m.Passcode = meeting.KindNoFixedTime, "anteroom"
		m.Settings.JoinBeforeHost = true
		m.AlternativeHosts = []string{ben.ID}
	})
	d.meeting(ada, "Only after the host", func(m *meeting.Meeting) { m.Kind, m.Passcode = meeting.KindNoFixedTime, "anteroom" })
	d.meeting(ada, "Open door, no passcode", func(m *meeting.Meeting) {
		m.Kind = meeting.KindNoFixedTime
		m.Settings.JoinBeforeHost = true
	})
	d.meeting(ada, "Waiting room", func(m *meeting.Meeting) {
		m.Kind, m.Passcode = meeting.KindNoFixedTime, "anteroom"
		m.Settings.WaitingRoom = true
	})
	d.meeting(ada, "Two participants at most", func(m *meeting.Meeting) {
		m.Kind = meeting.KindNoFixedTime
		m.Settings.JoinBeforeHost, m.Settings.Capacity = true, 2
	})
	d.meeting(ada, "Scheduled for tomorrow", func(m *meeting.Meeting) {
		m.StartsAt, m.Passcode = b.Now().Add(24*time.Hour).Truncate(time.Hour), "anteroom"
		m.Duration = time.Hour
	})
	d.meeting(ada, "Deleted meeting", func(m *meeting.Meeting) { m.DeletedAt = b.Now() })
	d.meeting(ada, "Browser joins turned off", func(m *meeting.Meeting) { m.Settings.BrowserJoinOff = true })
	d.meeting(ada, "Signed-in users only", func(m *meeting.Meeting) {
		m.Kind = meeting.KindNoFixedTime
		m.Settings.SignedInOnly, m.Settings.JoinBeforeHost = true, true
	})
	d.meeting(ada, "Registration required", func(m *meeting.Meeting) {
		m.Kind = meeting.KindNoFixedTime
		m.Settings.JoinBeforeHost, m.Settings.RegistrationRequired = true, true
	})
	d.meeting(tom, "Host deactivated", nil)
	d.meeting(lea, "Host has not accepted the invitation", nil)
	d.meeting(max, "Host deleted", nil)
	d.meeting(zoe, "Meeting of another account", func(m *meeting.Meeting) {
		m.Kind = meeting.KindNoFixedTime
		m.Settings.JoinBeforeHost = true
	})
	d.meeting(ada, DemoWebinar, func(m *meeting.Meeting) {
		m.Kind, m.Passcode = meeting.KindWebinar, "anteroom"
		m.StartsAt, m.Duration = b.Now().Truncate(time.Hour), 2*time.Hour
	})

	d.status(tom, account.UserInactive)
	d.status(lea, account.UserPending)
	d.status(max, account.UserDeleted)
	return d.err
}

// demo collects the first error, so that the recipe reads as a list.
type demo struct {
	*Builder
	ctx   context.Context
	users map[string]*account.User
	err   error
}

func (d *demo) account(name string, settings account.Settings) *account.Account {
	a := &account.Account{ID: d.NewID(), Name: name, Settings: settings, CreatedAt: d.Now()}
	d.recordErr(d.Store.CreateAccount(d.ctx, a), "account", name)
	return a
}

func (d *demo) app(owner *account.Account, name string, change func(*account.App)) {
	a := NewApp(owner, name, d.Now())
	a.ID = d.NewID()
	if change != nil {
		change(a)
	}
	d.recordErr(d.Store.CreateApp(d.ctx, a), "app", name)
}

func (d *demo) user(in *account.Account, email, name, role string) *account.User {
	u := &account.User{
		ID: d.NewID(), AccountID: in.ID, Email: email, DisplayName: name, Role: role, Status: account.UserActive,
		Licence: account.Licence{Capacity: 500, ConcurrentMeetings: 1, Webinar: true}, CreatedAt: d.Now(),
	}
	d.recordErr(d.Store.CreateUser(d.ctx, u), "user", email)
	return u
}

func (d *demo) meeting(host *account.User, topic string, change func(*meeting.Meeting)) {
	number, err := d.Store.NewMeetingNumber(d.ctx)
	d.recordErr(err, "number of meeting", topic)
	m := &meeting.Meeting{
		ID: d.NewID(), Number: number, AccountID: host.AccountID, HostID: host.ID, Topic: topic,
		Kind: meeting.KindScheduled, StartsAt: d.Now().Truncate(time.Hour), Duration: time.Hour, CreatedAt: d.Now(), LastUsedAt: d.Now(),
	}
	if change != nil {
		change(m)
	}
	if m.Kind == meeting.KindNoFixedTime {
		m.StartsAt = time.Time{}
	}
	if m.Passcode != "" {
		m.PasscodeLink = d.Link(m.ID, m.Passcode)
	}
	d.recordErr(d.Store.CreateMeeting(d.ctx, m), "meeting", topic)
}

func (d *demo) status(u *account.User, status account.UserStatus) {
	changed := *u
	changed.Status = status
	d.recordErr(d.Store.UpdateUser(d.ctx, &changed), "user", u.Email)
}

func (d *demo) recordErr(err error, what, name string) {
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("create the demo's %s %q: %w", what, name, err)
	}
}

// NewApp is an enabled general app with fresh credentials.
func NewApp(owner *account.Account, name string, now time.Time) *account.App {
	return &account.App{
		AccountID: owner.ID, Name: name, Kind: account.AppGeneral, Key: randomText(22), Secret: randomText(32),
		WebhookSecret: randomText(22), Enabled: true, MeetingSDK: true, CreatedAt: now,
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// randomText is n random letters and digits.
func randomText(n int) string {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // documented never to happen
	}
	for i, b := range raw {
		// The slight bias of the remainder costs less than a bit in 190.
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(raw)
}
