package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/server"
)

// TestMain lets the test binary be the program itself, so that the tests run
// it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("ANTEROOM_TEST_AS_PROGRAM") == "1" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "ANTEROOM_TEST_AS_PROGRAM=1")
	cmd.Dir = t.TempDir()
	return cmd
}

// run returns standard output, standard error and the exit status.
func run(t *testing.T, args ...string) (string, string, int) {
	t.Helper()
	cmd := program(t, args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

func TestExplain(t *testing.T) {
	t.Parallel()
	out, _, status := run(t, "explain", "4012", "--json")
	var one struct {
		Code                                          int
		Name, Category, Message, Cause, Remedy, Where string
		Retryable, Neighbour                          *bool
	}
	if err := json.Unmarshal([]byte(out), &one); err != nil || status != 0 {
		t.Fatalf("%d %v %s", status, err, out)
	}
	if one.Code != 4012 || one.Name != "NOT_ALLOW_ANONYMOUS_JOIN" || one.Cause == "" || one.Remedy == "" || one.Where != "room" && one.Where != "gate" ||
		one.Retryable == nil || one.Neighbour == nil || *one.Neighbour || !strings.HasPrefix(one.Message, "Anonymous joins are not allowed") {
		t.Fatalf("odd: %s", out)
	}
	out, _, _ = run(t, "explain", "HOST_NOT_FOUND", "--json")
	var two []struct{ Code int }
	if err := json.Unmarshal([]byte(out), &two); err != nil || len(two) != 2 || two[0].Code != 3702 || two[1].Code != 3709 {
		t.Fatalf("a name of two codes: %v %s", err, out)
	}
	_, problems, status := run(t, "explain", "WRONG_MEETING_PASWORD")
	if status != 2 || !strings.Contains(problems, "WRONG_MEETING_PASSWORD") {
		t.Fatalf("%d %s", status, problems)
	}
}

func TestSignAndDoctor(t *testing.T) {
	t.Parallel()
	const key, secret = "someKey", "a-secret-of-some-length-0123456789"
	out, problems, status := run(t, "sign", "--key", key, "--secret", secret, "--meeting", "812 3456 7890", "--role", "1", "--expires", "1h")
	signed := strings.TrimSpace(out)
	if status != 0 || strings.Count(signed, ".") != 2 {
		t.Fatalf("%d %s %s", status, out, problems)
	}
	doctor := func(secret string, more ...string) (map[string]any, int) {
		out, _, status := run(t, append([]string{"doctor", signed, "--key", key, "--secret", secret, "--json"}, more...)...)
		var report map[string]any
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if report["scope"] != "signature" {
			t.Fatalf("scope %v", report["scope"])
		}
		return report["decision"].(map[string]any), status
	}
	if d, status := doctor(secret); status != 0 || d["code"] != 0.0 {
		t.Fatalf("a good signature: %d %v", status, d)
	}
	if d, status := doctor(secret + "x"); status != 1 || d["code"] != 3712.0 {
		t.Fatalf("another secret: %d %v", status, d)
	}
	if d, _ := doctor(secret, "--meeting", "99999999999"); d["cause"] != "mn_other_meeting" {
		t.Fatalf("another meeting: %v", d)
	}
	if d, _ := doctor(secret, "--at", "+2h"); d["code"] != 3705.0 {
		t.Fatalf("two hours later: %v", d)
	}
	good := signed
	out, _, _ = run(t, "sign", "--key", key, "--secret", secret+" ", "--meeting", "81234567890")
	signed = strings.TrimSpace(out)
	if d, status := doctor(secret); status != 1 || d["cause"] != "secret_whitespace" {
		t.Fatalf("a blank behind the secret: %d %v", status, d)
	}
	signed = good
	if _, problems, status := run(t, "sign", "--key", key); status != 2 || !strings.Contains(problems, "secret") {
		t.Fatalf("%d %s", status, problems)
	}
	if _, _, status := run(t, "doctor"); status != 2 {
		t.Fatalf("wrong usage returns %d", status)
	}
}

func TestFlagsComeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	cmd := program(t, "sign", "--meeting", "81234567890")
	cmd.Env = append(cmd.Env, "ANTEROOM_KEY=k", "ANTEROOM_SECRET=s", "ANTEROOM_JSON=true")
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), `"sdkKey":"k"`) {
		t.Fatalf("%v %s", err, out)
	}
}

