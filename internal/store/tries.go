package store

import (
	"context"
	"time"
)

var (
	countTry = define(`INSERT INTO tries (name, count, since) VALUES (?, 1, ?) ON CONFLICT (name) DO UPDATE SET
		count = CASE WHEN tries.since <= ? THEN 1 ELSE tries.count + 1 END,
		since = CASE WHEN tries.since <= ? THEN excluded.since ELSE tries.since END`)
	readTries     = define(`SELECT count, since FROM tries WHERE name = ?`)
	takeBackTries = define(`UPDATE tries SET count = CASE WHEN count > ? THEN count - ? ELSE 0 END WHERE name = ?`)
	pruneTries    = define(`DELETE FROM tries WHERE since < ? AND name IN (SELECT name FROM tries WHERE since < ? LIMIT ?)`)
)

type triesRow struct{ count, since int64 }

func scanTries(row scanner) (r triesRow, err error) {
	err = row.Scan(&r.count, &r.since)
	return r, err
}

// CountTry notes one more try under a name, for all nodes. It answers how many there
// are since the first one that is not older than the window, and when that one was.
func (s *Store) CountTry(ctx context.Context, name string, now time.Time, window time.Duration) (int, time.Time, error) {
	var found triesRow
	err := s.engine.write(ctx, func(r runner) error {
		over := stamp(now.Add(-window))
		if _, err := r.exec(countTry, name, stamp(now), over, over); err != nil {
			return err
		}
		var err error
		found, err = first(r, scanTries, readTries, name)
		return err
	})
	return int(found.count), unstamp(found.since), told(err, "a try cannot be counted")
}

// TakeBackTries forgets so many tries under a name.
func (s *Store) TakeBackTries(ctx context.Context, name string, count int) error {
	err := s.engine.write(ctx, func(r runner) error {
		_, err := r.exec(takeBackTries, int64(count), int64(count), name)
		return err
	})
	return told(err, "tries cannot be taken back")
}

// PruneTries forgets tries of before.
func (s *Store) PruneTries(ctx context.Context, before time.Time) error {
	_, err := s.deleteOld(ctx, pruneTries, stamp(before), stamp(before))
	return told(err, "old tries cannot be deleted")
}
