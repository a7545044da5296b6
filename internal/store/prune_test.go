package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// deletions notes how many rows each write changes.
type deletions struct {
	engine
	writes []int64
}

func (d *deletions) write(ctx context.Context, fn func(runner) error) error {
	return d.engine.write(ctx, func(r runner) error {
		d.writes = append(d.writes, 0)
		return fn(&countingRunner{r, &d.writes[len(d.writes)-1]})
	})
}

type countingRunner struct {
	runner
	rows *int64
}

func (c *countingRunner) exec(st *statement, args ...any) (int64, error) {
	n, err := c.runner.exec(st, args...)
	*c.rows += n
	return n, err
}

var copyEnded = define(`INSERT INTO sessions (id, meeting_id, number, host_id, started_at, host_started, locked, practice,
	webinar, ended_at, end_reason, revision, gate_revision, participants, next_user_id, removals, empty_since, ends_by)
	SELECT CAST(? AS TEXT), meeting_id, number, host_id, started_at, host_started, FALSE, practice, webinar, CAST(? AS BIGINT), end_reason,
	1, 1, 0, 1, 0, 0, 0 FROM sessions WHERE id = ?`)

// A write that deletes takes its turn among joins, and PostgreSQL ends one that takes
// too long: however much is old, no write deletes much.
func TestOldRecordsAreDeletedInBatches(t *testing.T) {
	const old = 2*pruneBatch + 1
	ctx := context.Background()
	for name, kind := range map[string]struct {
		// insert makes the i-th of the old records; those of chat belong to sessions.
		insert func(r runner, i int, sessions []string) error
		prune  func(w *testDB) error
	}{
		"chat": {
			func(r runner, i int, sessions []string) error {
				_, err := r.exec(insertChat, fmt.Sprint(i), sessions[i%len(sessions)], int64(i), "s", int64(1), "Ada", "", int64(0), "", "hello", toMicros(noon))
				return err
			},
			func(w *testDB) error { return w.PruneChat(ctx, noon.Add(2*time.Hour)) },
		},
		"removals": {
			func(r runner, i int, sessions []string) error {
				_, err := r.exec(insertRemoval, fmt.Sprint(i), sessions[i%len(sessions)], "s", "{}", "Ada", toMicros(noon))
				return err
			},
			func(w *testDB) error { return w.PruneParticipants(ctx, noon.Add(2*time.Hour)) },
		},
		"sessions": {
			func(r runner, i int, sessions []string) error {
				_, err := r.exec(copyEnded, fmt.Sprint(i), toMicros(noon), sessions[0])
				return err
			},
			func(w *testDB) error { return w.PruneSessions(ctx, noon.Add(2*time.Hour)) },
		},
		"user tokens": {
			func(r runner, i int, _ []string) error {
				_, err := r.exec(insertUserToken, fmt.Sprint(i), "zak", "ada", "", "", "", toMicros(noon), toMicros(noon), int64(0))
				return err
			},
			func(w *testDB) error {
				_, err := w.PruneUserTokens(ctx, noon.Add(time.Hour))
				return err
			},
		},
		"attempt counts": {
			func(r runner, i int, _ []string) error {
				_, err := r.exec(countAttempt, fmt.Sprint(i), toMicros(noon), int64(0), int64(0))
				return err
			},
			func(w *testDB) error { return w.PruneAttemptCounts(ctx, noon.Add(time.Hour)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, w *testDB) {
				var sessions []string
				for range 2 {
					ended := w.join(w.meeting(), "Ada").Session.ID
					w.end(ended)
					sessions = append(sessions, ended)
				}
				w.must(w.engine.write(ctx, func(r runner) error {
					var err error
					for i := range old {
						err = errors.Join(err, kind.insert(r, i, sessions))
					}
					return err
				}))
				noted := &deletions{engine: w.engine}
				w.engine = noted
				w.must(kind.prune(w))
				var total int64
				for _, n := range noted.writes {
					if total += n; n > pruneBatch {
						t.Errorf("one write deletes %d rows", n)
					}
				}
				if total < old {
					t.Errorf("%d rows are deleted of %d", total, old)
				}
			})
		})
	}
}

