package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/printable"
	"github.com/anteroom/anteroom/signature"
)

// doctor are the flags of the command.
type doctor struct {
	key, secret, at, number, server, join string
}

// diagnosis is what the doctor found, here or on a server: the answer of
// `POST /dev/v1/diagnose`.
type diagnosis struct {
	Decision    diagnosed   `json:"decision"`
	AlsoFailing []diagnosed `json:"alsoFailing"`
	Token       *struct {
		Header json.RawMessage `json:"header"`
		Claims json.RawMessage `json:"claims"`
	} `json:"token"`
	Warnings []string `json:"warnings"`
	Scope    string   `json:"scope"`
}

type diagnosed struct {
	Code                          errcode.Code
	Name, Cause, Evidence, Remedy string
}

func doctorCommand() *cobra.Command {
	var d doctor
	cmd := &cobra.Command{
		Use: "doctor SIGNATURE", Short: "Explain what is wrong with a Meeting SDK signature or join",
		Long: "Checks a signature as a join does, lists everything that is wrong with it, and tries to find the\n" +
			"secret or mistake behind it. With --server, a development server checks what a join would return,\n" +
			"without joining. With --key and --secret, it works offline and checks only the signature.\n" +
			"Exit status: 0 admitted or valid, 1 rejected, 2 wrong usage, 3 no response from the server. Use - to\n" +
			"read from standard input.",
		Example: "  anteroom doctor --server http://127.0.0.1:8080 --meeting 81234567890 eyJhbGciOi…\n" +
			"  anteroom doctor --key KEY --secret SECRET eyJhbGciOi…",
		Args: exactly(1, "one signature, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			token := args[0]
			if token == "-" {
				raw, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
				if err != nil {
					return usage("standard input cannot be read: %s", err)
				}
				token = strings.TrimRight(string(raw), "\r\n")
			}
			return d.run(cmd, token)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&d.server, "server", "", "a development server that checks the whole join, such as http://127.0.0.1:8080")
	flags.StringVar(&d.join, "join", "", "with --server: further join options of the page as a JSON object, such as {\"password\":\"…\"}")
	flags.StringVar(&d.key, "key", "", "the app's SDK key, to check offline")
	flags.StringVar(&d.secret, "secret", "", "the app's SDK secret, to check offline (safer as ANTEROOM_SECRET)")
	flags.StringVar(&d.number, "meeting", "", "the meeting number to join (default: the one in the token)")
	flags.StringVar(&d.at, "at", "", "offline: the time to check for: RFC 3339, Unix seconds, or relative such as -2h (default: now)")
	return cmd
}

func (d *doctor) run(cmd *cobra.Command, token string) error {
	ask, judged := d.ask, true
	switch flags := cmd.Flags(); {
	case typed(flags, "server", "join") && typed(flags, "key", "secret", "at"):
		return usage("--server and --join use a server; --key, --secret and --at work offline: use one or the other")
	case d.server == "" || typed(flags, "key", "secret", "at"):
		if typed(flags, "join") {
			return usage("--join needs --server")
		}
		ask, judged = d.offline, d.key != ""
	}
	raw, err := ask(cmd.Context(), token)
	if err != nil {
		return err
	}
	var found diagnosis
	if err := json.Unmarshal(raw, &found); err != nil || found.Scope == "" {
		return noResponse("the response from %s is not valid; is it an Anteroom server in development mode?", d.server)
	}
	if asJSON(cmd) {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(raw); err != nil {
			return err
		}
	} else {
		found.print(cmd.OutOrStdout(), judged)
	}
	if found.Decision.Code != errcode.Success {
		return &exitError{status: 1}
	}
	return nil
}

// ask asks a server for a dry run of its gate.
func (d *doctor) ask(ctx context.Context, token string) (raw json.RawMessage, err error) {
	in := map[string]any{"signature": token}
	if d.number != "" {
		in["meetingNumber"] = d.number
	}
	if d.join != "" {
		join := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(d.join), &join); err != nil {
			return nil, usage("--join is not a JSON object such as '{\"password\":\"…\"}'")
		}
		in["join"] = join
	}
	err = call(ctx, d.server, "/dev/v1/diagnose", in, &raw)
	return raw, err
}

// offline judges the signature alone.
func (d *doctor) offline(ctx context.Context, token string) (json.RawMessage, error) {
	now, err := instant(d.at, time.Now())
	if err != nil {
		return nil, usage("--at: %s", err)
	}
	options := signature.Options{Now: now, MeetingNumber: d.number}
	if (d.key == "") != (d.secret == "") {
		return nil, usage("--key and --secret must be used together")
	}
	if d.key != "" {
		options.Keyring = signature.NewKeyring(signature.Credential{
			App: signature.App{ID: d.key, Name: d.key}, Key: d.key, Secret: []byte(d.secret),
		})
	}
	found := signature.Diagnose(ctx, token, options)
	if found.Decision.Cause == signature.CauseUnknownSecret {
		// The package speaks of all apps of a server; here only one secret was tried.
		found.Decision.Evidence = "the token was not signed with this secret, nor with an altered form of it. Either it is not the secret of the app " +
			"that signed, or the token was changed after signing, for example because its claims were encoded again"
	}
	return json.Marshal(found)
}

// print writes the diagnosis for people. judged reports that somebody knew the
// app's secret.
func (f *diagnosis) print(out io.Writer, judged bool) {
	switch {
	case f.Decision.Code != errcode.Success:
		for i, fault := range append([]diagnosed{f.Decision}, f.AlsoFailing...) {
			head := "rejected"
			if i > 0 {
				head = "also"
			}
			fmt.Fprintf(out, "%-8s %d %s: %s\n         %s\n", head, fault.Code, fault.Name, fault.Cause, printable.Line(fault.Evidence))
			if fault.Remedy != "" {
				fmt.Fprintf(out, "         → %s\n", printable.Line(fault.Remedy))
			}
		}
	case f.Scope != signature.ScopeSignature:
		fmt.Fprintln(out, "admitted: "+printable.Line(f.Decision.Evidence))
	case judged:
		fmt.Fprintln(out, "valid: join() accepts this signature")
	default:
		fmt.Fprintln(out, "well formed; pass --key and --secret to verify who signed it, or --server to check the whole join")
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(out, "note     %s\n", printable.Line(w))
	}
	if f.Token != nil {
		if view, err := json.MarshalIndent(f.Token, "         ", "  "); err == nil {
			fmt.Fprintf(out, "token    %s\n", view)
		}
	}
}
