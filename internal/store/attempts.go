package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// AttemptRecord is one join that was decided, as it is stored.
type AttemptRecord struct {
	// ID is of NewAttemptID, so that ids sort by time.
	ID            string
	At            time.Time
	MeetingNumber string
	// Code is the outcome, 0 for admitted; Name and Cause belong to it.
	Code          int
	Name, Cause   string
	View          string
	AppID         string
	AppName       string
	UserName      string
	RemoteIP      string
	JoinID        string
	SessionID     string
	ParticipantID string
	// Noise is a join of which anybody can make any number. Noise is kept apart, so that it
	// displaces no other; Skipped is how much from the same place was not kept since the
	// one before.
	Noise   bool
	Skipped int
	// Size is about how many bytes the attempt holds while it waits to be written.
	Size int
	// Detail is JSON: the request with its secrets redacted, and the verdict.
	// At most 64 KiB are kept.
	Detail []byte
	// MakeDetail makes Detail when the attempt is written, away from the join
	// that waits for its answer. It is called once, from another goroutine.
	MakeDetail func() []byte
}

const attemptColumns = `id, at, meeting_number, code, name, cause, view, app_id, app_name, user_name, remote_ip, join_id,
	session_id, participant_id, noise, skipped`

// values are the columns of the record, in order.
func (a *AttemptRecord) values() []any {
	detail := a.detail()
	if len(detail) > maxDetail {
		detail = []byte(oversizeDetail)
	}
	return []any{
		a.ID, toMicros(a.At), a.MeetingNumber, int64(a.Code), a.Name, a.Cause, a.View, a.AppID, a.AppName, a.UserName, a.RemoteIP,
		a.JoinID, a.SessionID, a.ParticipantID, a.Noise, int64(a.Skipped), detail,
	}
}

// detail survives a maker that panics: nobody up the stack could be notified.
func (a *AttemptRecord) detail() (detail []byte) {
	if a.MakeDetail == nil {
		return a.Detail
	}
	defer func() {
		if recover() != nil {
			detail = []byte(brokenDetail)
		}
	}()
	return a.MakeDetail()
}

func scanAttempt(row scanner) (*AttemptRecord, error) {
	var (
		a  AttemptRecord
		at int64
	)
	err := row.Scan(&a.ID, &at, &a.MeetingNumber, &a.Code, &a.Name, &a.Cause, &a.View, &a.AppID, &a.AppName, &a.UserName,
		&a.RemoteIP, &a.JoinID, &a.SessionID, &a.ParticipantID, &a.Noise, &a.Skipped, &a.Detail)
	a.At = fromMicros(at)
	return &a, err
}

// RecordAttempt stores an attempt soon. It never waits: when more than 8192 attempts
// or 16 MiB wait to be written, the oldest is dropped and counted. Of noise, 256
// wait; it returns false for more, which is not kept.
func (s *Store) RecordAttempt(record AttemptRecord) (stored bool) {
	if record.ID == "" {
		record.ID = NewAttemptID()
	}
	if record.At.IsZero() {
		record.At = s.clock.Now()
	}
	return s.recorder.add(record)
}

// Dropped is the number of attempts that were not kept.
func (s *Store) Dropped() int64 { return s.recorder.dropped.Load() }

// Flush waits until every attempt recorded before is written.
func (s *Store) Flush(ctx context.Context) error {
	return wrapErr(s.recorder.acknowledge(ctx), "attempts cannot be stored")
}

// AttemptFilter narrows a list of attempts.
type AttemptFilter struct {
	// Limit is 50 if it is not given, and 500 at most.
	Limit int
	// Cursor is the one that the page before came with; empty begins the list.
	Cursor string
	// Code, if not nil, is the only outcome wanted; 0 is "admitted".
	Code *int
	// Meeting, if not empty, is the only meeting number wanted.
	Meeting string
}

const (
	defaultAttemptPage = 50
	maxAttemptPage     = 500
)

var (
	attemptByID = define(`SELECT ` + attemptColumns + `, detail FROM attempts WHERE id = ?`)
	attemptList = define(`SELECT ` + attemptColumns + `, detail FROM attempts WHERE id < ? ORDER BY id DESC LIMIT ?`)
	attemptCode = define(`SELECT ` + attemptColumns + `, detail FROM attempts WHERE id < ? AND code = ? ORDER BY id DESC LIMIT ?`)
	attemptMeet = define(`SELECT ` + attemptColumns + `, detail FROM attempts WHERE id < ? AND meeting_number = ? ORDER BY id DESC LIMIT ?`)
	attemptBoth = define(`SELECT ` + attemptColumns + `, detail FROM attempts WHERE id < ? AND meeting_number = ? AND code = ? ORDER BY id DESC LIMIT ?`)
)

// lastAttempt sorts behind every attempt id.
const lastAttempt = "~"

// Attempts lists attempts, newest first, those just recorded included. The
// cursor of the next page is empty when there is none.
func (s *Store) Attempts(ctx context.Context, f AttemptFilter) (found []*AttemptRecord, next string, err error) {
	s.flushAttempts(ctx)
	limit := f.Limit
	if limit <= 0 {
		limit = defaultAttemptPage
	}
	limit = min(limit, maxAttemptPage)
	cursor := f.Cursor
	if cursor == "" {
		cursor = lastAttempt
	}
	st, args := attemptList, []any{cursor}
	switch {
	case f.Code != nil && f.Meeting != "":
		st, args = attemptBoth, append(args, f.Meeting, int64(*f.Code))
	case f.Code != nil:
		st, args = attemptCode, append(args, int64(*f.Code))
	case f.Meeting != "":
		st, args = attemptMeet, append(args, f.Meeting)
	}
	found, err = list(s.engine.reader(ctx), scanAttempt, st, append(args, int64(limit+1))...)
	if err != nil {
		return nil, "", wrapErr(err, "attempts cannot be read")
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].ID
	}
	return found, next, nil
}

