package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/web"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON(cmd) {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{
					"version": version, "sdk": web.SDKVersion, "go": runtime.Version(),
				})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "anteroom %s (Web SDK %s, %s)\n", version, web.SDKVersion, runtime.Version())
			return nil
		},
	}
}
