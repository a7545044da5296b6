package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"time"
)

// cancelHandler lets PostgreSQL finish a statement whose caller is gone. The driver would
// close the connection, and whoever aborts many requests would make the server open
// as many. A deadline still ends the statement at once.
type cancelHandler struct {
	conn    net.Conn
	timeout time.Duration
}

// HandleCancel is called while the statement runs.
func (f cancelHandler) HandleCancel(ctx context.Context) {
	end := time.Now()
	if errors.Is(ctx.Err(), context.Canceled) {
		end = end.Add(f.timeout)
	}
	_ = f.conn.SetDeadline(end)
}

// HandleUnwatchAfterCancel is called when it has ended.
func (f cancelHandler) HandleUnwatchAfterCancel() { _ = f.conn.SetDeadline(time.Time{}) }

// steadyConnector opens connections to the end, even if the caller is gone: the next
// one uses them. The time to connect has a limit of its own.
type steadyConnector struct{ driver.Connector }

// Connect keeps the caller's deadline only.
func (c steadyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	steady := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		var cancel func()
		steady, cancel = context.WithDeadline(steady, deadline)
		defer cancel()
	}
	return c.Connector.Connect(steady)
}
