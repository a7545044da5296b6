package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// noiseLog is a recorder of production over a store of its own.
type noiseLog struct {
	*recorder
	t *testing.T
}

func newNoiseLog(t *testing.T) *noiseLog {
	t.Helper()
	stored, err := store.Open(context.Background(), store.Config{
		URL: filepath.Join(t.TempDir(), "anteroom.db"), Key: make([]byte, 32), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stored.Close() })
	return &noiseLog{&recorder{store: stored, log: &joinLog{slog.New(slog.DiscardHandler)}, noisePerMinute: noiseInProduction}, t}
}

func (l *noiseLog) record(address string, at time.Time, v *admission.Verdict) {
	l.Record(session.JoinRecord{ID: store.NewAttemptID(), At: at, Attempt: &admission.Attempt{RemoteIP: address}, Verdict: v})
}

func verdictOf(believed bool, code errcode.Code, status int) *admission.Verdict {
	return &admission.Verdict{Believed: believed, Decision: &admission.Finding{Code: code, Status: status}}
}

// stored counts what is recorded by code and kind, and how many joins were left out by
// what the records say.
func (l *noiseLog) stored() (counts map[string]int, skipped int) {
	l.t.Helper()
	ctx := context.Background()
	if err := l.store.Flush(ctx); err != nil {
		l.t.Fatal(err)
	}
	counts = map[string]int{}
	for cursor := ""; ; {
		found, next, err := l.store.Attempts(ctx, store.AttemptFilter{Limit: 500, Cursor: cursor})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, a := range found {
			counts[fmt.Sprint(a.Code, " ", a.Noise)]++
			skipped += a.Skipped
		}
		if cursor = next; next == "" {
			return counts, skipped
		}
	}
}

func (l *noiseLog) want(counts map[string]int, leftOut int) {
	l.t.Helper()
	got, skipped := l.stored()
	if fmt.Sprint(got) != fmt.Sprint(counts) {
		l.t.Errorf("%v are recorded, want %v", got, counts)
	}
	if skipped != leftOut || l.leftOut.Load() != int64(leftOut) {
		l.t.Errorf("%d were skipped by the records, %d by the sum, want %d", skipped, l.leftOut.Load(), leftOut)
	}
}

func TestNoiseIsSampledByNetworkAndCounted(t *testing.T) {
	t.Parallel()
	l, now := newNoiseLog(t), time.Now()
	unsigned := verdictOf(false, errcode.SignatureInvalid, 0)
	for i := range 3000 {
		l.record(fmt.Sprintf("2001:db8:1:2::%x", i), now, unsigned)
	}
	for range 300 {
		l.record("2001:db8:1:2::1", now, verdictOf(true, errcode.WrongMeetingPassword, 0)) // an app has signed these
	}
	l.record("203.0.113.9", now, unsigned)
	for range 300 {
		l.record("198.51.100.7", now, verdictOf(false, errcode.ServerError, 0)) // a stranger can cause these
	}
	l.record("198.51.100.7", now, verdictOf(true, errcode.ServerError, 0))
	l.record("2001:db8:1:2::1", now.Add(time.Minute), unsigned)
	l.record("198.51.100.7", now.Add(time.Minute), unsigned)
	l.want(map[string]int{
		fmt.Sprint(int(errcode.SignatureInvalid), " true"):      noiseInProduction + 3,
		fmt.Sprint(int(errcode.WrongMeetingPassword), " false"): 300,
		fmt.Sprint(int(errcode.ServerError), " false"):          1,
		fmt.Sprint(int(errcode.ServerError), " true"):           noiseInProduction,
	}, 3300-2*noiseInProduction)
}

// Whoever sends joins and does not wait for the answers displaces no others.
func TestCancelledJoinsAreNoise(t *testing.T) {
	t.Parallel()
	l, now := newNoiseLog(t), time.Now()
	for i := range 1001 {
		at := now
		if i == 1000 {
			at = now.Add(time.Minute)
		}
		for _, believed := range []bool{false, true} {
			l.record("203.0.113.9", at, &admission.Verdict{Believed: believed, Decision: admission.Cancellation()})
		}
	}
	l.record("203.0.113.9", now, verdictOf(true, errcode.MeetingLocked, 0)) // cancelled joins use up no refusals
	l.want(map[string]int{
		"1 true": 2 * (noiseInProduction + 1),
		fmt.Sprint(int(errcode.MeetingLocked), " false"): 1,
	}, 2000-2*noiseInProduction)
}

