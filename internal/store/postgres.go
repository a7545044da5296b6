package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

const (
	postgresConns = 20
	// deadlockTries is how often a transaction that PostgreSQL broke off runs.
	deadlockTries = 5
)

// postgresEngine runs each write in a transaction of its own.
type postgresEngine struct {
	pool      *sql.DB
	connector driver.Connector
	schema    *schema
	logger    *slog.Logger
	// admissions is nil where other nodes write to the database as well.
	admissions *admitQueue
}

func openPostgres(ctx context.Context, address string, known identity, c Config) (*postgresEngine, *bun.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The parser's own words may repeat the password.
		return nil, nil, errors.New("database: the postgres URL is malformed")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = openTime
	}
	tables, err := newSchema(c.migrations, goose.DialectPostgres, "postgres")
	if err != nil {
		return nil, nil, err
	}
	// A migration may rightly take long.
	unlimited := config.Copy()
	if c.statementTimeout == 0 {
		c.statementTimeout = statementTimeout
	}
	config.DialFunc = withTimeout(config.DialFunc, c.statementTimeout)
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler { return cancelHandler{conn.Conn(), c.statementTimeout} }
	connector := stdlib.GetConnector(*config, stdlib.OptionAfterConnect(orphanLimits(c.statementTimeout)))
	e := &postgresEngine{connector: steadyConnector{connector}, schema: tables, logger: c.Logger}
	e.pool = sql.OpenDB(e.connector)
	e.pool.SetMaxOpenConns(postgresConns)
	e.pool.SetMaxIdleConns(postgresConns)
	reach, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if err := e.pool.PingContext(reach); err != nil {
		_ = e.pool.Close()
		where := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
		return nil, nil, fmt.Errorf("database: PostgreSQL at %s cannot be used: %w", where, reason(reach, err))
	}
	if err := known.check(ctx, e.pool, postgresHasTables, true); err != nil {
		_ = e.pool.Close()
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	if err := e.migrate(ctx, unlimited, cmp.Or(c.migrateTime, migrateTime)); err != nil {
		_ = e.pool.Close()
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	if !c.Shared {
		e.admissions = newAdmitQueue(e)
	}
	return e, bun.NewDB(e.pool, postgresDialect{pgdialect.New()}), nil
}

// reason is the innermost fault of a failed connection, in one line: the
// driver's text lists every address it tried and the whole user name.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("no answer within %s", openTime)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return errors.New(refused.Message)
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return network.Err
	}
	return err
}

func (e *postgresEngine) db() *sql.DB { return e.pool }

func (e *postgresEngine) write(ctx context.Context, fn func(runner) error) error {
	return retried(func() error { return e.once(ctx, fn) })
}

// retried does it again where PostgreSQL broke it off for others' sake.
func retried(do func() error) error {
	for try := 1; ; try++ {
		err := do()
		var fault *pgconn.PgError
		if try < deadlockTries && errors.As(err, &fault) && (fault.Code == "40001" || fault.Code == "40P01") {
			continue
		}
		return err
	}
}

func (e *postgresEngine) once(ctx context.Context, fn func(runner) error) error {
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	// The driver closes the connection if it cannot roll back, so that must work when
	// the caller is gone.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	// After a commit this does nothing; after a panic or error it undoes.
	defer func() { _ = tx.Rollback() }()
	var after []func()
	if err := fn(postgresRunner{tx, ctx, &after}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, do := range after {
		do()
	}
	return nil
}

func (e *postgresEngine) reader(ctx context.Context) runner { return postgresRunner{e.pool, ctx, nil} }

func (e *postgresEngine) probe(ctx context.Context) error {
	return e.write(ctx, func(r runner) error {
		_, err := r.exec(writeProbe, []byte{})
		return err
	})
}

// admit admits a participant together with those of other sessions, if there is a
// queue.
func (e *postgresEngine) admit(ctx context.Context, p *participantRequest) (err error) {
	if e.admissions != nil {
		err = e.admissions.take(ctx, p)
	} else {
		err = e.admitBatch(ctx, []*participantRequest{p})
	}
	switch {
	case err != nil:
		return err
	case p.session == nil:
		return ErrConflict
	}
	p.onCommit()
	return nil
}

func (e *postgresEngine) close() error {
	if e.admissions != nil {
		e.admissions.stop()
	}
	return e.pool.Close()
}

// postgresRunner runs statements on the pool or in a transaction. The driver
// prepares and remembers them by their text.
type postgresRunner struct {
	on  bun.IConn
	ctx context.Context //nolint:containedctx // the runner lives for one call
	// later is nil outside transactions.
	later *[]func()
}

func (r postgresRunner) after(do func()) {
	if r.later == nil {
		do()
		return
	}
	*r.later = append(*r.later, do)
}

func (r postgresRunner) orm() bun.IConn { return r.on }

func (r postgresRunner) exec(st *statement, args ...any) (int64, error) {
	done, err := r.on.ExecContext(r.ctx, st.dollar, storable(args)...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

func (r postgresRunner) query(st *statement, args ...any) (*sql.Rows, error) {
	return r.on.QueryContext(r.ctx, st.dollar, storable(args)...)
}

// constraintViolation reports which rule of the schema a write broke, in either dialect.
func constraintViolation(err error) (unique, foreign bool) {
	var fault *pgconn.PgError
	if errors.As(err, &fault) {
		return fault.Code == "23505", fault.Code == "23503"
	}
	return sqliteConstraint(err)
}

// wrapErr turns broken rules into the errors that callers know, and names what
// was being done in all others.
func wrapErr(err error, doing string) error {
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, ErrExists) {
		return err
	}
	if unique, foreign := constraintViolation(err); unique {
		return ErrExists
	} else if foreign {
		return fmt.Errorf("%w: the record that it belongs to", ErrNotFound)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
