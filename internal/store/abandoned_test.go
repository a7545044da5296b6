package store

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// Whoever aborts requests in the middle of a statement breaks no connections.
func TestCancelledCallsKeepTheirConnections(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	pool := w.engine.db()
	calls := map[string]func(context.Context){
		"a read":        func(ctx context.Context) { _, _ = list(w.engine.reader(ctx), scanAttemptCount, readAttempts, "a") },
		"a select":      func(ctx context.Context) { _, _ = w.RegistrantsByEmail(ctx, "m", "ada@acme.example") },
		"a transaction": func(ctx context.Context) { _, _, _ = w.CountAttempt(ctx, "a", noon, time.Minute) },
		"another":       func(ctx context.Context) { _, _, _ = w.CountAttempt(ctx, "b", noon, time.Minute) },
	}
	// The connections of the pool: each call needs one, and one more holds the lock.
	connections := func() (all []int) {
		for range len(calls) + 1 {
			conn, err := pool.Conn(t.Context())
			w.must(err)
			defer func() { _ = conn.Close() }()
			var pid int
			w.must(conn.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
			all = append(all, pid)
		}
		slices.Sort(all)
		return all
	}
	before := connections()
	for round := range 3 {
		lock, err := pool.BeginTx(t.Context(), nil)
		w.must(err)
		_, err = lock.ExecContext(t.Context(), "LOCK TABLE attempt_counts, registrants IN ACCESS EXCLUSIVE MODE")
		w.must(err)
		ctx, abort := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, call := range calls {
			all.Go(func() { call(ctx) })
		}
		awaitBlocked(t, lock, len(calls))
		abort()
		w.must(lock.Rollback())
		all.Wait()
		if after := connections(); !slices.Equal(before, after) {
			t.Fatalf("round %d: the connections were %v, and are %v", round, before, after)
		}
	}
}

// awaitBlocked waits until so many calls wait for a lock.
func awaitBlocked(t *testing.T, tx *sql.Tx, want int) {
	t.Helper()
	for blocked := 0; blocked < want; {
		row := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE d.datname = current_database() AND NOT l.granted`)
		if err := row.Scan(&blocked); err != nil {
			t.Fatal(err)
		}
	}
}
