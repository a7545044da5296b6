package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A backup of a running server is restored into its place, and a copy made with cp is
// not served.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	data, folder := t.TempDir(), t.TempDir()
	good, copied := filepath.Join(folder, "good.db"), filepath.Join(folder, "copied.db")
	cmd, _ := serving(t, data)
	expect := func(want int, words string, args ...string) string {
		t.Helper()
		out, problems, status := run(t, args...)
		if status != want || !strings.Contains(out+problems, words) || strings.Count(strings.TrimSpace(problems), "\n") > 0 {
			t.Errorf("%s: status %d, want %d with %q\n%s%s", args[0], status, want, words, out, problems)
		}
		return out
	}
	expect(0, "backed up the database ", "backup", good, "--data", data)
	expect(1, "--overwrite", "backup", good, "--data", data)
	var line backupJSON
	out := expect(0, "{", "backup", good, "--data", data, "--overwrite", "--json")
	if err := json.Unmarshal([]byte(out), &line); err != nil || line.DatabaseID == "" || line.Bytes == 0 || line.File != good {
		t.Errorf("odd JSON: %v %s", err, out)
	}
	expect(1, "stop it first", "restore", good, "--data", data)
	raw, err := os.ReadFile(filepath.Join(data, "anteroom.db"))
	if err == nil {
		err = os.WriteFile(copied, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	expect(1, "with cp", "restore", copied, "--data", data)
	out = expect(0, "restored the database "+line.DatabaseID, "restore", good, "--data", data)
	if !strings.Contains(out, "anteroom.db.replaced-") {
		t.Errorf("where the old database is, it does not say: %s", out)
	}
	expect(0, "up to date", "migrate", "--data", data)

	if err := os.WriteFile(filepath.Join(data, "anteroom.db"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	expect(1, "anteroom.db.id expects the database "+line.DatabaseID, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "error")
	key := filepath.Join(data, "encryption.key")
	if err := os.Rename(key, filepath.Join(folder, "key")); err != nil {
		t.Fatal(err)
	}
	expect(1, "encryption.key is missing", "serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "error")
	expect(1, "encryption.key is missing", "restore", good, "--data", data)
	if _, err := os.Stat(key); err == nil {
		t.Error("a new key was made for an old database")
	}
	elsewhere := t.TempDir()
	expect(1, "encryption.key is missing", "restore", good, "--data", elsewhere)
	expect(1, "no database", "backup", filepath.Join(folder, "none.db"), "--data", elsewhere)
	expect(2, "takes the file to write", "backup", "--data", data)
}

// PostgreSQL has its own tools. The password is not repeated.
func TestBackupOfPostgresNamesItsTools(t *testing.T) {
	t.Parallel()
	const address = "127.0.0.1:5432" // nothing is asked there
	url := "postgres://ada:hidden@" + address + "/anteroom?sslmode=disable&password=hidden"
	for name, want := range map[string]string{
		"backup":  "pg_dump --format=custom --file='it'\\''s.dump' --dbname='postgres://ada@" + address + "/anteroom?sslmode=disable'",
		"restore": "pg_restore --clean --if-exists --single-transaction --dbname='postgres://ada@" + address + "/anteroom?sslmode=disable' 'it'\\''s.dump'",
	} {
		_, problems, status := run(t, name, "it's.dump", "--database", url)
		if status != 2 || !strings.Contains(problems, want) || strings.Contains(problems, "hidden") {
			t.Errorf("%s: status %d, %q lacks %q", name, status, problems, want)
		}
	}
}
