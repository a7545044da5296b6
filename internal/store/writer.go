package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/uptrace/bun"
)

// Bounds of the writer: how many writes may wait, and how many share one
// transaction.
const (
	writeQueue = 1024
	writeBatch = 64
)

var errClosed = errors.New("the database is closed")

// writer is the one goroutine that writes to an SQLite file. Writes that wait
// share a transaction, so that many joins pay for one commit; each is
// acknowledged only after it.
type writer struct {
	conn     *sql.Conn
	queue    chan *write
	idle     chan func(*sql.Conn)
	quit     chan struct{}
	done     chan struct{}
	stopOnce sync.Once

	prepared []*sql.Stmt
	begin    *sql.Stmt
	commit   *sql.Stmt
	rollback *sql.Stmt
	// committed counts the writes since the last checkpoint began.
	committed atomic.Int64
	// changes counts the statements of the running write that changed something.
	changes int
	// running is the write that runs.
	running *write
}

// write is one write that waits or runs.
type write struct {
	fn       func(runner) error
	done     chan struct{}
	err      error
	panicked any
	// after is done by the writer once the write is committed, so that what it
	// does comes in the order of the commits.
	after []func()
	// state goes from waiting to running or abandoned.
	state atomic.Int32
}

const (
	writeWaiting = iota
	writeRunning
	writeAbandoned
)

func newWriter(ctx context.Context, conn *sql.Conn) (*writer, error) {
	w := &writer{
		conn: conn, queue: make(chan *write, writeQueue), idle: make(chan func(*sql.Conn)), quit: make(chan struct{}), done: make(chan struct{}),
		prepared: make([]*sql.Stmt, statements),
	}
	for _, p := range []struct {
		into **sql.Stmt
		text string
	}{{&w.begin, "BEGIN IMMEDIATE"}, {&w.commit, "COMMIT"}, {&w.rollback, "ROLLBACK"}} {
		var err error
		if *p.into, err = conn.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // closed with the writer
			return nil, err
		}
	}
	go w.run()
	return w, nil
}

// do queues fn and waits for its commit. A context that ends while fn waits
// abandons it; once it runs, the result is awaited, so that nobody is in doubt.
func (w *writer) do(ctx context.Context, fn func(runner) error) error {
	op := &write{fn: fn, done: make(chan struct{})}
	select {
	case w.queue <- op:
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-op.done:
	case <-ctx.Done():
		if op.state.CompareAndSwap(writeWaiting, writeAbandoned) {
			return ctx.Err()
		}
		<-op.done
	case <-w.done:
		// The writer is gone; it may have answered in its last round.
		select {
		case <-op.done:
		default:
			return errClosed
		}
	}
	if op.panicked != nil {
		panic(op.panicked)
	}
	return op.err
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case op := <-w.queue:
			w.round(op)
		case do := <-w.idle:
			do(w.conn)
		case <-w.quit:
			for {
				select {
				case op := <-w.queue:
					w.round(op)
				default:
					return
				}
			}
		}
	}
}

// round carries out one transaction's worth of writes, beginning with op.
func (w *writer) round(op *write) {
	batch := make([]*write, 0, writeBatch)
	if err := w.control(w.begin); err != nil {
		w.fail(op, fmt.Errorf("a transaction cannot begin: %w", err))
		return
	}
	yielded := false
	for op != nil {
		if op.state.CompareAndSwap(writeWaiting, writeRunning) {
			batch = append(batch, op)
			if err := w.try(op); err != nil && (w.changes > 0 || abortsTx(err)) {
				// It failed halfway, or SQLite may have undone everything.
				w.retryIndividually(batch)
				return
			}
		}
		op = nil
		if len(batch) < writeBatch {
			select {
			case op = <-w.queue:
			default:
				// Let those run who are about to queue, once.
				if !yielded {
					yielded = true
					runtime.Gosched()
					select {
					case op = <-w.queue:
					default:
					}
				}
			}
		}
	}
	if err := w.control(w.commit); err != nil {
		_ = w.control(w.rollback)
		err = fmt.Errorf("a transaction cannot be committed: %w", err)
		for _, op := range batch {
			w.fail(op, err)
		}
		return
	}
	for _, op := range batch {
		w.finish(op)
	}
}

// finish acknowledges a write that the last commit holds. One that failed changed
// nothing and does nothing after.
func (w *writer) finish(op *write) {
	w.committed.Add(1)
	if op.err == nil {
		for _, do := range op.after {
			do()
		}
	}
	close(op.done)
}

// retryIndividually undoes the shared transaction and gives each write one of its own.
func (w *writer) retryIndividually(batch []*write) {
	// After a grave fault SQLite has rolled back by itself and this one fails;
	// if it fails otherwise, the next beginning does.
	_ = w.control(w.rollback)
	for _, op := range batch {
		if err := w.control(w.begin); err != nil {
			w.fail(op, err)
			continue
		}
		end := w.commit
		if w.try(op) != nil {
			end = w.rollback
		}
		if err := w.control(end); err != nil && op.err == nil {
			_ = w.control(w.rollback)
			op.err = fmt.Errorf("a transaction cannot be committed: %w", err)
		}
		w.finish(op)
	}
}

// betweenTransactions does something on the writer's connection between two transactions. A
// writer that is stopped does nothing any more.
func (w *writer) betweenTransactions(do func(*sql.Conn)) {
	over := make(chan struct{})
	select {
	case w.idle <- func(conn *sql.Conn) { do(conn); close(over) }:
		<-over
	case <-w.quit:
	}
}

func (w *writer) fail(op *write, err error) {
	op.err = err
	close(op.done)
}

// try runs one write. A panic is handed to whoever asked for it.
func (w *writer) try(op *write) (err error) {
	w.changes, w.running = 0, op
	op.err, op.panicked, op.after = nil, nil, nil
	defer func() {
		if p := recover(); p != nil {
			op.panicked, op.err = p, errors.New("the write panicked")
		}
		err = op.err
	}()
	op.err = op.fn(w)
	return op.err
}

func (w *writer) control(st *sql.Stmt) error {
	_, err := st.ExecContext(context.Background())
	return err
}

func (w *writer) statement(st *statement) (*sql.Stmt, error) {
	if p := w.prepared[st.index]; p != nil {
		return p, nil
	}
	p, err := w.conn.PrepareContext(context.Background(), st.lite)
	if err != nil {
		return nil, err
	}
	w.prepared[st.index] = p
	return p, nil
}

func (w *writer) exec(st *statement, args ...any) (int64, error) {
	p, err := w.statement(st) //nolint:sqlclosecheck // closed with the writer
	if err != nil {
		return 0, err
	}
	done, err := p.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	if n > 0 {
		w.changes++
	}
	return n, err
}

func (w *writer) query(st *statement, args ...any) (*sql.Rows, error) {
	p, err := w.statement(st) //nolint:sqlclosecheck // closed with the writer
	if err != nil {
		return nil, err
	}
	if st.returns {
		w.changes++
	}
	return p.QueryContext(context.Background(), args...)
}

func (w *writer) after(do func()) { w.running.after = append(w.running.after, do) }

// orm counts as a change, for bun's queries are not seen here.
func (w *writer) orm() bun.IConn {
	w.changes++
	return w.conn
}

func (w *writer) stop() {
	w.stopOnce.Do(func() { close(w.quit) })
	<-w.done
}

func (w *writer) closeStatements() error {
	var faults []error
	for _, p := range append(w.prepared, w.begin, w.commit, w.rollback) {
		if p != nil {
			faults = append(faults, p.Close())
		}
	}
	return errors.Join(faults...)
}
