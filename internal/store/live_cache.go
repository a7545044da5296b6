package store

import (
	"hash/maphash"
	"sync"

	"github.com/anteroom/anteroom/internal/meeting"
)

// liveCache keeps the running session of each meeting, for every join asks for
// it. It is exact because the one writer of an SQLite file puts each change in
// right after its commit, in the order of the commits. Other databases have
// many writers, and none of this.
type liveCache struct {
	off    bool
	seed   maphash.Seed
	shards [liveShards]liveShard
}

const (
	liveShards = 64
	// liveShardSize is how many meetings a shard remembers at most.
	liveShardSize = 1000
)

type liveShard struct {
	mu sync.Mutex
	// entries holds nil for a meeting that is known to have no running session.
	entries map[string]*meeting.Session
	// writes tells a reader that something was put in while it read.
	writes uint64
}

func newLiveCache(off bool) *liveCache {
	c := &liveCache{off: off, seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = map[string]*meeting.Session{}
	}
	return c
}

func (c *liveCache) shard(meetingID string) *liveShard {
	return &c.shards[maphash.String(c.seed, meetingID)%liveShards]
}

// get answers a copy of the running session, read by load if it is not kept.
func (c *liveCache) get(meetingID string, load func() (*meeting.Session, error)) (*meeting.Session, error) {
	if c.off {
		return load()
	}
	shard := c.shard(meetingID)
	shard.mu.Lock()
	kept, known := shard.entries[meetingID]
	writes := shard.writes
	shard.mu.Unlock()
	if known {
		return copyOf(kept), nil
	}
	read, err := load()
	if err != nil {
		return nil, err
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.writes == writes {
		shard.keep(meetingID, copyOf(read))
	}
	return read, nil
}

// put keeps a session as a commit left it.
func (c *liveCache) put(s *meeting.Session) {
	if c.off {
		return
	}
	shard := c.shard(s.MeetingID)
	var kept *meeting.Session
	if s.Live() {
		kept = copyOf(s)
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	shard.keep(s.MeetingID, kept)
}

func (s *liveShard) keep(meetingID string, session *meeting.Session) {
	if _, known := s.entries[meetingID]; !known && len(s.entries) >= liveShardSize {
		for old := range s.entries {
			delete(s.entries, old)
			break
		}
	}
	s.entries[meetingID] = session
}

func copyOf(s *meeting.Session) *meeting.Session {
	if s == nil {
		return nil
	}
	c := *s
	return &c
}
