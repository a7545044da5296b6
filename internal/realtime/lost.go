package realtime

import (
	"sync"
	"time"
)

const (
	// lossEvery is how often it is tried to tell pages that they missed an event.
	lossEvery = time.Second
	// maxLost is how many channels may wait for that.
	maxLost = 10_000
)

// lost are the channels in which an event could not be published. The event took no
// offset, so no page can notice by itself. The zero value is ready for use.
type lost struct {
	mu       sync.Mutex
	channels map[string]struct{}
	// at is when an event failed last.
	at time.Time
}

// add notes a channel, unless too many are noted already.
func (l *lost) add(channel string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.channels[channel]; !known && len(l.channels) >= maxLost {
		return false
	}
	if l.channels == nil {
		l.channels = map[string]struct{}{}
	}
	l.at = time.Now()
	l.channels[channel] = struct{}{}
	return true
}

func (l *lost) last() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// take removes one channel and answers it.
func (l *lost) take() (channel string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for channel = range l.channels {
		delete(l.channels, channel)
		return channel, true
	}
	return "", false
}

// tellOfLoss asks the pages of every channel that has lost an event for a snapshot, as
// soon as Redis takes that, until the channel stops. The request is an event like
// others: pages that are away recover it, or find that they cannot recover.
func (h *Hub) tellOfLoss() {
	tick := time.NewTicker(lossEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		if !h.pulse.hearsSince(h.lost.last()) {
			continue // its own pages would miss that, too
		}
		for {
			channel, ok := h.lost.take()
			// One that fails is noted again.
			if !ok || h.publish(channel, Event{Type: EventRefresh, Data: struct{}{}}) != nil {
				break
			}
		}
	}
}
