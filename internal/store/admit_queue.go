package store

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Bounds of the queue of participants.
const (
	// admitQueueSize is how many joins wait before more of them wait to wait.
	admitQueueSize = 1024
	admitBatchSize = 64
	// admitTimeout is how long one statement may take before its joins are refused.
	admitTimeout = 6 * time.Second
)

// admitQueue is the one goroutine that admits participants in running sessions of
// a PostgreSQL database: joins that wait share a statement, so that they share its
// way there and back and its commit too. Each is answered only after it.
//
// A queue holds no two places of one session. Other nodes would lock the rows
// of several sessions in another order, so with them there is no queue.
type admitQueue struct {
	engine   *postgresEngine
	waiting  chan *participantRequest
	quit     chan struct{}
	done     chan struct{}
	stopOnce sync.Once
}

func newAdmitQueue(e *postgresEngine) *admitQueue {
	q := &admitQueue{engine: e, waiting: make(chan *participantRequest, admitQueueSize), quit: make(chan struct{}), done: make(chan struct{})}
	go q.run()
	return q
}

// take waits for its turn and for the commit. A context that ends while the place
// waits abandons it; once it is being taken, the result is awaited, so that nobody
// is in doubt.
func (q *admitQueue) take(ctx context.Context, p *participantRequest) error {
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

func (q *admitQueue) run() {
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

// round admits all who wait, beginning with p.
func (q *admitQueue) round(p *participantRequest) {
	batch := make([]*participantRequest, 0, admitBatchSize)
	for yielded := false; p != nil; {
		if p.claimed.CompareAndSwap(false, true) {
			batch = append(batch, p)
		}
		p = nil
		if len(batch) == admitBatchSize {
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
	ctx, cancel := context.WithTimeout(context.Background(), admitTimeout)
	defer cancel()
	err := q.engine.admitBatch(ctx, batch)
	// What PostgreSQL itself refused it has undone, and it may be one's fault
	// alone. After any other fault nobody knows what was kept: that is told.
	var refused *pgconn.PgError
	apart := len(batch) > 1 && errors.As(err, &refused)
	for i, p := range batch {
		p.err = err
		if apart {
			p.err = q.engine.admitBatch(ctx, batch[i:i+1])
		}
		close(p.done)
	}
}

func (q *admitQueue) stop() {
	q.stopOnce.Do(func() { close(q.quit) })
	<-q.done
}
