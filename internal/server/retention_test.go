package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
)

// TestAttemptsAreStoredAsConfigured starts a server on a database with a log of
// joins: it forgets what is too old and what is too many, as it was told to.
func TestAttemptsAreStoredAsConfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		attempts server.Attempts
		left     int
	}{
		"by default":  {server.Attempts{}, 14},
		"three days":  {server.Attempts{Days: 3}, 3},
		"five joins":  {server.Attempts{MaxCount: 5}, 5},
		"both limits": {server.Attempts{Days: 8, MaxCount: 6}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := development(t)
			config.NoDemo = true
			first, err := server.Start(t.Context(), config, server.Parts{})
			if err != nil {
				t.Fatal(err)
			}
			// One join a day, the oldest first, as ids are in the order of time.
			for days := 20; days > 0; days-- {
				first.Store.RecordAttempt(store.AttemptRecord{At: time.Now().Add(-24*time.Hour*time.Duration(days) + time.Hour)})
			}
			if err := first.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Fatal(err)
			}
			config.Attempts = c.attempts
			again, err := server.Start(t.Context(), config, server.Parts{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.Close(context.WithoutCancel(t.Context())) }()
			await(t, func() (bool, any) {
				left, _, err := again.Store.Attempts(t.Context(), store.AttemptFilter{})
				return err == nil && len(left) == c.left, len(left)
			})
		})
	}
}

// await asks until it is so; the test's own end is the limit.
func await(t *testing.T, so func() (yes bool, seen any)) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		yes, seen := so()
		if yes {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("it never became so: %v", seen)
		}
	}
}
