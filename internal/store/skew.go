package store

import (
	"context"
	"sync/atomic"
	"time"
)

// skew is how far the clock of this machine is from the database's.
type skew struct {
	wall  func() time.Time
	ahead atomic.Int64 // of the database's; nanoseconds
}

// RealTime is the time of the database's machine, which all nodes share: leases run
// on it, so that a node with a wrong clock gives up nobody else's places.
func (s *Store) RealTime() time.Time {
	return s.skew.wall().Add(-time.Duration(s.skew.ahead.Load()))
}

// MeasureSkew compares this machine's clock with the database's, and returns how far
// it is ahead. RealTime follows.
func (s *Store) MeasureSkew(ctx context.Context) (ahead time.Duration, err error) {
	before := s.skew.wall()
	now, err := s.engine.now(ctx)
	if err != nil || now.IsZero() {
		return 0, wrapErr(err, "the database's clock cannot be read")
	}
	took := s.skew.wall().Sub(before)
	ahead = before.Add(took / 2).Sub(now)
	// The result is not known better than this, nor does less matter.
	if ahead.Abs() <= took/2+10*time.Millisecond {
		ahead = 0
	}
	s.skew.ahead.Store(int64(ahead))
	return ahead, nil
}

// Skew is what MeasureSkew found last.
func (s *Store) Skew() time.Duration { return time.Duration(s.skew.ahead.Load()) }

// now implements engine: SQLite is part of this process.
func (e *sqliteEngine) now(context.Context) (time.Time, error) { return time.Time{}, nil }

// now implements engine.
func (e *postgresEngine) now(ctx context.Context) (now time.Time, err error) {
	err = e.pool.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&now)
	return now, err
}
