package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/server"
)

func migrateCommand() *cobra.Command {
	config := server.DevelopmentDefaults()
	var file string
	cmd := &cobra.Command{
		Use: "migrate", Short: "Update the database schema to this version",
		Long: "`serve` does this when it starts. Use this command to do it beforehand.",
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				read, err := server.ReadFile(file)
				if err != nil {
					return err
				}
				config = read
			}
			begin := time.Now()
			if err := server.Migrate(cmd.Context(), config); err != nil {
				return err
			}
			if asJSON(cmd) {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]bool{"migrated": true})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "the database schema is up to date (%s)\n", time.Since(begin).Round(time.Millisecond))
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "config", "", "the configuration of a production server")
	flags.StringVar(&config.Data, "data", config.Data, "the directory of the database")
	flags.StringVar(&config.Database, "database", "", "a PostgreSQL URL, to use instead of SQLite")
	return cmd
}
