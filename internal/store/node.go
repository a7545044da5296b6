package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3/lock"
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
	held, err := s.engine.lockNode(ctx, mode, func(why error) { s.lost <- why })
	if err != nil {
		return err
	}
	s.node = held
	return nil
}

// NodeLost says why the claim was lost: another process has it, or has changed the
// database in a way that this program does not know. Both can only happen after the
// connection to PostgreSQL broke. The node must stop.
func (s *Store) NodeLost() <-chan error { return s.lost }

// lockNode locks a file beside the database. The operating system frees it
// with the process, kill -9 included.
func (e *sqliteEngine) lockNode(ctx context.Context, mode string, _ func(error)) (*nodeLock, error) {
	release, taken, err := lockFile(e.path+".lock", mode == NodeAlone)
	switch {
	case taken:
		return nil, ErrNodeTaken
	case err != nil:
		return nil, fmt.Errorf("the lock file %s.lock cannot be used: %w", e.path, err)
	}
	// It may have been migrated since it was opened.
	if _, err := e.schema.check(ctx, e.reads, e.schema.newest); err != nil {
		release()
		return nil, err
	}
	return &nodeLock{release}, nil
}

// The numbers of the advisory locks; any constants do.
const (
	// nodeLockID is the claim.
	nodeLockID = 0x616e7465726f6f6d
	// schemaLockClass, with the version that a node knows, says which that is. Each
	// node holds it beside the claim, but for those from before there was one.
	schemaLockClass = 0x736f6f6d
	// migrateLockID is held alone while the database is migrated, and shared while a
	// node claims the database and between the tries of a migration. Programs of before held Goose's lock to migrate.
	migrateLockID = lock.DefaultLockID
)

