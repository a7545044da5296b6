package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func tokenCommand() *cobra.Command {
	var server, user, number, key, email, firstName string
	var ttl int
	cmd := &cobra.Command{
		Use: "token zak|obf|tk", Short: "Get a ZAK, OBF or registrant token from a running development server",
		Example: "  anteroom token zak --user host@acme.example",
		Args:    exactly(1, "one kind: zak, obf or tk"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if kinds := []string{"zak", "obf", "tk"}; !slices.Contains(kinds, args[0]) {
				return usage("there is no token %q%s", args[0], suggestion("anteroom token ", args[0], kinds))
			}
			in := map[string]any{
				"kind": args[0], "user": user, "meetingNumber": number, "sdkKey": key, "email": email, "firstName": firstName,
			}
			if cmd.Flags().Changed("ttl") {
				in["ttlSeconds"] = ttl
			}
			var response struct{ Token string }
			if err := call(cmd.Context(), server, "/dev/v1/tokens", in, &response); err != nil {
				return err
			}
			if asJSON(cmd) {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"token": response.Token})
			}
			fmt.Fprintln(cmd.OutOrStdout(), response.Token)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&server, "server", "http://127.0.0.1:8080", "the development server")
	flags.StringVar(&user, "user", "", "the user's email address or ID (zak, obf; default: the demo host)")
	flags.StringVar(&number, "meeting", "", "the meeting number (obf, tk)")
	flags.StringVar(&key, "sdk-key", "", "the SDK key of the app that requests the token (zak, obf)")
	flags.StringVar(&email, "email", "", "the registrant's email address (tk)")
	flags.StringVar(&firstName, "first-name", "", "the registrant's name (tk)")
	flags.IntVar(&ttl, "ttl", 0, "the lifetime of the token in seconds")
	return cmd
}

// call posts to a development server and reads its JSON response.
func call(ctx context.Context, server, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return ask(ctx, http.MethodPost, server, path, bytes.NewReader(body), out)
}

// get reads a JSON response of a development server.
func get(ctx context.Context, server, path string, out any) error {
	return ask(ctx, http.MethodGet, server, path, nil, out)
}

// requestTimeout is how long a server may take to answer.
const requestTimeout = 15 * time.Second

func ask(ctx context.Context, method, server, path string, body io.Reader, out any) error {
	if u, err := url.Parse(server); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return usage("--server: %q is not a URL such as http://127.0.0.1:8080", server)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(server, "/")+path, body)
	if err != nil {
		return usage("--server: %s", err)
	}
	request.Header.Set("Content-Type", "application/json")
	return exchange(http.DefaultClient, request, server, out, func(err error) error {
		return noResponse("no response from %s; is `anteroom serve` running there? (%s)", server, reasonOf(err))
	})
}

// exchange reads the JSON that a server answers. silent words why there is no answer.
func exchange(client *http.Client, request *http.Request, server string, out any, silent func(error) error) error {
	ctx, cancel := context.WithTimeout(request.Context(), requestTimeout)
	defer cancel()
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return silent(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return noResponse("the response from %s is incomplete: %s", server, err)
	}
	if response.StatusCode >= 300 {
		return refused(response.StatusCode, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return noResponse("the response from %s is not valid; is it an Anteroom server in development mode?", server)
	}
	return nil
}

func refused(status int, raw []byte) error {
	var response struct {
		Message string
		Errors  []struct{ Property, Reason string }
	}
	if json.Unmarshal(raw, &response) == nil {
		if response.Message != "" {
			return errors.New(response.Message)
		}
		var parts []string
		for _, e := range response.Errors {
			parts = append(parts, flagOf(e.Property)+": "+e.Reason)
		}
		if len(parts) > 0 {
			return usage("%s", strings.Join(parts, "; "))
		}
	}
	return noResponse("the server returned %d; is it an Anteroom server in development mode?", status)
}

// reasonOf is why a request failed, without the request.
func reasonOf(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
