package store

import (
	"hash/maphash"
	"sync"

	"github.com/anteroom/anteroom/internal/meeting"
)

// rosterCache stores the live participants of small sessions, which every join
// into one gets, and whether a session has a chat at all. It is exact for the same
// reason as liveCache. Only the leases are as they were when a participant last
// changed otherwise, for they are renewed by the hundred without asking whose they
// are.
type rosterCache struct {
	off    bool
	seed   maphash.Seed
	shards [rosterShards]rosterShard
}

const (
	rosterShards = 64
	// rosterShardSize is how many sessions a shard remembers at most: with
	// participants of about 1 KB, all shards take 64 MB at the very most.
	rosterShardSize = 64
	// maxRosterParticipants is the largest session whose participants are kept; to
	// larger ones joins do not get the participants.
	maxRosterParticipants = 16
)

type rosterShard struct {
	mu      sync.Mutex
	entries map[string]*roster
	// writes shows a reader that something was put in while it read.
	writes uint64
}

// roster is what is stored of one session.
type roster struct {
	// participants are the live ones in the order of joining; nil means unknown. What
	// is in the slice never changes, it only grows behind what readers hold.
	participants []*meeting.Participant
	// noChat reports that nobody has written a chat message yet.
	noChat bool
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

// get returns the live participants of a session, read by load if they are not kept.
func (c *rosterCache) get(sessionID string, load func() ([]*meeting.Participant, error)) ([]*meeting.Participant, error) {
	if c.off {
		return load()
	}
	shard := c.shard(sessionID)
	shard.mu.Lock()
	writes := shard.writes
	if stored := shard.entries[sessionID]; stored != nil && stored.participants != nil {
		participants := stored.participants[:len(stored.participants):len(stored.participants)]
		shard.mu.Unlock()
		return participants, nil
	}
	shard.mu.Unlock()
	read, err := load()
	if err != nil || len(read) == 0 || len(read) > maxRosterParticipants {
		return read, err
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.writes == writes {
		shard.entry(sessionID).participants = read[:len(read):len(read)]
	}
	return read, nil
}

// hasNoChat reports that a session is known to have no chat.
func (c *rosterCache) hasNoChat(sessionID string) bool {
	if c.off {
		return false
	}
	shard := c.shard(sessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	stored := shard.entries[sessionID]
	return stored != nil && stored.noChat
}

// sessionStarted stores a session that a commit began with its first participant.
func (c *rosterCache) sessionStarted(first meeting.Participant) {
	if c.off {
		return
	}
	shard := c.shard(first.SessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	stored := shard.entry(first.SessionID)
	stored.participants, stored.noChat = append(make([]*meeting.Participant, 0, 4), &first), true
}

// participantJoined stores a participant that a commit added to a session.
func (c *rosterCache) participantJoined(participant meeting.Participant) {
	if c.off {
		return
	}
	shard := c.shard(participant.SessionID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	switch stored := shard.entries[participant.SessionID]; {
	case stored == nil || stored.participants == nil:
	case stored.participants[len(stored.participants)-1].ID == participant.ID:
		// Somebody read it right after its commit.
	case len(stored.participants) >= maxRosterParticipants:
		stored.participants = nil
	default:
		stored.participants = append(stored.participants, &participant)
	}
}

// changed drops what a commit has made wrong: the participants, the quiet, or all
// of a session that is over.
func (c *rosterCache) changed(sessionID string, participants, chat, over bool) {
	if c.off || (!participants && !chat && !over) {
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
	if stored := shard.entries[sessionID]; stored != nil {
		if participants {
			stored.participants = nil
		}
		stored.noChat = stored.noChat && !chat
	}
}

// forget drops what is stored of a session, so that it is read anew.
func (c *rosterCache) forget(sessionID string) { c.changed(sessionID, false, false, true) }

// entry answers what is stored of a session, making room for it if need be.
func (s *rosterShard) entry(sessionID string) *roster {
	if stored := s.entries[sessionID]; stored != nil {
		return stored
	}
	if len(s.entries) >= rosterShardSize {
		for old := range s.entries {
			delete(s.entries, old)
			break
		}
	}
	stored := &roster{}
	s.entries[sessionID] = stored
	return stored
}
