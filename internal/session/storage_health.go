package session

import (
	"sync"
	"time"
)

// storageHealth is what this node knows of its storage. While that was away no
// lease could be renewed, so that all are over when it is back: then pages and
// other nodes get time to show who is there before anybody is removed.
type storageHealth struct {
	mu        sync.Mutex
	failing   bool
	healthyAt time.Time // since when it works again; zero if it never failed
}

// note takes in how a call at now went, and reports whether the storage has just
// come back.
func (h *storageHealth) note(err error, now time.Time) (back bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	back = h.failing && err == nil
	if back {
		h.healthyAt = now
	}
	h.failing = err != nil
	return back
}

// healthyFor reports whether the storage has worked for a time before now.
func (h *storageHealth) healthyFor(span time.Duration, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.failing && (h.healthyAt.IsZero() || now.Sub(h.healthyAt) >= span)
}
