package server

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

func TestNoiseIsSampledByNetworkAndCounted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	kept, err := store.Open(ctx, store.Config{URL: filepath.Join(t.TempDir(), "anteroom.db"), Key: make([]byte, 32), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	r := &recorder{store: kept, log: newJoinLog(slog.New(slog.DiscardHandler)), noisePerMinute: noiseInProduction}
	now := time.Now()
	record := func(address string, at time.Time, believed bool, code errcode.Code) {
		r.Record(session.Attempted{
			ID: store.NewAttemptID(), At: at, Attempt: &admission.Attempt{RemoteIP: address},
			Verdict: &admission.Verdict{Believed: believed, Decision: &admission.Finding{Code: code}},
		})
	}
	for i := range 3000 {
		record(fmt.Sprintf("2001:db8:1:2::%x", i), now, false, errcode.SignatureInvalid)
	}
	for range 300 {
		record("2001:db8:1:2::1", now, true, errcode.WrongMeetingPassword) // an app has signed these
	}
	record("203.0.113.9", now, false, errcode.SignatureInvalid)
	record("203.0.113.9", now, false, errcode.ServerError)
	record("2001:db8:1:2::1", now.Add(time.Minute), false, errcode.SignatureInvalid)
	if err := kept.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	counts, skipped, cursor := map[string]int{}, 0, ""
	for {
		found, next, err := kept.Attempts(ctx, store.AttemptFilter{Limit: 500, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range found {
			counts[fmt.Sprint(a.Code, " ", a.Noise)]++
			skipped += a.Skipped
		}
		if cursor = next; next == "" {
			break
		}
	}
	want := map[string]int{
		fmt.Sprint(int(errcode.SignatureInvalid), " true"):      noiseInProduction + 2,
		fmt.Sprint(int(errcode.WrongMeetingPassword), " false"): 300,
		fmt.Sprint(int(errcode.ServerError), " false"):          1,
	}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("%v are recorded, want %v", counts, want)
	}
	if skipped != 3000-noiseInProduction || r.leftOut.Load() != 3000-noiseInProduction {
		t.Errorf("%d were skipped by the records, %d by the sum, want %d", skipped, r.leftOut.Load(), 3000-noiseInProduction)
	}
}
