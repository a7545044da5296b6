package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// sqliteEngine reads through a pool and writes through one goroutine, which
// puts writes that wait together into one transaction.
type sqliteEngine struct {
	path     string
	schema   *schema
	reads    *sql.DB
	writes   *sql.DB
	conn     *sql.Conn
	prepared []atomic.Pointer[sql.Stmt]
	prepare  sync.Mutex
	writer   *writer
	// checkpointConn is the connection of the checkpointer.
	checkpointConn *sql.Conn
	checkpointer   *checkpointer
}

// openSQLite opens the file, making it and its folder if they do not exist.
func openSQLite(ctx context.Context, path string, known identity, c Config) (*sqliteEngine, *bun.DB, error) {
	if err := known.checkFile(path); err != nil {
		return nil, nil, fmt.Errorf("database %s: %w", path, err)
	}
	if err := usable(path); err != nil {
		return nil, nil, err
	}
	e := &sqliteEngine{path: path, prepared: make([]atomic.Pointer[sql.Stmt], statements)}
	var err error
	if e.schema, err = newSchema(c.migrations, goose.DialectSQLite3, "sqlite"); err != nil {
		return nil, nil, err
	}
	if e.writes, err = sql.Open("sqlite", sqliteAddress(path, "immediate", writerCache)); err != nil {
		return nil, nil, err
	}
	e.writes.SetMaxOpenConns(1)
	fail := func(err error) (*sqliteEngine, *bun.DB, error) {
		if e.reads != nil {
			_ = e.reads.Close()
		}
		_ = e.writes.Close()
		return nil, nil, err
	}
	if err := known.check(ctx, e.writes, liteHasTables, unfinished(path)); err != nil {
		return fail(inFile(path, err))
	}
	if err := e.schema.migrate(ctx, e.writes, c.Logger, func(context.Context, bool) (func(), error) { return lockExclusively(path) }); err != nil {
		return fail(inFile(path, err))
	}
	if err := os.Remove(path + unfinishedEnd); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	if e.reads, err = sql.Open("sqlite", sqliteAddress(path, "deferred", readerCache)); err != nil {
		return fail(err)
	}
	e.reads.SetMaxOpenConns(3 + 2*runtime.GOMAXPROCS(0))
	e.reads.SetMaxIdleConns(3 + 2*runtime.GOMAXPROCS(0))
	e.reads.SetConnMaxIdleTime(readerIdleTime)
	if e.conn, err = e.writes.Conn(ctx); err != nil {
		return fail(fmt.Errorf("database %s: %w", path, err))
	}
	if e.checkpointConn, err = e.reads.Conn(ctx); err != nil {
		return fail(fmt.Errorf("database %s: %w", path, err))
	}
	if e.writer, err = newWriter(ctx, e.conn); err != nil {
		return fail(fmt.Errorf("database %s: %w", path, err))
	}
	e.checkpointer = newCheckpointer(e.checkpointConn, e.writer, c.Logger)
	return e, bun.NewDB(e.reads, sqliteDialect{sqlitedialect.New()}), nil
}

// usable makes the folder and proves that the file can be written, because
// SQLite's own words for it name neither.
func usable(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("database: the directory %s cannot be created: %w", folder, errors.Unwrap(err))
	}
	probe, err := os.CreateTemp(folder, ".anteroom-probe-*")
	if err != nil {
		var fault *os.PathError
		if errors.As(err, &fault) {
			err = fault.Err
		}
		return fmt.Errorf("database: the directory %s cannot be written: %w", folder, err)
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return fmt.Errorf("database: the directory %s cannot be written: %w", folder, err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		mark, err := os.Create(path + unfinishedEnd)
		if err != nil {
			return fmt.Errorf("database: %w", err)
		}
		_ = mark.Close()
	}
	// The file holds names and addresses: it is for its owner alone.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return file.Close()
}

// unfinishedEnd ends the name of an empty file that stands beside a database while it
// is made. An empty database without it was not made here: it is an incomplete copy.
const unfinishedEnd = ".new"

func unfinished(path string) bool {
	_, err := os.Stat(path + unfinishedEnd)
	return err == nil
}

// checkFile refuses a database file that is missing or empty and should not be, before
// SQLite touches it.
func (k *identity) checkFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && k.want != "":
		return k.refuse("it does not exist")
	case err == nil && info.Mode().IsRegular() && info.Size() == 0 && !unfinished(path):
		return k.refuse("the file is empty")
	}
	return nil // what else is wrong is reported by who opens it
}

