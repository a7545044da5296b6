package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/anteroom/anteroom/errcode"
)

// strict makes wrong usage of a command and all below it exit with status 2 and
// the nearest right word: unknown commands and flags, and wrong arguments.
func strict(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(flagError)
	switch {
	case cmd.HasSubCommands():
		// Without Run, cobra prints the help of a group for any word, and succeeds.
		cmd.Args = cobra.ArbitraryArgs
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			if cmd.HasParent() {
				return usage("%s needs a command: %s", cmd.CommandPath(), strings.Join(commandNames(cmd), ", "))
			}
			return cmd.Help()
		}
	case cmd.Args != nil:
		check := cmd.Args
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%s %s", cmd.CommandPath(), err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// helpCommand is cobra's, but fails for a command that does not exist.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			found := cmd.Root()
			for _, name := range args {
				next := slices.IndexFunc(found.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
				if next < 0 {
					return unknownCommand(found, name)
				}
				found = found.Commands()[next]
			}
			return found.Help()
		},
	}
}

// flagError names the nearest flag. A flag of a command that does not exist is
// the command's fault.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return usage("%s", flagProblem(cmd.Flags(), err))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return usage("%s has no flag --%s%s", cmd.CommandPath(), name, suggestion("--", name, names))
}

func unknownCommand(cmd *cobra.Command, name string) error {
	what := "there is no command"
	if cmd.HasParent() {
		what = cmd.CommandPath() + " has no command"
	}
	return usage("%s %q%s", what, name, suggestion(cmd.CommandPath()+" ", name, commandNames(cmd)))
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// suggestion asks for the nearest of some words. It is empty where half of the word
// would have to change.
func suggestion(prefix, word string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	nearest := slices.MinFunc(words, func(a, b string) int { return edits(word, a) - edits(word, b) })
	if edits(word, nearest) > max(len(word), len(nearest))/2 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", prefix+nearest)
}

// nearestCodes asks for the nearest of the error codes, or says how to list them.
func nearestCodes(query string, n int) string {
	var near []string
	for _, e := range errcode.Nearest(query, n) {
		near = append(near, fmt.Sprintf("%d %s", e.Code, e.Name))
	}
	if len(near) == 0 {
		return "; `anteroom scenario list` shows all codes"
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

// edits is the Levenshtein distance over bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above, step := row[j+1], diagonal
			if a[i] != b[j] {
				step++
			}
			row[j+1] = min(step, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
