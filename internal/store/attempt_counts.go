package store

import (
	"context"
	"time"
)

var (
	countAttempt = define(`INSERT INTO attempt_counts (name, count, since) VALUES (?, 1, ?) ON CONFLICT (name) DO UPDATE SET
		count = CASE WHEN attempt_counts.since <= ? THEN 1 ELSE attempt_counts.count + 1 END,
		since = CASE WHEN attempt_counts.since <= ? THEN excluded.since ELSE attempt_counts.since END`)
	readAttempts       = define(`SELECT count, since FROM attempt_counts WHERE name = ?`)
	refundAttempts     = define(`UPDATE attempt_counts SET count = CASE WHEN count > ? THEN count - ? ELSE 0 END WHERE name = ?`)
	pruneAttemptCounts = define(`DELETE FROM attempt_counts WHERE since < ? AND name IN (SELECT name FROM attempt_counts WHERE since < ? LIMIT ?)`)
)

type attemptCountRow struct{ count, since int64 }

func scanAttemptCount(row scanner) (r attemptCountRow, err error) {
	err = row.Scan(&r.count, &r.since)
	return r, err
}

// CountAttempt notes one more try under a name, for all nodes. It returns how many there
// are since the first one that is not older than the window, and when that one was.
func (s *Store) CountAttempt(ctx context.Context, name string, now time.Time, window time.Duration) (int, time.Time, error) {
	var found attemptCountRow
	err := s.engine.write(ctx, func(r runner) error {
		over := toMicros(now.Add(-window))
		if _, err := r.exec(countAttempt, name, toMicros(now), over, over); err != nil {
			return err
		}
		var err error
		found, err = first(r, scanAttemptCount, readAttempts, name)
		return err
	})
	return int(found.count), fromMicros(found.since), wrapErr(err, "a try cannot be counted")
}

// RefundAttempts forgets so many tries under a name.
func (s *Store) RefundAttempts(ctx context.Context, name string, count int) error {
	err := s.engine.write(ctx, func(r runner) error {
		_, err := r.exec(refundAttempts, int64(count), int64(count), name)
		return err
	})
	return wrapErr(err, "attempts cannot be refunded")
}

// PruneAttemptCounts forgets tries of before.
func (s *Store) PruneAttemptCounts(ctx context.Context, before time.Time) error {
	_, err := s.deleteOld(ctx, pruneAttemptCounts, toMicros(before), toMicros(before))
	return wrapErr(err, "old attempt counts cannot be deleted")
}
