package server_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/signature"
)

// whole is an answer as somebody sees it who compares two to the byte.
type whole struct {
	status    int
	header    http.Header
	body      string
	attemptID string
}

var waits = regexp.MustCompile(`"retryAfter":\d+`)

// ask sends a join and takes out of the answer what is of this one request.
func (s *testServer) ask(t *testing.T, number, signed string) whole {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"joinId": uuid.NewString(), "view": "component", "meetingNumber": number, "userName": "Kim",
		"password": "a-passcode", "zak": "a.b.c", "tk": "rubbish", "signature": signed,
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(s.URL+"/sdk/v1/join", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var joined struct{ AttemptID string }
	if err := json.Unmarshal(raw, &joined); err != nil || joined.AttemptID == "" {
		t.Fatalf("%v: %s", err, raw)
	}
	// How long a token waits for its own time shrinks while the test runs.
	raw = waits.ReplaceAll(raw, []byte(`"retryAfter":"…"`))
	header := response.Header.Clone()
	header.Del("Date")
	header.Del("Content-Length")
	for name, values := range header {
		for i := range values {
			header[name][i] = strings.ReplaceAll(values[i], joined.AttemptID, "…")
		}
	}
	return whole{response.StatusCode, header, strings.ReplaceAll(string(raw), joined.AttemptID, "…"), joined.AttemptID}
}

// TestABadSignatureLearnsNothing compares what production answers for a meeting
// that exists with what it answers for one that never did. That neither is looked
// up is proved beside the gate, by TestNothingIsLoadedForAWrongSignature.
func TestABadSignatureLearnsNothing(t *testing.T) {
	t.Parallel()
	config := production(t)
	config.Media.Port = 0
	s := startServer(t, config, server.Parts{})
	db, err := sql.Open("sqlite", "file:"+filepath.Join(config.Data, "anteroom.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const nowhere = "99999999999"
	now := time.Now()
	sign := func(change func(*signature.SignOptions)) func(number string) string {
		return func(number string) string {
			o := signature.SignOptions{Key: s.app.Key, Secret: s.app.Secret, MeetingNumber: number, IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
			change(&o)
			signed, err := signature.Sign(o)
			if err != nil {
				t.Fatal(err)
			}
			return signed
		}
	}
	for _, c := range []struct {
		name   string
		code   int
		signed func(number string) string
	}{
		{"another secret", 3712, sign(func(o *signature.SignOptions) { o.Secret = "another-secret-of-nobody-0123456" })},
		{"the secret with a line break", 3712, sign(func(o *signature.SignOptions) { o.Secret += "\n" })},
		{"an unknown key", 3704, sign(func(o *signature.SignOptions) { o.Key = "AnUnknownKey0123456789" })},
		{"a secret in the key's place", 3704, sign(func(o *signature.SignOptions) { o.Key = s.app.Secret })},
		{"expired", 3705, sign(func(o *signature.SignOptions) { o.IssuedAt, o.ExpiresAt = now.Add(-2*time.Hour), now.Add(-time.Hour) })},
		{"ahead of the clock", 3712, sign(func(o *signature.SignOptions) { o.IssuedAt, o.ExpiresAt = now.Add(time.Hour), now.Add(2*time.Hour) })},
		{"signed for another meeting", 3712, func(string) string { return sign(func(*signature.SignOptions) {})("12312312312") }},
		{"the HMAC cut", 3712, func(number string) string {
			whole := sign(func(*signature.SignOptions) {})(number)
			return whole[:len(whole)-4]
		}},
		{"no signature of ours", 3712, func(string) string { return "undefined" }},
	} {
		before := s.rows(t, db)
		known := s.ask(t, s.room.Number, c.signed(s.room.Number))
		between := s.rows(t, db)
		unknown := s.ask(t, nowhere, c.signed(nowhere))
		after := s.rows(t, db)

		if known.status != unknown.status || known.body != unknown.body || !maps.EqualFunc(known.header, unknown.header, slices.Equal) {
			t.Errorf("%s: the responses differ:\n%+v\n%+v", c.name, known, unknown)
		}
		var recorded map[string]any
		if err := json.Unmarshal([]byte(known.body), &recorded); err != nil || recorded["errorCode"] != float64(c.code) || recorded["cause"] == "" {
			t.Errorf("%s: %v %s", c.name, err, known.body)
		}
		for _, field := range []string{"evidence", "alsoFailing"} {
			if _, leaks := recorded[field]; leaks {
				t.Errorf("%s: the page received %s", c.name, field)
			}
		}
		for _, secret := range []string{s.app.Secret, s.app.Name, s.room.Topic} {
			if strings.Contains(known.body, secret) {
				t.Errorf("%s: the page received %q", c.name, secret)
			}
		}
		// Each leaves the row of its attempt, and changes nothing else.
		for table := range before {
			if table == "attempts" {
				if len(between[table]) != len(before[table])+1 || len(after[table]) != len(between[table])+1 {
					t.Errorf("%s: %d, %d, %d attempts", c.name, len(before[table]), len(between[table]), len(after[table]))
				}
			} else if !slices.Equal(before[table], between[table]) || !slices.Equal(between[table], after[table]) {
				t.Errorf("%s: %s was touched", c.name, table)
			}
		}
		// The operator finds what the page does not receive.
		for _, response := range []whole{known, unknown} {
			stored, err := s.Store.Attempt(t.Context(), response.attemptID)
			if err != nil {
				t.Fatal(err)
			}
			var detail struct {
				Verdict struct{ Decision struct{ Evidence string } }
			}
			if err := json.Unmarshal(stored.Detail, &detail); err != nil || stored.Code != c.code || detail.Verdict.Decision.Evidence == "" {
				t.Errorf("%s: the record holds %d %s", c.name, stored.Code, stored.Detail)
			}
		}
	}
}

// rows is what each table of the database holds, read by a connection of its own.
func (s *testServer) rows(t *testing.T, db *sql.DB) map[string][]string {
	t.Helper()
	if err := s.Store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	held := map[string][]string{}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		if table == "nodes" { // its heartbeat is nobody's doing
			continue
		}
		columns := column(t, db, `SELECT 'quote("' || name || '")' FROM pragma_table_info('`+table+`')`)
		held[table] = column(t, db, `SELECT `+strings.Join(columns, ` || ' ' || `)+` FROM "`+table+`"`)
	}
	if len(held["meetings"]) == 0 || len(held["app_keys"]) == 0 {
		t.Fatalf("an empty database proves nothing: %v", held)
	}
	return held
}

func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
