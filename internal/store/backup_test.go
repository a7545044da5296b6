package store

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// remembered is a new database whose id is written down.
func remembered(t *testing.T, url string) *testDB {
	t.Helper()
	w := &testDB{t: t, url: url, idFile: filepath.Join(t.TempDir(), "state", "anteroom.db.id")}
	w.Store = w.open(nil)
	return w
}

// copyFile does what cp does.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// refused opens a database that must not be opened, and compares what is said. Nothing
// may be written to it.
func (w *testDB) refused(want ...string) {
	w.t.Helper()
	before, fault := os.ReadFile(w.url)
	s, err := Open(context.Background(), w.config())
	if err == nil {
		_ = s.Close()
		w.t.Fatal("it was opened")
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			w.t.Errorf("the error %q lacks %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		w.t.Errorf("the error has several lines: %q", err)
	}
	after, still := os.ReadFile(w.url)
	if (fault == nil) != (still == nil) || !bytes.Equal(before, after) {
		w.t.Error("the refused file was changed")
	}
}

// TestAnotherDatabaseIsRefused has a database go missing in each way that happens.
func TestAnotherDatabaseIsRefused(t *testing.T) {
	w := remembered(t, liteFile(t))
	w.account()
	running := filepath.Join(t.TempDir(), "copy.db")
	copyFile(t, w.url, running)
	w.must(w.Close())
	whole := filepath.Join(t.TempDir(), "whole.db")
	copyFile(t, w.url, whole)
	other := newTestDB(t, liteFile(t))
	other.must(other.Close())
	id, err := os.ReadFile(w.idFile)
	w.must(err)
	want := strings.TrimSpace(string(id))

	for _, c := range []struct {
		name string
		make func()
		want []string
	}{
		{"missing", func() {}, []string{"does not exist", want, "delete " + w.idFile}},
		{"empty", func() { w.must(os.WriteFile(w.url, nil, 0o600)) }, []string{"is empty", want}},
		{"copied with cp from a running server", func() { copyFile(t, running, w.url) }, []string{"is empty", want}},
		{"of another installation", func() { copyFile(t, other.url, w.url) }, []string{"it is the database ", want}},
		{"cut off", func() {
			raw, err := os.ReadFile(whole)
			w.must(err)
			w.must(os.WriteFile(w.url, raw[:len(raw)/2], 0o600))
		}, []string{"is damaged", "anteroom restore"}},
		{"something else", func() { w.must(os.WriteFile(w.url, bytes.Repeat([]byte("words "), 1000), 0o600)) }, []string{"is damaged", "anteroom restore"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, end := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(w.url + end)
			}
			c.make()
			w.refused(c.want...)
		})
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(w.url + end)
	}
	copyFile(t, whole, w.url)
	accounts, err := w.open(nil).Accounts(t.Context(), Page{})
	if err != nil || len(accounts) != 1 {
		t.Fatalf("the right database has %d accounts: %v", len(accounts), err)
	}
}

// TestAnIncompleteCopyIsNotANewDatabase puts copies where nothing is known of a database.
func TestAnIncompleteCopyIsNotANewDatabase(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	w.account()
	elsewhere := &testDB{t: t, url: liteFile(t), idFile: filepath.Join(t.TempDir(), "id")}
	copyFile(t, w.url, elsewhere.url)
	elsewhere.refused("is empty", "anteroom restore")
	elsewhere.must(os.WriteFile(elsewhere.url, nil, 0o600))
	elsewhere.refused("is empty", "delete the file")
	// A first start that was broken off may be repeated.
	elsewhere.must(os.WriteFile(elsewhere.url+unfinishedEnd, nil, 0o600))
	elsewhere.open(nil)
	if _, err := os.Stat(elsewhere.url + unfinishedEnd); err == nil {
		t.Error("the mark of an unfinished database is left")
	}
}

// TestOldDatabasesGetAnID opens one that a program of before has made.
func TestOldDatabasesGetAnID(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		_, err := w.engine.db().ExecContext(t.Context(), `DELETE FROM meta WHERE name = 'id'`)
		w.must(err)
		w.must(w.Close())
		w.idFile = filepath.Join(t.TempDir(), "id")
		s := w.open(nil)
		id, err := readID(t.Context(), s.engine.db())
		w.must(err)
		raw, err := os.ReadFile(w.idFile)
		w.must(err)
		if id == "" || string(raw) != id+"\n" {
			t.Fatalf("the database says %q and the file %q", id, raw)
		}
		w.must(s.Close())
		w.must(w.open(nil).Close())
	})
}