// migrateTime is how long a node waits for another one that migrates, and for
// transactions that use the tables when it migrates itself.
const migrateTime = 5 * time.Minute

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
func (e *postgresEngine) lockNode(ctx context.Context, mode string, lost func(error)) (*nodeLock, error) {
	pool := sql.OpenDB(e.connector)
	pool.SetMaxOpenConns(1)
	var held *claim
	err := e.waitOut(ctx, ErrNodeTaken, func() (err error) {
		held, err = e.claim(ctx, pool, mode)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	beat, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.renewClaim(beat, pool, held, mode, lost)
	}()
	return &nodeLock{func() {
		stop()
		<-done
		_ = pool.Close()
	}}, nil
}

// waitOut tries again while a process that is silent or one that migrates is in the
// way. One that has not spoken for a while died with its host or was cut off, and
// PostgreSQL is about to notice. If it does not, taken is what is wrong.
func (e *postgresEngine) waitOut(ctx context.Context, taken error, try func() error) error {
	for begun := time.Now(); ; {
		err := try()
		switch {
		case errors.Is(err, errNodeSilent) && time.Since(begun) > nodeGrace:
			return taken
		case errors.Is(err, errNodeSilent):
			e.logger.Info("waiting for PostgreSQL to release the lock of a process that has died")
		case errors.Is(err, errMigrating) && time.Since(begun) < migrateTime:
			e.logger.Info("waiting for another node to migrate the database")
		default:
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

// ofHolders selects the processes that hold the advisory lock $1 of this database.
const ofHolders = ` FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND (l.classid::bigint << 32) + l.objid::bigint = $1`

// errNodeSilent is a claim that somebody holds who has not spoken for two beats.
var errNodeSilent = errors.New("the database is claimed by a process that is silent")

// errMigrating is a database that another node is migrating.
var errMigrating = errors.New("another node is migrating the database")

// allSilent reports whether the selected holders have said nothing for $2 seconds. Each
// speaks every nodeBeat.
const allSilent = "COALESCE(bool_and(clock_timestamp() - a.state_change > $2 * interval '1 second'), true)"

// aloneToMigrate keeps other nodes from claiming the database and from migrating it.
// With contracts it fails while a node is there that could not work with what this
// program makes of the database; it waits for the end of dead ones.
func (e *postgresEngine) aloneToMigrate(ctx context.Context, conn *sql.Conn, contracts bool) error {
	err := e.waitOut(ctx, nil, func() error {
		var got bool
		err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", migrateLockID).Scan(&got)
		if err == nil && !got {
			err = errMigrating
		}
		return err
	})
	if err != nil || !contracts {
		return err
	}
	const count = "SELECT count(*), " + allSilent + ofHolders + ` AND NOT EXISTS (SELECT FROM pg_locks v
		WHERE v.pid = l.pid AND v.locktype = 'advisory' AND v.granted AND v.objsubid = 2 AND v.classid::bigint = $3 AND v.objid::bigint >= $4)`
	older := func() error {
		var nodes int
		var silent bool
		row := conn.QueryRowContext(ctx, count, int64(nodeLockID), (2 * nodeBeat).Seconds(), schemaLockClass, e.schema.least[e.schema.newest])
		switch err := row.Scan(&nodes, &silent); {
		case err != nil || nodes == 0:
			return err
		case silent:
			return errNodeSilent
		}
		return ErrOlderNodes
	}
	return e.waitOut(ctx, ErrOlderNodes, older)
}

func (e *postgresEngine) claim(ctx context.Context, pool *sql.DB, mode string) (*claim, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	held := &claim{conn: conn}
	if err := e.lockClaim(ctx, held, mode); err != nil {
		// Its locks must not stay in the pool.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		return nil, err
	}
	return held, nil
}

// lockClaim takes the locks of a node. While it does, nobody migrates the database: who
// migrates afterwards sees which version this node knows.
func (e *postgresEngine) lockClaim(ctx context.Context, held *claim, mode string) error {
	var got bool
	if err := held.conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock_shared($1)", migrateLockID).Scan(&got); err != nil {
		return err
	} else if !got {
		return errMigrating
	}
	take := "SELECT pg_try_advisory_lock($1), pg_backend_pid()"
	if mode == NodeShared {
		take = "SELECT pg_try_advisory_lock_shared($1), pg_backend_pid()"
	}
	if err := held.conn.QueryRowContext(ctx, take, int64(nodeLockID)).Scan(&got, &held.pid); err != nil {
		return err
	}
	if !got {
		var silent bool
		look := held.conn.QueryRowContext(ctx, "SELECT "+allSilent+ofHolders, int64(nodeLockID), (2 * nodeBeat).Seconds())
		if err := look.Scan(&silent); err != nil {
			e.logger.Warn("could not read who holds the database lock", "error", err)
		} else if silent {
			return errNodeSilent
		}
		return ErrNodeTaken
	}
	// It may have been migrated since it was opened, or since the connection broke.
	if _, err := e.schema.check(ctx, held.conn, e.schema.newest); err != nil {
		return err
	}
	_, err := held.conn.ExecContext(ctx, "SELECT pg_advisory_lock_shared($1::int, $2::int), pg_advisory_unlock_shared($3)",
		schemaLockClass, e.schema.newest, migrateLockID)
	return err
}

// renewClaim notices a broken connection and claims anew. PostgreSQL may not have
// noticed the break and keep the claim of the broken one: that is this node's own,
// and is ended. Only a claim of a process that speaks ends this node, and a database
// that this program cannot work with any more.
func (e *postgresEngine) renewClaim(ctx context.Context, pool *sql.DB, held *claim, mode string, lost func(error)) {
	ticker := time.NewTicker(nodeBeat)
	defer ticker.Stop()
	broken := 0
	for {
		select {
		case <-ctx.Done():
			if held != nil {
				// PostgreSQL ends a session a moment after its connection.
				unlock, cancel := context.WithTimeout(context.WithoutCancel(ctx), nodeBeat)
				_, _ = held.conn.ExecContext(unlock, "SELECT pg_advisory_unlock_all()")
				cancel()
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
			held, err = e.reclaim(attempt, pool, mode, broken)
			switch {
			case err == nil:
				e.logger.Info("took the database lock again")
			case errors.Is(err, ErrNodeTaken):
				err = errors.New("another Anteroom took over the database while this one had lost its connection")
				fallthrough
			case errors.Is(err, ErrNewer):
				cancel()
				e.logger.Error("lost the database", "error", err)
				lost(err)
				return
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
