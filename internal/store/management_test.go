package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
}

func wantEqual(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhatIsStoredIsReturned(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		// A second store has an empty cache: what it returns was on the disk.
		fresh := w.open(func(c *Config) { c.Shared = true })

		a := &account.Account{ID: "acme", Name: "Acme", CreatedAt: noon, Settings: account.Settings{
			MinSDKVersion: "4.0.0", BlockedDomains: []string{"bad.example"}, Barriers: [][2]string{{"a", "b"}}, AllowRejoin: true,
		}}
		w.must(w.CreateAccount(ctx, a))
		gotAccount, err := fresh.Account(ctx, "acme")
		w.must(err)
		wantEqual(t, gotAccount, a)

		u := &account.User{
			ID: "ada", AccountID: "acme", Email: "Ada@Acme.example", DisplayName: "Ada", Status: account.UserActive, Role: "owner",
			Groups: []string{"law"}, Licence: account.Licence{Capacity: 100, ConcurrentMeetings: 2, Webinar: true},
			TokensValidFrom: noon.Add(time.Microsecond), CreatedAt: noon,
		}
		w.must(w.CreateUser(ctx, u))
		gotUser, err := fresh.User(ctx, "ada")
		w.must(err)
		wantEqual(t, gotUser, u)

		p := &account.App{
			ID: "app", AccountID: "acme", Name: "Classroom", Kind: account.AppGeneral, Key: "key", Secret: "secret-1", DevKey: "devkey",
			DevSecret: "secret-2", PreviousSecret: "secret-3", WebhookSecret: "secret-4", Enabled: true, Published: true,
			MeetingSDK: true, ReasonStyle: "name", AllowedOrigins: []string{"https://acme.example"}, DeletedAt: noon, CreatedAt: noon,
			TokenPolicy: account.TokenPolicy{ValidateFrom: noon, Exempt: true},
		}
		w.must(w.CreateApp(ctx, p))
		gotApp, err := fresh.App(ctx, "app")
		w.must(err)
		wantEqual(t, gotApp, p)

		m := &meeting.Meeting{
			ID: "m", Number: "123456789", AccountID: "acme", HostID: "ada", Topic: "Algebra", Kind: meeting.KindRecurring,
			Passcode: "abc", PasscodeLink: "xyz.1", StartsAt: noon, Duration: 90 * time.Minute,
			Occurrences: []time.Time{noon, noon.Add(time.Hour)}, Settings: meeting.Settings{WaitingRoom: true, JoinBeforeHostWindow: time.Minute},
			AlternativeHosts: []string{"ben"}, DeletedAt: noon.Add(time.Hour), LastUsedAt: noon, CreatedAt: noon,
		}
		w.must(w.CreateMeeting(ctx, m))
		gotMeeting, err := fresh.MeetingByNumber(ctx, "123456789")
		w.must(err)
		wantEqual(t, gotMeeting, m)
	})
}

func TestAppsAreFoundByKeyAndSecret(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		a := w.account()
		p := &account.App{AccountID: a.ID, Name: "Classroom", Key: "key-1", Secret: "secret-1", DevKey: "dev-1", DevSecret: "secret-2"}
		w.must(w.CreateApp(ctx, p))
		for key, development := range map[string]bool{"key-1": false, "dev-1": true} {
			for range 2 { // the second response comes from the cache
				got, dev, err := w.AppByKey(ctx, key)
				w.must(err)
				if got.ID != p.ID || dev != development {
					t.Fatalf("%s names %s, development %v", key, got.ID, dev)
				}
			}
		}
		_, _, err := w.AppByKey(ctx, "secret-1")
		wantError(t, err, ErrNotFound)
		for value, want := range map[string]bool{"secret-1": true, "secret-2": true, "key-1": false, "": false} {
			if got, err := w.AppBySecret(ctx, value); err != nil || got != want {
				t.Fatalf("AppBySecret(%q) = %v, %v", value, got, err)
			}
		}

		rotated := *p
		rotated.Key, rotated.PreviousSecret, rotated.Secret = "key-2", p.Secret, "secret-5"
		w.must(w.UpdateApp(ctx, &rotated))
		_, _, err = w.AppByKey(ctx, "key-1")
		wantError(t, err, ErrNotFound)
		got, _, err := w.AppByKey(ctx, "key-2")
		w.must(err)
		if got.Secret != "secret-5" || got.PreviousSecret != "secret-1" {
			t.Fatalf("the secrets are %q and %q", got.Secret, got.PreviousSecret)
		}

		other := &account.App{AccountID: a.ID, Name: "Other", Key: "other", DevKey: "key-2"}
		wantError(t, w.CreateApp(ctx, other), ErrExists)
		_, err = w.App(ctx, other.ID)
		wantError(t, err, ErrNotFound)
		wantError(t, w.UpdateApp(ctx, &account.App{ID: "nobody"}), ErrNotFound)
		wantError(t, w.CreateApp(ctx, &account.App{AccountID: "nobody"}), ErrNotFound)
	})
}

func TestSecretsAreSealedOnDisk(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	ctx := context.Background()
	a := w.account()
	p := &account.App{
		AccountID: a.ID, Key: "the-key-is-no-secret", Secret: "hidden-secret-1", DevSecret: "hidden-secret-2",
		PreviousSecret: "hidden-secret-3", WebhookSecret: "hidden-secret-4",
	}
	w.must(w.CreateApp(ctx, p))
	own, err := w.Secret(ctx, "tokens")
	w.must(err)
	w.must(w.Close())
	var disk []byte
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(w.url + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		disk = append(disk, raw...)
	}
	if !bytes.Contains(disk, []byte("the-key-is-no-secret")) {
		t.Fatal("the app is not on the disk at all")
	}
	if bytes.Contains(disk, []byte("hidden-secret")) || bytes.Contains(disk, own) {
		t.Fatal("a secret can be read on the disk")
	}
	if info, err := os.Stat(w.url); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file may be read by others: %v, %v", info.Mode(), err)
	}
}

