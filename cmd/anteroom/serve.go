package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/web"
)

// stopTime is how long a graceful stop may take.
const stopTime = 15 * time.Second

func serveCommand() *cobra.Command {
	config := server.DevelopmentDefaults()
	var file, level string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve meetings",
		Long: "Without --config this is development mode: loopback only, a demo world, and its credentials on the\n" +
			"start page. With --config it is production mode, configured by that file alone.",
		Args: exactly(0, "flags only"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				for _, name := range []string{"listen", "data", "media-port", "media-address", "dev-listen", "database"} {
					// The database's URL holds a password: production reads it from the environment too.
					fromOutside := name == "database" && os.Getenv("ANTEROOM_DATABASE") != ""
					if cmd.Flags().Changed(name) && !fromOutside {
						return usage("--%s is a flag of development mode; in production %s says it", name, file)
					}
				}
				read, err := server.ReadFile(file)
				if err != nil {
					return err
				}
				config = read
			}
			log, err := logger(cmd.ErrOrStderr(), level)
			if err != nil {
				return err
			}
			return serve(cmd, config, log)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "config", "", "production mode with this YAML file")
	flags.StringVar(&config.Listen, "listen", config.Listen, "the HTTP address; port 0 chooses a free one")
	flags.StringVar(&config.Data, "data", config.Data, "the folder of the database and keys")
	flags.StringVar(&config.Database, "database", "", "a PostgreSQL URL in place of SQLite in the data folder")
	flags.IntVar(&config.Media.Port, "media-port", config.Media.Port, "the UDP port of sound and pictures; 0 chooses a free one")
	flags.StringVar(&config.Media.PublicIP, "media-address", "", "the loopback address browsers are told to send them to, where a relay stands before the port")
	flags.StringSliceVar(&config.DevHosts, "dev-listen", nil, "a further Host name the developer's API answers to")
	flags.StringVar(&level, "log", "info", "how much to log: debug, info, warn, error")
	return cmd
}

func logger(out io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usage("--log: %q is not debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: l})), nil
}

func serve(cmd *cobra.Command, config server.Config, log *slog.Logger) error {
	running, err := server.Start(cmd.Context(), config, server.Parts{Logger: log})
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if asJSON(cmd) {
		if err := json.NewEncoder(out).Encode(map[string]string{"listening": running.URL}); err != nil {
			log.Warn("the address could not be printed", "error", err)
		}
	} else {
		greet(cmd.Context(), out, running, &config)
	}
	for _, host := range config.DevHosts {
		log.Warn("the developer's API, which hands out secrets, also answers to this name", "host", host)
	}
	var failure error
	select {
	case <-cmd.Context().Done():
	case failure = <-running.Failed():
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := running.Close(ctx); err != nil {
		log.Warn("the server did not stop cleanly", "error", err)
	}
	return failure
}

// greet prints what a developer needs first.
func greet(ctx context.Context, out io.Writer, running *server.Server, config *server.Config) {
	if config.Mode == server.Production {
		fmt.Fprintf(out, "Anteroom %s listens at %s\n", version, running.URL)
		return
	}
	fmt.Fprintf(out, "Anteroom %s, development mode\n\n  Open          %s\n", version, running.URL)
	if view, err := running.World(ctx); err == nil {
		d := view.Defaults
		fmt.Fprintf(out, "  SDK key       %s\n  SDK secret    %s\n  Meeting       %s\n  Passcode      %s\n  Host          %s\n",
			d.SDKKey, d.SDKSecret, d.MeetingNumber, d.Password, d.HostEmail)
	}
	fmt.Fprintf(out, "\n  <script src=\"%s/zoom-meeting-%s.min.js\"></script>\n", running.URL, web.SDKVersion)
	if !web.Built() {
		fmt.Fprintln(out, "\n  The web SDK was not built into this program: run `make build`.")
	}
	if strings.HasPrefix(config.Data, ".") {
		if wd, err := os.Getwd(); err == nil {
			fmt.Fprintf(out, "\n  State is kept in %s/%s\n", wd, strings.TrimPrefix(config.Data, "./"))
		}
	}
}
