package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func wrongUsage(t *testing.T, args ...string) string {
	t.Helper()
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	err := cmd.Execute()
	var exit *exitError
	if !errors.As(err, &exit) || exit.status != 2 {
		t.Errorf("%q: %v, which is not wrong usage (exit status 2)", args, err)
		return ""
	}
	return err.Error()
}

func TestWrongWordsNameTheNearest(t *testing.T) {
	for line, want := range map[string]string{
		"scenario rum":               "anteroom scenario run",
		"scenario rum --json":        "anteroom scenario run",
		"scenaro":                    "anteroom scenario",
		"sreve --listen x":           "anteroom serve",
		"help sreve":                 "anteroom serve",
		"completion bsh":             "anteroom completion bash",
		"serve --lsten x":            "--listen",
		"serve --media-prt 1":        "--media-port",
		"scenario run 3004 --case x": "--cause",
		"scenario run 3004 --cause passcode_wrng": "passcode_wrong",
		"scenario run 3714":                       "3713",
		"scenario show WRONG_PASSWORD":            "3004 WRONG_MEETING_PASSWORD",
		"explain 3713x":                           "3713",
		"explain 99999":                           "`anteroom scenario list` shows all codes",
		"scenario run 99999":                      "`anteroom scenario list` shows all codes",
		"token zkk":                               "anteroom token zak",
		"scenario":                                "list, run, show",
	} {
		if got := wrongUsage(t, strings.Fields(line)...); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not name %q", line, got, want)
		}
	}
}

// TestEveryCommandRefusesWrongArguments walks all commands with a surplus
// argument and with a flag that does not exist.
func TestEveryCommandRefusesWrongArguments(t *testing.T) {
	var walk func(cmd *cobra.Command, path []string)
	walk = func(cmd *cobra.Command, path []string) {
		if len(path) > 0 && path[0] != "help" {
			wrongUsage(t, append(path, "--no-such-flag")...)
			wrongUsage(t, append(path, "surplus", "surplus", "surplus")...)
		}
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub, append(path[:len(path):len(path)], sub.Name()))
			}
		}
	}
	walk(root(), nil)
	for _, path := range [][]string{{"explain"}, {"doctor"}, {"token"}, {"scenario", "show"}, {"scenario", "run"}, {"sign"}} {
		wrongUsage(t, path...)
	}
}
