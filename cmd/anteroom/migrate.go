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
		Use: "migrate", Short: "Bring the database to this program's schema",
		Long: "`serve` does the same when it starts. This is for those who want it done before.",
		Args: exactly(0, "flags only"),
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
			fmt.Fprintf(cmd.OutOrStdout(), "the database has this program's schema (%s)\n", time.Since(begin).Round(time.Millisecond))
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "config", "", "the configuration of a production server")
	flags.StringVar(&config.Data, "data", config.Data, "the folder of the database")
	flags.StringVar(&config.Database, "database", "", "a PostgreSQL URL in place of SQLite")
	return cmd
}
