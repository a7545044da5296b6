package realtime

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// streamPage is a client without WebSocket.
type streamPage struct {
	t       *testing.T
	address string
	frames  chan frame
	sub     connectResult
}

func stream(t *testing.T, address, token string) *streamPage {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": 1, "connect": map[string]any{"token": token}})
	if err != nil {
		t.Fatal(err)
	}
	response := post(t, address+"/realtime/stream", body)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d", response.StatusCode)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	p := &streamPage{t: t, address: address, frames: make(chan frame, 64)}
	go func() {
		defer close(p.frames)
		conns := bufio.NewScanner(response.Body)
		conns.Buffer(nil, 1<<20)
		for conns.Scan() {
			var f frame
			if json.Unmarshal(conns.Bytes(), &f) == nil && (f.ID != 0 || f.Push != nil) {
				p.frames <- f
			}
		}
	}()
	return p
}

func post(t *testing.T, address string, body []byte) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "https://app.example")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if origin := response.Header.Get("Access-Control-Allow-Origin"); origin != "https://app.example" {
		t.Errorf("allows the origin %q", origin)
	}
	return response
}

func (p *streamPage) send(request map[string]any) {
	p.t.Helper()
	raw, err := json.Marshal(request)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"node": p.sub.Node, "session": p.sub.Session, "data": string(raw)})
	if err != nil {
		p.t.Fatal(err)
	}
	response := post(p.t, p.address+"/realtime/emulation", body)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusNoContent {
		p.t.Errorf("HTTP %d", response.StatusCode)
	}
}

func TestPageWithoutWebSocket(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	h, server := startHub(t, b)
	p := stream(t, server.URL, token(t, h, "a", 1))
	got := await(t, p.frames, "the answer to connect")
	if got.Connect == nil || len(got.Connect.Subs) != 2 {
		t.Fatalf("%+v", got)
	}
	p.sub = *got.Connect
	p.send(map[string]any{"id": 2, "rpc": map[string]any{"method": "snapshot"}})
	if got := await(t, p.frames, "the snapshot"); got.ID != 2 || got.RPC == nil {
		t.Errorf("%+v", got)
	}
	publishMany(t, h, 1, 1)
	if got := await(t, p.frames, "an event"); got.Push == nil || got.Push.Pub == nil || eventOf(t, got.Push.Pub.Data).Revision != 1 {
		t.Errorf("%+v", got)
	}
	h.Close("a", 0, CodeRemoved)
	if got := await(t, p.frames, "the end"); got.Push == nil || got.Push.Disconnect == nil || got.Push.Disconnect.Code != CodeRemoved {
		t.Errorf("%+v", got)
	}
	if left := await(t, b.left, "the backend to be notified"); left.ID != "a" {
		t.Errorf("%+v", left)
	}
}

func TestHTTPBounds(t *testing.T) {
	_, server := startHub(t, newFakeBackend(), func(c *Config) {
		c.AllowOrigin = func(r *http.Request) bool { return r.Header.Get("Origin") == "https://app.example" }
	})
	for name, c := range map[string]struct {
		method, path, origin string
		body                 io.Reader
		status               int
	}{
		"preflight":               {http.MethodOptions, "/realtime/stream", "https://app.example", nil, 204},
		"preflight of commands":   {http.MethodOptions, "/realtime/emulation", "https://app.example", nil, 204},
		"another origin":          {http.MethodPost, "/realtime/stream", "https://evil.example", strings.NewReader("{}"), 403},
		"another origin's socket": {http.MethodGet, "/realtime", "https://evil.example", nil, 400},
		"too large":               {http.MethodPost, "/realtime/stream", "https://app.example", strings.NewReader(strings.Repeat("x", maxMessage+1)), 413},
		"too large a command":     {http.MethodPost, "/realtime/emulation", "", strings.NewReader(strings.Repeat("x", maxMessage+1)), 413},
		"rubbish":                 {http.MethodPost, "/realtime/emulation", "", strings.NewReader("rubbish"), 400},
		"no such node":            {http.MethodPost, "/realtime/emulation", "", strings.NewReader(`{"node":"x","session":"y","data":"{}"}`), 404},
		"get":                     {http.MethodGet, "/realtime/stream", "", nil, 405},
		"no upgrade":              {http.MethodGet, "/realtime", "", nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if c.origin != "" {
				request.Header.Set("Origin", c.origin)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if response.StatusCode != c.status {
				t.Errorf("HTTP %d, want %d", response.StatusCode, c.status)
			}
			if c.status == 204 && response.Header.Get("Access-Control-Allow-Headers") != "content-type" {
				t.Errorf("%v", response.Header)
			}
		})
	}
}

// A connection that has carried a stream carries nothing after it: whoever does not say
// who they are cannot keep it open. The server and the page agree on that.
func TestAStreamIsTheLastOfItsConnection(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	connect := func(token string) string { return `{"id":1,"connect":{"token":"` + token + `"}}` }
	for name, body := range map[string]string{
		"nobody": "", "no connect": `{"id":1,"rpc":{"method":"snapshot"}}`, "a wrong token": connect("x"), "a page": connect(token(t, h, "a", 1)),
		"too large": strings.Repeat("x", maxMessage+1),
	} {
		response, err := http.Post(server.URL+"/realtime/stream", "application/json", strings.NewReader(body)) //nolint:noctx // ends with the server
		if err != nil {
			t.Fatal(err)
		}
		if !response.Close {
			t.Errorf("%s: the connection stays open after the stream", name)
		}
		_ = response.Body.Close()
	}
	response, err := http.Get(server.URL + "/realtime/stream") //nolint:noctx // ends with the server
	if err != nil || !response.Close {
		t.Errorf("a wrong method: %v, the connection stays open", err)
	}
	_ = response.Body.Close()
}

// stalledBody is a body that ends in the middle, as one whose time is up.
type stalledBody struct{}

func (stalledBody) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// A server that keeps the connection waits for the rest of the body before it answers.
func TestConnectionsWhoseBodyNeverComesEnd(t *testing.T) {
	h, _ := startHub(t, newFakeBackend())
	for _, path := range []string{"/realtime/stream", "/realtime/emulation"} {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, stalledBody{}))
		if w.Code != http.StatusRequestTimeout || w.Header().Get("Connection") != "close" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}
