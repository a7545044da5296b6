package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

func TestOpenReportsWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	for _, c := range []struct {
		name, url string
		key       []byte
		want      string
	}{
		{"no url", "", testKey, "no path or URL"},
		{"no file", "sqlite://", testKey, "has no file name"},
		{"another scheme", "mysql://user:hidden@host/db", testKey, `"mysql://"`},
		{"short key", filepath.Join(folder, "a.db"), testKey[:16], "32 bytes"},
		{"folder is a file", filepath.Join(file, "x", "a.db"), testKey, "cannot be created"},
		{"file is a folder", folder, testKey, "is a directory"},
		{"malformed postgres", "postgres://user:hidden@host:port/db", testKey, "malformed"},
		{"unreachable postgres", "postgres://user:hidden@" + nobody + "/db", testKey, "PostgreSQL at " + nobody},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Open(context.Background(), Config{URL: c.url, Key: c.key})
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error is %q, want one line with %q", err, c.want)
			}
		})
	}
}

func TestForms(t *testing.T) {
	for text, want := range map[string]location{
		"data/a.db":           {address: "data/a.db"},
		"sqlite:///var/a.db":  {address: "/var/a.db"},
		"sqlite://data/a.db":  {address: "data/a.db"},
		"sqlite:a.db":         {address: "a.db"},
		"postgres://h/db":     {postgres: true, address: "postgres://h/db"},
		"postgresql://h/db?x": {postgres: true, address: "postgresql://h/db?x"},
	} {
		got, err := parseURL(text)
		if err != nil || got != want {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
}

// TestOddPaths keeps characters that mean something in a URL out of trouble.
func TestOddPaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20e", "anteroom.db")
	w := newTestDB(t, path)
	w.account()
	w.must(w.Close())
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	again, err := w.open(nil).Accounts(context.Background(), Page{})
	if err != nil || len(again) != 1 {
		t.Fatalf("%d accounts are left, %v", len(again), err)
	}
}

func TestReopening(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		secret, err := w.Secret(ctx, "tokens")
		w.must(err)
		w.must(w.Close())
		w.must(w.Close())
		wantClosed := w.Probe(ctx)
		if wantClosed == nil {
			t.Fatal("a closed database can be used")
		}
		w.Store = w.open(nil)
		w.must(w.Probe(ctx))
		w.counted(ada.Session.ID, 1)
		again, err := w.Secret(ctx, "tokens")
		w.must(err)
		other, err := w.Secret(ctx, "other")
		w.must(err)
		if !bytes.Equal(again, secret) || len(secret) != secretSize || bytes.Equal(other, secret) {
			t.Fatal("the secrets are not what they were")
		}
	})
}

func TestKeys(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		a := w.account()
		p := &account.App{AccountID: a.ID, Key: "key", Secret: "secret-1", WebhookSecret: "secret-2"}
		w.must(w.CreateApp(ctx, p))
		u := &account.User{AccountID: a.ID, Email: "ada@acme.example", HostKey: "123456"}
		w.must(w.CreateUser(ctx, u))
		m := &meeting.Meeting{Number: "123456789", AccountID: a.ID, HostID: u.ID, Passcode: "passcode", PasscodeLink: "p_passcode"}
		w.must(w.CreateMeeting(ctx, m))
		own, err := w.Secret(ctx, "tokens")
		w.must(err)
		w.must(w.Close())

		newKey := bytes.Repeat([]byte{9}, 32)
		c := w.config()
		c.Key = newKey
		_, err = Open(ctx, c)
		wantError(t, err, errWrongKey)

		rotated := w.open(func(c *Config) { c.Key, c.PreviousKeys = newKey, [][]byte{testKey} })
		w.must(rotated.Close())
		w.Store = w.open(func(c *Config) { c.Key = newKey })
		got, err := w.App(ctx, p.ID)
		w.must(err)
		wantEqual(t, got.Secret+got.WebhookSecret, "secret-1secret-2")
		host, err := w.User(ctx, u.ID)
		w.must(err)
		wantEqual(t, host.HostKey, "123456")
		held, err := w.Meeting(ctx, m.ID)
		w.must(err)
		wantEqual(t, held.Passcode+held.PasscodeLink, "passcodep_passcode")
		found, err := w.AppBySecret(ctx, "secret-2")
		w.must(err)
		still, err := w.Secret(ctx, "tokens")
		w.must(err)
		if !found || !bytes.Equal(still, own) {
			t.Fatal("secrets were lost with the old key")
		}
		_, err = Open(ctx, w.config())
		wantError(t, err, errWrongKey)
	})
}