// inFile names the file of a fault, and what helps if it is damaged or in use.
func inFile(path string, err error) error {
	var fault *sqlite.Error
	if errors.As(err, &fault) {
		switch fault.Code() & 0xff {
		case sqlitecode.SQLITE_CORRUPT, sqlitecode.SQLITE_NOTADB:
			return fmt.Errorf("database %s is damaged: %w; restore a backup with `anteroom restore`", path, err)
		case sqlitecode.SQLITE_BUSY:
			return fmt.Errorf("database %s: another program is changing it; end that program, or try again later: %w", path, err)
		}
	}
	return fmt.Errorf("database %s: %w", path, err)
}

// Page caches of a file's connections, in KiB. Readers need little: what they read is in
// the operating system's cache as well, once for all of them.
const (
	writerCache = 16_000
	readerCache = 4_000
)

// readerIdleTime is how long a connection rests before it is closed, and its cache with it.
const readerIdleTime = time.Minute

// sqliteAddress is the data source name of a file.
func sqliteAddress(path, lock string, cacheKiB int) string {
	q := url.Values{"_txlock": {lock}}
	for _, pragma := range []string{
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		"temp_store(memory)", fmt.Sprintf("cache_size(-%d)", cacheKiB), "wal_autocheckpoint(0)", "journal_size_limit(67108864)",
	} {
		q.Add("_pragma", pragma)
	}
	return fileAddress(path, q)
}

func fileAddress(path string, q url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

func (e *sqliteEngine) db() *sql.DB { return e.reads }

func (e *sqliteEngine) write(ctx context.Context, fn func(runner) error) error {
	return e.writer.do(ctx, fn)
}

func (e *sqliteEngine) admit(ctx context.Context, p *participantRequest) error {
	return e.writer.do(ctx, p.join)
}

func (e *sqliteEngine) probe(ctx context.Context) error {
	if err := e.reads.PingContext(ctx); err != nil {
		return err
	}
	return e.writer.do(ctx, func(r runner) error {
		_, err := r.exec(writeProbe, []byte{})
		return err
	})
}

// writeProbe writes a row, be it the same one again: a statement that changes nothing
// succeeds on a full disk.
var writeProbe = define(`INSERT INTO meta (name, sealed) VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed`)

func (e *sqliteEngine) close() error {
	e.checkpointer.stop()
	e.writer.stop()
	// Closing the last connection carries the rest of the log over and removes it.
	return errors.Join(e.writer.closeStatements(), e.conn.Close(), e.checkpointConn.Close(), e.reads.Close(), e.writes.Close())
}

// reader returns a runner on the pool. The driver starts a goroutine for each
// query whose context can end; reads of one row are over before that pays, so an
// ended context is noticed beforehand only.
func (e *sqliteEngine) reader(ctx context.Context) runner { return sqliteReader{e, ctx} }

type sqliteReader struct {
	e   *sqliteEngine
	ctx context.Context //nolint:containedctx // the reader lives for one call
}

func (r sqliteReader) after(do func()) { do() }

func (r sqliteReader) orm() bun.IConn { return r.e.reads }

func (r sqliteReader) statement(st *statement) (*sql.Stmt, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	slot := &r.e.prepared[st.index]
	if p := slot.Load(); p != nil {
		return p, nil
	}
	r.e.prepare.Lock()
	defer r.e.prepare.Unlock()
	if p := slot.Load(); p != nil {
		return p, nil
	}
	p, err := r.e.reads.PrepareContext(context.WithoutCancel(r.ctx), st.lite) //nolint:sqlclosecheck // kept as long as the pool
	if err != nil {
		return nil, err
	}
	slot.Store(p)
	return p, nil
}

func (r sqliteReader) exec(*statement, ...any) (int64, error) {
	return 0, errors.New("a reader does not write")
}

func (r sqliteReader) query(st *statement, args ...any) (*sql.Rows, error) {
	p, err := r.statement(st) //nolint:sqlclosecheck // kept as long as the pool
	if err != nil {
		return nil, err
	}
	return p.QueryContext(context.WithoutCancel(r.ctx), args...)
}

// abortsTx reports a fault after which SQLite may have rolled the whole
// transaction back: any but a broken rule of the schema.
func abortsTx(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && fault.Code()&0xff != sqlitecode.SQLITE_CONSTRAINT
}

// sqliteConstraint reports which rule of the schema a write broke.
func sqliteConstraint(err error) (unique, foreign bool) {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return false, false
	}
	switch fault.Code() {
	case sqlitecode.SQLITE_CONSTRAINT_UNIQUE, sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true, false
	case sqlitecode.SQLITE_CONSTRAINT_FOREIGNKEY:
		return false, true
	}
	return false, false
}
