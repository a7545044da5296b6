package livekit

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/internal/media"
)

// pumpDepth is how many events wait for a slow handler before reporters wait too.
const pumpDepth = 1024

// pump hands events to the owner's handler, one at a time and in order.
type pump struct {
	queue   chan media.Event
	handler atomic.Pointer[func(media.Event)]
	// first runs before the handler for each event.
	first func(media.Event)

	stop sync.Once
	quit chan struct{}
	done chan struct{}
}

func newPump(first func(media.Event)) *pump {
	p := &pump{
		queue: make(chan media.Event, pumpDepth),
		first: first,
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	go p.run()
	return p
}

func (p *pump) onEvent(h func(media.Event)) {
	if h == nil {
		p.handler.Store(nil)
		return
	}
	p.handler.Store(&h)
}

// put waits for room in the queue; it gives up when the pump has been closed.
func (p *pump) put(events ...media.Event) {
	for _, e := range events {
		select {
		case p.queue <- e:
		case <-p.quit:
			return
		}
	}
}

func (p *pump) run() {
	defer close(p.done)
	for {
		select {
		case e := <-p.queue:
			p.deliver(e)
		case <-p.quit:
			for {
				select {
				case e := <-p.queue:
					p.deliver(e)
				default:
					return
				}
			}
		}
	}
}

func (p *pump) deliver(e media.Event) {
	p.first(e)
	if h := p.handler.Load(); h != nil {
		(*h)(e)
	}
}

// close delivers what is queued and waits for it, until ctx ends.
func (p *pump) close(ctx context.Context) error {
	p.stop.Do(func() { close(p.quit) })
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
