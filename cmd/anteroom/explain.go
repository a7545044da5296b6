package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/errcode"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain CODE|NAME", Short: "Explain an error code, its causes and how to fix it",
		Example: "  anteroom explain 3712\n  anteroom explain WRONG_MEETING_PASSWORD --json",
		Args:    exactly(1, "one code or name, such as anteroom explain 3712"),
		RunE: func(cmd *cobra.Command, args []string) error {
			entries := find(args[0])
			if len(entries) == 0 {
				return usage("there is no code or name %q%s", args[0], nearestCodes(args[0], 3))
			}
			out := cmd.OutOrStdout()
			if asJSON(cmd) {
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				if len(entries) == 1 {
					return encoder.Encode(entries[0])
				}
				return encoder.Encode(entries)
			}
			for i, e := range entries {
				if i > 0 {
					fmt.Fprintln(out)
				}
				explain(out, e)
			}
			return nil
		},
	}
}

func find(query string) []errcode.Entry {
	if number, err := strconv.Atoi(strings.TrimSpace(query)); err == nil {
		if e, ok := errcode.Lookup(errcode.Code(number)); ok {
			return []errcode.Entry{e}
		}
		return nil
	}
	return errcode.ByName(strings.TrimSpace(query))
}

// returned says who returns a code, or when.
func returned(where errcode.Where) string {
	switch where {
	case errcode.PageWhere:
		return "returned in the page, without the server"
	case errcode.InsideWhere:
		return "occurs during the meeting"
	default:
		return "returned by the server"
	}
}

func explain(out io.Writer, e errcode.Entry) {
	fmt.Fprintf(out, "%d %s  (%s)\n", e.Code, e.Name, returned(e.Where))
	if e.Neighbour {
		fmt.Fprintln(out, "Not in the reference")
	}
	if e.Message != "" {
		fmt.Fprintf(out, "  message  %s\n", e.Message)
	}
	fmt.Fprintf(out, "  meaning  %s\n  fix      %s\n", e.Description, e.Remedy)
	for _, c := range e.Causes {
		again := ""
		if c.Retryable {
			again = "  (retrying may help)"
		}
		fmt.Fprintf(out, "  cause    %s: %s%s\n           → %s\n", c.ID, c.Summary, again, c.Remedy)
	}
}
