package session

import (
	"context"
	"encoding/base64"
	"maps"
	"sync"
	"time"
)

// idempotencyCache returns a repeated join its first outcome again. Entries are
// keyed by joinId and a digest of the whole request, so that nobody who guesses a
// joinId is told another page's outcome.
//
// All outcomes together take maxCacheBytes: under a flood the oldest go first. A
// join whose response is lost then gets the participant that it added, or is decided
// anew.
type idempotencyCache struct {
	retention time.Duration
	mu        sync.Mutex
	entries   map[cacheKey]*cacheEntry
	// queue has the outcomes that are stored, oldest first, from head on.
	queue []cacheExpiry
	head  int
	bytes int
	// pruning reports that a timer is set for the oldest answer.
	pruning bool
}

const maxCacheBytes = 16 << 20

type cacheKey [32]byte

// text is the key as it is stored with the participant: half of it is enough to be
// nobody else's, and keeps the index small.
func (k cacheKey) text() string { return base64.RawURLEncoding.EncodeToString(k[:16]) }

type cacheEntry struct {
	done    chan struct{}
	outcome *Outcome
}

type cacheExpiry struct {
	at    time.Time
	key   cacheKey
	bytes int
}

func newIdempotencyCache(keep time.Duration) *idempotencyCache {
	return &idempotencyCache{retention: keep, entries: map[cacheKey]*cacheEntry{}}
}

// do runs decide once for the key; others, and later ones within the time, get the
// same answer. A server error is not remembered: a retry may do better. It returns
// nil, and decides nothing, if the context ends while it waits. The answer may
// hold on to the request, whose size is in bytes.
func (c *idempotencyCache) do(ctx context.Context, key cacheKey, size int, decide func() *Outcome) (outcome *Outcome) {
	c.mu.Lock()
	if e, ok := c.entries[key]; ok {
		c.mu.Unlock()
		select {
		case <-e.done:
			if e.outcome != nil {
				return e.outcome
			}
			return decide()
		case <-ctx.Done():
			return nil
		}
	}
	e := &cacheEntry{done: make(chan struct{})}
	c.entries[key] = e
	c.mu.Unlock()

	defer close(e.done)
	defer func() { c.complete(key, size, e, outcome) }()
	return decide()
}

// complete stores an answer, or forgets the question.
func (c *idempotencyCache) complete(key cacheKey, size int, e *cacheEntry, outcome *Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if outcome == nil || !outcome.cacheable() {
		delete(c.entries, key)
		return
	}
	now := time.Now()
	e.outcome = outcome
	kept := cacheExpiry{now.Add(c.retention), key, size + outcome.bytes()}
	c.queue = append(c.queue, kept)
	c.bytes += kept.bytes
	c.prune(now)
	if !c.pruning && c.head < len(c.queue) {
		c.pruning = true
		time.AfterFunc(c.retention, c.pruneLater)
	}
}

// pruneLater gives memory back when no more joins come.
func (c *idempotencyCache) pruneLater() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.prune(now)
	if c.head < len(c.queue) {
		time.AfterFunc(c.queue[c.head].at.Sub(now), c.pruneLater)
		return
	}
	c.pruning = false
	c.queue, c.head = nil, 0
	// A map keeps the room that it once needed.
	c.entries = maps.Clone(c.entries)
}

func (c *idempotencyCache) prune(now time.Time) {
	for c.head < len(c.queue) && (!c.queue[c.head].at.After(now) || c.bytes > maxCacheBytes) {
		delete(c.entries, c.queue[c.head].key)
		c.bytes -= c.queue[c.head].bytes
		c.head++
	}
	if c.head > len(c.queue)/2 {
		c.queue = append(c.queue[:0], c.queue[c.head:]...)
		c.head = 0
	}
}

// What an outcome takes in memory, beside the request and the texts below: about
// as much as was measured.
const (
	outcomeBytes     = 2 << 10
	participantBytes = 512
	messageBytes     = 256
)

// bytes is about what a result takes in memory.
func (o *Outcome) bytes() int {
	n := outcomeBytes
	if o.Accepted == nil || o.Accepted.Snapshot == nil {
		return n
	}
	for i := range o.Accepted.Snapshot.Participants {
		p := &o.Accepted.Snapshot.Participants[i]
		n += participantBytes + len(p.UserName) + len(p.Email) + len(p.CustomerKey)
	}
	for i := range o.Accepted.Snapshot.Chat {
		n += messageBytes + len(o.Accepted.Snapshot.Chat[i].Text)
	}
	return n
}
