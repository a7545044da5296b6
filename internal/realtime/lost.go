package realtime

import (
	"sync"
	"time"
)

const (
	// refreshRetryInterval is how often it is tried to tell pages that they missed an event.
	refreshRetryInterval = time.Second
	// maxMissedChannels is how many channels may wait for that.
	maxMissedChannels = 10_000
)

// missedEvents are the channels in which an event could not be published. The event took no
// offset, so no page can notice by itself. The zero value is ready for use.
type missedEvents struct {
	mu       sync.Mutex
	channels map[string]struct{}
	// failedAt is when an event failed last.
	failedAt time.Time
}

// add notes a channel, unless too many are noted already.
func (m *missedEvents) add(channel string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.channels[channel]; !known && len(m.channels) >= maxMissedChannels {
		return false
	}
	if m.channels == nil {
		m.channels = map[string]struct{}{}
	}
	m.failedAt = time.Now()
	m.channels[channel] = struct{}{}
	return true
}

func (m *missedEvents) lastFailure() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failedAt
}

// take removes one channel and returns it.
func (m *missedEvents) take() (channel string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for channel = range m.channels {
		delete(m.channels, channel)
		return channel, true
	}
	return "", false
}

// publishRefreshes asks the pages of every channel that has lost an event for a snapshot, as
// soon as Redis takes that, until the channel stops. The request is an event like
// others: pages that are away recover it, or find that they cannot recover.
func (h *Hub) publishRefreshes() {
	tick := time.NewTicker(refreshRetryInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		if !h.heartbeat.receivedSince(h.missedEvents.lastFailure()) {
			continue // its own pages would miss that, too
		}
		for {
			channel, ok := h.missedEvents.take()
			// One that fails is noted again.
			if !ok || h.publish(channel, Event{Type: EventRefresh, Data: struct{}{}}) != nil {
				break
			}
		}
	}
}