func TestTroubleEndsWithOneSentenceAndStatusOne(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, problems, status := run(t, "serve", "--log", "warn", "--listen", busy.Addr().String())
	if status != 1 || !strings.Contains(problems, "address already in use") || strings.Count(strings.TrimSpace(problems), "\n") > 0 {
		t.Fatalf("%d %q", status, problems)
	}
	if _, problems, status = run(t, "serve", "--config", filepath.Join(t.TempDir(), "missing.yaml")); status != 1 || !strings.Contains(problems, "missing.yaml") {
		t.Fatalf("%d %q", status, problems)
	}
	if _, _, status = run(t, "serve", "--no-such-flag"); status != 2 {
		t.Fatalf("wrong usage returns %d", status)
	}
}

// serving starts the program as a server and returns it with its address.
func serving(t *testing.T, data string) (*exec.Cmd, string) {
	t.Helper()
	cmd := program(t, "serve", "--listen", "127.0.0.1:0", "--data", data, "--media-port", "0", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the server says nothing: %v", err)
	}
	var first struct{ Listening string }
	if err := json.Unmarshal(line, &first); err != nil || !strings.HasPrefix(first.Listening, "http://127.0.0.1:") {
		t.Fatalf("odd first line %s", line)
	}
	return cmd, first.Listening
}

func post(url string, in, out any) (int, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, json.NewDecoder(response.Body).Decode(out)
}

// A crash in the middle of joins loses nothing that was answered, and leaves no
// participant that is not given up by itself.
func TestACrashLosesNothing(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	cmd, url := serving(t, data)
	var world struct {
		Defaults struct{ MeetingNumber, Password string }
	}
	response, err := http.Get(url + "/dev/v1/world")
	if err != nil {
		t.Fatal(err)
	}
	err = json.NewDecoder(response.Body).Decode(&world)
	response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	var signed struct{ Signature string }
	if _, err := post(url+"/dev/v1/signature", map[string]any{"meetingNumber": world.Defaults.MeetingNumber, "role": 0}, &signed); err != nil {
		t.Fatal(err)
	}
	join := func(url, resume string) (string, int, error) {
		var joined struct {
			ErrorCode   int
			ResumeToken string
		}
		_, err := post(url+"/sdk/v1/join", map[string]any{
			"joinId": uuid.NewString(), "view": "component", "meetingNumber": world.Defaults.MeetingNumber, "userName": "Kim",
			"password": world.Defaults.Password, "signature": signed.Signature, "resumeToken": resume,
		}, &joined)
		return joined.ResumeToken, joined.ErrorCode, err
	}
	var mu sync.Mutex
	var participants []string
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				resume, code, err := join(url, "")
				if err != nil {
					return // the crash
				}
				if code != 0 {
					continue
				}
				mu.Lock()
				if participants = append(participants, resume); len(participants) == 40 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wg.Wait()

	config := server.DevelopmentDefaults()
	config.Listen, config.Data, config.Media.Port = "127.0.0.1:0", data, 0
	again, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatalf("it does not start after a crash: %v", err)
	}
	defer func() { _ = again.Close(context.WithoutCancel(t.Context())) }()
	// The odd ones come back to their participants, the even ones never do.
	for i, resume := range participants {
		if i%2 == 0 {
			continue
		}
		if _, code, err := join(again.URL, resume); err != nil || code != 0 {
			t.Fatalf("the participant of join %d of %d is lost: %d %v", i, len(participants), code, err)
		}
	}
	m, err := again.Store.MeetingByNumber(t.Context(), world.Defaults.MeetingNumber)
	if err != nil {
		t.Fatal(err)
	}
	live, err := again.Store.LiveSession(t.Context(), m.ID)
	if err != nil || live == nil || live.Participants < len(participants) {
		t.Fatalf("%d participants were answered, %+v are left: %v", len(participants), live, err)
	}
	again.Sessions.Sweep(t.Context(), time.Now().Add(time.Hour))
	live, err = again.Store.LiveSession(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if live != nil && live.Participants != 0 {
		t.Fatalf("%d ghosts are left", live.Participants)
	}
}

// The database's URL holds a password, so production takes it from the
// environment as well as from its file.
func TestProductionReadsTheDatabaseFromTheEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "anteroom.yaml")
	if err := os.WriteFile(file, []byte("public_url: https://meet.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "serve", "--config", file)
	cmd.Env = append(cmd.Env, "ANTEROOM_DATABASE=postgres://anteroom@127.0.0.1:1/none")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	if err := cmd.Run(); err == nil {
		t.Fatal("it served without a key")
	}
	if text := problems.String(); strings.Contains(text, "--database") || !strings.Contains(text, "encryption_key: missing") {
		t.Fatalf("odd complaint: %s", text)
	}
}
