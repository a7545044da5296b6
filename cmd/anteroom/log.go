package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/server"
)

// logFlags are how the server logs.
type logFlags struct{ level, format string }

func (f *logFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.level, "log", "info", "the log level: debug, info, warn or error")
	cmd.Flags().StringVar(&f.format, "log-format", "text", "the form of log lines: text or json")
}

// serverLog is the log of a server, whose level can change while it runs.
type serverLog struct {
	*slog.Logger
	level slog.LevelVar
	// fixed reports that the level was given as a flag, which the file does not change.
	fixed bool
}

func (f *logFlags) open(cmd *cobra.Command, out io.Writer, config *server.Config) (*serverLog, error) {
	l := &serverLog{fixed: cmd.Flags().Changed("log")}
	level, err := server.ParseLevel(f.level)
	if err != nil || f.level == "" {
		return nil, usage("--log: %q is not debug, info, warn or error", f.level)
	}
	l.level.Set(level)
	l.follow(config)
	options := &slog.HandlerOptions{Level: &l.level}
	switch f.format {
	case "text":
		l.Logger = slog.New(slog.NewTextHandler(out, options))
	case "json":
		l.Logger = slog.New(slog.NewJSONHandler(out, options))
	default:
		return nil, usage("--log-format: %q is not text or json", f.format)
	}
	return l, nil
}

// follow takes the level over from a configuration that has been validated.
func (l *serverLog) follow(config *server.Config) {
	if level, err := server.ParseLevel(config.Log); err == nil && !l.fixed {
		l.level.Set(level)
	}
}
