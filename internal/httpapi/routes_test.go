package httpapi

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/session"
)

// fakeServices is a face with all parts in place, each of which notes that it was asked.
type fakeServices struct{ asked []string }

func (e *fakeServices) note(what string) { e.asked = append(e.asked, what) }

func (e *fakeServices) Join(_ context.Context, a *admission.Attempt, _ []byte) *session.Outcome {
	e.note("join")
	out := &session.Outcome{AttemptID: "A"}
	out.Verdict.Decision = admission.ServerFault(nil, "internal")
	_ = a
	return out
}

func (e *fakeServices) DryRun(context.Context, *admission.Attempt) admission.Diagnosis {
	e.note("diagnose")
	return admission.Diagnosis{}
}
func (e *fakeServices) Leave(context.Context, string) error  { e.note("leave"); return nil }
func (e *fakeServices) Depart(context.Context, string) error { e.note("goodbye"); return nil }
func (e *fakeServices) MediaFor(context.Context, string) (string, error) {
	e.note("media")
	return "t", nil
}

func (e *fakeServices) Describe(context.Context) (WorldView, error) {
	e.note("world")
	return WorldView{}, nil
}

func (e *fakeServices) Sign(context.Context, SignRequest) (SignResponse, error) {
	e.note("sign")
	return SignResponse{}, nil
}

func (e *fakeServices) Mint(context.Context, TokenRequest) (string, error) {
	e.note("mint")
	return "t", nil
}
func (e *fakeServices) Show() ClockView                     { e.note("clock"); return ClockView{} }
func (e *fakeServices) Move(ClockChange) (ClockView, error) { e.note("move"); return ClockView{}, nil }
func (e *fakeServices) Reset() ClockView                    { e.note("reset"); return ClockView{} }
func (e *fakeServices) Setup(context.Context, scenario.Request) (*scenario.Scenario, error) {
	e.note("play")
	return &scenario.Scenario{}, nil
}

type log struct{ *fakeServices }

func (l log) List(context.Context, AttemptQuery) ([]AttemptView, string, error) {
	l.note("attempts")
	return nil, "", nil
}

func (l log) Get(context.Context, string) (*AttemptView, error) { l.note("attempt"); return nil, nil }

type broken struct{ *fakeServices }

func (b broken) Add(context.Context, FaultRequest) (FaultView, error) {
	b.note("fault")
	return FaultView{}, nil
}
func (b broken) List() []FaultView  { b.note("faults"); return nil }
func (b broken) Remove(string) bool { b.note("mend"); return true }
func (b broken) Clear()             { b.note("clear") }

func faceOf(t *testing.T) (*Handler, *fakeServices) {
	t.Helper()
	e := &fakeServices{}
	socket := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		e.note("socket")
		http.Error(w, "no token", http.StatusUnauthorized)
	})
	return New(Config{
		Sessions: e, World: e, DevClock: e, Scenarios: e, Attempts: log{e}, Faults: broken{e}, Realtime: socket, Signalling: socket,
		MediaWebhook: socket, Files: files(), Ready: func() error { return nil }, Development: true,
		NewAttemptID: func() string { return "A" }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: clockwork.NewRealClock(),
	}), e
}

// operators is the face of the admin socket.
func operators() *Handler {
	return NewAdmin(Config{Attempts: log{&fakeServices{}}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), NewAttemptID: func() string { return "A" }})
}

// The two faces share no route: what is for the operator is on the admin socket only.
func TestTheOperatorsRoutesAreOnTheirSocketOnly(t *testing.T) {
	t.Parallel()
	face, _ := faceOf(t)
	for _, route := range face.Routes() {
		if route.Audience == Operator {
			t.Errorf("%s can be reached over TCP", route.Pattern)
		}
	}
	for _, route := range operators().Routes() {
		if route.Audience != Operator {
			t.Errorf("%s is on the admin socket for others", route.Pattern)
		}
		if route.Pattern == "/" {
			continue
		}
		if got := ask(face, http.MethodGet, addressOf(route.Pattern), "", nil); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d over TCP", route.Pattern, got.Code)
		}
	}
}

// addressOf is an address that a pattern matches.
func addressOf(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		path = pattern
	}
	if path == "/" {
		path = "/no/such/thing"
	}
	return strings.NewReplacer("{$}", "", "{rest...}", "x", "{name...}", "x", "{name}", "x", "{code}", "3712", "{id}", "x").Replace(path)
}

func methodsOf(route Route) []string {
	if m := methodOf(route.Pattern); m != "" {
		return []string{m}
	}
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions}
}

