package realtime

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/redis/rueidis"
)

// How nodes that share a Redis watch each other and themselves.
const (
	pulseChannel = "nodes"
	pulseEvery   = time.Second
	// resubscribeAfter of silence the subscription is made again: after a broken
	// connection Centrifuge subscribes anew only to what pages hear.
	resubscribeAfter = 2 * time.Second
	// deafAfter is how long a node may not hear itself before it counts as cut off.
	deafAfter = 5 * time.Second
	// goneAfter is how long another node may be silent before it counts as dead.
	goneAfter = 4 * time.Second
	// noticedWithin is how long it takes until all nodes have noticed that Redis has
	// gone back.
	noticedWithin = 3 * time.Second
)

// ErrDeaf is why a node without a working Redis serves nobody: what is published on
// other nodes does not reach its pages.
var ErrDeaf = errors.New("nothing that is published in Redis reaches this node")

// ErrRefused is why a node serves nobody whose Redis answers but takes no events: its
// disk or its memory is full, or it has become a replica.
var ErrRefused = errors.New("Redis refuses what this node publishes")

// pulseHistory makes a heartbeat the same as an event for Redis: one that takes no
// writes would still pass on a message without history.
var pulseHistory = centrifuge.PublishOptions{HistorySize: 1, HistoryTTL: time.Minute}

// pulse is what a node hears of all nodes, itself included, over the very
// connection that carries events.
type pulse struct {
	self   string
	broker centrifuge.Broker

	mu    sync.Mutex
	heard map[string]time.Time
	deaf  bool
	// refusal is Redis's answer to the last heartbeat, unless it took that.
	refusal error
	// hearing is since when this node has heard itself without a gap.
	hearing time.Time
	// reached is how far the channel of the nodes is known to have come in Redis.
	reached centrifuge.StreamPosition
}

func newPulse(self string, broker centrifuge.Broker, now time.Time) *pulse {
	return &pulse{self: self, broker: broker, heard: map[string]time.Time{self: now}, hearing: now}
}

// beat takes in a sign of life.
func (p *pulse) beat(node string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard[node] = now
}

// position is how far the channel of the nodes is known to have come.
func (p *pulse) position() centrifuge.StreamPosition {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reached
}

// passed notes where somebody's heartbeat, which this node heard, stands.
func (p *pulse) passed(at centrifuge.StreamPosition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.Epoch == p.reached.Epoch {
		p.reached.Offset = max(p.reached.Offset, at.Offset)
	}
}

// stored notes where a heartbeat of this node stands that was sent when the channel had
// come to before. It reports whether Redis has gone back meanwhile: it lost its memory,
// read an older snapshot, or a replica took over that did not know everything.
func (p *pulse) stored(before, at centrifuge.StreamPosition) (wentBack bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wentBack = before.Epoch != "" && (at.Epoch != before.Epoch || at.Offset <= before.Offset)
	if wentBack || at.Epoch != p.reached.Epoch || at.Offset > p.reached.Offset {
		p.reached = at
	}
	return wentBack
}

// look judges the silence of all nodes at now. A node that is cut off itself
// judges no other.
func (p *pulse) look(now time.Time) (silence time.Duration, turned bool, gone []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	silence = now.Sub(p.heard[p.self])
	deaf := silence > deafAfter
	turned = deaf != p.deaf
	p.deaf = deaf
	if silence > resubscribeAfter {
		p.hearing = now
	}
	for node, at := range p.heard {
		switch {
		case node == p.self:
		case silence > resubscribeAfter:
			p.heard[node] = now // its silence counts from when this node hears again
		case now.Sub(at) > goneAfter:
			delete(p.heard, node)
			gone = append(gone, node)
		}
	}
	return silence, turned, gone
}

// nodes are all that live.
func (p *pulse) nodes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := make([]string, 0, len(p.heard))
	for id := range p.heard {
		ids = append(ids, id)
	}
	return ids
}

// isGone reports whether another node has not been heard for so long that it must have
// ended. A node that could not have heard it judges no other.
func (p *pulse) isGone(node string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, heard := p.heard[node]
	return !heard && now.Sub(p.hearing) > goneAfter
}

// hearsSince reports whether this node has heard itself after t. One that is deaf has no
// pages to wait for.
func (p *pulse) hearsSince(t time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deaf || p.heard[p.self].After(t)
}

// sent notes what became of the last heartbeat of this node.
func (p *pulse) sent(err error) {
	if _, answered := rueidis.IsRedisErr(err); !answered {
		err = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = err
}

// fault is why this node is cut off, or nil.
func (p *pulse) fault() error {
	if !p.isDeaf() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refusal != nil {
		return fmt.Errorf("%w: %w", ErrRefused, p.refusal)
	}
	return ErrDeaf
}

// isDeaf reports whether this node is cut off; a nil pulse never is.
func (p *pulse) isDeaf() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deaf
}

// keepPulse sends this node's sign of life and watches everybody's, until the
// channel stops.
func (h *Hub) keepPulse() {
	broker := h.pulse.broker
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	for subscribed := false; ; {
		if !subscribed {
			if err := broker.Subscribe(pulseChannel); err != nil {
				h.log.Warn("could not subscribe to the channel of the nodes", "error", err)
			}
		}
		before := h.pulse.position()
		sent, err := broker.Publish(pulseChannel, []byte(h.node.ID()), pulseHistory)
		switch {
		case err != nil:
			h.log.Debug("could not send a heartbeat", "error", err)
		case h.pulse.stored(before, sent.StreamPosition):
			h.startOver()
			h.tell(orderStartOver, order{}) // another node may not be able to tell
		}
		h.pulse.sent(err)
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		silence, turned, gone := h.pulse.look(time.Now())
		subscribed = silence <= resubscribeAfter
		switch {
		case turned && silence > deafAfter:
			h.log.Error("cut off from Redis; sending pages to other nodes", "silence", silence, "error", h.pulse.fault())
			h.dropAll()
		case turned:
			h.log.Info("connected to Redis again")
		}
		for _, node := range gone {
			h.log.Warn("another node stopped responding", "node", node)
		}
		if len(gone) > 0 && h.config.NodeGone != nil {
			h.config.NodeGone()
		}
	}
}

// startOver breaks every line of this node because Redis has gone back: Centrifuge would
// take the next events for some that pages have heard. The pages reconnect and fetch the
// state of their meetings. When another node says the same, it has been done.
func (h *Hub) startOver() {
	h.mu.Lock()
	now := time.Now()
	done := now.Sub(h.startedOver) < noticedWithin
	if !done {
		h.startedOver = now
	}
	h.mu.Unlock()
	if done {
		return
	}
	h.log.Warn("events are lost in Redis; pages reconnect and read their state again")
	h.dropAll()
}

// subscription is what pages that connect now are subscribed with. Positions from before
// Redis went back lead nowhere: until no page that lost its connection then has a place
// any more, nothing is recovered.
func (h *Hub) subscription() centrifuge.SubscribeOptions {
	h.mu.Lock()
	defer h.mu.Unlock()
	return centrifuge.SubscribeOptions{EnableRecovery: time.Since(h.startedOver) > requestMemory, EnablePositioning: true}
}

// dropAll breaks every line of this node; the pages reconnect.
func (h *Hub) dropAll() {
	h.mu.Lock()
	all := h.linesWhere(func(*line) bool { return true })
	h.mu.Unlock()
	for _, l := range all {
		l.close(centrifuge.DisconnectShutdown)
	}
}

// Check answers nil while what is published anywhere reaches this node's pages,
// else ErrDeaf or ErrRefused.
func (h *Hub) Check() error { return h.pulse.fault() }
