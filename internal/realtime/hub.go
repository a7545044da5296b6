// Package realtime is the control channel: events to pages, commands from them,
// recovery after a lost connection. It is built on Centrifuge; the contract is
// docs/protocol/control-channel.md.
package realtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/plainjson"
)

// Hub is the running control channel. Its methods may be called from several
// goroutines.
type Hub struct {
	config    Config
	backend   Backend
	node      *centrifuge.Node
	heartbeat *heartbeat        // nil for one node
	rollbacks *rollbackDetector // nil for one node
	log       *slog.Logger
	// shared is true when other nodes may hold connections too.
	shared  bool
	results *idempotencyCache
	keys    *macs
	// asking and askedIn are what each participant and each session may ask for: a
	// participant has one allowance on this node, whatever the number of
	// connections and however often they start again.
	asking, askedIn *limit.Rates
	// connectRates is how often each participant connects to this node, before the backend is
	// asked, which counts for each participant.
	connectRates *limit.Rates
	// read is what each connection may send, of whatever kind.
	read         *limit.Rates
	pendingBytes byteBudget
	recoveries   recoveries
	// missedEvents are the channels in which an event could not be published.
	missedEvents missedEvents

	// participantLocks lets Connect and Disconnected of one participant run one after the
	// other.
	participantLocks keyedMutex

	mu          sync.Mutex
	connections map[string]map[string]*connection // participant, then connection
	serial      uint64
	stopping    *centrifuge.Disconnect
	open        sync.WaitGroup // connections, until the backend knows that they are gone
}

// New starts a control channel. It fails if the configuration is not usable or
// the Redis of the configuration does not answer.
func New(config Config, backend Backend) (*Hub, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("the control channel cannot start: %w", err)
	}
	h := &Hub{
		config: config, backend: backend, log: config.Logger, shared: config.Redis != "",
		connections: map[string]map[string]*connection{}, keys: newMACs(config.TokenKey),
		asking: limit.NewRates(commandsPerSec, commandBurst), askedIn: limit.NewRates(sessionPerSec, sessionBurst),
		connectRates: limit.NewRates(connectsPerSec, connectBurst), read: limit.NewRates(readPerSec, readBurst),
	}
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel: centrifuge.LogLevelWarn, LogHandler: h.logEntry,
		// Quiet channels keep their position for an hour: without it a page
		// would be sent for a new snapshot although it missed nothing.
		HistoryMetaTTL:        max(time.Hour, 4*config.HistoryTTL),
		ClientQueueMaxSize:    maxClientQueue,
		ClientStaleCloseDelay: 10 * time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("the control channel cannot start: %w", err)
	}
	h.node = node
	h.results = newIdempotencyCache(node, h.shared, h.log)
	if h.shared {
		if err := h.useRedis(); err != nil {
			return nil, err
		}
	}
	node.OnCommandRead(h.commandRead)
	node.OnConnecting(h.onConnecting)
	node.OnConnect(h.onConnect)
	node.OnNotification(h.onNotification)
	node.OnSurvey(h.onSurvey)
	if err := node.Run(); err != nil {
		return nil, fmt.Errorf("the control channel cannot start: %w", err)
	}
	go h.watch()
	if h.shared {
		go h.runHeartbeat()
		go h.publishRefreshes()
		go h.runPlacementCheck()
	}
	return h, nil
}

