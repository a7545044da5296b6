package server_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/server"
)

// Old records that cannot be deleted keep no others.
func TestEachKindOfOldRecordsIsDeleted(t *testing.T) {
	t.Parallel()
	config := development(t)
	run := func(while func(s *server.Server)) {
		t.Helper()
		s, err := server.Start(t.Context(), config, server.Parts{})
		if err != nil {
			t.Fatal(err)
		}
		while(s)
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	run(func(*server.Server) {})
	db, err := sql.Open("sqlite", "file:"+filepath.Join(config.Data, "anteroom.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{
		`INSERT INTO user_tokens (id, kind, user_id, app_id, meeting_number, installation_id, issued_at, expires_at, revoked_at) VALUES ('t', 'zak', 'ada', '', '', '', 1, 1, 0)`,
		`CREATE TRIGGER standing BEFORE DELETE ON user_tokens BEGIN SELECT RAISE(ABORT, 'no'); END`,
		`INSERT INTO attempt_counts (name, count, since) VALUES ('old', 1, 1)`,
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	count := func(text string) (n int) {
		if err := db.QueryRowContext(t.Context(), text).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	run(func(*server.Server) {
		for deadline := time.Now().Add(30 * time.Second); count(`SELECT COUNT(*) FROM attempt_counts WHERE name = 'old'`) > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("old attempt counts stay where expired tokens cannot be deleted")
			}
		}
	})
	if count(`SELECT COUNT(*) FROM user_tokens WHERE id = 't'`) != 1 {
		t.Error("the token was deleted all the same")
	}
}
