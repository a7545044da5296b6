package store

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// statementTimeout is how long PostgreSQL may keep silent in the middle of a call. A server
// that hangs, or that packets no longer reach, so holds no call for longer, whether
// its context has a deadline or not.
const statementTimeout = 5 * time.Second

// keepAlive notices within nodeGrace that the other side of a connection that rests has
// vanished.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 6 * time.Second, Interval: 3 * time.Second, Count: 3}

// orphanLimits makes PostgreSQL end what nobody waits for any more: a node that loses its
// network closes no connection, and its transactions would hold their locks until TCP
// gives up, which takes two hours by default. Those who wait for such a lock still have
// half of their patience left. PgBouncer refuses these settings at the start of a
// connection.
func orphanLimits(timeout time.Duration) func(context.Context, *pgx.Conn) error {
	set := fmt.Sprintf("SET idle_in_transaction_session_timeout = %d; SET statement_timeout = %d; ",
		(timeout/2).Milliseconds(), timeout.Milliseconds()) + networkLimits()
	return func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, set)
		return err
	}
}

// networkLimits makes PostgreSQL notice within nodeGrace that a client has vanished.
func networkLimits() string {
	return fmt.Sprintf("SET tcp_user_timeout = %d; SET tcp_keepalives_idle = %.0f; SET tcp_keepalives_interval = %.0f; SET tcp_keepalives_count = %d",
		nodeGrace.Milliseconds(), keepAlive.Idle.Seconds(), keepAlive.Interval.Seconds(), keepAlive.Count)
}

// withTimeout makes connections that end when the other side keeps silent.
func withTimeout(dial pgconn.DialFunc, timeout time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetKeepAliveConfig(keepAlive)
		}
		return &timeoutConn{Conn: conn, timeout: timeout}, nil
	}
}

// timeoutConn gives each read and each write its time, unless its user has set a
// deadline. Nobody reads from a connection that rests.
type timeoutConn struct {
	net.Conn
	timeout time.Duration
	mu      sync.Mutex
	// reads and writes tell that the user has set a deadline.
	reads, writes bool
}

func (c *timeoutConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	if !c.reads {
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.timeout))
	}
	c.mu.Unlock()
	return c.Conn.Read(p)
}

func (c *timeoutConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if !c.writes {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(c.timeout))
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

func (c *timeoutConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads, c.writes = !t.IsZero(), !t.IsZero()
	return c.Conn.SetDeadline(t)
}

func (c *timeoutConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads = !t.IsZero()
	return c.Conn.SetReadDeadline(t)
}

func (c *timeoutConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = !t.IsZero()
	return c.Conn.SetWriteDeadline(t)
}
