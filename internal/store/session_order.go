package store

import (
	"hash/maphash"
	"sync"
)

// sessionOrder lets one change of a session at a time through, from its
// beginning until the caches hold what it left. The database's own lock ends
// with the commit, which is a moment too early for them. A nil one is for
// stores that do not need it and keeps nobody waiting.
type sessionOrder struct {
	once  sync.Once
	seed  maphash.Seed
	locks [512]sync.Mutex
}

// lock waits for the session's turn and returns how to end it.
func (o *sessionOrder) lock(sessionID string) (unlock func()) {
	if o == nil {
		return func() {}
	}
	o.once.Do(func() { o.seed = maphash.MakeSeed() })
	mu := &o.locks[maphash.String(o.seed, sessionID)%uint64(len(o.locks))]
	mu.Lock()
	return mu.Unlock
}
