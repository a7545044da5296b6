package store

import (
	"context"
	"time"
)

// pruneBatch is how many rows are deleted in one write, so that joins that
// wait behind it do not wait long.
const pruneBatch = 500

var (
	endedBefore       = define(`SELECT id FROM sessions WHERE id > ? AND ended_at > 0 AND ended_at < ? ORDER BY id LIMIT ?`)
	pruneMessages     = definePruneOfEnded("chat", "")
	pruneParticipants = definePruneOfEnded("participants", " AND NOT live")
	pruneRemovals     = definePruneOfEnded("removals", "")
	// How its meeting last ended is asked at each join, and there is nothing to keep an
	// older session for once nothing belongs to it.
	pruneSessions = definePrune("sessions", "id", unused("sessions.id"), unused(`sessions.id COLLATE "default"`))
)

// unused is what holds of sessions that may be deleted. On PostgreSQL their id has
// another collation than what refers to it: compared as it is, no index would serve.
func unused(id string) string {
	return ` AND EXISTS (SELECT 1 FROM sessions later WHERE later.meeting_id = sessions.meeting_id AND later.ended_at > sessions.ended_at)
		AND NOT EXISTS (SELECT 1 FROM participants WHERE session_id = ` + id + `)
		AND NOT EXISTS (SELECT 1 FROM removals WHERE session_id = ` + id + `)
		AND NOT EXISTS (SELECT 1 FROM chat WHERE session_id = ` + id + `)`
}

// definePruneOfEnded deletes rows that belong to some sessions; only restricts which.
func definePruneOfEnded(table, only string) *statement {
	return definePrune(table, "session_id", only, only)
}

// definePrune deletes rows that have some ids in a column; two conditions, for SQLite and
// for PostgreSQL, restrict which.
func definePrune(table, column, onSQLite, onPostgres string) *statement {
	of := func(ids, only string) string {
		return `DELETE FROM ` + table + ` WHERE id IN (SELECT id FROM ` + table + ` WHERE ` + column + ` IN (SELECT ` + ids + `)` + only + ` LIMIT ?)`
	}
	return defineEach(of(`value FROM json_each(?)`, onSQLite), of(`json_array_elements_text(?::json)`, onPostgres))
}

// PruneChat deletes the messages of the sessions that ended before a moment.
func (s *Store) PruneChat(ctx context.Context, before time.Time) error {
	return wrapErr(s.pruneOfEnded(ctx, before, pruneMessages), "old chat cannot be deleted")
}

// PruneParticipants forgets who took part in the sessions that ended before a moment.
func (s *Store) PruneParticipants(ctx context.Context, before time.Time) error {
	return wrapErr(s.pruneOfEnded(ctx, before, pruneParticipants, pruneRemovals), "old participants cannot be deleted")
}

// PruneSessions deletes sessions that ended before a moment and whose participants and
// messages are deleted. The last one of each meeting stays: the gate asks how it ended.
func (s *Store) PruneSessions(ctx context.Context, before time.Time) error {
	return wrapErr(s.pruneOfEnded(ctx, before, pruneSessions), "old sessions cannot be deleted")
}

// pruneOfEnded deletes what belongs to the sessions that ended before a moment. Each
// statement takes their ids and how many rows it may delete.
func (s *Store) pruneOfEnded(ctx context.Context, before time.Time, statements ...*statement) error {
	for after, more := "", true; more; {
		ended, err := list(s.engine.reader(ctx), scanText, endedBefore, after, toMicros(before), int64(pruneBatch))
		if err != nil || len(ended) == 0 {
			return err
		}
		after, more = ended[len(ended)-1], len(ended) == pruneBatch
		for _, st := range statements {
			if _, err := s.deleteOld(ctx, st, toJSON(ended)); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteOld runs a statement that deletes at most as many rows as its last argument
// says until there are no more of them, and reports how many there were. Others write
// in between, and on PostgreSQL no run takes as long as statement_timeout.
func (s *Store) deleteOld(ctx context.Context, st *statement, args ...any) (total int64, err error) {
	args = append(args, int64(pruneBatch))
	for more := true; more && err == nil; {
		var n int64
		err = s.engine.write(ctx, func(r runner) (err error) {
			n, err = r.exec(st, args...)
			return err
		})
		total, more = total+n, n == pruneBatch
	}
	return total, err
}
