package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/signature"
)

func doctorCommand() *cobra.Command {
	var key, secret, at, number string
	cmd := &cobra.Command{
		Use: "doctor SIGNATURE", Short: "Say what is wrong with a Meeting SDK signature, and why",
		Long: "Reads a signature as the join gate does, keeps everything that is wrong with it, and finds out by\n" +
			"trial which secret or which slip made it. With --key and --secret it works offline and judges the\n" +
			"signature alone. Exit status: 0 good, 1 refused, 2 wrong usage. Give - to read from standard input.",
		Example: "  anteroom doctor --key KEY --secret SECRET eyJhbGciOi…",
		Args:    exactly(1, "the signature, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			token := args[0]
			if token == "-" {
				raw, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
				if err != nil {
					return usage("standard input cannot be read: %s", err)
				}
				token = strings.TrimRight(string(raw), "\r\n")
			}
			now, err := instant(at, time.Now())
			if err != nil {
				return usage("--at: %s", err)
			}
			options := signature.Options{Now: now, MeetingNumber: number}
			if (key == "") != (secret == "") {
				return usage("--key and --secret are needed together")
			}
			if key != "" {
				options.Keyring = signature.NewKeyring(signature.Credential{
					App: signature.App{ID: key, Name: key}, Key: key, Secret: []byte(secret),
				})
			}
			report := signature.Diagnose(cmd.Context(), token, options)
			if asJSON(cmd) {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(report); err != nil {
					return err
				}
			} else {
				printReport(cmd.OutOrStdout(), &report, key != "")
			}
			if !report.Good() {
				return &exitError{status: 1}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&key, "key", "", "the app's SDK key")
	flags.StringVar(&secret, "secret", "", "the app's SDK secret (better in ANTEROOM_SECRET)")
	flags.StringVar(&number, "meeting", "", "the meeting number the page joins")
	flags.StringVar(&at, "at", "", "judge as of this time: RFC 3339, seconds since 1970, or such as -2h; now by default")
	return cmd
}

func printReport(out io.Writer, r *signature.Report, judged bool) {
	if r.Good() {
		if judged {
			fmt.Fprintln(out, "good: join() would take this signature")
		} else {
			fmt.Fprintln(out, "well formed; give --key and --secret to judge who signed it")
		}
	} else {
		for i, f := range r.Faults() {
			head := "refused"
			if i > 0 {
				head = "also"
			}
			fmt.Fprintf(out, "%-8s %d %s: %s\n         %s\n", head, f.Code, f.Name, f.Cause, f.Evidence)
			if f.Remedy != "" {
				fmt.Fprintf(out, "         → %s\n", f.Remedy)
			}
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(out, "note     %s\n", w)
	}
	if r.Token != nil {
		view, err := json.MarshalIndent(r.Token, "         ", "  ")
		if err == nil {
			fmt.Fprintf(out, "token    %s\n", view)
		}
	}
}