// A signature is a right one again and again: joins beyond a limit displace no others.
func TestSignedJoinsBeyondALimitAreNoise(t *testing.T) {
	t.Parallel()
	l, now := newNoiseLog(t), time.Now()
	tooMany := verdictOf(true, errcode.ServerError, http.StatusTooManyRequests)
	limited := verdictOf(true, errcode.WrongMeetingPassword, http.StatusTooManyRequests)
	for range 500 {
		l.record("203.0.113.9", now, tooMany)
		l.record("203.0.113.9", now, limited)
		l.record("203.0.113.9", now, verdictOf(false, errcode.SignatureInvalid, 0)) // a stranger's hide none of them
	}
	for range 5 {
		l.record("203.0.113.9", now, &admission.Verdict{Believed: true})
		l.record("198.51.100.7", now, tooMany)
	}
	l.record("203.0.113.9", now.Add(time.Minute), tooMany)
	l.record("203.0.113.9", now.Add(time.Minute), verdictOf(false, errcode.SignatureInvalid, 0))
	l.want(map[string]int{
		"0 false": 5,
		fmt.Sprint(int(errcode.ServerError), " true"):          noiseInProduction/2 + 5 + 1,
		fmt.Sprint(int(errcode.WrongMeetingPassword), " true"): noiseInProduction / 2,
		fmt.Sprint(int(errcode.SignatureInvalid), " true"):     noiseInProduction + 1,
	}, 1500-2*noiseInProduction)
}

func TestVeryManyRefusalsOfOneNetworkAreNoise(t *testing.T) {
	t.Parallel()
	l, now := newNoiseLog(t), time.Now()
	const real = refusalsPerNoise * noiseInProduction
	for range real + 200 {
		l.record("203.0.113.9", now, verdictOf(true, errcode.MeetingLocked, 0))
	}
	l.record("198.51.100.7", now, verdictOf(true, errcode.MeetingLocked, 0))
	l.record("203.0.113.9", now, &admission.Verdict{Believed: true}) // whoever enters is no noise
	got, _ := l.stored()
	want := map[string]int{
		"0 false": 1, fmt.Sprint(int(errcode.MeetingLocked), " false"): real + 1, fmt.Sprint(int(errcode.MeetingLocked), " true"): noiseInProduction,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || l.leftOut.Load() != 200-noiseInProduction {
		t.Errorf("%v are recorded and %d left out, want %v", got, l.leftOut.Load(), want)
	}
}

// A household has 256 networks of IPv6, and whoever has many networks still has one app.
func TestVeryManyRefusalsOfManyAddressesAreNoise(t *testing.T) {
	t.Parallel()
	const most = refusalsPerNoise * noiseInProduction
	for name, c := range map[string]struct {
		address func(i int) string
		stored  int
	}{
		"a household's /56": {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i%256) }, refusalsOfNetwork * most},
		"a /24 of IPv4":     {func(i int) string { return fmt.Sprintf("203.0.113.%d", i%256) }, refusalsOfNetwork * most},
		"many networks":     {func(i int) string { return fmt.Sprintf("2001:db8:%x::1", i) }, refusalsOfApp * most},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, now := newNoiseLog(t), time.Now()
			refuse := func(address, app string) string {
				return l.noiseSource(&session.JoinRecord{
					At: now, Attempt: &admission.Attempt{RemoteIP: address}, Verdict: verdictOf(true, errcode.MeetingLocked, 0), App: &account.App{ID: app},
				})
			}
			stored := 0
			for i := range 2 * refusalsOfApp * most {
				if refuse(c.address(i), "one") == "" {
					stored++
				}
			}
			if stored != c.stored {
				t.Errorf("%d are no noise, want %d", stored, c.stored)
			}
			if refuse("198.51.100.7", "another") != "" {
				t.Error("another app's refused join from elsewhere is noise")
			}
		})
	}
}