// TestSealedValuesStayInPlace swaps two sealed secrets; neither opens then.
func TestSealedValuesStayInPlace(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	ctx := context.Background()
	a := w.account()
	p := &account.App{AccountID: a.ID, Secret: "secret-1", DevSecret: "secret-2"}
	w.must(w.CreateApp(ctx, p))
	_, err := w.engine.db().ExecContext(ctx, `UPDATE app_secrets SET sealed =
		(SELECT sealed FROM app_secrets WHERE kind = 'development') WHERE kind = 'secret'`)
	w.must(err)
	_, err = w.App(ctx, p.ID)
	wantError(t, err, errSealed)
}

func migrationNames(t *testing.T, folder string) []string {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/"+folder+"/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations for %s: %v", folder, err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

func TestMigrationsMatch(t *testing.T) {
	lite, postgres := migrationNames(t, "sqlite"), migrationNames(t, "postgres")
	wantEqual(t, lite, postgres)
	for i, name := range lite {
		if want := fmt.Sprintf("%05d_", i+1); !strings.HasPrefix(name, want) {
			t.Errorf("the migration %s should begin with %s", name, want)
		}
	}
	ofLite, err := newSchema(migrations, goose.DialectSQLite3, "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	ofPostgres, err := newSchema(migrations, goose.DialectPostgres, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, ofLite.least, ofPostgres.least)
	for _, name := range lite {
		if text, err := migrations.ReadFile("migrations/sqlite/" + name); err != nil || !leastNote.Match(text) {
			t.Errorf("the migration %s does not say min_compatible: %v", name, err)
		}
	}
	for version := int64(1); version <= ofLite.newest; version++ {
		if least := ofLite.least[version]; least < ofLite.least[version-1] || least > version {
			t.Errorf("min_compatible of migration %d is %d", version, least)
		}
	}
}

// columns are "table.column" of a database, and its indexes.
func columns(t *testing.T, db *sql.DB, queries ...string) []string {
	t.Helper()
	var out []string
	for _, query := range queries {
		rows, err := db.QueryContext(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(text, "goose") {
				out = append(out, text)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

func TestSchemasMatch(t *testing.T) {
	lite, postgres := newTestDB(t, liteFile(t)), newTestDB(t, pgtest.URL(t))
	fromLite := columns(t, lite.engine.db(),
		`SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`,
		`SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite%'`)
	fromPostgres := columns(t, postgres.engine.db(),
		`SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`,
		`SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'`)
	wantEqual(t, fromLite, fromPostgres)
	if len(fromLite) < 100 {
		t.Fatalf("only %d columns and indexes were compared", len(fromLite))
	}
}

func TestNewerDatabase(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		_, err := w.engine.db().ExecContext(context.Background(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`)
		w.must(err)
		_, err = w.engine.db().ExecContext(context.Background(), `DELETE FROM meta WHERE name = 'min_compatible'`)
		w.must(err)
		w.must(w.Close())
		_, err = Open(context.Background(), w.config())
		wantError(t, err, ErrNewer)
	})
}

func TestOneEmbeddedNode(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		second := w.open(nil)
		w.must(w.AcquireNode(ctx, NodeAlone))
		wantError(t, second.AcquireNode(ctx, NodeAlone), ErrNodeTaken)
		wantError(t, second.AcquireNode(ctx, NodeShared), ErrNodeTaken)
		w.must(w.Close())
		w.must(second.AcquireNode(ctx, NodeShared))
		third := w.open(nil)
		w.must(third.AcquireNode(ctx, NodeShared))
		wantError(t, w.open(nil).AcquireNode(ctx, NodeAlone), ErrNodeTaken)
		if third.AcquireNode(ctx, "other") == nil {
			t.Fatal("an unknown mode is taken")
		}
		select {
		case err := <-second.NodeLost():
			t.Fatalf("a held claim is called lost: %v", err)
		default:
		}
	})
}

// TestManyOpenAtOnce lets nodes that start together take turns migrating.
func TestManyOpenAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	faults := make(chan error, 4)
	for range cap(faults) {
		go func() {
			s, err := Open(context.Background(), Config{URL: url, Key: testKey, Shared: true})
			if err == nil {
				err = s.Close()
			}
			faults <- err
		}()
	}
	for range cap(faults) {
		if err := <-faults; err != nil {
			t.Error(err)
		}
	}
}

// A statement that changes nothing succeeds on a full disk.
func TestAProbeWrites(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		for range 2 {
			w.must(w.Probe(t.Context()))
		}
		var rows int
		w.must(w.engine.db().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM meta WHERE name = 'probe'`).Scan(&rows))
		if rows != 1 {
			t.Errorf("%d rows are left of two probes", rows)
		}
	})
}
