package realtime

import (
	"strconv"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// The tags of a heartbeat: how often Redis has lost data, and how many milliseconds ago
// the last time was noticed.
const (
	tagEra    = "era"
	tagEraAge = "age"
)

// rollbackDetector notices that Redis has lost data: it has restarted without its memory
// or from an older snapshot, or a replica that was behind has taken over. Then offsets are
// given out again, and pages would take new events for some that they have already.
//
// Every publication of a channel has a larger offset than the one before; one that has
// not was made by a Redis that lost data. Heartbeats tell the other nodes.
type rollbackDetector struct {
	// onRollback is called, in a goroutine of its own, when a new era begins.
	onRollback func()

	mu sync.Mutex
	// era counts how often Redis has lost data, on all nodes; since is when the last
	// time was noticed.
	era   uint64
	since time.Time
	// channels are those that the broker hears.
	channels map[string]offsets
	// overlaps counts the times that two connections hear the same.
	overlaps int
}

// offsets are how far a channel has come.
type offsets struct {
	epoch string
	// heard is the last publication that arrived here; known may be a later one that
	// this node has published.
	heard, known uint64
}

func newRollbackDetector(onRollback func()) *rollbackDetector {
	return &rollbackDetector{onRollback: onRollback, channels: map[string]offsets{}}
}

// hear takes in a publication that arrived.
func (d *rollbackDetector) hear(channel string, at centrifuge.StreamPosition) {
	if at.Epoch == "" {
		return // without history
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	last, ok := d.channels[channel]
	if ok && d.overlaps == 0 && last.contradicts(channel, last.heard, at) {
		d.begin(d.era+1, time.Now())
		last = offsets{}
	}
	if last.epoch != at.Epoch {
		last = offsets{epoch: at.Epoch}
	}
	last.heard, last.known = max(last.heard, at.Offset), max(last.known, at.Offset)
	d.channels[channel] = last
}

// contradicts reports whether a publication at a position cannot follow the offset.
func (o offsets) contradicts(channel string, offset uint64, at centrifuge.StreamPosition) bool {
	if o.epoch != at.Epoch {
		// Centrifuge notices that by itself, in channels with pages. They also begin
		// anew after a long silence, which the channel of the nodes never has.
		return channel == heartbeatChannel
	}
	return at.Offset <= offset
}

// publishing returns what is known of a channel before something is published in it.
func (d *rollbackDetector) publishing(channel string) (last offsets, era uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.channels[channel], d.era
}

// published takes in where something was published for which publishing returned last
// and era.
func (d *rollbackDetector) published(channel string, last offsets, era uint64, at centrifuge.StreamPosition) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if era != d.era || last.epoch == "" {
		return
	}
	if last.contradicts(channel, last.known, at) {
		d.begin(era+1, time.Now())
		d.channels[channel] = offsets{epoch: at.Epoch, known: at.Offset}
		return
	}
	if now, ok := d.channels[channel]; ok && now.epoch == at.Epoch {
		now.known = max(now.known, at.Offset)
		d.channels[channel] = now
	}
}

// begin begins an era; d.mu is held. Nothing is known of Redis then.
func (d *rollbackDetector) begin(era uint64, since time.Time) {
	d.era, d.since = era, since
	clear(d.channels)
	go d.onRollback()
}

// tags are what heartbeats tell other nodes.
func (d *rollbackDetector) tags(now time.Time) map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.era == 0 {
		return nil
	}
	return map[string]string{
		tagEra:    strconv.FormatUint(d.era, 10),
		tagEraAge: strconv.FormatInt(now.Sub(d.since).Milliseconds(), 10),
	}
}

// adopt takes in the tags of a heartbeat. A node that has just started learns of an
// era that began long ago: no page has a position from before.
func (d *rollbackDetector) adopt(tags map[string]string, now time.Time) {
	era, _ := strconv.ParseUint(tags[tagEra], 10, 64)
	age, _ := strconv.ParseInt(tags[tagEraAge], 10, 64)
	since := now.Add(-time.Duration(age) * time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case era <= d.era:
	case now.Sub(since) > resultRetention:
		d.era, d.since = era, since
	default:
		d.begin(era, since)
	}
}

// isRecent reports whether pages may have positions from before Redis lost data.
func (d *rollbackDetector) isRecent() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.era > 0 && time.Since(d.since) <= resultRetention
}

// overlap begins a time in which two connections hear the same, in any order.
func (d *rollbackDetector) overlap() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.overlaps++
}

// endOverlap ends that time, and forgets the channels that are not heard any more.
func (d *rollbackDetector) endOverlap(isHeard func(channel string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.overlaps--
	for channel := range d.channels {
		if !isHeard(channel) {
			delete(d.channels, channel)
		}
	}
}
