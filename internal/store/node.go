package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// The modes in which a node uses a database.
const (
	// NodeAlone is a node that must be the only one: its media server lives in
	// its own process, or it has no way to tell others what it wrote.
	NodeAlone = "alone"
	// NodeShared is a node among others, with a media cluster and Redis.
	NodeShared = "shared"
)

// ErrNodeTaken is a database that another live process uses in a way that
// excludes this one.
var ErrNodeTaken = errors.New("another Anteroom already uses this database; to run several, set Redis and an external media server for each")

// nodeLock is a held claim to the database.
type nodeLock struct{ release func() }

// AcquireNode claims the database for this process until Close or until the
// process ends, however it ends. With NodeAlone no other node may be alive,
// with NodeShared none that is alone; ErrNodeTaken otherwise.
func (s *Store) AcquireNode(ctx context.Context, mode string) error {
	if mode != NodeAlone && mode != NodeShared {
		return fmt.Errorf("node mode: %q is neither %q nor %q", mode, NodeAlone, NodeShared)
	}
	s.nodeMu.Lock()
	defer s.nodeMu.Unlock()
	if s.node != nil {
		return errors.New("the node is already claimed")
	}
	held, err := s.engine.lockNode(ctx, mode, func() { close(s.lost) })
	if err != nil {
		return err
	}
	s.node = held
	return nil
}

// NodeLost is closed when the claim was lost to another process, which can
// only happen after the connection to PostgreSQL broke. The node must stop.
func (s *Store) NodeLost() <-chan struct{} { return s.lost }

// lockNode locks a file beside the database. The operating system frees it
// with the process, kill -9 included.
func (e *sqliteEngine) lockNode(_ context.Context, mode string, _ func()) (*nodeLock, error) {
	release, taken, err := lockFile(e.path+".lock", mode == NodeAlone)
	switch {
	case taken:
		return nil, ErrNodeTaken
	case err != nil:
		return nil, fmt.Errorf("the lock file %s.lock cannot be used: %w", e.path, err)
	}
	return &nodeLock{release}, nil
}

// nodeLockID is the number of the advisory lock; any constant does.
const nodeLockID = 0x616e7465726f6f6d

const (
	nodeBeat = 3 * time.Second
	// nodeGrace is how long PostgreSQL keeps the claim of a host that vanished.
	nodeGrace = 15 * time.Second
)

// lockNode takes an advisory lock on a connection of its own. PostgreSQL frees
// it when the connection ends: at once with the process, and after nodeGrace
// when the host vanished. A broken connection is replaced and the lock retaken.
func (e *postgresEngine) lockNode(ctx context.Context, mode string, lost func()) (*nodeLock, error) {
	pool := stdlib.OpenDB(*e.config)
	pool.SetMaxOpenConns(1)
	conn, err := e.claim(ctx, pool, mode)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	beat, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.keepClaim(beat, pool, conn, mode, lost)
	}()
	return &nodeLock{func() {
		stop()
		<-done
		_ = pool.Close()
	}}, nil
}

func (e *postgresEngine) claim(ctx context.Context, pool *sql.DB, mode string) (*sql.Conn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	take := "SELECT pg_try_advisory_lock($1)"
	if mode == NodeShared {
		take = "SELECT pg_try_advisory_lock_shared($1)"
	}
	var got bool
	for _, alive := range []string{"tcp_keepalives_idle = 6", "tcp_keepalives_interval = 3", "tcp_keepalives_count = 3"} {
		if _, err := conn.ExecContext(ctx, "SET "+alive); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if err := conn.QueryRowContext(ctx, take, int64(nodeLockID)).Scan(&got); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if !got {
		return nil, errors.Join(ErrNodeTaken, conn.Close())
	}
	return conn, nil
}

// keepClaim notices a broken connection and claims anew.
func (e *postgresEngine) keepClaim(ctx context.Context, pool *sql.DB, conn *sql.Conn, mode string, lost func()) {
	ticker := time.NewTicker(nodeBeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			if conn != nil {
				_ = conn.Close()
			}
			return
		case <-ticker.C:
		}
		attempt, cancel := context.WithTimeout(ctx, nodeGrace/3)
		if conn != nil && conn.PingContext(attempt) != nil {
			e.logger.Warn("lost the connection that holds the database lock")
			_ = conn.Close()
			conn = nil
		}
		if conn == nil {
			var err error
			conn, err = e.claim(attempt, pool, mode)
			if errors.Is(err, ErrNodeTaken) {
				cancel()
				e.logger.Error("another node took over the database")
				lost()
				return
			}
		}
		cancel()
	}
}
