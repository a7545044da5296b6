package realtime

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	// maxUnwantedChannels is how many channels a connection to Redis may hear for nobody, or as
	// many as pages hear, if that is more.
	maxUnwantedChannels = 10_000
	// subscribeBatch is how many channels are subscribed to at once.
	subscribeBatch = 500
	// renewRetryInterval is how long a node waits after it could not renew a connection.
	renewRetryInterval = 10 * time.Second
	// overlap is how long the connection before remains: what it has received may still
	// be on its way to pages.
	overlap = 5 * time.Second
)

// sharedBroker is Centrifuge's broker for Redis, except that it never unsubscribes, and
// that callers share reads of the same history.
//
// The Redis client sends PING after each UNSUBSCRIBE. A Redis that cannot write to its
// disk refuses PING, too (MISCONF), which the client does not expect: it panics in a
// goroutine where nobody can recover, and the process ends. No check beforehand helps,
// for Redis may get there at any moment. So a connection keeps hearing channels that
// pages have left. When it hears too many of them, a new connection takes over.
type sharedBroker struct {
	// RedisBroker publishes and reads, and is the first that hears.
	*centrifuge.RedisBroker
	open  func() (*redisClient, error)
	log   *slog.Logger
	pulse *heartbeat
	// rollbacks is told of everything that is published or heard.
	rollbacks *rollbackDetector
	// maxUnwanted is maxUnwantedChannels, and overlap how long two connections hear the same.
	maxUnwanted int
	overlap     time.Duration
	handler     centrifuge.BrokerEventHandler
	reads       *historyReads

	mu sync.Mutex
	// subscribed are the channels that pages hear, and left those that they do not hear any
	// more but now still does.
	subscribed, unwanted map[string]struct{}
	// current hears for the pages. While it is renewed, next is what will take over.
	current, next *redisClient
	renewing      bool
	failed        time.Time // when renewing failed last
}

// redisClient is a set of connections to Redis.
type redisClient struct {
	*centrifuge.RedisBroker
	shard *centrifuge.RedisShard
	ended atomic.Bool
}

// close ends the connections.
func (c *redisClient) close() {
	_ = c.Close(context.Background())
	c.shard.Close()
}

func newSharedBroker(first *redisClient, open func() (*redisClient, error), rollbacks *rollbackDetector, log *slog.Logger) *sharedBroker {
	return &sharedBroker{
		RedisBroker: first.RedisBroker, current: first, open: open, log: log, maxUnwanted: maxUnwantedChannels, overlap: overlap,
		rollbacks: rollbacks, reads: newHistoryReads(),
		subscribed: map[string]struct{}{}, unwanted: map[string]struct{}{},
	}
}

// RegisterBrokerEventHandler implements centrifuge.Broker.
func (b *sharedBroker) RegisterBrokerEventHandler(handler centrifuge.BrokerEventHandler) error {
	b.handler = handler
	return b.listen(b.current)
}

func (b *sharedBroker) listen(c *redisClient) error {
	return c.RegisterBrokerEventHandler(brokerEvents{b.handler, b, c})
}

// Publish implements centrifuge.Broker.
func (b *sharedBroker) Publish(channel string, data []byte, options centrifuge.PublishOptions) (centrifuge.PublishResult, error) {
	last, era := b.rollbacks.publishing(channel)
	result, err := b.RedisBroker.Publish(channel, data, options)
	if err == nil && !result.Suppressed {
		b.rollbacks.published(channel, last, era, result.StreamPosition)
	}
	return result, err
}

// History implements centrifuge.Broker.
func (b *sharedBroker) History(channel string, options centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
	return b.reads.do(channel, options, b.RedisBroker.History)
}

// Subscribe implements centrifuge.Broker.
func (b *sharedBroker) Subscribe(channels ...string) error {
	b.mu.Lock()
	for _, channel := range channels {
		b.subscribed[channel] = struct{}{}
		delete(b.unwanted, channel)
	}
	now, next := b.current, b.next
	b.mu.Unlock()
	err := now.Subscribe(channels...)
	if err == nil && next != nil {
		err = next.Subscribe(channels...)
	}
	if err != nil {
		_ = b.Unsubscribe(channels...)
	}
	return err
}

// Unsubscribe implements centrifuge.Broker. It only notes that nobody hears the channels.
func (b *sharedBroker) Unsubscribe(channels ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, channel := range channels {
		delete(b.subscribed, channel)
		b.unwanted[channel] = struct{}{}
	}
	if len(b.unwanted) > max(b.maxUnwanted, len(b.subscribed)) && !b.renewing && time.Since(b.failed) > renewRetryInterval {
		b.renewing = true
		go b.renew()
	}
	return nil
}

// renew lets a new connection take over what pages hear. For a while both hear
// everything: Centrifuge drops what arrives twice, by its offset.
func (b *sharedBroker) renew() {
	next, err := b.open()
	if err == nil {
		if err = b.listen(next); err == nil {
			err = b.takeOver(next)
		}
		if err != nil {
			next.close()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.renewing = false
	if err != nil {
		b.failed = time.Now()
		b.log.Warn("could not renew the connection that hears other nodes", "error", err)
	}
}

// takeOver subscribes next to what pages hear, and puts it in the place of now.
func (b *sharedBroker) takeOver(next *redisClient) error {
	b.mu.Lock()
	b.next = next
	channels := slices.Collect(maps.Keys(b.subscribed))
	left := b.unwanted
	b.unwanted = map[string]struct{}{}
	b.mu.Unlock()
	b.rollbacks.overlap()
	var err error
	for batch := range slices.Chunk(channels, subscribeBatch) {
		if err = next.Subscribe(batch...); err != nil {
			break
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = nil
	// What arrived over the one before may come over the next one a moment after its end.
	time.AfterFunc(2*b.overlap, func() { b.rollbacks.endOverlap(b.hears) })
	if err != nil {
		for channel := range left {
			if _, heard := b.subscribed[channel]; !heard {
				b.unwanted[channel] = struct{}{}
			}
		}
		return err
	}
	before := b.current
	b.current = next
	time.AfterFunc(b.overlap, func() {
		before.ended.Store(true)
		// The first one still publishes. What it hears is passed on to nobody.
		if before.RedisBroker != b.RedisBroker {
			before.close()
		}
	})
	return nil
}

// hears reports whether a channel is subscribed to, for pages or for nobody.
func (b *sharedBroker) hears(channel string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, subscribed := b.subscribed[channel]
	_, unwanted := b.unwanted[channel]
	return subscribed || unwanted
}

// Close implements centrifuge.Closer.
func (b *sharedBroker) Close(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.current.Close(ctx)
	return b.RedisBroker.Close(ctx)
}

// brokerEvents passes on what one connection hears: to the pulse what is in its channel,
// and to Centrifuge the rest.
type brokerEvents struct {
	centrifuge.BrokerEventHandler
	broker *sharedBroker
	from   *redisClient
}

// HandlePublication implements centrifuge.BrokerEventHandler.
func (e brokerEvents) HandlePublication(channel string, pub *centrifuge.Publication, at centrifuge.StreamPosition, delta bool, before *centrifuge.Publication) error {
	if e.from.ended.Load() {
		return nil
	}
	e.broker.rollbacks.hear(channel, at)
	if channel == heartbeatChannel {
		e.broker.rollbacks.adopt(pub.Tags, time.Now())
		e.broker.pulse.beat(string(pub.Data), time.Now())
		return nil
	}
	return e.BrokerEventHandler.HandlePublication(channel, pub, at, delta, before)
}