func TestAnotherPostgresIsRefused(t *testing.T) {
	w := remembered(t, pgtest.URL(t))
	w.must(w.Close())
	empty := &testDB{t: t, url: pgtest.URL(t), idFile: w.idFile}
	empty.refused("is empty", w.idFile)
	empty.idFile = ""
	empty.must(empty.open(nil).Close())
	empty.idFile = w.idFile
	empty.refused("it is the database ", w.idFile)
}

// TestBackupWhileWritesGoOn backs up during joins. Every join that was answered before
// is in it, and so is its count.
func TestBackupWhileWritesGoOn(t *testing.T) {
	w := remembered(t, liteFile(t))
	w.must(w.AcquireNode(t.Context(), NodeAlone))
	m := w.meeting()
	first := w.join(m, "Ada")
	stop, done, written := make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Exempt = true })
			select {
			case written <- struct{}{}:
			default:
			}
		}
	}()
	to := filepath.Join(t.TempDir(), "backup.db")
	var before, size int
	for range 3 {
		<-written
		before = participantsOf(w, first.Session.ID)
		copied, err := Backup(t.Context(), w.config(), to, size > 0)
		w.must(err)
		size = int(copied.Bytes)
	}
	close(stop)
	<-done
	if _, err := Backup(t.Context(), w.config(), to, false); err == nil || !strings.Contains(err.Error(), "--overwrite") {
		t.Errorf("a file is overwritten: %v", err)
	}
	if _, err := Backup(t.Context(), w.config(), w.url, true); err == nil {
		t.Error("the database is overwritten with its backup")
	}
	if _, err := Restore(t.Context(), w.config(), to); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a database in use is replaced: %v", err)
	}
	after := participantsOf(w, first.Session.ID)
	w.must(w.Close())

	done2, err := Restore(t.Context(), w.config(), to)
	w.must(err)
	w.Store = w.open(nil)
	stored := participantsOf(w, first.Session.ID)
	if stored < before || stored > after {
		t.Errorf("%d participants are restored; there were %d before the backup, %d after", stored, before, after)
	}
	w.counted(first.Session.ID, stored)
	w.must(w.Close())
	replaced := &testDB{t: t, url: done2.Replaced}
	replaced.Store = replaced.open(nil)
	replaced.counted(first.Session.ID, after)
	leftovers(t, filepath.Dir(to), filepath.Dir(w.url))
}

func participantsOf(w *testDB, sessionID string) int {
	live, err := w.LiveParticipants(context.Background(), sessionID)
	w.must(err)
	return len(live)
}

// leftovers looks for files that a backup or a restoration has not put away.
func leftovers(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		if found, err := filepath.Glob(filepath.Join(folder, ".anteroom-*")); err != nil || len(found) > 0 {
			t.Errorf("left over: %v %v", found, err)
		}
	}
}

// TestRestoringAfterACrash replaces a database whose log was not carried over: the log
// must not be applied to the backup.
func TestRestoringAfterACrash(t *testing.T) {
	w := remembered(t, liteFile(t))
	w.account()
	to := filepath.Join(t.TempDir(), "backup.db")
	_, err := Backup(t.Context(), w.config(), to, false)
	w.must(err)
	w.account()
	crashed := &testDB{t: t, url: liteFile(t), idFile: w.idFile}
	for _, end := range []string{"", "-wal"} {
		copyFile(t, w.url+end, crashed.url+end)
	}
	done, err := Restore(t.Context(), crashed.config(), to)
	w.must(err)
	for url, want := range map[string]int{crashed.url: 1, done.Replaced: 2} {
		at := &testDB{t: t, url: url}
		accounts, err := at.open(nil).Accounts(t.Context(), Page{})
		if err != nil || len(accounts) != want {
			t.Errorf("%s has %d accounts, want %d: %v", url, len(accounts), want, err)
		}
	}
}

