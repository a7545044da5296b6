package store

import (
	"hash/maphash"
	"sync"

	"github.com/anteroom/anteroom/internal/meeting"
)

// liveCache caches the running session of each meeting, for every join asks for
// it. It is exact because each change is put in right after its commit, before
// anybody is notified of it, and those of one session in the order of their
// commits: SQLite has one writer, and on PostgreSQL sessionOrder sees to it. Where
// other nodes write as well there is none of this.
//
// It keeps 64,000 sessions at most, of meetings that exist: less than 1 KB for each, ids,
// number and conduct being bounded.
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
	// writes shows a reader that something was put in while it read.
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

// get returns a copy of the running session, read by load if it is not kept.
func (c *liveCache) get(meetingID string, load func() (*meeting.Session, error)) (*meeting.Session, error) {
	if c.off {
		return load()
	}
	shard := c.shard(meetingID)
	shard.mu.Lock()
	stored, known := shard.entries[meetingID]
	writes := shard.writes
	shard.mu.Unlock()
	if known {
		return copyOf(stored), nil
	}
	read, err := load()
	if err != nil {
		return nil, err
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.writes == writes {
		shard.put(meetingID, copyOf(read))
	}
	return read, nil
}

// put stores a session as a commit left it. The end of one session says nothing
// about the next one of its meeting, which may have been put in already.
func (c *liveCache) put(s *meeting.Session) {
	if c.off {
		return
	}
	stored := copyOf(s)
	shard := c.shard(s.MeetingID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	if s.Live() {
		shard.put(s.MeetingID, stored)
	} else if last := shard.entries[s.MeetingID]; last != nil && last.ID == s.ID {
		shard.entries[s.MeetingID] = nil
	}
}

// forget drops what is stored of a meeting, so that it is read anew.
func (c *liveCache) forget(meetingID string) {
	if c.off {
		return
	}
	shard := c.shard(meetingID)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.writes++
	delete(shard.entries, meetingID)
}

func (s *liveShard) put(meetingID string, session *meeting.Session) {
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
