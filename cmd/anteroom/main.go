// Command anteroom is the meeting server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/anteroom/anteroom/internal/printable"
)

// version is set by the linker.
var version = "0.1.0-dev"

// exitError carries an exit status. Its message, if any, is printed.
type exitError struct {
	status  int
	message string
}

func (e *exitError) Error() string { return e.message }

// noResponse is a server that could not be asked, or did not answer as a development
// server does: exit status 3, which no test takes for a refused join.
func noResponse(format string, args ...any) error {
	return &exitError{3, fmt.Sprintf(format, args...)}
}

// usage is wrong usage: exit status 2.
func usage(format string, args ...any) error {
	return &exitError{2, fmt.Sprintf(format, args...)}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	status := 1
	var exit *exitError
	if errors.As(err, &exit) {
		status = exit.status
	}
	if message := err.Error(); message != "" {
		fmt.Fprintln(printable.NewWriter(os.Stderr), "anteroom: "+strings.TrimPrefix(message, "anteroom "))
	}
	os.Exit(status)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "anteroom",
		Short: "A meeting server for apps that use the Zoom Meeting SDK for Web",
		Long: "Anteroom is a self-hosted meeting server and web SDK compatible with apps written for the\n" +
			"Zoom Meeting SDK for Web. It is not affiliated with Zoom Communications.\n\n" +
			"You can also set each flag in the environment, for example --media-port as ANTEROOM_MEDIA_PORT.",
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd.Flags()) },
	}
	// Names, evidence and logs repeat what strangers sent, to a terminal.
	cmd.SetOut(printable.NewWriter(os.Stdout))
	cmd.SetErr(printable.NewWriter(os.Stderr))
	cmd.PersistentFlags().Bool("json", false, "print JSON")
	cmd.AddCommand(serveCommand(), explainCommand(), signCommand(), doctorCommand(), tokenCommand(), scenarioCommand(), attemptsCommand(), migrateCommand(), backupCommand(), restoreCommand(), versionCommand())
	cmd.SetHelpCommand(helpCommand())
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd()
	strict(cmd)
	return cmd
}

// fromEnvironment sets every flag that was not given from ANTEROOM_*.
func fromEnvironment(flags *pflag.FlagSet) error {
	var problem error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "ANTEROOM_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value, ok := os.LookupEnv(name); ok && !f.Changed && f.Name != "help" {
			if err := flags.Set(f.Name, value); err != nil && problem == nil {
				problem = usage("%s", strings.Replace(flagProblem(flags, err), "--"+f.Name, name, 1))
			}
			_ = flags.SetAnnotation(f.Name, environmental, nil) // the flag exists
		}
	})
	return problem
}

// environmental marks a flag whose value came from the environment.
const environmental = "environment"

// typed reports whether a flag was given on the command line itself.
func typed(flags *pflag.FlagSet, names ...string) bool {
	for _, name := range names {
		f := flags.Lookup(name)
		if _, env := f.Annotations[environmental]; f.Changed && !env {
			return true
		}
	}
	return false
}

func asJSON(cmd *cobra.Command) bool {
	on, _ := cmd.Flags().GetBool("json")
	return on
}

// exactly takes n arguments, described for those who pass another number.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("takes %s", what)
		}
		return nil
	}
}
