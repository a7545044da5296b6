package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// faultFixture is what the faults are made from: apps in every state, on a server and
// in a keyring that knows the same.
type faultFixture struct {
	t       *testing.T
	s       *server.Server
	now     time.Time
	class   *account.App // the app that should have signed
	billing *account.App // another one of the account
	video   *account.App
	oauth   *account.App
	plain   *account.App // a general app without the Meeting SDK feature
	off     *account.App
	unpaid  *account.App
	gone    *account.App
	host    *account.User
	other   *account.User
	ring    signature.StaticKeyring
	zak     string
	obf     string
}

const faultRoom, otherRoom = "93212345678", "98765432101"

func newFaultFixture(t *testing.T) *faultFixture {
	t.Helper()
	w := &faultFixture{t: t, now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	config := server.DevelopmentDefaults()
	config.Listen, config.Data, config.Media.Port, config.NoDemo = "127.0.0.1:0", t.TempDir(), 0, true
	s, err := server.Start(t.Context(), config, server.Parts{Clock: clockwork.NewFakeClockAt(w.now)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	w.s = s
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	school := &account.Account{ID: store.NewID(), Name: "School", CreatedAt: w.now}
	debtor := &account.Account{ID: store.NewID(), Name: "Debtor", Suspended: true, CreatedAt: w.now}
	must(s.Store.CreateAccount(ctx, school))
	must(s.Store.CreateAccount(ctx, debtor))
	app := func(owner *account.Account, name string, change func(*account.App)) *account.App {
		a := &account.App{
			ID: store.NewID(), AccountID: owner.ID, Name: name, Kind: account.AppGeneral, Key: "KEY" + strings.ReplaceAll(name, " ", "") + "7f3a91d20",
			Secret: "secret-of-" + strings.ReplaceAll(name, " ", "") + "/0123456789+abcdef=XYZ", Enabled: true, Published: true, MeetingSDK: true, CreatedAt: w.now,
		}
		if change != nil {
			change(a)
		}
		must(s.Store.CreateApp(ctx, a))
		return a
	}
	w.class = app(school, "Classroom", func(a *account.App) {
		a.DevKey, a.DevSecret = "KEYClassroomDev00b7c6e4", "development-secret-of-Classroom-a1b2c3"
		a.PreviousSecret, a.WebhookSecret = "previous-secret-of-Classroom-9z8y7x", "webhook-secret-of-Classroom-5544"
	})
	w.billing = app(school, "Billing portal", nil)
	w.video = app(school, "Cameras", func(a *account.App) { a.Kind = account.AppVideo })
	w.oauth = app(school, "Sync job", func(a *account.App) { a.Kind = account.AppServerToServer })
	w.plain = app(school, "Without the SDK", func(a *account.App) { a.MeetingSDK = false })
	w.off = app(school, "Retired", func(a *account.App) { a.Enabled = false })
	w.gone = app(school, "Gone", func(a *account.App) { a.DeletedAt = w.now.Add(-time.Hour) })
	w.unpaid = app(debtor, "Unpaid", nil)
	user := func(email string) *account.User {
		u := &account.User{ID: store.NewID(), AccountID: school.ID, Email: email, DisplayName: email, Status: account.UserActive, CreatedAt: w.now}
		must(s.Store.CreateUser(ctx, u))
		return u
	}
	w.host, w.other = user("host@school.example"), user("other@school.example")
	for _, number := range []string{faultRoom, otherRoom} {
		m := &meeting.Meeting{
			ID: store.NewID(), Number: number, AccountID: school.ID, HostID: w.host.ID, Topic: "Algebra", Kind: meeting.KindNoFixedTime,
			Settings: meeting.Settings{JoinBeforeHost: true}, CreatedAt: w.now, LastUsedAt: w.now,
		}
		must(s.Store.CreateMeeting(ctx, m))
	}
	var err2 error
	w.zak, err2 = s.Minter.MintZAK(ctx, w.host, time.Hour)
	must(err2)
	_, err2 = s.Accounts.Install(ctx, w.class.ID, w.host.ID, account.ScopeZAK, account.ScopeToken)
	must(err2)
	w.obf, err2 = s.Minter.MintOBF(ctx, w.host, w.class, "", time.Hour)
	must(err2)
	w.keyring()
	return w
}

// keyring knows offline what the server knows of its apps.
func (w *faultFixture) keyring() {
	add := func(a *account.App, state signature.AppState) {
		shown := signature.App{ID: a.ID, Name: a.Name, Kind: signature.AppKind(a.Kind), State: state}
		for _, c := range []signature.Credential{
			{Key: a.Key, Secret: []byte(a.Secret), Environment: "production"},
			{Key: a.DevKey, Secret: []byte(a.DevSecret), Environment: "development"},
			{Key: a.Key, Secret: []byte(a.PreviousSecret), Purpose: signature.PurposePrevious},
			{Key: a.Key, Secret: []byte(a.WebhookSecret), Purpose: signature.PurposeWebhook},
		} {
			if c.App = shown; len(c.Secret) > 0 {
				w.ring = append(w.ring, c)
			}
		}
	}
	for _, a := range []*account.App{w.class, w.billing, w.video, w.oauth, w.plain} {
		add(a, signature.AppActive)
	}
	add(w.off, signature.AppDisabled)
	add(w.unpaid, signature.AppAccountSuspended)
	add(w.gone, signature.AppDeleted)
}
