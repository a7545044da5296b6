package server_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/anteroom/anteroom/internal/server"
)

// A database that cannot be written hides no recorded joins from the operator.
func TestRecordedJoinsCanBeReadWhileNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	config := production(t)
	s, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	refuse := func() (attemptID string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/sdk/v1/join", strings.NewReader(`{"meetingNumber":"123456789","userName":"Ada","signature":"a.b.c"}`))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var refused struct{ AttemptID string }
		if err := json.NewDecoder(response.Body).Decode(&refused); err != nil || refused.AttemptID == "" {
			t.Fatalf("no attempt: %v", err)
		}
		return refused.AttemptID
	}
	operator := adminClient(filepath.Join(config.Data, "admin.sock"))
	look := func(address, want string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://admin/admin/v1/attempts"+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := operator.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if raw, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(raw), want) {
			t.Errorf("attempts%s: %d %s %v", address, response.StatusCode, raw, err)
		}
	}
	before := refuse()
	look("", before)

	db, err := sql.Open("sqlite", "file:"+filepath.Join(config.Data, "anteroom.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	blocker, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blocker.Close() }()
	if _, err := blocker.ExecContext(t.Context(), "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	refuse() // waits to be written
	look("", before)
	look("/"+before, before)
	if _, err := blocker.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
}
