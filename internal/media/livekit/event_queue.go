package livekit

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/internal/media"
)

// eventQueueSize is how many events wait for a slow handler before reporters wait too.
const eventQueueSize = 1024

// eventQueue hands events to the owner's handler, one at a time and in order.
type eventQueue struct {
	queue   chan media.Event
	handler atomic.Pointer[func(media.Event)]
	// first runs before the handler for each event.
	first func(media.Event)

	stop sync.Once
	quit chan struct{}
	done chan struct{}
}

func newEventQueue(first func(media.Event)) *eventQueue {
	q := &eventQueue{
		queue: make(chan media.Event, eventQueueSize),
		first: first,
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	go q.run()
	return q
}

func (q *eventQueue) onEvent(h func(media.Event)) {
	if h == nil {
		q.handler.Store(nil)
		return
	}
	q.handler.Store(&h)
}

// put waits for room in the queue; it gives up when the queue has been closed.
func (q *eventQueue) put(events ...media.Event) {
	for _, e := range events {
		select {
		case q.queue <- e:
		case <-q.quit:
			return
		}
	}
}

func (q *eventQueue) run() {
	defer close(q.done)
	for {
		select {
		case e := <-q.queue:
			q.deliver(e)
		case <-q.quit:
			for {
				select {
				case e := <-q.queue:
					q.deliver(e)
				default:
					return
				}
			}
		}
	}
}

func (q *eventQueue) deliver(e media.Event) {
	q.first(e)
	if h := q.handler.Load(); h != nil {
		(*h)(e)
	}
}

// close delivers what is queued and waits for it, until ctx ends.
func (q *eventQueue) close(ctx context.Context) error {
	q.stop.Do(func() { close(q.quit) })
	select {
	case <-q.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
