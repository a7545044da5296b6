package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestReadResponse(t *testing.T) {
	for _, c := range []struct {
		name, text string
		status     int
		body       string
		fails      bool
	}{
		{"by length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", false},
		{"by length in small letters", "HTTP/1.1 403 Forbidden\r\ncontent-length:2\r\n\r\nno", 403, "no", false},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", 200, "abc0123456789", false},
		{"without a body", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", false},
		{"another protocol", "SSH-2.0-OpenSSH_9.9\r\n\r\n", 0, "", true},
		{"a cut body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 200, "", true},
		{"a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 200, "", true},
		{"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 200, "", true},
		{"too long", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 200, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := (&conn{r: bufio.NewReader(strings.NewReader(c.text))}).read()
			if (err != nil) != c.fails {
				t.Fatalf("error %v", err)
			}
			if got.status != c.status || (err == nil && string(got.body) != c.body) {
				t.Errorf("got %d %q", got.status, got.body)
			}
		})
	}
}

// TestExchange proves the lean client against net/http's server, answers of
// both kinds in turn on one connection.
func TestExchange(t *testing.T) {
	large := strings.Repeat("x", 9000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/large" {
			_, _ = io.WriteString(w, large)
			return
		}
		_, _ = w.Write(sent)
	}))
	defer server.Close()
	c, err := dial(context.Background(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, step := range []struct{ path, want string }{{"/echo", "ping"}, {"/large", large}, {"/echo", "ping"}} {
		got, err := c.exchange([]byte("POST " + step.path + " HTTP/1.1\r\nHost: bench\r\nContent-Length: 4\r\n\r\nping"))
		if err != nil {
			t.Fatal(err)
		}
		if got.status != http.StatusOK || string(got.body) != step.want {
			t.Errorf("%s: %d, %d bytes", step.path, got.status, len(got.body))
		}
	}
}

// TestOpenLoopCountsFromDue shows that a stalled server is charged for all that
// had to wait, not only for the one request it was busy with.
func TestOpenLoopCountsFromDue(t *testing.T) {
	const stall = 60 * time.Millisecond
	release := make(chan struct{})
	var first sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		// Counted from the first request, which was due before it came.
		first.Do(func() { time.AfterFunc(stall, func() { close(release) }) })
		<-release
	}))
	defer server.Close()
	l := load{name: "stalled", address: server.Listener.Addr().String(), want: http.StatusOK, shoot: func(b []byte, _ int) []byte {
		return append(b, "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"...)
	}}
	got, err := l.open(context.Background(), 1, 1000, 20*time.Millisecond, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The second request was due 1 ms after the first and could not be sent
	// before the stall was over.
	if got.count != 20 || got.p50 < stall-20*time.Millisecond {
		t.Errorf("%+v", got)
	}
}
