package livekit

import (
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/limit"
)

// Limits of one participant at the door. A page has one connection; others are left
// over from lines that broke, until they are noticed.
const (
	maxLines     = 8
	knocksPerSec = 1
	knockBurst   = 30
)

// knocks counts the connections of each participant, open and tried.
type knocks struct {
	tries *limit.Rates

	mu   sync.Mutex
	open map[string]int
}

func newKnocks() *knocks {
	return &knocks{tries: limit.NewRates(knocksPerSec, knockBurst), open: map[string]int{}}
}

// enter counts a try, and a connection that is open until done is called. It is not
// ok where there are too many of either.
func (k *knocks) enter(who string, now time.Time) (done func(), ok bool) {
	if k.tries.Take(who, 1, now) > 0 {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open[who] == maxLines {
		return nil, false
	}
	k.open[who]++
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.open[who]--; k.open[who] == 0 {
			delete(k.open, who)
		}
	}, true
}
