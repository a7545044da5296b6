package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// toldOf is a log handler that passes on the records of one message.
type toldOf struct {
	slog.Handler
	message string
	records chan map[string]any
}

func (h *toldOf) Enabled(context.Context, slog.Level) bool { return true }

func (h *toldOf) Handle(_ context.Context, r slog.Record) error {
	if r.Message == h.message {
		attrs := map[string]any{}
		r.Attrs(func(a slog.Attr) bool {
			attrs[a.Key] = a.Value.Any()
			return true
		})
		select {
		case h.records <- attrs:
		default:
		}
	}
	return nil
}

// work lets people join the meeting and raise their hands, one after the other, until
// it is told to stop. Each must succeed.
func (w *testDB) work(m *meeting.Meeting, stop *atomic.Bool) {
	ctx := context.Background()
	for !stop.Load() {
		req := w.admitRequest(m, "guest")
		req.Capacity = 1 << 30
		admitted, err := w.Admit(ctx, req)
		if err == nil {
			err = w.Mutate(ctx, admitted.Session.ID, func(tx meeting.Tx) error {
				participant, err := tx.ParticipantByID(req.Participant.ID)
				if err != nil {
					return err
				}
				participant.HandRaised = true
				return tx.SaveParticipant(participant)
			})
		}
		if err == nil {
			err = w.RenewLeases(ctx, []string{req.Participant.ID}, time.Now())
		}
		if err != nil {
			w.t.Errorf("an old node at work: %v", err)
			return
		}
	}
}

// reading is a transaction that reads the participants for long, as pg_dump does.
func (w *testDB) reading() *sql.Tx {
	w.t.Helper()
	db, err := sql.Open("pgx", w.url+"&application_name=report")
	w.must(err)
	w.t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	w.must(err)
	_, err = tx.ExecContext(context.Background(), "LOCK TABLE participants IN ACCESS SHARE MODE")
	w.must(err)
	return tx
}

func later(t *testing.T, changes ...string) func(*Config) {
	t.Helper()
	for i := range changes {
		changes[i] = fmt.Sprintf("%d: %s", latest(t), changes[i])
	}
	return with(ofVersion(t, latest(t), changes...))
}

const anyChange = "ALTER TABLE participants ADD COLUMN colour BIGINT NOT NULL DEFAULT 0"

// While somebody reads a table for long, a migration of it waits, old nodes work on, and
// they can be started.
func TestAMigrationWaitsForReadersBesideOldNodes(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	ctx := t.Context()
	w.must(w.AcquireNode(ctx, NodeShared))
	m := w.meeting()
	w.join(m, "first")
	report := w.reading()
	var stop atomic.Bool
	var working sync.WaitGroup
	defer working.Wait()
	defer stop.Store(true)
	working.Go(func() { w.work(m, &stop) })

	waits := make(chan map[string]any, 1)
	migrated := make(chan error, 1)
	c := w.config()
	c.Logger = slog.New(&toldOf{slog.DiscardHandler, "waiting to migrate the database, because its tables are in use", waits})
	later(t, anyChange)(&c)
	go func() {
		s, err := Open(ctx, c)
		if err == nil {
			err = s.Close()
		}
		migrated <- err
	}()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	select {
	case who := <-waits:
		if who["table"] != "participants" || who["application"] != "report" || who["pid"] == nil {
			t.Errorf("it tells that it waits for %v", who)
		}
	case err := <-migrated:
		t.Fatalf("it did not wait: %v", err)
	case <-limit.C:
		t.Fatal("it does not tell what it waits for")
	}
	w.must(w.open(nil).AcquireNode(ctx, NodeShared))
	if w.version() != latest(t) {
		t.Error("it was migrated")
	}
	w.must(report.Rollback())
	w.must(<-migrated)
	if w.version() != latest(t)+1 {
		t.Error("it was not migrated")
	}
}

// A migration that cannot get its tables ends some time, and says who has them.
func TestAMigrationGivesUp(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	report := w.reading()
	c := w.config()
	c.migrateTime = time.Nanosecond
	later(t, anyChange)(&c)
	s, err := Open(t.Context(), c)
	if err == nil {
		_ = s.Close()
	}
	if text := fmt.Sprint(err); strings.Contains(text, "\n") || !strings.Contains(text, `application "report"`) || !strings.Contains(text, "has kept participants in use") {
		t.Errorf("the error is %q", text)
	}
	w.must(report.Rollback())
	w.must(w.open(later(t, anyChange)).Close())
}

// A migration may take longer than other statements.
func TestAMigrationMayTakeLong(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	later := w.open(func(c *Config) {
		c.URL += "&statement_timeout=200"
		later(t, "SELECT pg_sleep(0.5)")(c)
	})
	w.must(later.Close())
}

// The migrations that nodes of the last release see are made while such nodes work as
// fast as they can.
func TestMigrationsUnderLoad(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	w.must(w.AcquireNode(t.Context(), NodeShared))
	a := w.account()
	var stop atomic.Bool
	var working sync.WaitGroup
	defer working.Wait()
	defer stop.Store(true)
	for range 8 {
		m := w.meetingOf(a, NewID())
		w.join(m, "first")
		working.Go(func() { w.work(m, &stop) })
	}
	var changes []string
	before := ""
	for round := range 10 {
		// The same again, on the table's present name and with other columns and indexes.
		now := fmt.Sprint("_", round)
		names := strings.NewReplacer("seats_of_session", "participants_of_session"+now, "seats_by_session", "participants_of_session"+before,
			"seats", "participants", "held_to", "held_to"+now,
			"INDEX attempts_by_app", "INDEX attempts_by_app"+now, "INDEX attempts_by_noise", "INDEX attempts_by_app"+before)
		for _, name := range []string{"00012_held_to.sql", "00013_pruning.sql"} {
			changes = append(changes, names.Replace(strings.TrimSuffix(strings.TrimSpace(upOf(t, name)), ";")))
		}
		before = now
	}
	w.must(w.open(later(t, changes...)).Close())
}

// upOf is what a migration of PostgreSQL does, without comments.
func upOf(t *testing.T, name string) string {
	t.Helper()
	text, err := migrations.ReadFile("migrations/postgres/" + name)
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	return regexp.MustCompile(`(?m)^--.*\n`).ReplaceAllString(up, "")
}

// Migrations that change several tables lock them first, in the order in which nodes do;
// otherwise they and the nodes wait for each other.
func TestMigrationsLockTheirTablesInOrder(t *testing.T) {
	t.Parallel()
	order := []string{"accounts", "users", "apps", "meetings", "sessions", "seats", "participants", "removals", "chat", "attempts", "tries", "attempt_counts", "meta"}
	changed := regexp.MustCompile(`(?m)(?:ALTER TABLE|CREATE INDEX \w+ ON|^UPDATE|^DELETE FROM|^INSERT INTO) (\w+)`)
	locked := regexp.MustCompile(`^LOCK TABLE ([\w, ]+) IN ACCESS EXCLUSIVE MODE;`)
	for _, name := range migrationNames(t, "postgres")[11:] {
		up := upOf(t, name)
		var tables []string
		for _, found := range changed.FindAllStringSubmatch(up, -1) {
			tables = append(tables, found[1])
		}
		place := func(table string) int { return slices.Index(order, table) }
		slices.SortFunc(tables, func(a, b string) int { return place(a) - place(b) })
		tables = slices.Compact(tables)
		lock := locked.FindStringSubmatch(up)
		if len(tables) > 1 && (lock == nil || lock[1] != strings.Join(tables, ", ")) {
			t.Errorf("%s does not begin with LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", name, strings.Join(tables, ", "))
		}
	}
}
