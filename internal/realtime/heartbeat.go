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
	heartbeatChannel  = "nodes"
	heartbeatInterval = time.Second
	// resubscribeAfter of silence the subscription is made again: after a broken
	// connection Centrifuge subscribes anew only to what pages hear.
	resubscribeAfter = 2 * time.Second
	// isolatedAfter is how long a node may not hear itself before it counts as cut off.
	isolatedAfter = 5 * time.Second
	// goneAfter is how long another node may be silent before it counts as dead.
	goneAfter = 4 * time.Second
)

// ErrIsolated is why a node without a working Redis serves nobody: what is published on
// other nodes does not reach its pages.
var ErrIsolated = errors.New("nothing that is published in Redis reaches this node")

// ErrRefused is why a node serves nobody whose Redis returns but takes no events: its
// disk or its memory is full, or it has become a replica.
var ErrRefused = errors.New("Redis refuses what this node publishes")

// pulseHistory makes a heartbeat the same as an event for Redis: one that takes no
// writes would still pass on a message without history.
var pulseHistory = centrifuge.PublishOptions{HistorySize: 1, HistoryTTL: time.Minute}

// heartbeat is what a node hears of all nodes, itself included, over the very
// connection that carries events.
type heartbeat struct {
	self   string
	broker centrifuge.Broker

	mu        sync.Mutex
	lastHeard map[string]time.Time
	isolated  bool
	// refusal is Redis's answer to the last heartbeat, unless it took that.
	refusal error
	// aliveSince is since when this node has received its own heartbeat without a gap.
	aliveSince time.Time
}

func newHeartbeat(self string, broker centrifuge.Broker, now time.Time) *heartbeat {
	return &heartbeat{self: self, broker: broker, lastHeard: map[string]time.Time{self: now}, aliveSince: now}
}

// beat takes in a sign of life.
func (p *heartbeat) beat(node string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastHeard[node] = now
}

// evaluate judges the silence of all nodes at now. A node that is cut off itself
// judges no other.
func (p *heartbeat) evaluate(now time.Time) (silence time.Duration, turned bool, gone []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	silence = now.Sub(p.lastHeard[p.self])
	isolated := silence > isolatedAfter
	turned = isolated != p.isolated
	p.isolated = isolated
	if silence > resubscribeAfter {
		p.aliveSince = now
	}
	for node, at := range p.lastHeard {
		switch {
		case node == p.self:
		case silence > resubscribeAfter:
			p.lastHeard[node] = now // its silence counts from when this node hears again
		case now.Sub(at) > goneAfter:
			delete(p.lastHeard, node)
			gone = append(gone, node)
		}
	}
	return silence, turned, gone
}

// nodes are all that live.
func (p *heartbeat) nodes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := make([]string, 0, len(p.lastHeard))
	for id := range p.lastHeard {
		ids = append(ids, id)
	}
	return ids
}

// isGone reports whether another node has not been heard for so long that it must have
// ended. A node that could not have heard it judges no other.
func (p *heartbeat) isGone(node string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, heard := p.lastHeard[node]
	return !heard && now.Sub(p.aliveSince) > goneAfter
}

// receivedSince reports whether this node has heard itself after t. One that is deaf has no
// pages to wait for.
func (p *heartbeat) receivedSince(t time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isolated || p.lastHeard[p.self].After(t)
}

// sent notes what became of the last heartbeat of this node.
func (p *heartbeat) sent(err error) {
	if _, answered := rueidis.IsRedisErr(err); !answered {
		err = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = err
}

// fault is why this node is cut off, or nil.
func (p *heartbeat) fault() error {
	if !p.isIsolated() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refusal != nil {
		return fmt.Errorf("%w: %w", ErrRefused, p.refusal)
	}
	return ErrIsolated
}

// isIsolated reports whether this node is cut off; a nil pulse never is.
func (p *heartbeat) isIsolated() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isolated
}

// runHeartbeat sends this node's sign of life and watches everybody's, until the
// channel stops.
func (h *Hub) runHeartbeat() {
	broker := h.heartbeat.broker
	tick := time.NewTicker(heartbeatInterval)
	defer tick.Stop()
	for subscribed := false; ; {
		if !subscribed {
			if err := broker.Subscribe(heartbeatChannel); err != nil {
				h.log.Warn("could not subscribe to the channel of the nodes", "error", err)
			}
		}
		options := pulseHistory
		options.Tags = h.rollbacks.tags(time.Now())
		_, err := broker.Publish(heartbeatChannel, []byte(h.node.ID()), options)
		if err != nil {
			h.log.Debug("could not send a heartbeat", "error", err)
		}
		h.heartbeat.sent(err)
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		silence, turned, gone := h.heartbeat.evaluate(time.Now())
		subscribed = silence <= resubscribeAfter
		switch {
		case turned && silence > isolatedAfter:
			h.log.Error("cut off from Redis; sending pages to other nodes", "silence", silence, "error", h.heartbeat.fault())
			h.disconnectAll()
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

// startOver breaks every connection of this node because Redis has lost data. The pages
// reconnect and fetch the state of their meetings.
func (h *Hub) startOver() {
	h.log.Warn("events are lost in Redis; pages reconnect and read their state again")
	h.disconnectAll()
}

// subscription is what pages that connect now are subscribed with. Positions from before
// Redis lost data lead nowhere: until no page that lost its connection then has a place
// any more, nothing is recovered.
func (h *Hub) subscription() centrifuge.SubscribeOptions {
	stale := h.rollbacks != nil && h.rollbacks.isRecent()
	return centrifuge.SubscribeOptions{EnableRecovery: !stale, EnablePositioning: true}
}

// disconnectAll breaks every connection of this node; the pages reconnect.
func (h *Hub) disconnectAll() {
	h.mu.Lock()
	all := h.connectionsWhere(func(*connection) bool { return true })
	h.mu.Unlock()
	for _, conn := range all {
		conn.close(centrifuge.DisconnectShutdown)
	}
}

// Check returns nil while what is published anywhere reaches this node's pages,
// else ErrIsolated or ErrRefused.
func (h *Hub) Check() error { return h.heartbeat.fault() }
