package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/internal/printable"
)

// attemptJSON is what the list shows of a recorded join.
type attemptJSON struct {
	ID            string
	At            time.Time
	MeetingNumber string
	Code          int
	Name          string
	Cause         string
	UserName      string
}

func attemptsCommand() *cobra.Command {
	var from attemptSource
	var meeting string
	var code, limit int
	cmd := &cobra.Command{
		Use: "attempts [ID]", Short: "List the recorded joins of a server on this machine, or show one",
		Long: "A production server is found by its configuration or its admin socket, which only its own user and root\n" +
			"may open. Without --config and --admin-socket, it is a development server.",
		Example: "  sudo anteroom attempts --config /etc/anteroom/config.yaml --code 3004",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("takes one attempt ID at most")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				var one json.RawMessage
				if err := from.get(cmd, "/attempts/"+url.PathEscape(args[0]), &one); err != nil {
					return err
				}
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(one)
			}
			query := url.Values{"limit": {strconv.Itoa(limit)}}
			if cmd.Flags().Changed("code") {
				query.Set("code", strconv.Itoa(code))
			}
			if meeting != "" {
				query.Set("meeting", meeting)
			}
			var raw json.RawMessage
			if err := from.get(cmd, "/attempts?"+query.Encode(), &raw); err != nil {
				return err
			}
			if asJSON(cmd) {
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", raw)
				return err
			}
			var list struct{ Attempts []attemptJSON }
			if err := json.Unmarshal(raw, &list); err != nil {
				return noResponse("the response of the server is not valid: %s", err)
			}
			if len(list.Attempts) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "No recorded join matches.")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, a := range list.Attempts {
				fmt.Fprintf(table, "%s\t%s\t%s\t%d %s\t%s\t%s\n", a.At.Local().Format(time.DateTime), a.ID, printable.Line(a.MeetingNumber), a.Code, a.Name, a.Cause, printable.Line(a.UserName))
			}
			return table.Flush()
		},
	}
	flags := cmd.Flags()
	from.define(flags)
	flags.StringVar(&meeting, "meeting", "", "only joins of this meeting number")
	flags.IntVar(&code, "code", 0, "only joins with this result; 0 means admitted")
	flags.IntVar(&limit, "limit", 50, "the number of joins to list, 1 to 500")
	return cmd
}
