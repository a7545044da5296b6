package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/server"
)

func migrateCommand() *cobra.Command {
	var database databaseFlags
	cmd := &cobra.Command{
		Use: "migrate", Short: "Update the database schema to this version",
		Long: "`serve` does this when it starts. Use this command to do it beforehand.",
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := database.read()
			if err != nil {
				return err
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
	database.define(cmd.Flags())
	return cmd
}
