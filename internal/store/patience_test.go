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
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// silencer is a way to PostgreSQL that can be made silent: it still takes
// connections and what is sent, and nothing comes back.
type silencer struct {
	mu     sync.Mutex
	silent chan struct{} // closed when it speaks again; nil while it speaks
}

func newSilencer(t *testing.T, address string) (*silencer, string) {
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
	s := &silencer{}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{}).DialContext(context.Background(), network, target)
			if err != nil {
				_ = near.Close()
				continue
			}
			go s.pass(far, near)
			go s.pass(near, far)
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

func (s *silencer) pass(to, from net.Conn) {
	defer func() { _ = to.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		s.mu.Lock()
		silent := s.silent
		s.mu.Unlock()
		if silent != nil {
			<-silent
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (s *silencer) hush() (speak func()) {
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
			way, address := newSilencer(t, pgtest.URL(t))
			w := &world{t: t, url: address}
			w.Store = w.open(func(c *Config) { c.patience, c.Shared = 300*time.Millisecond, shared })
			m := w.meeting()
			w.join(m, "Ann")
			ask := w.ask(m, "Ben")

			speak := way.hush()
			t.Cleanup(speak)
			ctx := context.Background()
			for what, call := range map[string]func() error{
				"a read":    func() error { _, err := w.LastSession(ctx, "x"); return err },
				"a list":    func() error { _, err := w.Accounts(ctx, Page{}); return err },
				"a write":   func() error { return w.CreateAccount(ctx, &account.Account{Name: "Late"}) },
				"a seat":    func() error { _, err := w.TakeSeat(ctx, ask); return err },
				"the probe": func() error { return w.Probe(ctx) },
				"a try":     func() error { _, _, err := w.CountTry(ctx, "x", noon, time.Minute); return err },
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
