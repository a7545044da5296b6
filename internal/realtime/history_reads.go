package realtime

import (
	"errors"
	"sync"

	"github.com/centrifugal/centrifuge"
)

// historyReads lets callers share a read of the same history: many pages come back at
// once after a cut. A caller never shares a read that began before the call, for a page
// that has subscribed meanwhile would miss what was published in between.
//
// Centrifuge's own way (UseSingleFlight) shares reads that have begun, and shares them
// between all nodes of the process, whatever Redis they use.
type historyReads struct {
	mu sync.Mutex
	// running are the reads that have begun, and next those that begin when they end.
	running, next map[historyKey]*historyRead
}

// historyKey is what a read asks for. The position is apart, for options hold a pointer.
type historyKey struct {
	channel string
	options centrifuge.HistoryOptions
	since   centrifuge.StreamPosition
	recover bool
}

// errReadAborted is what callers get that share a read which panicked.
var errReadAborted = errors.New("the read of the history was aborted")

type historyRead struct {
	done         chan struct{}
	publications []*centrifuge.Publication
	top          centrifuge.StreamPosition
	err          error
}

func newHistoryReads() *historyReads {
	return &historyReads{running: map[historyKey]*historyRead{}, next: map[historyKey]*historyRead{}}
}

func newHistoryKey(channel string, options centrifuge.HistoryOptions) historyKey {
	key := historyKey{channel: channel, options: options}
	if since := options.Filter.Since; since != nil {
		key.since, key.recover = *since, true
		key.options.Filter.Since = nil
	}
	return key
}

// do returns what read answers, or what a read of the same that began after the call did.
func (h *historyReads) do(channel string, options centrifuge.HistoryOptions, read func(string, centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error)) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
	key := newHistoryKey(channel, options)
	h.mu.Lock()
	if r := h.next[key]; r != nil {
		h.mu.Unlock()
		<-r.done
		return r.publications, r.top, r.err
	}
	r := &historyRead{done: make(chan struct{})}
	if before := h.running[key]; before != nil {
		h.next[key] = r
		h.mu.Unlock()
		<-before.done
		h.mu.Lock()
		delete(h.next, key)
	}
	h.running[key] = r
	h.mu.Unlock()
	r.err = errReadAborted
	defer func() {
		h.mu.Lock()
		delete(h.running, key)
		h.mu.Unlock()
		close(r.done)
	}()
	r.publications, r.top, r.err = read(channel, options)
	return r.publications, r.top, r.err
}
