package store

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// blackhole is a way to PostgreSQL that can be made silent: it still takes connections
// and what is sent, but neither side hears of the other, nor that it has closed.
type blackhole struct {
	mu     sync.Mutex
	silent chan struct{} // closed when it speaks again; nil while it speaks
}

func newBlackhole(t *testing.T, address string) (*blackhole, string) {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	network, target := pgconn.NetworkAddress(config.Host, config.Port)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &blackhole{}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go s.connect(near, network, target)
		}
	}()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = listener.Addr().String()
	q := u.Query()
	q.Del("host")
	q.Del("port")
	u.RawQuery = q.Encode()
	return s, u.String()
}

func (s *blackhole) connect(near net.Conn, network, target string) {
	s.wait()
	far, err := (&net.Dialer{}).DialContext(context.Background(), network, target)
	if err != nil {
		_ = near.Close()
		return
	}
	go s.pass(far, near)
	s.pass(near, far)
}

// wait waits until PostgreSQL speaks.
func (s *blackhole) wait() {
	s.mu.Lock()
	silent := s.silent
	s.mu.Unlock()
	if silent != nil {
		<-silent
	}
}

func (s *blackhole) pass(to, from net.Conn) {
	defer func() {
		s.wait()
		_ = to.Close()
	}()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		s.wait()
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (s *blackhole) silence() (speak func()) {
	silent := make(chan struct{})
	s.mu.Lock()
	s.silent = silent
	s.mu.Unlock()
	return sync.OnceFunc(func() {
		s.mu.Lock()
		s.silent = nil
		s.mu.Unlock()
		close(silent)
	})
}

// No call waits for a server that hangs, even without a deadline of its own.
func TestASilentPostgreSQLHoldsNoCall(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]bool{"alone": false, "shared": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			way, address := newBlackhole(t, pgtest.URL(t))
			w := &testDB{t: t, url: address}
			w.Store = w.open(func(c *Config) { c.statementTimeout, c.Shared = time.Second, shared })
			m := w.meeting()
			w.join(m, "Ann")
			req := w.admitRequest(m, "Ben")

			speak := way.silence()
			t.Cleanup(speak)
			ctx := context.Background()
			for what, call := range map[string]func() error{
				"a read":    func() error { _, err := w.LastSession(ctx, "x"); return err },
				"a list":    func() error { _, err := w.Accounts(ctx, Page{}); return err },
				"a write":   func() error { return w.CreateAccount(ctx, &account.Account{Name: "Late"}) },
				"a join":    func() error { _, err := w.Admit(ctx, req); return err },
				"the probe": func() error { return w.Probe(ctx) },
				"a try":     func() error { _, _, err := w.CountAttempt(ctx, "x", noon, time.Minute); return err },
			} {
				answered := make(chan error, 1)
				go func() { answered <- call() }()
				select {
				case err := <-answered:
					if err == nil {
						t.Errorf("%s succeeds while PostgreSQL is silent", what)
					}
				case <-time.After(10 * time.Second):
					t.Errorf("%s waits for a PostgreSQL that is silent", what)
				}
			}
			speak()
			for w.Probe(ctx) != nil && t.Context().Err() == nil {
			}
			w.join(m, "Cem")
		})
	}
}

// A node that vanishes in the middle of a change keeps the meeting from nobody for long,
// whether it was about to ask for more or is waiting for somebody else's lock.
func TestPostgreSQLEndsTheTransactionOfASilentNode(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"idle": false, "waiting": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct := pgtest.URL(t)
			way, address := newBlackhole(t, direct)
			w := &testDB{t: t, url: address}
			w.Store = w.open(func(c *Config) { c.statementTimeout, c.Shared = time.Second, true })
			session, locked := w.join(w.meeting(), "Ann").Session.ID, w.join(w.meeting(), "Ben").Session.ID
			other := (&testDB{t: t, url: direct}).open(func(c *Config) { c.Shared = true })
			holder, err := pgx.Connect(t.Context(), direct)
			w.must(err)
			defer func() { _ = holder.Close(context.WithoutCancel(t.Context())) }()
			_, err = holder.Exec(t.Context(), "BEGIN")
			w.must(err)
			_, err = holder.Exec(t.Context(), lockSession.dollar, locked)
			w.must(err)

			speak := func() {}
			defer func() { speak() }()
			err = w.engine.write(t.Context(), func(r runner) error {
				if _, err := first(r, scanSession, lockSession, session); err != nil {
					t.Error(err)
				}
				asked := make(chan error, 1)
				ask := func() {
					_, err := first(r, scanSession, lockSession, locked)
					asked <- err
				}
				if waits {
					go ask()
					for waiting := 0; waiting == 0 && t.Context().Err() == nil; {
						w.must(holder.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())").Scan(&waiting))
					}
					speak = way.silence()
				} else {
					speak = way.silence()
					go ask()
				}
				return <-asked
			})
			if err == nil {
				t.Fatal("a change succeeds while PostgreSQL is silent")
			}
			w.must(other.Mutate(t.Context(), session, func(meeting.Tx) error { return nil }))
		})
	}
}

// PostgreSQL looks for nodes that vanished while their connections rested.
func TestConnectionsToPostgreSQLAreKeptAlive(t *testing.T) {
	t.Parallel()
	_, address := newBlackhole(t, pgtest.URL(t))
	w := &testDB{t: t, url: address}
	w.Store = w.open(func(c *Config) { c.Shared = true })
	for _, setting := range []string{"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout"} {
		var value string
		w.must(w.engine.db().QueryRowContext(t.Context(), "SELECT source FROM pg_settings WHERE name = $1", setting).Scan(&value))
		if value != "session" {
			t.Errorf("%s is as in %s", setting, value)
		}
	}
}
