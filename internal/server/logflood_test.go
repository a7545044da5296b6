package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/loglimit"
	"github.com/anteroom/anteroom/internal/server"
)

// TestStrangersDoNotFillTheLog sends junk to every route of a production server, more
// often than lines are written of one message. The media server is external, and away,
// so that the server has much to complain about.
func TestStrangersDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	config, log := production(t), &lines{}
	config.Media.External = server.External{URL: gone.URL, Key: "key", Secret: strings.Repeat("s", 40)}
	s, err := server.Start(t.Context(), config, server.Parts{Logger: slog.New(slog.NewJSONHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	closing := func() { _ = s.Close(context.WithoutCancel(t.Context())) }
	defer closing()
	long := strings.Repeat("x", 40_000)
	token := "eyJhbGciOiJIUzI1NiJ9." + long + ".secret-part"
	bodies := []string{
		"", "{", "[" + long, `{"session":"` + long + `","node":"` + long + `","data":"x"}`,
		`{"meetingNumber":"123456789","userName":"Ada","signature":"` + token[:4000] + `","resumeToken":"` + token[:4000] + `"}`,
	}
	times := loglimit.PerPlace/len(bodies) + 1
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	flood := func(method, path string) {
		before := log.bytes()
		for range times {
			for _, body := range bodies {
				request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path+"?access_token="+url.QueryEscape(token[:2000]), strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Origin", "https://evil.example")
				if response, err := client.Do(request); err == nil {
					_ = response.Body.Close()
				}
			}
		}
		checkFlood(t, method+" "+path, log.bytes()[len(before):])
	}
	for _, route := range s.Routes() {
		method, path, found := strings.Cut(route.Pattern, " ")
		if !found {
			method, path = http.MethodPost, route.Pattern
		}
		path = strings.NewReplacer("{$}", "", "...}", "}").Replace(path)
		for strings.Contains(path, "{") {
			before, rest, _ := strings.Cut(path, "{")
			_, after, _ := strings.Cut(rest, "}")
			path = before + "junk" + after
		}
		flood(method, path)
		if !found {
			flood(http.MethodGet, path)
		}
	}
	for _, path := range []string{"/realtime/emulation", "/realtime/stream"} {
		flood(http.MethodPost, path)
	}
	flood(http.MethodGet, "/"+long[:2000])

	// What operators do is still there, and so is how much was left out.
	config.Listen = "127.0.0.1:1"
	if err := s.Reload(config); err != nil {
		t.Fatal(err)
	}
	closing()
	for _, want := range []string{"changed key needs a restart", loglimit.LeftOut} {
		if !strings.Contains(string(log.bytes()), want) {
			t.Errorf("no %q in the log", want)
		}
	}
	if strings.Contains(string(log.bytes()), "secret-part") || strings.Contains(string(log.bytes()), "xxxxxxxxxx") {
		t.Error("the log repeats what strangers send")
	}
}

// checkFlood looks at what one flood has added to the log.
func checkFlood(t *testing.T, what string, log []byte) {
	t.Helper()
	count := map[string]int{}
	for line := range bytes.Lines(log) {
		var said struct{ Level, Msg string }
		if err := json.Unmarshal(line, &said); err != nil {
			t.Fatalf("not JSON: %s", line)
		}
		if count[said.Msg]++; said.Level == "ERROR" {
			t.Errorf("%s: %.300s", what, line)
		}
		if len(line) > 2048 {
			t.Errorf("%s: a connection of %d bytes: %.300s", what, len(line), line)
		}
	}
	for message, n := range count {
		if n > 2*loglimit.PerMessage { // an interval may end meanwhile
			t.Errorf("%s: %d lines with %q", what, n, message)
		}
	}
}
