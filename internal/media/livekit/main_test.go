package livekit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/livekit-server/test/client"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/loglimit"
	"github.com/anteroom/anteroom/internal/media"
)

const (
	testKey     = "test-key"
	testSecret  = "a-secret-of-more-than-thirty-two-bytes"
	childEnv    = "ANTEROOM_MEDIA_TEST_CHILD"
	testTimeout = 15 * time.Second
)

// sharedEngine is the one embedded engine of this test process; each engine leaks
// goroutines of LiveKit, so tests share it and use rooms of their own.
var sharedEngine struct {
	engine *embedded
	server *httptest.Server
	guard  *fakeGuard
	events *recorder
	start  time.Duration
	// log is silent unless a test wants it.
	log      logOutput
	logLimit *loglimit.Handler
}

func TestMain(m *testing.M) {
	sharedEngine.logLimit = loglimit.New(slog.NewTextHandler(&sharedEngine.log, &slog.HandlerOptions{Level: &sharedEngine.log.level}), clockwork.NewFakeClock())
	sharedEngine.log.level.Set(levelSilent)
	config := embeddedConfig()
	config.Embedded.TCPFallback = true
	sharedEngine.engine = newEmbedded(config, slog.New(sharedEngine.logLimit))
	sharedEngine.guard = newFakeGuard()
	sharedEngine.events = newRecorder()
	sharedEngine.engine.OnEvent(sharedEngine.events.add)
	began := time.Now()
	if err := sharedEngine.engine.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sharedEngine.start = time.Since(began)
	sharedEngine.server = httptest.NewServer(sharedEngine.engine.Signalling(sharedEngine.guard))
	if os.Getenv(childEnv) != "" {
		serveAsChild()
		return
	}
	code := m.Run()
	sharedEngine.server.Close()
	os.Exit(code)
}

// serveAsChild lets the parent test look at this process's sockets while a
// participant is connected.
func serveAsChild() {
	sharedEngine.guard.admit(fullGrant("child", "ann"))
	token, err := sharedEngine.engine.Token(context.Background(), fullGrant("child", "ann"), time.Minute)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"url": sharedEngine.server.URL, "token": token})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func embeddedConfig() media.Config {
	return media.Config{
		APIKey: testKey, APISecret: testSecret,
		Embedded: media.EmbeddedConfig{LoopbackOnly: true, PacketFaults: true},
	}
}

func fullGrant(room, identity string) media.Grant {
	return media.Grant{
		Room: room, Identity: identity, Name: strings.ToUpper(identity),
		CanPublishMicrophone: true, CanPublishCamera: true, CanPublishScreen: true, CanPublishScreenAudio: true, CanSubscribe: true,
	}
}

// fakeGuard is a guard with a list.
type fakeGuard struct {
	mu    sync.Mutex
	held  map[string]media.Grant
	later map[string]media.Grant // takes the place of held after the next question
	// barred may not unmute; notified counts who did.
	barred   map[string]bool
	notified map[string]int
	fault    error
}

func newFakeGuard() *fakeGuard {
	return &fakeGuard{held: map[string]media.Grant{}, later: map[string]media.Grant{}, barred: map[string]bool{}, notified: map[string]int{}}
}

func (g *fakeGuard) admit(grant media.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held[grant.Room+"/"+grant.Identity] = grant
}

func (g *fakeGuard) remove(room, identity string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.held, room+"/"+identity)
}

func (g *fakeGuard) Grant(_ context.Context, room, identity string) (media.Grant, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fault != nil {
		return media.Grant{}, g.fault
	}
	grant, ok := g.held[room+"/"+identity]
	if !ok {
		return media.Grant{}, media.ErrNotAdmitted
	}
	if later, ok := g.later[room+"/"+identity]; ok {
		g.held[room+"/"+identity] = later
		delete(g.later, room+"/"+identity)
	}
	return grant, nil
}

func (g *fakeGuard) Unmute(_ context.Context, room, identity string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := room + "/" + identity
	grant := g.held[key]
	if g.barred[key] {
		return media.ErrMuted
	}
	if grant.Muted {
		g.notified[key]++
	}
	grant.Muted = false
	g.held[key] = grant
	return nil
}

// admitLater changes a participant once it has been asked about.
func (g *fakeGuard) admitLater(grant media.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.later[grant.Room+"/"+grant.Identity] = grant
}

func (g *fakeGuard) forbidUnmute(grant media.Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.barred[grant.Room+"/"+grant.Identity] = true
}

func (g *fakeGuard) unmuteCount(grant media.Grant) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.notified[grant.Room+"/"+grant.Identity]
}

// recorder stores events and lets tests wait for one.
type recorder struct {
	mu     sync.Mutex
	list   []media.Event
	notify chan struct{}
}

func newRecorder() *recorder { return &recorder{notify: make(chan struct{})} }

func (r *recorder) add(e media.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, e)
	close(r.notify)
	r.notify = make(chan struct{})
}

func (r *recorder) find(kind media.EventKind, room, identity string) (media.Event, bool, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.list {
		if e.Kind == kind && e.Room == room && e.Identity == identity {
			return e, true, nil
		}
	}
	return media.Event{}, false, r.notify
}

func (r *recorder) wait(t *testing.T, kind media.EventKind, room, identity string) media.Event {
	t.Helper()
	deadline := time.After(testTimeout)
	for {
		e, ok, more := r.find(kind, room, identity)
		if ok {
			return e
		}
		select {
		case <-more:
		case <-deadline:
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, e := range r.list {
				if e.Room == room {
					t.Logf("%+v", e)
				}
			}
			people, _ := sharedEngine.engine.Participants(context.Background(), room)
			t.Fatalf("no event %s of %s in %s, where there are %+v", kind, identity, room, people)
		}
	}
}

var roomCount atomic.Int64

// roomOf makes a room name nobody has used before.
func roomOf(t *testing.T) string { return fmt.Sprintf("%s-%d", t.Name(), roomCount.Add(1)) }

func tokenFor(t *testing.T, e media.Engine, grant media.Grant) string {
	t.Helper()
	token, err := e.Token(context.Background(), grant, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

// dial opens a real LiveKit client at a server's proxy.
func dial(t *testing.T, server *httptest.Server, token string, source lk.TrackSource) *client.RTCClient {
	t.Helper()
	return dialWith(t, server, token, &client.Options{
		AutoSubscribe: true,
		SignalRequestInterceptor: func(msg *lk.SignalRequest, next client.SignalRequestHandler) error {
			if add := msg.GetAddTrack(); add != nil {
				add.Source = source
			}
			return next(msg)
		},
	})
}

func dialWith(t *testing.T, server *httptest.Server, token string, opts *client.Options) *client.RTCClient {
	t.Helper()
	conn, err := client.NewWebSocketConn(wsURL(server), token, opts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.NewRTCClient(conn, false, opts)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.Run() }()
	t.Cleanup(c.Stop)
	if err := c.WaitUntilConnected(testTimeout); err != nil {
		t.Fatal(err)
	}
	return c
}

// eventually looks every few milliseconds until ok or patience ends.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(testTimeout)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %s: %s", testTimeout, what)
		}
	}
}
