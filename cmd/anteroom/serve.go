package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/web"
)

func serveCommand() *cobra.Command {
	config := server.DevelopmentDefaults()
	var file string
	var logs logFlags
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
			log, err := logs.open(cmd, cmd.ErrOrStderr(), &config)
			if err != nil {
				return err
			}
			return serve(cmd, file, config, log)
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
	logs.add(cmd)
	return cmd
}

// timesVariable shortens in development mode how long the places of people who have
// gone are kept, so that tests need not wait: "lost=6s,goodbye=2s,empty=10s".
const timesVariable = "ANTEROOM_TEST_TIMES"

func testTimes(text string) (times session.Times, err error) {
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		fields := map[string]*time.Duration{"lost": &times.Lost, "goodbye": &times.Departing, "empty": &times.Empty}
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

func serve(cmd *cobra.Command, file string, config server.Config, log *serverLog) error {
	// From here on SIGHUP does not end the process.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	began := time.Now()
	log.Info("starting", "version", version, "config", &config)
	running, err := server.Start(cmd.Context(), config, server.Parts{Logger: log.Logger})
	if err != nil {
		return err
	}
	log.Info("ready", "address", running.URL, "took", time.Since(began))
	out := cmd.OutOrStdout()
	if asJSON(cmd) {
		if err := json.NewEncoder(out).Encode(map[string]string{"listening": running.URL}); err != nil {
			log.Warn("could not print the address", "error", err)
		}
	} else {
		printReady(cmd.Context(), out, running, &config)
	}
	for _, host := range config.DevHosts {
		log.Warn("the developer API, which returns secrets, also accepts this host name", "host", host)
	}
	failure := wait(cmd.Context(), file, running, hangups, log)
	stopping := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), server.StopTime)
	defer cancel()
	if err := running.Close(ctx); err != nil {
		log.Warn("the server did not stop cleanly", "error", err)
	}
	log.Info("stopped", "took", time.Since(stopping), "ran", time.Since(began))
	return failure
}

// wait returns when the server is to stop, with what made it end by itself.
func wait(ctx context.Context, file string, running *server.Server, hangups <-chan os.Signal, log *serverLog) error {
	for {
		select {
		case <-ctx.Done():
			log.Info("stopping", "reason", context.Cause(ctx))
			return nil
		case failure := <-running.Failed():
			log.Error("stopping", "reason", failure)
			return failure
		case <-hangups:
			reload(file, running, log)
		}
	}
}

// reload reads the configuration again and takes over what can change.
func reload(file string, running *server.Server, log *serverLog) {
	if file == "" {
		log.Info("SIGHUP: development mode has no configuration file to read again")
		return
	}
	next, err := server.ReadFile(file)
	if err == nil {
		err = running.Reload(next)
	}
	if err != nil {
		log.Error("the configuration was not reloaded; the server keeps the old one", "error", err)
		return
	}
	log.follow(&next)
	log.Info("configuration reloaded", "file", file)
}

// printReady prints what a developer needs first.
func printReady(ctx context.Context, out io.Writer, running *server.Server, config *server.Config) {
	if config.Mode == server.Production {
		fmt.Fprintf(out, "Anteroom %s is listening at %s\n", version, running.URL)
		return
	}
	fmt.Fprintf(out, "Anteroom %s, development mode\n\n  Open          %s\n", version, running.URL)
	if view, err := running.DevAPI(ctx); err == nil {
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
