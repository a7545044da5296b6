package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// lockTime is how long a migration waits for a table. Every statement of other nodes
	// that needs the table queues behind it, so the time is short. But it is longer than
	// PostgreSQL's usual deadlock_timeout of a second, after which the server cancels an
	// autovacuum that is in the way.
	lockTime = 1500 * time.Millisecond
	// A migration that did not get its tables lets other nodes work for a while, and longer
	// after each try.
	lockPause        = time.Second
	longestLockPause = 10 * time.Second
)

// postgresMigration changes the tables while other nodes may be using them.
type postgresMigration struct {
	engine *postgresEngine
	pool   *sql.DB
	// conn holds migrateLockID.
	conn *sql.Conn

	mu sync.Mutex
	// pids are the processes of the pool in PostgreSQL.
	pids []int32
	// blocker is who was seen in the way of the last try, if anybody.
	blocker *blocker
}

// blocker is a transaction that uses what a migration must change.
type blocker struct {
	table, application, user string
	pid                      int
}

func (b *blocker) String() string {
	if b == nil {
		return "other transactions have kept its tables in use"
	}
	return fmt.Sprintf("process %d (application %q, user %q) has kept %s in use", b.pid, b.application, b.user, b.table)
}

// migrate brings the database up to date. When its tables are in use, it tries again
// until limit has passed since the last step.
func (e *postgresEngine) migrate(ctx context.Context, config *pgx.ConnConfig, limit time.Duration) error {
	m := &postgresMigration{engine: e}
	m.pool = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(m.connected))
	defer func() {
		if m.conn != nil {
			_, _ = m.conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()")
			_ = m.conn.Close()
		}
		_ = m.pool.Close()
	}()
	begun := time.Now()
	for pause := lockPause; ; pause = min(2*pause, longestLockPause) {
		err := e.schema.migrate(ctx, m.pool, e.logger, m.alone)
		if partial := (*goose.PartialError)(nil); errors.As(err, &partial) && len(partial.Applied) > 0 {
			begun, pause = time.Now(), lockPause
		}
		switch {
		case !tablesInUse(err):
			return err
		case time.Since(begun) >= limit:
			return fmt.Errorf("the database cannot be migrated: for %s, %s; end that transaction, or migrate again later: %w",
				time.Since(begun).Round(time.Second), m.blocker, err)
		}
		attrs := []any{"pause", pause.String()}
		if b := m.blocker; b != nil {
			attrs = append(attrs, "table", b.table, "pid", b.pid, "application", b.application, "user", b.user)
		}
		e.logger.Info("waiting to migrate the database, because its tables are in use", attrs...)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tablesInUse reports whether PostgreSQL broke a migration off because of other
// transactions.
func tablesInUse(err error) bool {
	var fault *pgconn.PgError
	return errors.As(err, &fault) && (fault.Code == "55P03" || fault.Code == "40P01")
}

// connected prepares a connection: statements may take long, but neither may a wait for
// a lock, nor a transaction of a process that has stopped or lost its network.
func (m *postgresMigration) connected(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = %d; ",
		lockTime.Milliseconds(), nodeGrace.Milliseconds())+networkLimits())
	if err != nil {
		return err
	}
	var pid int32
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pids = append(m.pids, pid)
	return nil
}

// alone keeps other nodes from claiming the database during one try. Between the tries
// they may, but only this one migrates.
func (m *postgresMigration) alone(ctx context.Context, contracts bool) (release func(), err error) {
	if m.conn == nil {
		if m.conn, err = m.pool.Conn(ctx); err != nil {
			return nil, err
		}
	}
	if err := m.engine.aloneToMigrate(ctx, m.conn, contracts); err != nil {
		return nil, err
	}
	m.blocker = nil
	watch, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { m.watch(watch) })
	return func() {
		stop()
		watching.Wait()
		// If that fails, both go with the connection.
		_, _ = m.conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_lock_shared($1), pg_advisory_unlock($1)", migrateLockID)
	}, nil
}

// watch notes who is in the way: once the wait is over, PostgreSQL tells it no more.
func (m *postgresMigration) watch(ctx context.Context) {
	ticker := time.NewTicker(lockTime / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		m.mu.Lock()
		pids := m.pids
		m.mu.Unlock()
		var b blocker
		if m.pool.QueryRowContext(ctx, longestBlocker, pids).Scan(&b.table, &b.pid, &b.application, &b.user) == nil {
			m.blocker = &b // read when watch has ended
		}
	}
}

// longestBlocker selects the oldest transaction that one of the processes $1 waits for.
// The query that it runs is nobody's business.
const longestBlocker = `SELECT COALESCE(c.relname, l.locktype), b.pid, COALESCE(a.application_name, ''), COALESCE(a.usename, a.backend_type, '')
	FROM pg_locks l CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS b(pid)
	LEFT JOIN pg_stat_activity a ON a.pid = b.pid LEFT JOIN pg_class c ON c.oid = l.relation
	WHERE NOT l.granted AND l.pid = ANY($1) ORDER BY a.xact_start NULLS LAST LIMIT 1`
