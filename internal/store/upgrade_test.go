package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// ofVersion are the migrations up to a version, and those of later programs that are
// added: the oldest version that works on, and what is done.
func ofVersion(t *testing.T, version int, added ...string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	for _, folder := range []string{"sqlite", "postgres"} {
		for i, name := range migrationNames(t, folder) {
			if i < version {
				path := "migrations/" + folder + "/" + name
				text, err := migrations.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				all[path] = &fstest.MapFile{Data: text}
			}
		}
		for i, more := range added {
			least, change, _ := strings.Cut(more, ": ")
			all[fmt.Sprintf("migrations/%s/%05d_later.sql", folder, version+i+1)] = &fstest.MapFile{
				Data: []byte("-- +goose Up\n-- min_compatible: " + least + "\n" + change + ";\n"),
			}
		}
	}
	return all
}

// latest is the version of this program.
func latest(t *testing.T) int { return len(migrationNames(t, "sqlite")) }

func (w *testDB) version() (version int) {
	w.t.Helper()
	w.must(w.engine.db().QueryRowContext(context.Background(), "SELECT max(version_id) FROM goose_db_version").Scan(&version))
	return version
}

// cannotOpen opens the database, which must fail.
func (w *testDB) cannotOpen(files fs.FS, want error) {
	w.t.Helper()
	c := w.config()
	c.migrations = files
	s, err := Open(context.Background(), c)
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, want) || strings.Contains(err.Error(), "\n") {
		w.t.Errorf("the error is %q, want one line of %q", err, want)
	}
}

func with(files fs.FS) func(*Config) { return func(c *Config) { c.migrations = files } }

// A change that nodes of the version before survive is made beside them, and they can be
// started again. SQLite is for one program.
func TestAnExpandingMigrationIsMadeBesideOldNodes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		next := ofVersion(t, latest(t), fmt.Sprintf("%d: ALTER TABLE meetings ADD COLUMN colour TEXT NOT NULL DEFAULT ''", latest(t)))
		w.must(w.AcquireNode(ctx, NodeShared))
		if !strings.HasPrefix(w.url, "postgres") {
			w.cannotOpen(next, ErrServing)
			if w.version() != latest(t) {
				t.Error("it was migrated under a running server")
			}
			w.must(w.Close())
		}
		later := w.open(with(next))
		w.must(later.AcquireNode(ctx, NodeShared))
		again := w.open(nil)
		w.must(again.AcquireNode(ctx, NodeShared))
		m := (&testDB{Store: again, t: t, url: w.url}).meeting()
		if read, err := later.MeetingByNumber(ctx, m.Number); err != nil || read.ID != m.ID {
			t.Errorf("what the old version wrote: %v %v", read, err)
		}
		if (&testDB{Store: later, t: t}).version() != latest(t)+1 {
			t.Error("it was not migrated")
		}
	})
}

// A change that nodes of the version before do not survive waits until they have ended,
// and then those do not start again.
func TestAContractingMigrationWaitsForOldNodes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		lite := !strings.HasPrefix(w.url, "postgres")
		// The change comes with the second of two migrations.
		next := ofVersion(t, latest(t),
			fmt.Sprintf("%d: ALTER TABLE meetings ADD COLUMN colour TEXT NOT NULL DEFAULT ''", latest(t)),
			fmt.Sprintf("%d: ALTER TABLE meetings ADD COLUMN shade TEXT NOT NULL DEFAULT ''", latest(t)+2))
		want := ErrOlderNodes
		if lite {
			want = ErrServing
		}
		w.must(w.AcquireNode(ctx, NodeShared))
		slow := w.open(nil)
		w.cannotOpen(next, want)
		if w.version() != latest(t) {
			t.Error("it was migrated under running nodes")
		}
		again := w.open(nil)
		w.must(again.AcquireNode(ctx, NodeShared))
		w.cannotOpen(next, want)
		w.must(again.Close())
		w.must(w.Close())
		if lite {
			w.must(slow.Close())
		}

		w.Store = w.open(with(next))
		w.cannotOpen(nil, ErrNewer)
		if !lite {
			// It was open before, and had claimed nothing yet.
			wantError(t, slow.AcquireNode(ctx, NodeShared), ErrNewer)
		}
		// Nodes that know the change start beside each other.
		w.must(w.AcquireNode(ctx, NodeShared))
		w.must(w.open(with(next)).AcquireNode(ctx, NodeShared))
	})
}

