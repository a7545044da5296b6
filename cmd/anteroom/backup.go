package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
)

// databaseFlags name a database by a configuration or, in development, by its directory.
type databaseFlags struct {
	file   string
	config server.Config
}

func (d *databaseFlags) define(flags *pflag.FlagSet) {
	d.config = server.DevelopmentDefaults()
	flags.StringVar(&d.file, "config", "", "the configuration of a production server")
	flags.StringVar(&d.config.Data, "data", d.config.Data, "the directory of the database")
	flags.StringVar(&d.config.Database, "database", "", "a PostgreSQL URL, to use instead of SQLite")
}

func (d *databaseFlags) read() (server.Config, error) {
	if d.file == "" {
		return d.config, nil
	}
	return server.ReadFile(d.file)
}

// backupJSON is what a backup or a restoration prints as JSON.
type backupJSON struct {
	File       string `json:"file"`
	Bytes      int64  `json:"bytes"`
	DatabaseID string `json:"databaseId"`
	Replaced   string `json:"replaced,omitempty"`
}

func printCopied(cmd *cobra.Command, file string, done *store.BackupResult) error {
	return json.NewEncoder(cmd.OutOrStdout()).Encode(backupJSON{file, done.Bytes, done.ID, done.Replaced})
}

// named is a database as the output names it. One of an older version has no id.
func named(done *store.BackupResult) string {
	if done.ID == "" {
		return "the database"
	}
	return "the database " + done.ID
}

func backupCommand() *cobra.Command {
	var database databaseFlags
	var overwrite bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Copy the SQLite database to a file",
		Long: "The server may be running. The copy is checked and on the disk when the command ends. It does not\n" +
			"contain the encryption key, without which its secrets cannot be read: keep the key elsewhere.",
		Args: exactly(1, "the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := database.read()
			if err != nil {
				return err
			}
			done, err := server.Backup(cmd.Context(), config, args[0], overwrite)
			if errors.Is(err, store.ErrPostgres) {
				return usage("%s; back it up with its own tools: pg_dump --format=custom --file=%s --dbname=%s", err, quoted(args[0]), quoted(config.PostgresAddress()))
			}
			if err != nil {
				return interrupted(cmd.Context(), err)
			}
			if asJSON(cmd) {
				return printCopied(cmd, args[0], &done)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "backed up %s to %s (%d KiB)\n", named(&done), args[0], (done.Bytes+1023)/1024)
			return nil
		},
	}
	database.define(cmd.Flags())
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace the file if it exists")
	return cmd
}

func restoreCommand() *cobra.Command {
	var database databaseFlags
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Replace the SQLite database with a backup",
		Long: "Stop the server first. The backup is checked before anything is changed, and the database that it\n" +
			"replaces is kept beside it.",
		Args: exactly(1, "the file that `anteroom backup` wrote"),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := database.read()
			if err != nil {
				return err
			}
			done, err := server.Restore(cmd.Context(), config, args[0])
			if errors.Is(err, store.ErrPostgres) {
				return usage("%s; stop the server and restore it with its own tools: pg_restore --clean --if-exists --single-transaction --dbname=%s %s",
					err, quoted(config.PostgresAddress()), quoted(args[0]))
			}
			if err != nil {
				return interrupted(cmd.Context(), err)
			}
			if asJSON(cmd) {
				return printCopied(cmd, args[0], &done)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "restored %s from %s\n", named(&done), args[0])
			if done.Replaced != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "the database that was there before is now %s\n", done.Replaced)
			}
			return nil
		},
	}
	database.define(cmd.Flags())
	return cmd
}

// interrupted reports that a command was broken off, rather than what that led to.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted; nothing was changed")
	}
	return err
}

// quoted is a word as a shell takes it.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