func ask(h http.Handler, method, address, body string, header map[string]string) *httptest.ResponseRecorder {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, "http://127.0.0.1:8080"+address, content)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whatever changes something is either made for pages of every origin, which it knows
// by a token, or refuses those of foreign ones.
func TestForeignPagesChangeNothingThroughTheDevelopersAPI(t *testing.T) {
	t.Parallel()
	face, asked := faceOf(t)
	open := map[string]bool{ // each needs a signature or a token in what is sent
		"POST /sdk/v1/join": true, "POST /sdk/v1/leave": true, "POST /sdk/v1/goodbye": true, "POST /sdk/v1/media": true,
		"/realtime": true, "/realtime/": true, "/realtime/stream": true, "/realtime/emulation": true, "/rtc": true, "/rtc/": true,
		"POST /media/webhook": true,
		"/":                   true, // files; it returns 404 to all that is no reading
	}
	foreign := map[string]string{"Origin": "https://evil.example", "Content-Type": "text/plain"}
	for _, route := range face.Routes() {
		for _, method := range methodsOf(route) {
			if method == http.MethodGet || method == http.MethodOptions {
				if route.Audience != Developer {
					continue
				}
			} else if route.Audience != Developer {
				if !open[route.Pattern] {
					t.Errorf("%s changes something and is not behind the check of origins", route.Pattern)
				}
				continue
			}
			for _, origin := range []string{"https://evil.example", "null", "http://127.0.0.1.evil.example"} {
				foreign["Origin"] = origin
				if w := ask(face, method, addressOf(route.Pattern), "{}", foreign); w.Code != http.StatusForbidden {
					t.Errorf("%s %s from %s: status %d, want 403", method, route.Pattern, origin, w.Code)
				}
				if w := ask(face, method, addressOf(route.Pattern), "", foreign); w.Code != http.StatusForbidden {
					t.Errorf("%s %s from %s, without a body: status %d, want 403", method, route.Pattern, origin, w.Code)
				}
			}
		}
	}
	if len(asked.asked) > 0 {
		t.Errorf("foreign pages were let through to %v", asked.asked)
	}
	near := map[string]string{"Origin": "http://localhost:3000", "Content-Type": "text/plain"}
	if w := ask(face, http.MethodPost, "/dev/v1/tokens", "{}", near); w.Code != http.StatusOK {
		t.Errorf("a page of this machine: status %d, want 200", w.Code)
	}
}

func TestEveryResponseIsProtected(t *testing.T) {
	t.Parallel()
	face, _ := faceOf(t)
	check := func(name string, w *httptest.ResponseRecorder, framed bool) {
		h := w.Header()
		policy := h.Get("Content-Security-Policy")
		frames := "frame-ancestors 'none'"
		if framed {
			frames = "frame-ancestors 'self'"
		}
		for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", frames} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q has no %s", name, policy, want)
			}
		}
		for _, bad := range []string{"unsafe-inline", "'unsafe-eval'", "*", "http:", "https:"} {
			if strings.Contains(policy, bad) {
				t.Errorf("%s: the policy %q has %s", name, policy, bad)
			}
		}
		if len(h.Values("Content-Security-Policy")) != 1 || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", name, h)
		}
	}
	framed := map[string]bool{"/demo/app/client": true, "/demo/app/component": true, "/demo/app/left": true}
	for _, route := range face.Routes() {
		for _, method := range methodsOf(route) {
			address := addressOf(route.Pattern)
			check(method+" "+address, ask(face, method, address, "", nil), framed[address] && method == http.MethodGet)
		}
	}
	for _, route := range operators().Routes() {
		for _, method := range methodsOf(route) {
			address := addressOf(route.Pattern)
			check(method+" "+address, ask(operators(), method, address, "", nil), false)
		}
	}
	// What no route was made for, and what the router answers by itself.
	for _, address := range []string{"/no/such/thing", "//healthz", "/a/../b", "/6.2.0/css/bootstrap.css", "/externalLinkPage.html", "/docs/errors/page.css"} {
		check(address, ask(face, http.MethodGet, address, "", nil), false)
	}
	check("TRACE", ask(face, http.MethodTrace, "/healthz", "", nil), false)
}

