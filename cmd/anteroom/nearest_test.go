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

func TestWrongNamesSuggestTheNearest(t *testing.T) {
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

// TestWrongValuesNameTheirFlag checks that no problem speaks of Go, or of a field of
// a request that nobody typed.
func TestWrongValuesNameTheirFlag(t *testing.T) {
	sign := "sign --key K --secret S --meeting 81234567890 "
	for line, want := range map[string]string{
		"sign":                                    "--key is missing",
		"sign --key K --secret S":                 "--meeting is missing",
		sign + "--role x":                         `--role: "x" is not a whole number`,
		sign + "--role":                           "--role needs a value",
		sign + "--role 5":                         "--role must be 0 (join) or 1 (start), not 5",
		sign + "--expires 5m":                     "--expires must be 1800 to 172800 s after the time of issue, not 300 s",
		sign + "--expires soon":                   `--expires: "soon" is not a lifetime such as 2h or 7200`,
		"explain 4006 --json=x":                   `--json: "x" is not true or false`,
		"serv1ce":                                 "there is no command",
		"help nosuch":                             `there is no command "nosuch"`,
		"doctor --server http://x --join [] abc":  "--join is not a JSON object",
		"scenario show 4014":                      "Anteroom never returns it",
		"scenario run OBF_TOKEN_INVALID":          "`anteroom explain 4014`",
		"scenario run 3712 --cause unknown_secrt": "`anteroom scenario show 3712` lists its",
	} {
		got := wrongUsage(t, strings.Fields(line)...)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", line, got, want)
		}
		for _, internal := range []string{"strconv", " json: ", "map[", "signature:", "issuedAt"} {
			if strings.Contains(got, internal) {
				t.Errorf("%s: %q names %q", line, got, internal)
			}
		}
	}
	if got := wrongUsage(t, "help", "nosuch"); strings.Contains(got, "did you mean") {
		t.Errorf("%q suggests a command that is not near", got)
	}
}

// TestAnUnreachableServerIsNoRefusal keeps scripts from taking one for the other.
func TestAnUnreachableServerIsNoRefusal(t *testing.T) {
	for _, line := range []string{
		"doctor --server http://127.0.0.1:1 abc", "scenario list --server http://127.0.0.1:1",
		"scenario run 4012 --server http://127.0.0.1:1", "attempts --server http://127.0.0.1:1", "token zak --server http://127.0.0.1:1",
	} {
		cmd := root()
		cmd.SetArgs(strings.Fields(line))
		var exit *exitError
		err := cmd.Execute()
		if !errors.As(err, &exit) || exit.status != 3 {
			t.Errorf("%s: %v, which is not exit status 3", line, err)
			continue
		}
		if !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "/dev/v1") {
			t.Errorf("%s: %q", line, err)
		}
	}
}
