package server

import (
	"context"
	"encoding/base64"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// reads are what the gate asked of the storage, in order.
type reads []string

// recordingLoader is the server's loader, and notes what is asked of it.
type recordingLoader struct {
	*loader
	asked *reads
}

func (l recordingLoader) App(ctx context.Context, key string) (admission.AppFacts, error) {
	*l.asked = append(*l.asked, "app of key "+key)
	return l.loader.App(ctx, key)
}

func (l recordingLoader) Resume(ctx context.Context, token string) (*meeting.Participant, error) {
	*l.asked = append(*l.asked, "participant of "+token)
	return l.loader.Resume(ctx, token)
}

func (l recordingLoader) Load(ctx context.Context, r admission.LoadRequest) (*admission.Snapshot, error) {
	*l.asked = append(*l.asked, "meeting "+r.Attempt.MeetingNumber)
	return l.loader.Load(ctx, r)
}

// recordingKeyring is the server's keyring, and notes what is asked of it and how
// many secrets it handed out.
type recordingKeyring struct {
	keyring
	asked *reads
}

func (k recordingKeyring) Lookup(ctx context.Context, key string) (signature.Credential, bool, error) {
	*k.asked = append(*k.asked, "credential of "+key)
	return k.keyring.Lookup(ctx, key)
}

func (k recordingKeyring) Candidates(ctx context.Context, key string) iter.Seq2[signature.Credential, error] {
	*k.asked = append(*k.asked, "candidates for "+key)
	return func(yield func(signature.Credential, error) bool) {
		for c, err := range k.keyring.Candidates(ctx, key) {
			*k.asked = append(*k.asked, "candidate "+c.Key)
			if !yield(c, err) {
				return
			}
		}
	}
}

func (k recordingKeyring) Holds(ctx context.Context, value string) (signature.Credential, bool, error) {
	*k.asked = append(*k.asked, "holder of "+value)
	return k.keyring.Holds(ctx, value)
}

// TestABadSignatureTouchesTheSameRows notes what production's gate reads for a
// meeting that exists and for one that never did: with a bad signature the same,
// in the same order, and nothing of any meeting.
func TestABadSignatureTouchesTheSameRows(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{
		Mode: Production, Listen: "127.0.0.1:0", Data: t.TempDir(), PublicURL: "https://meet.example",
		EncryptionKey: base64.StdEncoding.EncodeToString(make([]byte, 32)), TrustedProxies: []string{"127.0.0.1"},
	}, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	builder := &scenario.Builder{Store: s.Store, Now: time.Now, NewID: store.NewID, Link: func(string, string) string { return "" }}
	if err := builder.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	app, room := demoAppAndMeeting(t, s.Store)
	ask := func(number string, o signature.SignOptions) (reads, *admission.Finding) {
		o.MeetingNumber = number
		signed, err := signature.Sign(o)
		if err != nil {
			t.Fatal(err)
		}
		var asked reads
		gate := s.gate()
		gate.Keyring = recordingKeyring{gate.Keyring.(keyring), &asked}
		loader := &loader{store: s.Store, tokens: s.Minter, tks: s.Registrants, clock: s.Clock, resume: s.Sessions.ReadResumeToken}
		verdict, _ := gate.Run(t.Context(), recordingLoader{loader, &asked}, time.Now(), &admission.Attempt{
			View: "component", MeetingNumber: number, UserName: "Kim", Password: room.Passcode, HasPassword: true,
			Signature: signed, ZAK: "a.b.c", TK: "rubbish", ResumeToken: "no-token-of-ours",
		})
		for i := range asked {
			// Each claim is looked for among the hashes of secrets, mn too.
			if asked[i] == "holder of "+number {
				asked[i] = "holder of mn"
			}
		}
		return asked, verdict.Decision
	}
	now := time.Now()
	right := signature.SignOptions{Key: app.Key, Secret: app.Secret, IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
	const nowhere = "99999999999"
	for _, c := range []struct {
		name   string
		change func(*signature.SignOptions)
		code   errcode.Code
	}{
		{"another secret", func(o *signature.SignOptions) { o.Secret = "another-secret-of-nobody-0123456" }, errcode.SignatureInvalid},
		{"the secret with a line break", func(o *signature.SignOptions) { o.Secret += "\n" }, errcode.SignatureInvalid},
		{"an unknown key", func(o *signature.SignOptions) { o.Key = "AnUnknownKey0123456789" }, errcode.APIKeyInvalid},
		{"expired", func(o *signature.SignOptions) {
			o.IssuedAt, o.ExpiresAt = now.Add(-2*time.Hour), now.Add(-time.Hour)
		}, errcode.SignatureExpired},
	} {
		o := right
		c.change(&o)
		known, why := ask(room.Number, o)
		unknown, _ := ask(nowhere, o)
		if why == nil || why.Code != c.code {
			t.Errorf("%s: decided %+v", c.name, why)
		}
		if len(known) == 0 || !slices.Equal(known, unknown) {
			t.Errorf("%s: the reads differ:\n%q\n%q", c.name, known, unknown)
		}
		for _, one := range known {
			if strings.HasPrefix(one, "meeting ") {
				t.Errorf("%s: a meeting was read: %q", c.name, known)
			}
		}
	}
	for _, number := range []string{room.Number, nowhere} {
		if asked, _ := ask(number, right); !slices.Contains(asked, "meeting "+number) {
			t.Errorf("a right signature reads %q: the notes prove nothing", asked)
		}
	}
}

func demoAppAndMeeting(t *testing.T, stored *store.Store) (*account.App, *meeting.Meeting) {
	t.Helper()
	apps, err := stored.Apps(t.Context(), store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := stored.Meetings(t.Context(), store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	app := slices.IndexFunc(apps, func(a *account.App) bool { return a.Name == scenario.DemoApp })
	room := slices.IndexFunc(rooms, func(m *meeting.Meeting) bool { return m.Topic == scenario.DemoTopic })
	if app < 0 || room < 0 {
		t.Fatal("the demo world lacks its app or meeting")
	}
	return apps[app], rooms[room]
}

// TestDropsAreReportedOnce: what was not recorded is reported once, with its number.
func TestDropsAreReportedOnce(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	recorded := dropReporter{log: slog.New(slog.NewTextHandler(&log, nil))}
	for _, dropped := range []int64{0, 7, 7, 10} {
		recorded.count(dropped)
	}
	if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "not_recorded=7 since_start=7") || !strings.Contains(text, "not_recorded=3 since_start=10") {
		t.Errorf("the log says %s", text)
	}
}