func TestInlineScriptsRunByTheirHashAlone(t *testing.T) {
	t.Parallel()
	page := `<style>body { color: red }</style><script>let a = 1;</script><script src="/x.js"></script>`
	got := documentPolicy(inlineOf([]byte(page)))
	for kind, text := range map[string]string{"style-src": "body { color: red }", "script-src": "let a = 1;"} {
		sum := sha256.Sum256([]byte(text))
		if want := kind + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(got, want) {
			t.Errorf("%q has no %q", got, want)
		}
	}
	if strings.Count(got, "sha256-") != 2 {
		t.Errorf("%q: two hashes are wanted", got)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	face, asked := faceOf(t)
	for _, route := range face.Routes() {
		for _, method := range methodsOf(route) {
			if route.Audience == Socket && route.MaxBody > 0 {
				continue // read by the control channel itself
			}
			size := max(route.MaxBody, maxIgnored) + 1
			for _, known := range []bool{true, false} {
				if !known && route.checksHeaderFirst() {
					continue // see TestBodiesBehindAHeaderAreBounded
				}
				r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+addressOf(route.Pattern), strings.NewReader(strings.Repeat(" ", size)))
				if !known {
					r.ContentLength = -1
				}
				w := httptest.NewRecorder()
				face.ServeHTTP(w, r)
				text := w.Body.String()
				if w.Code != http.StatusRequestEntityTooLarge {
					t.Errorf("%s %s with %d bytes: status %d, want 413", method, route.Pattern, size, w.Code)
				}
				if strings.Contains(text, "resumeToken") || !strings.Contains(text, "request") {
					t.Errorf("%s %s: %s", method, route.Pattern, text)
				}
			}
		}
	}
	if len(asked.asked) > 0 {
		t.Errorf("oversize requests were let through to %v", asked.asked)
	}
}

// Where the header is judged first, a handler that reads on gets no more than is allowed.
func TestBodiesBehindAHeaderAreBounded(t *testing.T) {
	t.Parallel()
	a, read := &api{}, 0
	next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		var large *http.MaxBytesError
		if read = len(raw); !errors.As(err, &large) {
			t.Errorf("%d bytes were read: %v", read, err)
		}
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat(" ", 200)))
	r.ContentLength = -1
	a.bounded(Route{Audience: Service, MaxBody: 100}, next).ServeHTTP(httptest.NewRecorder(), r)
	if read != 100 {
		t.Errorf("%d bytes were read, want 100", read)
	}
}

// pipes is a network in memory, so that a test's own time rules it.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "memory"} }

func (p pipes) dial() net.Conn {
	here, there := net.Pipe()
	p <- there
	return here
}

// over serves the face in memory while do runs.
func over(t *testing.T, do func(t *testing.T, network pipes)) {
	synctest.Test(t, func(t *testing.T) {
		face, _ := faceOf(t)
		server, network := NewServer(face), make(pipes)
		go func() { _ = server.Serve(network) }()
		do(t, network)
		close(network)
		_ = server.Close()
	})
}

// ended is how long it takes until the server has closed a connection.
func ended(conn net.Conn) time.Duration {
	began := time.Now()
	_, _ = io.Copy(io.Discard, conn)
	return time.Since(began)
}

func TestRequestsThatNeverArriveEnd(t *testing.T) {
	t.Parallel()
	over(t, func(t *testing.T, network pipes) {
		for name, sent := range map[string]string{"nothing": "", "half a header": "GET / HTTP/1.1\r\nHost: a"} {
			conn := network.dial()
			_, _ = io.WriteString(conn, sent)
			if took := ended(conn); took > 2*requestTimeout {
				t.Errorf("%s: the connection is open for %s", name, took)
			}
		}
		face, _ := faceOf(t)
		for _, route := range face.Routes() {
			if route.Audience == Socket && route.MaxBody > 0 {
				continue
			}
			for _, method := range methodsOf(route) {
				conn := network.dial()
				go func() {
					_, _ = io.WriteString(conn, method+" "+addressOf(route.Pattern)+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
				}()
				if took := ended(conn); took > 2*requestTimeout {
					t.Errorf("%s %s with a body that never comes: the connection is open for %s", method, route.Pattern, took)
				}
			}
		}
	})
}

func TestReadersThatNeverReadAreClosed(t *testing.T) {
	t.Parallel()
	over(t, func(t *testing.T, network pipes) {
		for _, address := range []string{"/healthz", "/", "/zoom-meeting-6.2.0.min.js", "/docs/errors", "/no/such/thing"} {
			conn := network.dial()
			began := time.Now()
			// Nobody reads: the server cannot write, and ends. A write fails then.
			for {
				if _, err := io.WriteString(conn, "GET "+address+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
					break
				}
			}
			if took := time.Since(began); took > 2*responseTimeout {
				t.Errorf("%s: the connection is open for %s", address, took)
			}
		}
	})
}

// A page that reads slowly, but reads, gets the whole file.
func TestSlowReadersGetTheirResponse(t *testing.T) {
	t.Parallel()
	over(t, func(t *testing.T, network pipes) {
		conn := network.dial()
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /zoom-meeting-6.2.0.min.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
		reader := bufio.NewReaderSize(slow{conn}, 16)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || int64(len(body)) != response.ContentLength {
			t.Errorf("%d of %d bytes: %v", len(body), response.ContentLength, err)
		}
	})
}

// slow reads little at a time, with a pause before each.
type slow struct{ net.Conn }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(100 * time.Millisecond) // of the test's own time
	return s.Conn.Read(p[:min(len(p), 100)])
}
