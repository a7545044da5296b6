package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
)

// hostile is what a terminal would obey or hide.
const hostile = "Eve\x1b[2J\u009b31m\x7f\u202egpj\u2066\U000E0041\r\n9999 forged\tline"

// No command writes to a terminal what the terminal would obey, whoever wrote it.
func TestNothingThatStrangersWroteIsObeyedByATerminal(t *testing.T) {
	t.Parallel()
	attempt := map[string]any{
		"id": "A", "at": "2026-05-04T12:00:00Z", "meetingNumber": hostile, "code": 3712, "name": "SIGNATURE_INVALID", "cause": "empty", "userName": hostile,
	}
	fault := map[string]any{"code": 3712, "name": "SIGNATURE_INVALID", "cause": "empty", "evidence": hostile, "remedy": hostile}
	answers := map[string]any{
		"/dev/v1/attempts": map[string]any{"attempts": []any{attempt}}, "/dev/v1/attempts/A": attempt,
		"/dev/v1/diagnose": map[string]any{
			"decision": fault, "alsoFailing": []any{fault}, "warnings": []any{hostile}, "scope": "join",
			"token": map[string]any{"claims": map[string]any{"sdkKey": hostile}},
		},
		"/dev/v1/scenarios/3712": map[string]any{"code": 3712, "name": "SIGNATURE_INVALID", "cause": "empty"},
		"/sdk/v1/join":           map[string]any{"errorCode": 3712, "name": hostile, "cause": hostile, "evidence": hostile, "errorMessage": hostile},
		"/dev/v1/tokens":         map[string]any{"token": hostile},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response, known := answers[r.URL.Path]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			response = map[string]any{"message": hostile}
		}
		_ = json.NewEncoder(w).Encode(response)
	}))
	defer server.Close()
	for _, args := range [][]string{
		{"attempts"},
		{"attempts", "A"},
		{"attempts", "unknown"},
		{"doctor", hostile},
		{"scenario", "run", "3712"},
		{"token", "zak"},
		{"explain", hostile},
	} {
		for _, form := range []string{"--json=false", "--json"} {
			command := append(args, form)
			if args[0] != "explain" {
				command = append(command, "--server", server.URL)
			}
			out, problems, _ := run(t, command...)
			if !strings.Contains(out+problems, `\u009b31m`) && !strings.Contains(out+problems, `\x7f`) {
				t.Errorf("%q does not show what it got: %q %q", command, out, problems)
			}
			for _, r := range out + problems {
				if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\n' && r != '\t' {
					t.Errorf("%q writes %U: %q %q", command, r, out, problems)
					break
				}
			}
			if form == "--json" && out != "" && !json.Valid([]byte(out)) {
				t.Errorf("%q writes no JSON: %s", command, out)
			}
			if form != "--json" && args[0] != "token" && strings.Contains(out, "\n9999") {
				t.Errorf("%q writes a line that a stranger made: %q", command, out)
			}
		}
	}
}
