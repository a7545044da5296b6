package store

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// patience is how long PostgreSQL may keep silent in the middle of a call. A server
// that hangs, or that packets no longer reach, so holds no call for longer, whether
// its context has a deadline or not.
const patience = 5 * time.Second

// impatient makes connections that end when the other side keeps silent.
func impatient(dial pgconn.DialFunc, patience time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatientConn{Conn: conn, patience: patience}, nil
	}
}

// impatientConn gives each read and each write its time, unless its user has set a
// deadline. Nobody reads from a connection that rests.
type impatientConn struct {
	net.Conn
	patience time.Duration
	mu       sync.Mutex
	// reads and writes tell that the user has set a deadline.
	reads, writes bool
}

func (c *impatientConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	if !c.reads {
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.patience))
	}
	c.mu.Unlock()
	return c.Conn.Read(p)
}

func (c *impatientConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if !c.writes {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(c.patience))
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

func (c *impatientConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads, c.writes = !t.IsZero(), !t.IsZero()
	return c.Conn.SetDeadline(t)
}

func (c *impatientConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads = !t.IsZero()
	return c.Conn.SetReadDeadline(t)
}

func (c *impatientConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = !t.IsZero()
	return c.Conn.SetWriteDeadline(t)
}
