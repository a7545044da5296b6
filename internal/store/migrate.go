package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"strconv"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

var (
	// ErrNewer is a database that a newer program has changed so that this one cannot
	// work with it.
	ErrNewer = errors.New("the database is newer than this program; use the version that last wrote it, or a later one")
	// ErrOlderNodes is a change of the database that running nodes of an older version
	// could not work with.
	ErrOlderNodes = errors.New("nodes of an older version are running, and cannot work with the tables of this version; stop them all first")
)

// schema is what a program knows of the tables of one dialect.
type schema struct {
	dialect goose.Dialect
	files   fs.FS
	// newest is the version of the last migration.
	newest int64
	// least maps each version to the oldest that a program must know to work with it.
	least map[int64]int64
}

var leastNote = regexp.MustCompile(`(?m)^-- min_compatible: ([0-9]+)$`)

// newSchema reads the migrations of one dialect.
func newSchema(all fs.FS, dialect goose.Dialect, folder string) (*schema, error) {
	files, err := fs.Sub(all, "migrations/"+folder)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	s := &schema{dialect: dialect, files: files, least: make(map[int64]int64, len(names))}
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		// Without a note no older program is known to work on.
		s.least[version] = version
		if note := leastNote.FindSubmatch(text); note != nil {
			if s.least[version], err = strconv.ParseInt(string(note[1]), 10, 64); err != nil {
				return nil, fmt.Errorf("the migration %s: %w", name, err)
			}
		}
		s.newest = max(s.newest, version)
	}
	return s, nil
}

// migrate brings a database up to date. If there is something to do, it calls alone
// first, which keeps others away, and with contracts fails while a program is there that
// could not work on.
func (s *schema) migrate(ctx context.Context, db *sql.DB, logger *slog.Logger, alone func(ctx context.Context, contracts bool) (release func(), err error)) error {
	provider, err := s.migrator(db, logger)
	if err != nil {
		return err
	}
	more, least, err := s.pending(ctx, db, provider)
	if err != nil || !more {
		return err
	}
	release, err := alone(ctx, s.least[s.newest] > least)
	if err != nil {
		return err
	}
	defer release()
	// Another node may have been first.
	if more, _, err = s.pending(ctx, db, provider); err != nil || !more {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("the database cannot be migrated: %w", err)
	}
	return nil
}

func (s *schema) migrator(db *sql.DB, logger *slog.Logger) (*goose.Provider, error) {
	table, err := database.NewStore(s.dialect, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	extended, ok := table.(database.StoreExtender)
	if !ok {
		return nil, errors.New("the table of migrations cannot be found")
	}
	provider, err := goose.NewProvider(goose.DialectCustom, db, s.files,
		goose.WithStore(&versions{extended, s.least}), goose.WithDisableGlobalRegistry(true), goose.WithSlog(logger))
	if err != nil {
		return nil, fmt.Errorf("the migrations cannot be read: %w", err)
	}
	return provider, nil
}

// versions notes the version of a database, and in the same transaction which programs
// can work with it.
type versions struct {
	database.StoreExtender
	least map[int64]int64
}

// Insert implements database.Store.
func (v *versions) Insert(ctx context.Context, db database.DBTxConn, done database.InsertRequest) error {
	if err := v.StoreExtender.Insert(ctx, db, done); err != nil || done.Version == 0 {
		return err
	}
	_, err := db.ExecContext(ctx, `INSERT INTO meta (name, sealed) VALUES ('min_compatible', $1) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed`,
		strconv.AppendInt(nil, v.least[done.Version], 10))
	return err
}

// pending reports whether there are migrations to be done, and the oldest version that
// programs must know now; ErrNewer if this program cannot work with the database.
func (s *schema) pending(ctx context.Context, db queryer, provider *goose.Provider) (more bool, least int64, err error) {
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return false, 0, fmt.Errorf("the version of the database cannot be read: %w", err)
	}
	if version > 0 {
		least, err = s.check(ctx, db, version)
	}
	return version < s.newest, least, err
}

// queryer is a pool or one of its connections.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// check refuses a database that this program cannot work with, and reports which
// version programs must know. One of that version from before this was noted needs the
// version.
func (s *schema) check(ctx context.Context, db queryer, version int64) (least int64, err error) {
	var raw []byte
	err = db.QueryRowContext(ctx, `SELECT sealed FROM meta WHERE name = 'min_compatible'`).Scan(&raw)
	least = version
	if err == nil {
		least, err = strconv.ParseInt(string(raw), 10, 64)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("min_compatible cannot be read from the database: %w", err)
	}
	if least > s.newest {
		return 0, fmt.Errorf("%w (it needs a program that knows schema %d, this one knows %d)", ErrNewer, least, s.newest)
	}
	return least, nil
}