func TestWrongBackupsAreRefused(t *testing.T) {
	w := remembered(t, liteFile(t))
	w.account()
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	good := file("good.db")
	_, err := Backup(t.Context(), w.config(), good, false)
	w.must(err)
	copyFile(t, w.url, file("cp.db"))
	w.must(os.WriteFile(file("empty.db"), nil, 0o600))
	raw, err := os.ReadFile(good)
	w.must(err)
	w.must(os.WriteFile(file("cut.db"), raw[:len(raw)/2], 0o600))
	bent := bytes.Clone(raw)
	for i := 4096; i < 8192; i++ {
		bent[i] ^= 0x55
	}
	w.must(os.WriteFile(file("bent.db"), bent, 0o600))
	other := newTestDB(t, liteFile(t))
	_, err = Backup(t.Context(), other.config(), file("other.db"), false)
	w.must(err)
	newer := remembered(t, liteFile(t))
	_, err = newer.engine.db().ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`)
	w.must(err)
	_, err = newer.engine.db().ExecContext(t.Context(), `UPDATE meta SET sealed = '999' WHERE name = 'min_compatible'`)
	w.must(err)
	_, err = Backup(t.Context(), newer.config(), file("newer.db"), false)
	w.must(err)
	former := newTestDB(t, liteFile(t))
	_, err = former.engine.db().ExecContext(t.Context(), `DELETE FROM meta WHERE name = 'id'`)
	w.must(err)
	_, err = Backup(t.Context(), former.config(), file("former.db"), false)
	w.must(err)
	w.must(w.Close())
	before, err := os.ReadFile(w.url)
	w.must(err)
	for _, c := range []struct {
		from, want string
		change     func(*Config)
	}{
		{from: "missing.db", want: "no such file"},
		{from: "cp.db", want: "a copy of a running database with cp"},
		{from: "empty.db", want: "a copy of a running database with cp"},
		{from: "cut.db", want: ErrDamaged.Error()},
		{from: "bent.db", want: ErrDamaged.Error()},
		{from: "other.db", want: "expects"},
		{from: "former.db", want: "it has no id"},
		{from: "newer.db", want: "newer than this program", change: func(c *Config) { c.IDFile = "" }},
		{from: "good.db", want: errWrongKey.Error(), change: func(c *Config) { c.Key = bytes.Repeat([]byte{9}, 32) }},
	} {
		config := w.config()
		if c.change != nil {
			c.change(&config)
		}
		if _, err := Restore(t.Context(), config, file(c.from)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.from, err, c.want)
		}
	}
	after, err := os.ReadFile(w.url)
	w.must(err)
	if !bytes.Equal(before, after) {
		t.Error("a refused backup changed the database")
	}
	leftovers(t, filepath.Dir(w.url))

	// On a machine that knows no database, a backup is right if the key is.
	fresh := &testDB{t: t, url: filepath.Join(t.TempDir(), "new", "anteroom.db"), idFile: filepath.Join(t.TempDir(), "id")}
	done, err := Restore(t.Context(), fresh.config(), good)
	w.must(err)
	if done.Replaced != "" {
		t.Errorf("something is said to be replaced: %s", done.Replaced)
	}
	fresh.open(nil)
	postgres := w.config()
	postgres.URL = "postgres://h/db"
	_, err = Restore(t.Context(), postgres, good)
	wantError(t, err, ErrPostgres)
	_, err = Backup(t.Context(), postgres, file("pg.db"), false)
	wantError(t, err, ErrPostgres)
	missing := w.config()
	missing.URL = file("nothing.db")
	_, err = Backup(t.Context(), missing, file("x.db"), false)
	wantError(t, err, fs.ErrNotExist)
}

// TestAnsweredMeansOnTheDisk looks at the setting on which it depends that a loss of
// power takes nothing back that was answered.
func TestAnsweredMeansOnTheDisk(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	var level int
	w.engine.(*sqliteEngine).writer.betweenTransactions(func(conn *sql.Conn) {
		w.must(conn.QueryRowContext(context.Background(), "PRAGMA synchronous").Scan(&level))
	})
	if level != 2 {
		t.Errorf("synchronous is %d, want 2 (full)", level)
	}
}
