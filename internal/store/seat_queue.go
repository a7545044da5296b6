package store

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Bounds of the queue of seats.
const (
	// seatQueueSize is how many joins wait before more of them wait to wait.
	seatQueueSize = 1024
	seatBatch     = 64
	// seatTime is how long one statement may take before its joins are refused.
	seatTime = 6 * time.Second
)

// seatQueue is the one goroutine that takes seats in running sessions of a
// PostgreSQL database: joins that wait share a statement, so that they share
// its way there and back and its commit too. Each is answered only after it.
//
// A queue holds no two places of one session. Other nodes would lock the rows
// of several sessions in another order, so with them there is no queue.
type seatQueue struct {
	engine   *postgresEngine
	waiting  chan *seating
	quit     chan struct{}
	done     chan struct{}
	stopOnce sync.Once
}

func newSeatQueue(e *postgresEngine) *seatQueue {
	q := &seatQueue{engine: e, waiting: make(chan *seating, seatQueueSize), quit: make(chan struct{}), done: make(chan struct{})}
	go q.run()
	return q
}

// take waits for its turn and for the commit. A
// context that ends while the place waits abandons it; once it is being taken,
// the answer is awaited, so that nobody is in doubt.
func (q *seatQueue) take(ctx context.Context, p *seating) error {
	p.done = make(chan struct{})
	select {
	case q.waiting <- p:
	case <-q.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		if p.claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-p.done
	case <-q.done:
		// It may have been answered in the last round.
		select {
		case <-p.done:
		default:
			return errClosed
		}
	}
	return p.err
}

func (q *seatQueue) run() {
	defer close(q.done)
	for {
		select {
		case p := <-q.waiting:
			q.round(p)
		case <-q.quit:
			for {
				select {
				case p := <-q.waiting:
					q.round(p)
				default:
					return
				}
			}
		}
	}
}

// round takes the seats of all who wait, beginning with p.
func (q *seatQueue) round(p *seating) {
	batch := make([]*seating, 0, seatBatch)
	for yielded := false; p != nil; {
		if p.claimed.CompareAndSwap(false, true) {
			batch = append(batch, p)
		}
		p = nil
		if len(batch) == seatBatch {
			break
		}
		select {
		case p = <-q.waiting:
		default:
			if yielded {
				break
			}
			// Let those run who are about to queue, once.
			yielded = true
			runtime.Gosched()
			select {
			case p = <-q.waiting:
			default:
			}
		}
	}
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), seatTime)
	defer cancel()
	err := q.engine.take(ctx, batch)
	// What PostgreSQL itself refused it has undone, and it may be one's fault
	// alone. After any other fault nobody knows what was kept: that is told.
	var refused *pgconn.PgError
	apart := len(batch) > 1 && errors.As(err, &refused)
	for i, p := range batch {
		p.err = err
		if apart {
			p.err = q.engine.take(ctx, batch[i:i+1])
		}
		close(p.done)
	}
}

func (q *seatQueue) stop() {
	q.stopOnce.Do(func() { close(q.quit) })
	<-q.done
}
