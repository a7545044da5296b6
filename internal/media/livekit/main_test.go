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
	testKey    = "test-key"
	testSecret = "a-secret-of-more-than-thirty-two-bytes"
	childEnv   = "ANTEROOM_MEDIA_TEST_CHILD"
	patience   = 15 * time.Second
)

// stage is the one embedded engine of this test process; each engine leaks
// goroutines of LiveKit, so tests share it and use rooms of their own.
var stage struct {
	engine *embedded
	server *httptest.Server
	guard  *seats
	events *recorder
	start  time.Duration
	// log is silent unless a test wants it.
	log      logOutput
	logLimit *loglimit.Handler
}

func TestMain(m *testing.M) {
	stage.logLimit = loglimit.New(slog.NewTextHandler(&stage.log, &slog.HandlerOptions{Level: &stage.log.level}), clockwork.NewFakeClock())
	stage.log.level.Set(levelSilent)
	config := embeddedConfig()
	config.Embedded.TCPFallback = true
	stage.engine = newEmbedded(config, slog.New(stage.logLimit))
	stage.guard = newSeats()
	stage.events = newRecorder()
	stage.engine.OnEvent(stage.events.add)
	began := time.Now()
	if err := stage.engine.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	stage.start = time.Since(began)
	stage.server = httptest.NewServer(stage.engine.Signalling(stage.guard))
	if os.Getenv(childEnv) != "" {
		serveAsChild()
		return
	}
	code := m.Run()
	stage.server.Close()
	os.Exit(code)
}

// serveAsChild lets the parent test look at this process's sockets while a
// participant is connected.
func serveAsChild() {
	stage.guard.take(fullSeat("child", "ann"))
	token, err := stage.engine.Token(context.Background(), fullSeat("child", "ann"), time.Minute)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"url": stage.server.URL, "token": token})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func embeddedConfig() media.Config {
	return media.Config{
		APIKey: testKey, APISecret: testSecret,
		Embedded: media.EmbeddedConfig{LoopbackOnly: true, PacketFaults: true},
	}
}

func fullSeat(room, identity string) media.Seat {
	return media.Seat{
		Room: room, Identity: identity, Name: strings.ToUpper(identity),
		CanPublishMicrophone: true, CanPublishCamera: true, CanPublishScreen: true, CanPublishScreenAudio: true, CanSubscribe: true,
	}
}

// seats is a guard with a list.
type seats struct {
	mu    sync.Mutex
	held  map[string]media.Seat
	later map[string]media.Seat // takes the place of held after the next question
	// barred may not unmute; told counts who did.
	barred map[string]bool
	told   map[string]int
	fault  error
}

func newSeats() *seats {
	return &seats{held: map[string]media.Seat{}, later: map[string]media.Seat{}, barred: map[string]bool{}, told: map[string]int{}}
}

func (s *seats) take(seat media.Seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[seat.Room+"/"+seat.Identity] = seat
}

func (s *seats) leave(room, identity string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, room+"/"+identity)
}

func (s *seats) Seat(_ context.Context, room, identity string) (media.Seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		return media.Seat{}, s.fault
	}
	seat, ok := s.held[room+"/"+identity]
	if !ok {
		return media.Seat{}, media.ErrNoSeat
	}
	if later, ok := s.later[room+"/"+identity]; ok {
		s.held[room+"/"+identity] = later
		delete(s.later, room+"/"+identity)
	}
	return seat, nil
}

func (s *seats) Unmute(_ context.Context, room, identity string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := room + "/" + identity
	seat := s.held[place]
	if s.barred[place] {
		return media.ErrMuted
	}
	if seat.Muted {
		s.told[place]++
	}
	seat.Muted = false
	s.held[place] = seat
	return nil
}

// takeLater changes a seat once it has been asked about.
func (s *seats) takeLater(seat media.Seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later[seat.Room+"/"+seat.Identity] = seat
}

func (s *seats) bar(seat media.Seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.barred[seat.Room+"/"+seat.Identity] = true
}

func (s *seats) unmutes(seat media.Seat) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told[seat.Room+"/"+seat.Identity]
}

// recorder keeps events and lets tests wait for one.
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
	deadline := time.After(patience)
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
			people, _ := stage.engine.Participants(context.Background(), room)
			t.Fatalf("no event %s of %s in %s, where there are %+v", kind, identity, room, people)
		}
	}
}

var roomCount atomic.Int64

// roomOf makes a room name nobody has used before.
func roomOf(t *testing.T) string { return fmt.Sprintf("%s-%d", t.Name(), roomCount.Add(1)) }

func tokenFor(t *testing.T, e media.Engine, seat media.Seat) string {
	t.Helper()
	token, err := e.Token(context.Background(), seat, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

// dial opens a real LiveKit client at a server's door.
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
	if err := c.WaitUntilConnected(patience); err != nil {
		t.Fatal(err)
	}
	return c
}

// eventually looks every few milliseconds until ok or patience ends.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}
