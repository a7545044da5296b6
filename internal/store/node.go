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

// claim is a connection that holds the advisory lock.
type claim struct {
	conn *sql.Conn
	// pid is its process in PostgreSQL.
	pid int
}

// lockNode takes an advisory lock on a connection of its own. PostgreSQL frees
// it when the connection ends: at once with the process, and after nodeGrace
// when the host vanished. A broken connection is replaced and the lock retaken.
func (e *postgresEngine) lockNode(ctx context.Context, mode string, lost func()) (*nodeLock, error) {
	pool := stdlib.OpenDB(*e.config)
	pool.SetMaxOpenConns(1)
	held, err := e.claim(ctx, pool, mode)
	// A holder that has not spoken for a while died with its host or was cut off:
	// PostgreSQL is about to notice.
	for begun := time.Now(); errors.Is(err, errNodeSilent); held, err = e.claim(ctx, pool, mode) {
		if time.Since(begun) > nodeGrace {
			err = ErrNodeTaken
			break
		}
		e.logger.Info("waiting for PostgreSQL to release the lock of a process that has died")
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	beat, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.keepClaim(beat, pool, held, mode, lost)
	}()
	return &nodeLock{func() {
		stop()
		<-done
		_ = pool.Close()
	}}, nil
}

// ofHolders selects the processes that hold the advisory lock $1 of this database.
const ofHolders = ` FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND (l.classid::bigint << 32) + l.objid::bigint = $1`

// errNodeSilent is a claim that somebody holds who has not spoken for two beats.
var errNodeSilent = errors.New("the database is claimed by a process that is silent")

func (e *postgresEngine) claim(ctx context.Context, pool *sql.DB, mode string) (*claim, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	take := "SELECT pg_try_advisory_lock($1), pg_backend_pid()"
	if mode == NodeShared {
		take = "SELECT pg_try_advisory_lock_shared($1), pg_backend_pid()"
	}
	for _, alive := range []string{"tcp_keepalives_idle = 6", "tcp_keepalives_interval = 3", "tcp_keepalives_count = 3"} {
		if _, err := conn.ExecContext(ctx, "SET "+alive); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	held := &claim{conn: conn}
	var got bool
	if err := conn.QueryRowContext(ctx, take, int64(nodeLockID)).Scan(&got, &held.pid); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if got {
		return held, nil
	}
	err = ErrNodeTaken
	// Every holder says something each nodeBeat.
	var silent bool
	const look = "SELECT COALESCE(bool_and(clock_timestamp() - a.state_change > $2 * interval '1 second'), true)" + ofHolders
	if fault := conn.QueryRowContext(ctx, look, int64(nodeLockID), (2 * nodeBeat).Seconds()).Scan(&silent); fault != nil {
		e.logger.Warn("could not read who holds the database lock", "error", fault)
	} else if silent {
		err = errNodeSilent
	}
	return nil, errors.Join(err, conn.Close())
}

// keepClaim notices a broken connection and claims anew. PostgreSQL may not have
// noticed the break and keep the claim of the broken one: that is this node's own,
// and is ended. Only a claim of a process that speaks ends this node.
func (e *postgresEngine) keepClaim(ctx context.Context, pool *sql.DB, held *claim, mode string, lost func()) {
	ticker := time.NewTicker(nodeBeat)
	defer ticker.Stop()
	broken := 0
	for {
		select {
		case <-ctx.Done():
			if held != nil {
				_ = held.conn.Close()
			}
			return
		case <-ticker.C:
		}
		attempt, cancel := context.WithTimeout(ctx, nodeGrace/3)
		if held != nil && held.conn.PingContext(attempt) != nil {
			e.logger.Warn("lost the connection that holds the database lock")
			broken = held.pid
			_ = held.conn.Close()
			held = nil
		}
		if held == nil {
			var err error
			if held, err = e.reclaim(attempt, pool, mode, broken); errors.Is(err, ErrNodeTaken) {
				cancel()
				e.logger.Error("another node took over the database")
				lost()
				return
			}
			if err == nil {
				e.logger.Info("took the database lock again")
			}
		}
		cancel()
	}
}

// reclaim claims the database after the connection of that process broke.
func (e *postgresEngine) reclaim(ctx context.Context, pool *sql.DB, mode string, broken int) (*claim, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	const end = "SELECT count(pg_terminate_backend(a.pid))" + ofHolders + " AND a.pid = $2 AND a.usename = current_user"
	var ended int
	if err := conn.QueryRowContext(ctx, end, int64(nodeLockID), broken).Scan(&ended); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := conn.Close(); err != nil {
		return nil, err
	}
	held, err := e.claim(ctx, pool, mode)
	if ended > 0 && errors.Is(err, ErrNodeTaken) {
		return nil, errNodeSilent // its end takes a moment
	}
	return held, err
}
