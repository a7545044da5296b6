package server_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/server"
)

// adminClient reaches a server's admin socket.
func adminClient(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
}

// The operator's tools reach the admin API through a socket that nobody else may open,
// and nobody reaches it over TCP.
func TestTheAdminSocketIsTheOperators(t *testing.T) {
	t.Parallel()
	config := production(t)
	path := filepath.Join(config.Data, "admin.sock")
	// A server that was killed leaves its socket behind.
	old, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	old.(*net.UnixListener).SetUnlinkOnClose(false)
	old.Close()
	s, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	if found, err := os.Stat(path); err != nil || found.Mode() != fs.ModeSocket|0o600 {
		t.Fatalf("%v %v", found.Mode(), err)
	}
	left, err := os.ReadDir(config.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		if entry.IsDir() {
			t.Errorf("the folder %s is left", entry.Name())
		}
	}
	inside := adminClient(path)
	ask := func(client *http.Client, url string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		raw, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(raw)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/sdk/v1/join", strings.NewReader(`{"meetingNumber":"123456789","userName":"Ada","signature":"a.b.c"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	var refused struct{ AttemptID string }
	err = json.NewDecoder(response.Body).Decode(&refused)
	response.Body.Close()
	if err != nil || refused.AttemptID == "" {
		t.Fatalf("no attempt: %v", err)
	}
	for address, want := range map[string]int{"/admin/v1/attempts": 200, "/admin/v1/attempts/" + refused.AttemptID: 200, "/admin/v1/attempts/x": 404, "/dev/v1/attempts": 404, "/healthz": 404} {
		status, text := ask(inside, "http://admin"+address)
		if status != want || want == 200 && !strings.Contains(text, refused.AttemptID) {
			t.Errorf("%s: %d %s", address, status, text)
		}
		if status, _ := ask(http.DefaultClient, s.URL+address); strings.Contains(address, "attempts") && status != http.StatusNotFound {
			t.Errorf("%s over TCP: %d", address, status)
		}
	}

	second := production(t)
	second.AdminSocket = path
	if other, err := server.Start(t.Context(), second, server.Parts{}); err == nil {
		_ = other.Close(t.Context())
		t.Error("two servers listen on one admin socket")
	} else if !strings.Contains(err.Error(), path+": another server listens there") {
		t.Errorf("not clear: %v", err)
	}
	if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is left by a server that stopped")
	}
}

func TestTheAdminSocketReplacesNoFile(t *testing.T) {
	t.Parallel()
	config := production(t)
	config.AdminSocket = filepath.Join(config.Data, "notes")
	if err := os.WriteFile(config.AdminSocket, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := server.Start(t.Context(), config, server.Parts{}); err == nil {
		_ = s.Close(t.Context())
		t.Error("a file was replaced")
	} else if !strings.Contains(err.Error(), "exists and is not a socket") {
		t.Errorf("not clear: %v", err)
	}
	if raw, err := os.ReadFile(config.AdminSocket); err != nil || string(raw) != "mine" {
		t.Errorf("%q %v", raw, err)
	}
	config.AdminSocket = filepath.Join(config.Data, strings.Repeat("long", 30))
	if err := config.Validate(); err == nil || !strings.Contains(err.Error(), "set a shorter one") {
		t.Errorf("a path that no socket can have: %v", err)
	}
}

// A server whose data directory was fine before starts all the same.
func TestALongDataDirectoryHasNoAdminSocket(t *testing.T) {
	t.Parallel()
	config := production(t)
	config.Data = filepath.Join(config.Data, strings.Repeat("long", 30))
	s, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	if _, err := os.Lstat(filepath.Join(config.Data, "admin.sock")); err == nil {
		t.Error("there is a socket nobody can open")
	}
}
