package store

import (
	"context"
	"database/sql/driver"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// firewall passes connections on, and can forget those that there are without a
// word to either side, as a firewall does.
type firewall struct {
	listener net.Listener
	mu       sync.Mutex
	age      int
}

func newFirewall(t *testing.T, target string) *firewall {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &firewall{listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", target)
			if err != nil {
				_ = in.Close()
				continue
			}
			t.Cleanup(func() { _, _ = in.Close(), out.Close() })
			f.mu.Lock()
			age := f.age
			f.mu.Unlock()
			go f.pass(in, out, age)
			go f.pass(out, in, age)
		}
	}()
	return f
}

func (f *firewall) pass(to io.WriteCloser, from io.Reader, age int) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		f.mu.Lock()
		forgotten := age != f.age
		f.mu.Unlock()
		if forgotten {
			return // and nobody is notified
		}
		if err != nil {
			_ = to.Close()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (f *firewall) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.age++
}

// TestAClaimOutlivesItsConnection: PostgreSQL still holds the claim of a connection
// that a firewall has dropped, for the very node that wants it back.
func TestAClaimOutlivesItsConnection(t *testing.T) {
	t.Parallel()
	direct := pgtest.URL(t)
	address, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	between := newFirewall(t, address.Host)
	address.Host = between.listener.Addr().String()
	s, err := Open(t.Context(), Config{URL: address.String(), Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.AcquireNode(t.Context(), NodeAlone); err != nil {
		t.Fatal(err)
	}
	other, err := Open(t.Context(), Config{URL: direct, Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	claimant := func() (pid int) {
		row := other.engine.db().QueryRowContext(t.Context(),
			"SELECT COALESCE(max(pid), 0) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (classid::bigint << 32) + objid::bigint = $1", int64(nodeLockID))
		if err := row.Scan(&pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	before := claimant()
	between.forget()
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		if now := claimant(); now != 0 && now != before {
			tick.Stop()
			break
		}
		select {
		case <-tick.C:
		case err := <-s.NodeLost():
			t.Fatalf("the node gave up its own claim: %v", err)
		case <-limit.C:
			t.Fatal("the claim is still that of the broken connection")
		}
	}
	if err := other.AcquireNode(t.Context(), NodeAlone); err == nil {
		t.Fatal("two nodes claim one database")
	}
}

// TestASilentClaimIsWaitedOut: after the loss of a host the next process starts as
// soon as PostgreSQL has noticed, and is not refused.
func TestASilentClaimIsWaitedOut(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	s, err := Open(t.Context(), Config{URL: url, Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	// A claim whose process says nothing more.
	dead, err := s.engine.db().Conn(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dead.ExecContext(t.Context(), "SELECT pg_advisory_lock($1)", int64(nodeLockID)); err != nil {
		t.Fatal(err)
	}
	fresh := s.AcquireNode(t.Context(), NodeAlone)
	wantError(t, fresh, ErrNodeTaken) // it spoke a moment ago
	noticed := time.AfterFunc(2*nodeBeat+time.Second, func() {
		_ = dead.Raw(func(any) error { return driver.ErrBadConn }) // ends the session, lock and all
	})
	defer noticed.Stop()
	silent := time.NewTimer(2*nodeBeat + 500*time.Millisecond)
	defer silent.Stop()
	<-silent.C
	if err := s.AcquireNode(t.Context(), NodeAlone); err != nil {
		t.Fatal(err)
	}
}