// Attempt returns an attempt by id; ErrNotFound if there is none.
func (s *Store) Attempt(ctx context.Context, id string) (*AttemptRecord, error) {
	s.flushAttempts(ctx)
	found, err := first(s.engine.reader(ctx), scanAttempt, attemptByID, id)
	return found, wrapErr(err, "an attempt cannot be read")
}

// flushTimeout is how long a reader waits for the newest attempts to be written.
const flushTimeout = 2 * time.Second

// flushAttempts writes the attempts that wait. Those that cannot be written are no reason
// to hide those that were.
func (s *Store) flushAttempts(ctx context.Context) {
	soon, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	if err := s.recorder.acknowledge(soon); err != nil && ctx.Err() == nil {
		s.logger.Warn("newest attempts missing from a list", "error", err)
	}
}

// How long and how many attempts are stored by default.
const (
	AttemptLife = 14 * 24 * time.Hour
	MaxAttempts = 100_000
)

var (
	attemptsBefore = define(`SELECT id FROM attempts WHERE at < ?`)
	attemptsOfApps = define(`SELECT app_id, COUNT(*) FROM attempts WHERE noise = ? GROUP BY app_id`)
	attemptAt      = define(`SELECT id FROM attempts WHERE noise = ? AND app_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?`)
	attemptsUpTo   = define(`SELECT id FROM attempts WHERE noise = ? AND app_id = ? AND id <= ?`)
	deleteAttempts = defineEach(
		`DELETE FROM attempts WHERE id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM attempts WHERE id IN (SELECT json_array_elements_text(?::json))`)
)

// noiseShare is the part of MaxAttempts that is kept of noise beside the others.
const noiseShare = 10

// PruneAttempts deletes attempts made before a time, and all but the newest keep, and
// a tenth as many of noise, and reports how many. A keep of 0 means MaxAttempts. Where
// there are too many, each app keeps an equal share: none displaces what another has
// within its own.
func (s *Store) PruneAttempts(ctx context.Context, before time.Time, keep int) (int64, error) {
	if keep <= 0 {
		keep = MaxAttempts
	}
	old, err := list(s.engine.reader(ctx), scanText, attemptsBefore, toMicros(before))
	if err != nil {
		return 0, wrapErr(err, "old attempts cannot be read")
	}
	deleted, err := s.deleteAttempts(ctx, old)
	for _, noise := range []bool{false, true} {
		if err != nil {
			break
		}
		var more int64
		more, err = s.pruneSurplus(ctx, noise, maxAttemptsFor(noise, keep))
		deleted += more
	}
	return deleted, err
}

// maxAttemptsFor is how many attempts of a kind are kept.
func maxAttemptsFor(noise bool, keep int) int {
	if noise {
		return max(1, keep/noiseShare)
	}
	return keep
}

// appAttempts is how many attempts of an app there are, and how many stay.
type appAttempts struct {
	appID              string
	count, maxAttempts int
}

func scanAppAttempts(row scanner) (a appAttempts, err error) {
	err = row.Scan(&a.appID, &a.count)
	return a, err
}

// divideEqually divides the attempts to keep equally among apps. What an app leaves of its
// share is divided among those that have more.
func divideEqually(apps []appAttempts, keep int) {
	slices.SortFunc(apps, func(a, b appAttempts) int { return cmp.Compare(a.count, b.count) })
	for i := range apps {
		apps[i].maxAttempts = min(apps[i].count, keep/(len(apps)-i))
		keep -= apps[i].maxAttempts
	}
}

// pruneSurplus deletes all attempts of a kind but the newest of each app.
func (s *Store) pruneSurplus(ctx context.Context, noise bool, keep int) (total int64, err error) {
	r := s.engine.reader(ctx)
	apps, err := list(r, scanAppAttempts, attemptsOfApps, noise)
	if err != nil {
		return 0, wrapErr(err, "old attempts cannot be counted")
	}
	divideEqually(apps, keep)
	for _, app := range apps {
		if app.count <= app.maxAttempts {
			continue
		}
		newest, err := first(r, scanText, attemptAt, noise, app.appID, int64(app.maxAttempts))
		if isNotFound(err) { // another node has deleted them
			continue
		}
		if err != nil {
			return total, wrapErr(err, "old attempts cannot be read")
		}
		old, err := list(r, scanText, attemptsUpTo, noise, app.appID, newest)
		if err != nil {
			return total, wrapErr(err, "old attempts cannot be read")
		}
		deleted, err := s.deleteAttempts(ctx, old)
		if total += deleted; err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s *Store) deleteAttempts(ctx context.Context, ids []string) (int64, error) {
	var total int64
	for len(ids) > 0 {
		n := min(pruneBatch, len(ids))
		names := toJSON(ids[:n])
		ids = ids[n:]
		var deleted int64
		if err := s.engine.write(ctx, func(r runner) (err error) {
			deleted, err = r.exec(deleteAttempts, names)
			return err
		}); err != nil {
			return total, wrapErr(err, "old attempts cannot be deleted")
		}
		total += deleted
	}
	return total, nil
}