// A node whose connection breaks while the database is changed ends with words.
func TestANodeEndsThatTheDatabaseHasLeftBehind(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, pgtest.URL(t))
	ctx := t.Context()
	w.must(w.AcquireNode(ctx, NodeShared))
	_, err := w.engine.db().ExecContext(ctx, "UPDATE meta SET sealed = '999' WHERE name = 'min_compatible'")
	w.must(err)
	_, err = w.engine.db().ExecContext(ctx, "SELECT pg_terminate_backend(a.pid)"+ofHolders, int64(nodeLockID))
	w.must(err)
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	select {
	case err := <-w.NodeLost():
		wantError(t, err, ErrNewer)
	case <-limit.C:
		t.Fatal("the node works on")
	}
}

// Programs from before passcodes were sealed can read none that are, and say nothing
// about their version. The passcodes are sealed once, when no such program runs.
func TestSealingPasscodesWaitsForOldNodes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		lite := !strings.HasPrefix(w.url, "postgres")
		m := w.meeting()
		migrator, err := w.schema().migrator(w.engine.db(), slog.New(slog.DiscardHandler))
		w.must(err)
		_, err = migrator.DownTo(ctx, 7)
		w.must(err)
		exec := func(on *sql.Conn, query string, args ...any) {
			t.Helper()
			_, err := on.ExecContext(ctx, query, args...)
			w.must(err)
		}
		dialect := map[bool]string{true: "sqlite", false: "pgx"}[lite]
		pool, err := sql.Open(dialect, w.url)
		w.must(err)
		defer pool.Close()
		old, err := pool.Conn(ctx)
		w.must(err)
		exec(old, "DELETE FROM meta WHERE name IN ('min_compatible', 'passcodes')")
		exec(old, "UPDATE meetings SET passcode = 'plain-4711'")
		w.must(w.Close())
		if lite {
			release, err := lockExclusively(w.url)
			w.must(err)
			w.cannotOpen(nil, ErrServing)
			release()
		} else {
			exec(old, "SELECT pg_advisory_lock_shared($1)", int64(nodeLockID))
			w.cannotOpen(nil, ErrOlderNodes)
		}
		var version int
		w.must(old.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version))
		wantEqual(t, version, 7)
		exec(old, "SELECT passcode FROM meetings")
		if !lite {
			exec(old, "SELECT pg_advisory_unlock_shared($1)", int64(nodeLockID))
		}
		w.must(old.Close())
		w.must(pool.Close())

		w.Store = w.open(nil)
		read, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		wantEqual(t, read.Passcode, "plain-4711")
		wantEqual(t, w.plain(m.ID), "")
		_, err = w.engine.db().ExecContext(ctx, "UPDATE meetings SET passcode = 'again-4711' WHERE id = '"+m.ID+"'")
		w.must(err)
		w.must(w.Close())
		w.Store = w.open(nil)
		wantEqual(t, w.plain(m.ID), "again-4711") // nobody looks for it again
	})
}

func (w *testDB) plain(meetingID string) (passcode string) {
	w.t.Helper()
	w.must(w.engine.db().QueryRowContext(context.Background(), "SELECT passcode FROM meetings WHERE id = '"+meetingID+"'").Scan(&passcode))
	return passcode
}

func (w *testDB) schema() *schema {
	if lite, ok := w.engine.(*sqliteEngine); ok {
		return lite.schema
	}
	return w.engine.(*postgresEngine).schema
}

// A program that is in the middle of a change of the file, be it another than Anteroom,
// keeps a migration waiting for some seconds; who only reads it does not.
func TestAMigrationWaitsBrieflyForWritersOfTheFile(t *testing.T) {
	t.Parallel()
	w := newTestDB(t, liteFile(t))
	w.must(w.Close())
	ctx := t.Context()
	db, err := sql.Open("sqlite", w.url)
	w.must(err)
	defer db.Close()
	other, err := db.Conn(ctx)
	w.must(err)
	defer func() { _ = other.Close() }()
	begin := func(how string) {
		t.Helper()
		for _, query := range []string{"ROLLBACK", "BEGIN " + how, "SELECT count(*) FROM participants"} {
			if _, err := other.ExecContext(ctx, query); err != nil && query != "ROLLBACK" {
				t.Fatal(err)
			}
		}
	}
	next := ofVersion(t, latest(t), fmt.Sprintf("%d: ALTER TABLE participants ADD COLUMN colour BIGINT NOT NULL DEFAULT 0", latest(t)))
	begin("IMMEDIATE")
	c := w.config()
	c.migrations = next
	s, err := Open(ctx, c)
	if err == nil {
		_ = s.Close()
	}
	if text := fmt.Sprint(err); strings.Contains(text, "\n") || !strings.Contains(text, w.url+": another program is changing it") {
		t.Errorf("the error is %q", text)
	}
	begin("DEFERRED")
	w.must(w.open(with(next)).Close())
}
