package server_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
)

func TestEveryRequestGetsAResponse(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	s := anteroomtest.Start(t, anteroomtest.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "s3cr3t-pass"})
	signed := s.Sign(room.Number, 0)
	with := func(extra string) string {
		return fmt.Sprintf(`{"joinId":"7b0c2a52-6b43-4a4e-9b51-0f4f8b6d8a11","view":"component","meetingNumber":%q,"userName":"Kim","password":"s3cr3t-pass","signature":%q%s}`,
			room.Number, signed, extra)
	}
	for name, c := range map[string]struct {
		body   string
		status int
		code   int
		field  string
	}{
		"nothing":               {"", 400, 4003, "body"},
		"not JSON":              {"hello", 400, 4003, "body"},
		"an array":              {"[]", 400, 4003, "body"},
		"half an object":        {`{"meetingNumber":`, 400, 4003, "body"},
		"deep nesting":          {strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000), 400, 4003, "body"},
		"a name of 200 KiB":     {with(`,"userName":"` + strings.Repeat("x", 200<<10) + `"`), 400, 4003, "userName"},
		"a name of a megabyte":  {with(`,"userName":"` + strings.Repeat("x", 1_000_000) + `"`), 413, 4003, "body"},
		"ten megabytes":         {with(`,"x":"` + strings.Repeat("x", 10<<20) + `"`), 413, 4003, "body"},
		"a number for a name":   {with(`,"userName":7`), 400, 4003, "userName"},
		"an object for a token": {with(`,"zak":{}`), 400, 4003, "zak"},
		"a script for a name":   {with(`,"userName":"<script>alert(1)</script>"`), 400, 4003, "userName"},
		"unknown fields":        {with(`,"colour":"blue","meetingNumer":1`), 200, 0, ""},
		"nulls":                 {with(`,"zak":null,"tk":null,"obfToken":null,"userEmail":null,"customerKey":""`), 200, 0, ""},
		"blanks in the number":  {strings.Replace(with(""), room.Number, room.Number[:3]+" "+room.Number[3:6]+"-"+room.Number[6:], 1), 200, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.Post("/sdk/v1/join", []byte(c.body))
			if a.HTTPStatus != c.status || a.ErrorCode != c.code {
				t.Fatalf("want %d with %d, got %d with %d %s: %.300s", c.status, c.code, a.HTTPStatus, a.ErrorCode, a.Cause, a.Body)
			}
			if c.field != "" && !strings.HasPrefix(a.Cause, c.field+"_") {
				t.Fatalf("the cause %q does not name %s", a.Cause, c.field)
			}
		})
	}
	for _, secret := range []string{"s3cr3t-pass", signed, s.SDKSecret} {
		if strings.Contains(log.String(), secret) {
			t.Fatal("the log holds a secret")
		}
	}
}

func TestTheDeveloperAPIServesThisMachineOnly(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t, anteroomtest.WithDemoWorld())
	for host, want := range map[string]int{"": 200, "localhost": 200, "[::1]:8080": 200, "evil.example": 403, "127.0.0.1.evil.example": 403} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/dev/v1/world", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("Host %q: want %d, got %d", host, want, response.StatusCode)
		}
		if response.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Error("the world is readable across origins")
		}
	}
}

// safeBuffer is a buffer that several goroutines may write to.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