func TestParticipantsOfOldSessionsAreDeleted(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		room := w.meeting()
		ended, removed := w.join(room, "Ada"), w.join(room, "Bob")
		running := w.join(w.meeting(), "Eve")
		for _, admitted := range []meeting.Admitted{removed, running} {
			w.must(w.Mutate(ctx, admitted.Session.ID, func(tx meeting.Tx) error { return tx.AddRemoval(&admitted.Participant, noon) }))
		}
		w.end(ended.Session.ID)
		count := func(admitted meeting.Admitted) (participants, removals int) {
			for _, participant := range []string{admitted.Participant.ID, removed.Participant.ID} {
				found, err := w.Participant(ctx, participant)
				if err == nil && found.SessionID == admitted.Session.ID {
					participants++
				} else if err != nil && !errors.Is(err, ErrNotFound) {
					t.Fatal(err)
				}
			}
			found, err := w.Removals(ctx, admitted.Session.ID)
			w.must(err)
			return participants, len(found)
		}
		for _, c := range []struct {
			before                 time.Time
			participants, removals int
		}{
			{noon.Add(time.Hour), 2, 1},
			{noon.Add(2 * time.Hour), 0, 0},
		} {
			w.must(w.PruneParticipants(ctx, c.before))
			w.must(w.PruneSessions(ctx, c.before))
			if participants, removals := count(ended); participants != c.participants || removals != c.removals {
				t.Errorf("before %s: %d participants and %d removals of an ended session are left, want %d and %d", c.before, participants, removals, c.participants, c.removals)
			}
			if participants, removals := count(running); participants != 1 || removals != 1 {
				t.Errorf("before %s: %d participants and %d removals are left of a session that runs", c.before, participants, removals)
			}
		}
		last, err := w.LastSession(ctx, room.ID)
		w.must(err)
		if last == nil || last.EndReason != meeting.EndedByHost {
			t.Errorf("how the meeting ended is forgotten: %+v", last)
		}
	})
}

// Nothing that grows with each meeting stays for good; what the gate, a report of the
// chat or a running meeting needs stays.
func TestOldSessionsAreDeleted(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		room, other := w.meeting(), w.meeting()
		session := func(of *meeting.Meeting, ended time.Time) string {
			admitted := w.join(of, "Ada")
			if !ended.IsZero() {
				w.must(w.Mutate(ctx, admitted.Session.ID, func(tx meeting.Tx) error {
					tx.Session().EndedAt, tx.Session().EndReason = ended, meeting.EndedByHost
					tx.BumpRevision(true)
					return tx.SaveSession()
				}))
			}
			return admitted.Session.ID
		}
		old, chatty := session(room, noon.Add(time.Hour)), ""
		chatty = session(room, noon.Add(time.Hour+time.Minute))
		w.must(w.engine.write(ctx, func(r runner) error {
			_, err := r.exec(insertChat, NewID(), chatty, int64(1), "s", int64(1), "Ada", "", int64(0), "", "hello", toMicros(noon))
			return err
		}))
		young, last, running := session(room, noon.Add(3*time.Hour)), session(room, noon.Add(4*time.Hour)), session(room, time.Time{})
		only := session(other, noon.Add(time.Hour))
		left := func() (ids []string) {
			for _, id := range []string{old, chatty, young, last, running, only} {
				if _, err := w.Session(ctx, id); err == nil {
					ids = append(ids, id)
				} else if !errors.Is(err, ErrNotFound) {
					t.Fatal(err)
				}
			}
			return ids
		}
		w.must(w.PruneSessions(ctx, noon.Add(2*time.Hour)))
		wantEqual(t, left(), []string{old, chatty, young, last, running, only}) // with their participants
		w.must(w.PruneParticipants(ctx, noon.Add(2*time.Hour)))
		w.must(w.PruneSessions(ctx, noon.Add(2*time.Hour)))
		wantEqual(t, left(), []string{chatty, young, last, running, only})
		w.must(w.PruneChat(ctx, noon.Add(2*time.Hour)))
		w.must(w.PruneSessions(ctx, noon.Add(2*time.Hour)))
		wantEqual(t, left(), []string{young, last, running, only})
		for of, want := range map[*meeting.Meeting]string{room: last, other: only} {
			found, err := w.LastSession(ctx, of.ID)
			w.must(err)
			if found == nil || found.ID != want {
				t.Errorf("the last session of the meeting is %+v", found)
			}
		}
	})
}

// What refers to a session is found by an index, however much of it there is.
func TestOldSessionsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	conn, err := w.engine.db().Conn(t.Context())
	w.must(err)
	defer func() { w.must(conn.Close()) }()
	for _, other := range []string{"seqscan", "hashjoin", "mergejoin"} {
		_, err = conn.ExecContext(t.Context(), "SET enable_"+other+" = off") // only where there is no other way
		w.must(err)
	}
	rows, err := conn.QueryContext(t.Context(), "EXPLAIN "+pruneSessions.dollar, `["1"]`, int64(pruneBatch))
	w.must(err)
	defer rows.Close()
	found := 0 // in participants, removals and chat
	var plan strings.Builder
	for rows.Next() {
		var line string
		w.must(rows.Scan(&line))
		fmt.Fprintln(&plan, line)
		if strings.Contains(line, "Index Cond: (session_id = ") {
			found++
		}
	}
	if w.must(rows.Err()); found != 3 {
		t.Errorf("%d of 3 tables are searched by an index:\n%s", found, plan.String())
	}
}