func (c *Config) complete() error {
	if len(c.TokenKey) < 32 {
		return fmt.Errorf("TokenKey has %d bytes; it needs at least 32", len(c.TokenKey))
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.RedisPrefix == "" {
		c.RedisPrefix = "anteroom"
	}
	if c.HistorySize == 0 {
		c.HistorySize = 256
	}
	if c.HistoryTTL == 0 {
		c.HistoryTTL = 2 * time.Minute
	}
	if c.PingInterval == 0 {
		c.PingInterval = 3 * time.Second
	}
	if c.PongTimeout == 0 {
		c.PongTimeout = min(3*time.Second, c.PingInterval*11/12)
	}
	switch {
	case c.HistorySize < 0:
		return fmt.Errorf("HistorySize is %d; it must not be negative", c.HistorySize)
	case c.HistoryTTL < time.Second:
		return fmt.Errorf("HistoryTTL is %s; it must be at least one second", c.HistoryTTL)
	case c.PingInterval < time.Second:
		return fmt.Errorf("PingInterval is %s; it must be at least one second", c.PingInterval)
	case c.PongTimeout < 0 || c.PongTimeout >= c.PingInterval:
		return fmt.Errorf("PongTimeout is %s; it must be shorter than PingInterval (%s)", c.PongTimeout, c.PingInterval)
	}
	if strings.Contains(c.Redis, "://") {
		// The parser's error repeats the URL, which may hold a password.
		if _, err := url.Parse(c.Redis); err != nil {
			return errors.New("Redis is not a valid URL")
		}
	}
	return nil
}

func (h *Hub) useRedis() error {
	first, err := h.openRedis()
	if err != nil {
		return err
	}
	h.rollbacks = newRollbackDetector(h.startOver)
	broker := newSharedBroker(first, h.openRedis, h.rollbacks, h.log)
	h.heartbeat = newHeartbeat(h.node.ID(), broker, time.Now())
	broker.pulse = h.heartbeat
	h.node.SetBroker(broker)
	h.results.gone = func(node string) bool { return h.heartbeat.isGone(node, time.Now()) }
	return nil
}

func (h *Hub) openRedis() (*redisClient, error) {
	shard, err := centrifuge.NewRedisShard(h.node, centrifuge.RedisShardConfig{Address: h.config.Redis})
	if err != nil {
		// The reason comes after the first colon; the key of the configuration goes before it.
		what, reason, _ := strings.Cut(err.Error(), ": ")
		return nil, fmt.Errorf("redis: cannot be used: %s", cmp.Or(reason, what))
	}
	broker, err := centrifuge.NewRedisBroker(h.node, centrifuge.RedisBrokerConfig{
		Prefix: h.config.RedisPrefix, Shards: []*centrifuge.RedisShard{shard},
	})
	if err != nil {
		shard.Close()
		return nil, err
	}
	return &redisClient{RedisBroker: broker, shard: shard}, nil
}

func sessionChannel(id string) string     { return "session:" + id }
func participantChannel(id string) string { return "seat:" + id }

// Publish sends to everybody inside a session, on every node. What is published first
// arrives first; callers publish a session's events under the lock under which they
// took their revisions, and so in revision order. When Redis does not take an event,
// pages are asked to fetch a snapshot as soon as it takes that.
func (h *Hub) Publish(sessionID string, e Event) error {
	return h.publish(sessionChannel(sessionID), e)
}

// PublishToParticipant sends to one participant only, on every node.
func (h *Hub) PublishToParticipant(participantID string, e Event) error {
	return h.publish(participantChannel(participantID), e)
}

func (h *Hub) publish(channel string, e Event) error {
	raw, err := plainjson.Marshal(e)
	if err != nil {
		return fmt.Errorf("an event of type %s is not JSON: %w", e.Type, err)
	}
	keep := min(h.config.HistorySize, max(1, historyBytes/len(raw)))
	_, err = h.node.Publish(channel, raw, centrifuge.WithHistory(keep, h.config.HistoryTTL))
	if err != nil && h.shared && !h.missedEvents.add(channel) {
		h.log.Error("too many channels wait for Redis; some pages miss an event")
	}
	return err
}

// Position is where a session's channel stands now; Unknown if that cannot be read.
func (h *Hub) Position(sessionID string) (Position, error) {
	now, err := h.node.History(sessionChannel(sessionID))
	if err != nil {
		return Unknown, err
	}
	return Position{now.Epoch, now.Offset}, nil
}

// Erase takes the history out of a session's channel, or out of the channels of
// participants where some are named: what was published is recovered no more. Pages
// that missed something get a snapshot instead.
func (h *Hub) Erase(sessionID string, participantIDs ...string) error {
	if len(participantIDs) == 0 {
		return h.node.RemoveHistory(sessionChannel(sessionID))
	}
	faults := make([]error, len(participantIDs))
	askRedisMany(len(participantIDs), func(i int) {
		faults[i] = h.node.RemoveHistory(participantChannel(participantIDs[i]))
	})
	return errors.Join(faults...)
}

// redisConcurrency is how much Redis is asked for at the same time.
const redisConcurrency = 64

// askRedisMany calls ask with each number below count. Many calls run at a time, for a
// session waits meanwhile.
func askRedisMany(count int, ask func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(redisConcurrency, count) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				ask(i)
			}
		})
	}
	all.Wait()
}

// Connected returns the participants who are connected on this node, in no order.
func (h *Hub) Connected() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]string, 0, len(h.connections))
	for id, conns := range h.connections {
		for _, conn := range conns {
			if conn.isUp() {
				ids = append(ids, id)
				break
			}
		}
	}
	return ids
}

// Shutdown closes every connection of this node in a way that lets its page
// reconnect, to another node or to the process that follows; it waits until the
// backend has been reported, and stops the channel. The connections go one after
// the other over spread, so that the nodes that take them over are not asked by
// everybody at once. It returns the context's error if that ends first.
func (h *Hub) Shutdown(ctx context.Context, spread time.Duration) error {
	reason := centrifuge.DisconnectShutdown
	h.mu.Lock()
	h.stopping = &reason
	all := h.connectionsWhere(func(*connection) bool { return true })
	h.mu.Unlock()
	begin := time.Now()
	for i, conn := range all {
		at := begin.Add(spread * time.Duration(i) / time.Duration(len(all)))
		select {
		case <-time.After(time.Until(at)):
		case <-ctx.Done():
		}
		conn.close(reason)
	}
	gone := make(chan struct{})
	go func() {
		h.open.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	}
	return h.node.Shutdown(ctx)
}
