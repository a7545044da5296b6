package store

import (
	"hash/maphash"
	"sync"

	"github.com/anteroom/anteroom/internal/meeting"
)

// rosterCache keeps the live seats of small sessions, which every join into one
// is told, and whether a session has a chat at all. It is exact for the same
// reason as liveCache. Only the leases are as they were when a seat last changed
// otherwise, for they are renewed by the hundred without asking whose they are.
type rosterCache struct {
	off    bool
	seed   maphash.Seed
	shards [rosterShards]rosterShard
}

const (
	rosterShards = 64
	// rosterShardSize is how many sessions a shard remembers at most: with seats of
	// about 1 KB, all shards take 64 MB at the very most.
	rosterShardSize = 64
	// rosterSeats is the largest session whose seats are kept; to larger ones
	// joins are not told the seats.
	rosterSeats = 16
)

type rosterShard struct {
	mu      sync.Mutex
	entries map[string]*roster
	// writes tells a reader that something was put in while it read.
	writes uint64
}

// roster is what is kept of one session.
type roster struct {
	// seats are the live ones in the order of joining; nil means unknown. What
	// is in the slice never changes, it only grows behind what readers hold.
	seats []*meeting.Seat
	// quiet tells that nobody has written a chat message yet.
	quiet bool
}

func newRosterCache(off bool) *rosterCache {
	c := &rosterCache{off: off, seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = map[string]*roster{}
	}
	return c
}

func (c *rosterCache) shard(sessionID string) *rosterShard {
	return &c.shards[maphash.String(c.seed, sessionID)%rosterShards]
}

// get answers the live seats of a session, read by load if they are not kept.
func (c *rosterCache) get(sessionID string, load func() ([]*meeting.Seat, error)) ([]*meeting.Seat, error) {
	if c.off {
		return load()
	}
	shard := c.shard(sessionID)
	shard.mu.Lock()
	writes := shard.writes
	if kept := shard.entries[sessionID]; kept != nil && kept.seats != nil {
		seats := kept.seats[:len(kept.seats):len(kept.seats)]
		shard.mu.Unlock()
		return seats, nil
	}
	shard.mu.Unlock()
	read, err := load()
	if err != nil || len(read) == 0 || len(read) > rosterSeats {
		return read, err
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.writes == writes {
		shard.entry(sessionID).seats = read[:len(read):len(read)]
	}
	return read, nil
}

// quiet tells that a session is known to have no chat.
func (c *rosterCache) quiet(sessionID string) bool {
	if c.off {
		return false
	}
	shard := c.shard(sessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	kept := shard.entries[sessionID]
	return kept != nil && kept.quiet
}

// begun keeps a session that a commit began with its first seat.
func (c *rosterCache) begun(first meeting.Seat) {
	if c.off {
		return
	}
	shard := c.shard(first.SessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	kept := shard.entry(first.SessionID)
	kept.seats, kept.quiet = append(make([]*meeting.Seat, 0, 4), &first), true
}

// joined keeps a seat that a commit added to a session.
func (c *rosterCache) joined(seat meeting.Seat) {
	if c.off {
		return
	}
	shard := c.shard(seat.SessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	switch kept := shard.entries[seat.SessionID]; {
	case kept == nil || kept.seats == nil:
	case kept.seats[len(kept.seats)-1].ID == seat.ID:
		// Somebody read it right after its commit.
	case len(kept.seats) >= rosterSeats:
		kept.seats = nil
	default:
		kept.seats = append(kept.seats, &seat)
	}
}

// changed drops what a commit has made wrong: the seats, the quiet, or all of
// a session that is over.
func (c *rosterCache) changed(sessionID string, seats, chat, over bool) {
	if c.off || (!seats && !chat && !over) {
		return
	}
	shard := c.shard(sessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	if over {
		delete(shard.entries, sessionID)
		return
	}
	if kept := shard.entries[sessionID]; kept != nil {
		if seats {
			kept.seats = nil
		}
		kept.quiet = kept.quiet && !chat
	}
}

// forget drops what is kept of a session, so that it is read anew.
func (c *rosterCache) forget(sessionID string) { c.changed(sessionID, false, false, true) }

// entry answers what is kept of a session, making room for it if need be.
func (s *rosterShard) entry(sessionID string) *roster {
	if kept := s.entries[sessionID]; kept != nil {
		return kept
	}
	if len(s.entries) >= rosterShardSize {
		for old := range s.entries {
			delete(s.entries, old)
			break
		}
	}
	kept := &roster{}
	s.entries[sessionID] = kept
	return kept
}
