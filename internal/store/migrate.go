package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// ErrNewer is a database that a newer program has already migrated.
var ErrNewer = errors.New("the database is newer than this program; use the version that last wrote it, or a later one")

// migrateTime is how long a node waits for another one that migrates, in seconds.
const migrateTime = 300

// migrate brings the schema up to date. Nodes that start together take turns.
func migrate(ctx context.Context, dialect goose.Dialect, folder string, db *sql.DB, logger *slog.Logger) error {
	provider, err := migrator(dialect, folder, db, logger)
	if err != nil {
		return err
	}
	if more, err := pending(ctx, provider); err != nil || !more {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("the database cannot be migrated: %w", err)
	}
	return nil
}

func migrator(dialect goose.Dialect, folder string, db *sql.DB, logger *slog.Logger) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(logger)}
	if dialect == goose.DialectPostgres {
		turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrateTime), lock.WithUnlockTimeout(1, migrateTime))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(turns))
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return nil, fmt.Errorf("the migrations cannot be read: %w", err)
	}
	return provider, nil
}

// pending tells whether there are migrations to be done; ErrNewer if the database is
// ahead of this program.
func pending(ctx context.Context, provider *goose.Provider) (bool, error) {
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("the version of the database cannot be read: %w", err)
	}
	if current > newest {
		return false, fmt.Errorf("%w (its schema has version %d, this program knows %d)", ErrNewer, current, newest)
	}
	return current < newest, nil
}
