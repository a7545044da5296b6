package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/anteroom/anteroom/internal/store"
)

// Backup copies the SQLite database of a configuration to a file, while a server may be
// running.
func Backup(ctx context.Context, config Config, to string, overwrite bool) (store.BackupResult, error) {
	if err := config.Validate(); err != nil {
		return store.BackupResult{}, err
	}
	return store.Backup(ctx, store.Config{URL: config.databaseURL(), IDFile: config.idFile()}, to, overwrite)
}

// Restore replaces the SQLite database of a configuration with a backup.
func Restore(ctx context.Context, config Config, from string) (store.BackupResult, error) {
	if err := config.Validate(); err != nil {
		return store.BackupResult{}, err
	}
	if config.keyInFolder() && config.Database == "" {
		// A new key would not open the backup.
		if _, err := os.Stat(keyFile(config.Data)); errors.Is(err, fs.ErrNotExist) {
			return store.BackupResult{}, fmt.Errorf("%s is missing: first put the key there that belongs to the backup", keyFile(config.Data))
		}
	}
	key, err := config.encryptionKey()
	if err != nil {
		return store.BackupResult{}, err
	}
	return store.Restore(ctx, store.Config{URL: config.databaseURL(), IDFile: config.idFile(), Key: key}, from)
}

// PostgresAddress is the configuration's PostgreSQL URL without its password, as
// PostgreSQL's own tools take it.
func (c *Config) PostgresAddress() string {
	u, err := url.Parse(c.Database)
	if err != nil {
		return "postgres://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	query.Del("password")
	u.RawQuery = query.Encode()
	return u.String()
}
