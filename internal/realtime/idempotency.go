package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/centrifugal/centrifuge"
)

// idempotencyCache remembers what each participant was answered, so that a repeated
// request runs once. With several nodes it is remembered in Redis as well, because a
// page that repeats a request after a cut may reach another node.
type idempotencyCache struct {
	node   *centrifuge.Node
	shared bool
	log    *slog.Logger
	// gone reports whether another node has ended; nil never does.
	gone func(node string) bool
	// waiting counts what is to be sent to Redis again.
	waiting atomic.Int64

	mu           sync.Mutex
	participants map[string]*participantResults
	bytes        int
	// claims are the requests that this node runs for all nodes.
	claims map[string]bool
}

// participantResults are one participant's, oldest first.
type participantResults struct {
	known map[string]*result
	order []*result
	bytes int
}

// result is what a request got, once done is closed.
type result struct {
	id   string
	at   time.Time
	done chan struct{}
	raw  json.RawMessage
	err  error
	// size is what it counts for.
	size int
}

func newIdempotencyCache(node *centrifuge.Node, shared bool, log *slog.Logger) *idempotencyCache {
	return &idempotencyCache{node: node, shared: shared, log: log, participants: map[string]*participantResults{}, claims: map[string]bool{}}
}

// once runs the request unless it ran before; then the first response is given
// again. Whoever comes while the first is running waits for it. An internal error
// is forgotten: such a request may be tried again.
func (c *idempotencyCache) once(ctx context.Context, participant, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	mine, first := c.claim(participant, id, time.Now())
	if !first {
		select {
		case <-mine.done:
			return mine.raw, mine.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer close(mine.done)
	defer func() { c.complete(participant, mine) }()
	if c.shared {
		mine.raw, mine.err = c.onceAcrossNodes(ctx, participant, id, run)
	} else {
		mine.raw, mine.err = run()
	}
	return mine.raw, mine.err
}

// complete counts what a result takes, or forgets one that is not final.
func (c *idempotencyCache) complete(participant string, mine *result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.participants[participant]
	if s == nil || s.known[mine.id] != mine {
		return // its participant has gone
	}
	if !final(mine.err) {
		delete(s.known, mine.id)
		return
	}
	c.count(s, mine, len(mine.raw))
	c.expire(s, mine.at)
}

func (c *idempotencyCache) count(s *participantResults, one *result, bytes int) {
	one.size += bytes
	s.bytes += bytes
	c.bytes += bytes
}

// final reports whether a repeated request would fare no better.
func final(err error) bool {
	if err == nil {
		return true
	}
	var refused *CommandError
	return errors.As(err, &refused) && refused.Code != codeInternal && refused.Code != codeRateLimited
}

func (c *idempotencyCache) claim(participant, id string, now time.Time) (mine *result, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.participants[participant]
	if s == nil {
		s = &participantResults{known: map[string]*result{}}
		c.participants[participant] = s
	}
	c.expire(s, now)
	if known := s.known[id]; known != nil {
		return known, false
	}
	mine = &result{id: id, at: now, done: make(chan struct{})}
	s.known[id] = mine
	s.order = append(s.order, mine)
	c.count(s, mine, len(id)+resultCost)
	return mine, true
}

// expire forgets a participant's results that are too old, and its oldest above what
// it may keep. Where the node keeps too much, whoever asks for more pays for it.
func (c *idempotencyCache) expire(s *participantResults, now time.Time) {
	keep := maxResultBytes
	if c.bytes > maxResultBytesOfNode {
		keep = minResultBytes
	}
	for len(s.order) > 0 && (s.bytes > keep || now.Sub(s.order[0].at) > resultRetention) {
		oldest := s.order[0]
		s.order = s.order[1:]
		c.count(s, oldest, -oldest.size)
		if s.known[oldest.id] == oldest {
			delete(s.known, oldest.id)
		}
	}
}

// prune forgets what is too old of participants that ask for nothing.
func (c *idempotencyCache) prune(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for participant, s := range c.participants {
		if c.expire(s, now); len(s.order) == 0 {
			delete(c.participants, participant)
		}
	}
}

// forget forgets all of a participant that is gone.
func (c *idempotencyCache) forget(participant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.participants[participant]; s != nil {
		c.bytes -= s.bytes
		delete(c.participants, participant)
	}
}
