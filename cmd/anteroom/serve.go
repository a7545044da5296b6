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
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/web"
)

func serveCommand() *cobra.Command {
	config := server.DevelopmentDefaults()
	var file, level string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve meetings",
		Long: "Without --config, this is development mode: loopback only, with demo data and its credentials on the\n" +
			"start page. With --config, it is production mode, configured only by that file.",
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				for _, name := range []string{"listen", "data", "media-port", "media-address", "dev-listen", "database"} {
					// The database's URL holds a password: production reads it from the environment too.
					fromOutside := name == "database" && os.Getenv("ANTEROOM_DATABASE") != ""
					if cmd.Flags().Changed(name) && !fromOutside {
						return usage("--%s is only for development mode; in production, set it in %s", name, file)
					}
				}
				read, err := server.ReadFile(file)
				if err != nil {
					return err
				}
				config = read
			}
			if file == "" {
				var err error
				if config.Times, err = testTimes(os.Getenv(timesVariable)); err != nil {
					return err
				}
			}
			log, err := logger(cmd.ErrOrStderr(), level)
			if err != nil {
				return err
			}
			return serve(cmd, config, log)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "config", "", "run in production mode with this YAML file")
	flags.StringVar(&config.Listen, "listen", config.Listen, "the HTTP address; port 0 selects a free port")
	flags.StringVar(&config.Data, "data", config.Data, "the directory of the database and keys")
	flags.StringVar(&config.Database, "database", "", "a PostgreSQL URL, to use instead of SQLite in the data directory")
	flags.IntVar(&config.Media.Port, "media-port", config.Media.Port, "the UDP port for audio and video; 0 selects a free port")
	flags.StringVar(&config.Media.PublicIP, "media-address", "", "the loopback address that browsers send media to, if a relay forwards it to the port")
	flags.StringSliceVar(&config.DevHosts, "dev-listen", nil, "an additional Host name for the developer API")
	flags.StringVar(&level, "log", "info", "the log level: debug, info, warn or error")
	return cmd
}

// timesVariable shortens in development mode how long the places of people who have
// gone are kept, so that tests need not wait: "lost=6s,goodbye=2s,empty=10s".
const timesVariable = "ANTEROOM_TEST_TIMES"

func testTimes(text string) (times session.Times, err error) {
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		fields := map[string]*time.Duration{"lost": &times.Lost, "goodbye": &times.Goodbye, "empty": &times.Empty}
		field := fields[strings.TrimSpace(name)]
		if text == "" {
			break
		}
		if field == nil {
			return times, usage("%s: %q is not lost, goodbye or empty", timesVariable, name)
		}
		if *field, err = time.ParseDuration(value); err != nil || *field < time.Second || *field > time.Hour {
			return times, usage("%s: %s is a duration of one second to one hour, such as 6s", timesVariable, name)
		}
	}
	return times, nil
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
			log.Warn("could not print the address", "error", err)
		}
	} else {
		greet(cmd.Context(), out, running, &config)
	}
	for _, host := range config.DevHosts {
		log.Warn("the developer API, which returns secrets, also accepts this host name", "host", host)
	}
	var failure error
	select {
	case <-cmd.Context().Done():
	case failure = <-running.Failed():
	}
	ctx, cancel := context.WithTimeout(context.Background(), server.StopTime)
	defer cancel()
	if err := running.Close(ctx); err != nil {
		log.Warn("the server did not stop cleanly", "error", err)
	}
	return failure
}

// greet prints what a developer needs first.
func greet(ctx context.Context, out io.Writer, running *server.Server, config *server.Config) {
	if config.Mode == server.Production {
		fmt.Fprintf(out, "Anteroom %s is listening at %s\n", version, running.URL)
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
		fmt.Fprintln(out, "\n  This program was built without the web SDK: run `make build`.")
	}
	if strings.HasPrefix(config.Data, ".") {
		if wd, err := os.Getwd(); err == nil {
			fmt.Fprintf(out, "\n  Data directory: %s/%s\n", wd, strings.TrimPrefix(config.Data, "./"))
		}
	}
}
