package livekit

import (
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/limit"
)

// Limits of one participant at the door. A page has one connection; others are left
// over from lines that broke, until they are noticed.
const (
	maxLines     = 4
	knocksPerSec = 1
	knockBurst   = 30
	// LiveKit keeps each session in memory for a minute, however short it was. Pages
	// whose line broke resume the session that they have; they begin a new one when that
	// fails, which takes them seconds, and when they are loaded again.
	sessionsPerSec = 0.1
	sessionBurst   = 6
)

// knocks counts the connections of each participant, open and tried.
type knocks struct {
	tries, sessions *limit.Rates

	mu   sync.Mutex
	open map[string]int
}

// purpose is what a request at the door wants.
type purpose int

const (
	// toBegin begins a session in LiveKit.
	toBegin purpose = iota
	// toResume goes on with one, or is told to begin a new one.
	toResume
	// toAsk begins none.
	toAsk
)

func newKnocks() *knocks {
	return &knocks{
		tries: limit.NewRates(knocksPerSec, knockBurst), sessions: limit.NewRates(sessionsPerSec, sessionBurst),
		open: map[string]int{},
	}
}

// enter counts a try, the new session that it may begin, and a connection that is open
// until done is called. It is not ok where there are too many of one of them.
func (k *knocks) enter(who string, what purpose, now time.Time) (done func(), ok bool) {
	if k.tries.Take(who, 1, now) > 0 {
		return nil, false
	}
	if what == toBegin && k.sessions.Take(who, 1, now) > 0 {
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