func TestUsersByEmail(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		a := w.account()
		old := &account.User{AccountID: a.ID, Email: "Ada@acme.example", Status: account.UserActive}
		w.must(w.CreateUser(ctx, old))
		wantError(t, w.CreateUser(ctx, &account.User{AccountID: a.ID, Email: "ADA@acme.example", Status: account.UserPending}), ErrExists)
		got, err := w.UserByEmail(ctx, " ada@ACME.example ")
		w.must(err)
		wantEqual(t, got.ID, old.ID)

		gone := *old
		gone.Status = account.UserDeleted
		w.must(w.UpdateUser(ctx, &gone))
		got, err = w.UserByEmail(ctx, "ada@acme.example")
		w.must(err)
		wantEqual(t, got.Status, account.UserDeleted)

		again := &account.User{AccountID: a.ID, Email: "ada@acme.example", Status: account.UserActive}
		w.must(w.CreateUser(ctx, again))
		got, err = w.UserByEmail(ctx, "ada@acme.example")
		w.must(err)
		wantEqual(t, got.ID, again.ID)
		_, err = w.UserByEmail(ctx, "nobody@acme.example")
		wantError(t, err, ErrNotFound)
	})
}

func TestUpdatesAreSeenAtOnce(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		_, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		_, err = w.Meeting(ctx, m.ID)
		w.must(err)
		changed := *m
		changed.Topic, changed.Number = "Geometry", "999999999"
		w.must(w.UpdateMeeting(ctx, &changed))
		byNumber, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		byID, err := w.Meeting(ctx, m.ID)
		w.must(err)
		if byNumber.Topic != "Geometry" || byID.Topic != "Geometry" {
			t.Fatalf("the topic is %q by number and %q by id", byNumber.Topic, byID.Topic)
		}
		if byID.Number != m.Number {
			t.Fatal("the number changed, and it is for ever")
		}
		wantError(t, w.UpdateMeeting(ctx, &meeting.Meeting{ID: "nothing"}), ErrNotFound)
		twin := *m
		twin.ID = ""
		wantError(t, w.CreateMeeting(ctx, &twin), ErrExists)

		owner, err := w.Account(ctx, m.AccountID)
		w.must(err)
		suspended := *owner
		suspended.Suspended = true
		w.must(w.UpdateAccount(ctx, &suspended))
		owner, err = w.Account(ctx, m.AccountID)
		w.must(err)
		if !owner.Suspended {
			t.Fatal("the suspension is not seen")
		}
	})
}

func TestListsArePaged(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		a, other := w.account(), w.account()
		for range 5 {
			w.meetingOf(a, "host")
		}
		w.meetingOf(other, "host")
		var all []string
		for after := ""; ; {
			part, err := w.Meetings(ctx, Page{AccountID: a.ID, After: after, Limit: 2})
			w.must(err)
			if len(part) == 0 {
				break
			}
			for _, m := range part {
				all = append(all, m.ID)
			}
			after = all[len(all)-1]
		}
		if len(all) != 5 {
			t.Fatalf("%d meetings are listed, want 5", len(all))
		}
		accounts, err := w.Accounts(ctx, Page{})
		w.must(err)
		if len(accounts) != 2 {
			t.Fatalf("%d accounts are listed, want 2", len(accounts))
		}
		ofHost, err := w.MeetingsOfHost(ctx, "host", "", 10)
		w.must(err)
		if len(ofHost) != 6 {
			t.Fatalf("the host has %d meetings, want 6", len(ofHost))
		}
	})
}

func TestMeetingNumbers(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	for range 200 {
		number, err := w.NewMeetingNumber(context.Background())
		w.must(err)
		if len(number) < 9 || len(number) > 11 || strings.Trim(number, "0123456789") != "" || number[0] == '0' {
			t.Fatalf("%q is no meeting number", number)
		}
	}
}

func TestUserTokens(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		token := &UserToken{
			ID: "t", Kind: "obf", UserID: "ada", AppID: "app", MeetingNumber: "123456789", InstallationID: "i", IssuedAt: noon, ExpiresAt: noon.Add(time.Hour),
		}
		w.must(w.SaveUserToken(ctx, token))
		wantError(t, w.SaveUserToken(ctx, token), ErrExists)
		got, err := w.UserToken(ctx, "t")
		w.must(err)
		wantEqual(t, got, token)
		w.must(w.RevokeUserToken(ctx, "t", noon.Add(time.Minute)))
		w.must(w.RevokeUserToken(ctx, "t", noon.Add(2*time.Minute)))
		listed, err := w.UserTokens(ctx, "ada", 10)
		w.must(err)
		if len(listed) != 1 || !listed[0].RevokedAt.Equal(noon.Add(time.Minute)) {
			t.Fatalf("the tokens are %+v", listed)
		}
		wantError(t, w.RevokeUserToken(ctx, "nothing", noon), ErrNotFound)
		if n, err := w.PruneUserTokens(ctx, noon.Add(2*time.Hour)); err != nil || n != 1 {
			t.Fatalf("%d tokens were forgotten, %v", n, err)
		}
		_, err = w.UserToken(ctx, "t")
		wantError(t, err, ErrNotFound)
	})
}
