package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestScenariosFromTheCommandLine(t *testing.T) {
	t.Parallel()
	_, url := serving(t, t.TempDir())
	out, problems, status := run(t, "scenario", "list", "--server", url)
	if status != 0 || !strings.Contains(out, "NOT_ALLOW_ANONYMOUS_JOIN") || strings.Count(out, "\n") < 47 {
		t.Fatalf("%d %s %s", status, out, problems)
	}
	out, _, status = run(t, "scenario", "show", "WRONG_MEETING_PASSWORD", "--server", url)
	if status != 0 || !strings.HasPrefix(out, "3004 ") || !strings.Contains(out, "passcode_missing") {
		t.Fatalf("%d %s", status, out)
	}
	out, problems, status = run(t, "scenario", "run", "4012", "--server", url)
	if status != 0 || !strings.Contains(out, "response 4012 NOT_ALLOW_ANONYMOUS_JOIN: no_token") || !strings.Contains(out, "attempt  ") {
		t.Fatalf("%d %s %s", status, out, problems)
	}
	out, _, status = run(t, "scenario", "run", "4006", "--server", url, "--view", "client", "--json")
	var result struct {
		Met    bool
		Answer struct{ ErrorCode int }
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || status != 0 || !result.Met || result.Answer.ErrorCode != 4006 {
		t.Fatalf("%v %d %s", err, status, out)
	}
	// What needs a browser names the page that reproduces it, and is not called met.
	if out, _, status = run(t, "scenario", "run", "2", "--server", url); status != 1 || !strings.Contains(out, url+"/demo/reproduce?cause=init_not_called&code=2&view=component") {
		t.Fatalf("%d %s", status, out)
	}
	for hint, args := range map[string][]string{
		"shows all codes":  {"scenario", "run", "nonsense", "--server", url},
		"passcode_missing": {"scenario", "run", "3004", "--cause", "nonsense", "--server", url},
		"3709":             {"scenario", "run", "HOST_NOT_FOUND", "--server", url},
		"--server":         {"scenario", "list", "--server", "nowhere"},
	} {
		if _, problems, status = run(t, args...); status != 2 || !strings.Contains(problems, hint) {
			t.Errorf("%v: %d %s", args, status, problems)
		}
	}
}

func TestTokensFromTheCommandLine(t *testing.T) {
	t.Parallel()
	_, url := serving(t, t.TempDir())
	out, _, _ := run(t, "scenario", "run", "3099", "--server", url, "--json")
	var made struct {
		Scenario struct {
			Join struct{ MeetingNumber string }
		}
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatal(err)
	}
	number := made.Scenario.Join.MeetingNumber
	for _, args := range [][]string{
		{"token", "zak"}, {"token", "obf"}, {"token", "tk", "--meeting", number, "--email", "ann@school.example", "--first-name", "Ann"},
	} {
		out, problems, status := run(t, append(args, "--server", url)...)
		if token := strings.TrimSpace(out); status != 0 || strings.Count(token, ".") < 1 || strings.ContainsAny(token, " \n") {
			t.Errorf("%v: %d %s %s", args, status, out, problems)
		}
	}
	if _, problems, status := run(t, "token", "tk", "--server", url); status != 2 || !strings.Contains(problems, "--meeting: ") {
		t.Errorf("%d %s", status, problems)
	}
}
