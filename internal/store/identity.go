package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNotThisDatabase is a database that is not the one that was used before: it is
// missing, empty or another one.
var ErrNotThisDatabase = errors.New("not the database of this server")

// identity reports which database is the right one: each has an id, and a file
// elsewhere has the same.
type identity struct {
	// file is where the id is kept beside the database; "" keeps it nowhere.
	file string
	// want is what the file says; "" before the first start.
	want string
}

func readIdentity(file string) (identity, error) {
	k := identity{file: file}
	if file == "" {
		return k, nil
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return k, fmt.Errorf("the id of the database cannot be read: %w", err)
	}
	if k.want = strings.TrimSpace(string(raw)); k.want == "" {
		return k, fmt.Errorf("the file %s does not hold the id of a database; delete it to accept the database that is there", file)
	}
	return k, nil
}

// refuse reports what is wrong with a database, and what helps.
func (k *identity) refuse(format string, args ...any) error {
	problem := fmt.Sprintf(format, args...)
	if k.want == "" {
		return fmt.Errorf("%w: %s; put the right file there, restore a backup with `anteroom restore`, or delete the file to begin anew", ErrNotThisDatabase, problem)
	}
	return fmt.Errorf("%w: %s, but %s expects the database %s; put it back, restore a backup, or delete %s if you want to use what is there",
		ErrNotThisDatabase, problem, k.file, k.want, k.file)
}

// Whether a database has our tables.
const (
	liteHasTables     = `SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`
	postgresHasTables = `SELECT to_regclass('meta') IS NOT NULL`
)

// readID is the id of a database with our tables; "" if it has none yet. The id is
// no secret: it is not sealed, so that a backup can be recognised without the key.
func readID(ctx context.Context, db *sql.DB) (string, error) {
	var id []byte
	err := db.QueryRowContext(ctx, `SELECT sealed FROM meta WHERE name = 'id'`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return string(id), err
}

// check refuses a database that is not the expected one, before anything is written
// to it. making reports that it may be empty, if none is expected.
func (k *identity) check(ctx context.Context, db *sql.DB, hasTables string, making bool) error {
	var tables bool
	if err := db.QueryRowContext(ctx, hasTables).Scan(&tables); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	switch {
	case !tables && (k.want != "" || !making):
		return k.refuse("it is empty, as an incomplete copy is")
	case !tables || k.want == "":
		return nil
	}
	id, err := readID(ctx, db)
	switch {
	case err != nil:
		return fmt.Errorf("cannot be read: %w", err)
	case id == "":
		return k.refuse("it has no id")
	case id != k.want:
		return k.refuse("it is the database %s", id)
	}
	return nil
}

// identify gives the database an id if it has none, and remembers it.
func (s *Store) identify(ctx context.Context, k identity) error {
	var id []byte
	err := s.engine.write(ctx, func(r runner) (err error) {
		if id, err = first(r, scanBytes, readMeta, "id"); !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, err := r.exec(insertMeta, "id", []byte(NewID())); err != nil {
			return err
		}
		// Another node may have been first: what is stored counts.
		id, err = first(r, scanBytes, readMeta, "id")
		return err
	})
	if err != nil {
		return fmt.Errorf("the database cannot be given an id: %w", err)
	}
	if k.file == "" || k.want != "" {
		return nil
	}
	if err := rememberID(k.file, string(id)); err != nil {
		s.logger.Warn("could not keep the id of the database; a wrong one would go unnoticed", "error", err)
		return nil
	}
	s.logger.Info("saved the database ID", "id", string(id), "file", k.file)
	return nil
}

func rememberID(file, id string) (err error) {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(folder, ".anteroom-id-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh.Name())
		}
	}()
	_, err = fresh.WriteString(id + "\n")
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	return renameDurably(fresh.Name(), file)
}

// renameDurably renames a file so that it is renamed after a loss of power, too.
func renameDurably(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // NTFS keeps its own log of names
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
