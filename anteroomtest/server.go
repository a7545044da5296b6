// Package anteroomtest runs a whole Anteroom inside a Go test, as httptest runs
// an HTTP server:
//
//	func TestRefusal(t *testing.T) {
//		server := anteroomtest.Start(t)
//		room := server.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
//		answer := server.Join(anteroomtest.Join{Meeting: room.Number, Password: "wrong"})
//		if answer.ErrorCode != 3004 {
//			t.Fatal(answer)
//		}
//	}
//
// Every server has its own database in a temporary folder, its own free port and
// its own demo data, so tests may run in parallel. One media engine serves all
// servers of a test process; it starts with the first admitted join.
package anteroomtest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/livekit"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
)

// Server is a running Anteroom in development mode with data to edit.
type Server struct {
	// URL is its address, e.g. http://127.0.0.1:40001.
	URL string
	// SDKKey and SDKSecret are the credentials of an enabled, published app.
	SDKKey, SDKSecret string

	t       testing.TB
	running *server.Server
	account *account.Account
	host    *account.User
	app     App
	clock   clockwork.Clock
	folder  string
}

// Option changes how a server is started.
type Option func(*options)

type options struct {
	clock    clockwork.Clock
	database string
	log      *slog.Logger
	folder   string
	demo     bool
}

// WithClock makes the gate, tokens and schedules follow the given clock, such as a
// clockwork.FakeClock. Participants' leases and media stay on real time.
func WithClock(clock clockwork.Clock) Option { return func(o *options) { o.clock = clock } }

// WithDatabase stores the state in a PostgreSQL database in place of SQLite.
func WithDatabase(url string) Option { return func(o *options) { o.database = url } }

// WithLogger shows the server's log. Without it the log is discarded.
func WithLogger(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// WithFolder stores the data in a folder of the caller's, to start again from.
func WithFolder(folder string) Option { return func(o *options) { o.folder = folder } }

// WithDemoWorld makes the demo world of `anteroom serve` too.
func WithDemoWorld() Option { return func(o *options) { o.demo = true } }

// Start runs a server until the test ends. It fails the test if it cannot.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	var o options
	for _, set := range opts {
		set(&o)
	}
	if o.clock == nil {
		o.clock = clockwork.NewRealClock()
	}
	if o.folder == "" {
		o.folder = t.TempDir()
	}
	config := server.DevelopmentDefaults()
	config.Listen, config.Data, config.Database, config.NoDemo = "127.0.0.1:0", o.folder, o.database, !o.demo
	running, err := server.Start(context.Background(), config, server.Parts{Clock: o.clock, Media: engine(t), Logger: o.log})
	if err != nil {
		t.Fatalf("anteroomtest: %v", err)
	}
	s := &Server{URL: running.URL, t: t, running: running, clock: running.Clock, folder: o.folder}
	t.Cleanup(s.Close)
	s.seed()
	return s
}

// Close stops the server before the test ends. Closing twice is harmless.
func (s *Server) Close() {
	if s.running == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if err := s.running.Close(ctx); err != nil {
		s.t.Errorf("anteroomtest: the server did not stop cleanly: %v", err)
	}
	s.running = nil
}

// seed makes the account, host and app that every test begins with.
func (s *Server) seed() {
	s.t.Helper()
	ctx := context.Background()
	now := s.clock.Now()
	s.account = &account.Account{ID: store.NewID(), Name: "Test account", CreatedAt: now}
	s.must(s.running.Store.CreateAccount(ctx, s.account), "make an account")
	s.host = s.addUser(User{Email: "host-" + store.NewID() + "@test.example", Name: "Test host"})
	app := scenario.NewApp(s.account, "Test app", now)
	app.ID, app.Published = store.NewID(), true
	s.must(s.running.Store.CreateApp(ctx, app), "make an app")
	s.SDKKey, s.SDKSecret = app.Key, app.Secret
	s.app = App{ID: app.ID, SDKKey: app.Key, SDKSecret: app.Secret, Name: app.Name}
}

func (s *Server) must(err error, what string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("anteroomtest: cannot %s: %v", what, err)
	}
}

var (
	engineOnce sync.Once
	engineOne  media.Engine
	engineErr  error
)

// engine is the one media engine of the process. It is not closed: it ends
// with the process.
func engine(t testing.TB) media.Engine {
	t.Helper()
	engineOnce.Do(func() {
		engineOne, engineErr = livekit.New(media.Config{Embedded: media.EmbeddedConfig{LoopbackOnly: true, PacketFaults: true}}, nil)
	})
	if engineErr != nil {
		t.Fatalf("anteroomtest: no media engine: %v", engineErr)
	}
	return engineOne
}
