package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
)

var (
	// ErrPostgres is a database that PostgreSQL's own tools back up and restore.
	ErrPostgres = errors.New("the database is PostgreSQL")
	// ErrServing is a database that a server uses, and that therefore can neither be
	// replaced nor migrated.
	ErrServing = errors.New("a server is using the database; stop it first")
	// ErrDamaged is a file that is not a whole database of Anteroom.
	ErrDamaged = errors.New("not a whole Anteroom database")
)

// BackupResult is a database that was backed up or restored.
type BackupResult struct {
	// ID is the database's id.
	ID string
	// Bytes is the size of the file.
	Bytes int64
	// Replaced is the new name of the database that a restored one replaced; "" if there
	// was none.
	Replaced string
}

// Backup copies the SQLite database to a file, while a server may go on writing to
// it. The copy is whole, checked and on the disk when Backup returns; until then
// nothing has the file's name. An existing file is kept unless overwrite is set. Of c,
// URL and IDFile matter.
func Backup(ctx context.Context, c Config, to string, overwrite bool) (done BackupResult, err error) {
	path, known, err := sqlitePath(c)
	if err != nil {
		return done, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return done, err
	}
	if err := free(to, overwrite); err != nil {
		return done, err
	}
	if info, err := os.Stat(path); err != nil {
		return done, fmt.Errorf("there is no database to back up: %w", err)
	} else if other, err := os.Stat(to); err == nil && os.SameFile(info, other) {
		return done, fmt.Errorf("%s is the database itself", to)
	}
	from, err := sql.Open("sqlite", fileAddress(path, url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)"}}))
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := known.check(ctx, from, liteHasTables, false); err != nil {
		return done, fmt.Errorf("database %s: %w", path, err)
	}
	fresh, err := os.CreateTemp(filepath.Dir(to), ".anteroom-backup-*")
	if err != nil {
		return done, fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer func() {
		_ = fresh.Close()
		if err != nil {
			_ = os.Remove(fresh.Name())
		}
	}()
	// One read transaction: the copy is the database of one moment.
	if _, err := from.ExecContext(ctx, `VACUUM INTO ?`, fresh.Name()); err != nil {
		return done, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if err := fresh.Sync(); err != nil {
		return done, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if done, err = inspect(ctx, fresh.Name(), nil); err != nil {
		return done, fmt.Errorf("the backup is wrong: %w", err)
	}
	if err := free(to, overwrite); err != nil {
		return done, err
	}
	return done, renameDurably(fresh.Name(), to)
}

// Restore replaces the SQLite database with a backup. No server may be using it. It
// checks the backup first: it must be whole, of this database (if it is known which that
// is), sealed with the key and not newer than this program. What was there before is
// kept beside it. Of c, URL, IDFile, Key and PreviousKeys matter.
func Restore(ctx context.Context, c Config, from string) (done BackupResult, err error) {
	path, known, err := sqlitePath(c)
	if err != nil {
		return done, err
	}
	keys, err := newKeyring(c.Key, c.PreviousKeys)
	if err != nil {
		return done, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return done, err
	}
	release, err := lockExclusively(path)
	if err != nil {
		return done, err
	}
	defer release()
	fresh, err := copyBeside(from, path)
	if err != nil {
		return done, fmt.Errorf("the backup cannot be copied: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh)
		}
	}()
	if done, err = inspect(ctx, fresh, keys); err != nil {
		return done, fmt.Errorf("backup %s: %w", from, err)
	}
	if known.want != "" && done.ID != known.want {
		which := "it has no id, as a backup of an older version"
		if done.ID != "" {
			which = "its id is " + done.ID
		}
		return done, fmt.Errorf("backup %s: %w: %s, but %s expects %s; delete %s if you want to use the backup all the same",
			from, ErrNotThisDatabase, which, known.file, known.want, known.file)
	}
	if done.Replaced, err = setAside(path); err != nil {
		return done, fmt.Errorf("the database cannot be set aside: %w", err)
	}
	if err := renameDurably(fresh, path); err != nil {
		return done, err
	}
	if known.file != "" && done.ID != "" {
		err = rememberID(known.file, done.ID)
	}
	return done, err
}

// lockExclusively takes the claim to an SQLite database that nobody else may have.
func lockExclusively(path string) (release func(), err error) {
	release, taken, err := lockFile(path+".lock", true)
	switch {
	case taken:
		return nil, ErrServing
	case err != nil:
		return nil, fmt.Errorf("the lock file %s.lock cannot be used: %w", path, err)
	}
	return release, nil
}

// sqlitePath is the file of an SQLite database and what is known of it.
func sqlitePath(c Config) (string, identity, error) {
	target, err := parseURL(c.URL)
	if err == nil && target.postgres {
		err = ErrPostgres
	}
	if err != nil {
		return "", identity{}, err
	}
	known, err := readIdentity(c.IDFile)
	return target.address, known, err
}

// free refuses a file that exists.
func free(to string, overwrite bool) error {
	_, err := os.Lstat(to)
	if err == nil && !overwrite {
		return fmt.Errorf("%s: %w; use another name, or --overwrite", to, fs.ErrExist)
	}
	return nil
}

// copyBeside copies a file into the folder of another, under a name of its own.
func copyBeside(from, path string) (name string, err error) {
	old, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer old.Close()
	fresh, err := os.CreateTemp(filepath.Dir(path), ".anteroom-restore-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(fresh, old)
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		_ = os.Remove(fresh.Name())
	}
	return fresh.Name(), err
}

// setAside renames the database. Its log goes with it: SQLite would apply it to the
// database that comes.
func setAside(path string) (string, error) {
	aside := path + ".replaced-" + time.Now().UTC().Format("20060102T150405.000Z")
	stored := aside
	for _, end := range []string{"", "-wal", "-shm"} {
		// The database goes first. Were it left without its log, a server could begin to use it.
		err := os.Rename(path+end, aside+end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err != nil && end == "" {
			stored = ""
		}
	}
	return stored, nil
}

// inspect checks that a file nobody writes to is a whole database, and that keys open
// it, if there are any.
func inspect(ctx context.Context, path string, keys *keyring) (found BackupResult, err error) {
	damaged := func(err error) (BackupResult, error) { return BackupResult{}, fmt.Errorf("%w: %w", ErrDamaged, err) }
	info, err := os.Stat(path)
	if err != nil {
		return found, err
	}
	found.Bytes = info.Size()
	db, err := sql.Open("sqlite", fileAddress(path, url.Values{"mode": {"ro"}, "immutable": {"1"}}))
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return damaged(err)
	}
	if verdict != "ok" {
		return damaged(errors.New(verdict))
	}
	var tables bool
	if err := db.QueryRowContext(ctx, liteHasTables).Scan(&tables); err != nil {
		return damaged(err)
	}
	if !tables {
		return damaged(errors.New("it is empty, as a copy of a running database with cp is"))
	}
	if found.ID, err = readID(ctx, db); err != nil {
		return damaged(err)
	}
	if keys == nil {
		return found, nil
	}
	known, err := newSchema(migrations, goose.DialectSQLite3, "sqlite")
	if err != nil {
		return found, err
	}
	provider, err := known.migrator(db, slog.New(slog.DiscardHandler))
	if err != nil {
		return found, err
	}
	if _, _, err := known.pending(ctx, db, provider); err != nil {
		return found, err
	}
	var sealed []byte
	if err := db.QueryRowContext(ctx, `SELECT sealed FROM meta WHERE name = 'key'`).Scan(&sealed); err != nil {
		return damaged(err)
	}
	if value, _, err := keys.open(sealed, checkPlace); err != nil || string(value) != checkText {
		return found, errWrongKey
	}
	return found, nil
}
