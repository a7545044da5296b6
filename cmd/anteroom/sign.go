package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/signature"
)

func signCommand() *cobra.Command {
	var key, secret, number, issued, expires string
	var role int
	cmd := &cobra.Command{
		Use: "sign", Short: "Create a Meeting SDK signature",
		Example: "  anteroom sign --key KEY --secret SECRET --meeting 81234567890 --role 0",
		Args:    exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			options := signature.SignOptions{Key: key, Secret: secret, MeetingNumber: number, Role: role}
			now := time.Now()
			var err error
			if options.IssuedAt, err = instant(issued, now); err != nil {
				return usage("--iat: %s", err)
			}
			if expires != "" {
				if options.ExpiresAt, err = after(expires, options.IssuedAt); err != nil {
					return usage("--expires: %s", err)
				}
			}
			token, err := signature.Sign(options)
			var field *signature.FieldError
			if errors.As(err, &field) {
				return usage("%s %s", flagOf(field.Field), field.Reason)
			}
			if err != nil {
				return err
			}
			if asJSON(cmd) {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"signature": token, "sdkKey": key})
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&key, "key", "", "the app's SDK key")
	flags.StringVar(&secret, "secret", "", "the app's SDK secret (safer as ANTEROOM_SECRET)")
	flags.StringVar(&number, "meeting", "", "the meeting number")
	flags.IntVar(&role, "role", 0, "0 to join, 1 to start as host")
	flags.StringVar(&expires, "expires", "", "the lifetime, such as 2h or 7200, or the end as RFC 3339 (default: 2h)")
	flags.StringVar(&issued, "iat", "", "the time of issue: RFC 3339, Unix seconds, or relative to now such as -30s")
	return cmd
}

// instant reads a time: RFC 3339, seconds since 1970, or relative to now.
func instant(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if text[0] == '+' || text[0] == '-' {
		if d, err := time.ParseDuration(text); err == nil {
			return now.Add(d), nil
		}
	}
	if s, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(s, 0), nil
	}
	return time.Time{}, fmt.Errorf("%q is not an RFC 3339 time, Unix seconds, or a relative time such as -30s", text)
}

// after reads an end: a length from the beginning, or a time.
func after(text string, begin time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return begin.Add(d), nil
	}
	if s, err := strconv.ParseInt(text, 10, 64); err == nil {
		if s > 1e9 {
			return time.Unix(s, 0), nil
		}
		return begin.Add(time.Duration(s) * time.Second), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a lifetime such as 2h or 7200, nor an RFC 3339 time", text)
}
