package livekit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of one participant at the door. A page has one connection; others are left
// over from lines that broke, until they are noticed.
const (
	maxLines       = 8
	knocksPerSec   = 1
	knockBurst     = 30
	knocksForgiven = knockBurst * time.Second / knocksPerSec
)

// knocks counts the connections of each participant, open and tried.
type knocks struct {
	mu    sync.Mutex
	known map[string]*knocker
	swept time.Time
}

type knocker struct {
	open  int
	tries *rate.Limiter
	last  time.Time
}

// enter counts a try, and a connection that is open until done is called. It is not
// ok where there are too many of either.
func (k *knocks) enter(who string, now time.Time) (done func(), ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweep(now)
	one := k.known[who]
	if one == nil {
		if k.known == nil {
			k.known = map[string]*knocker{}
		}
		one = &knocker{tries: rate.NewLimiter(knocksPerSec, knockBurst)}
		k.known[who] = one
	}
	one.last = now
	if !one.tries.AllowN(now, 1) || one.open == maxLines {
		return nil, false
	}
	one.open++
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		one.open--
	}, true
}

// sweep forgets who has no connection and has used nothing up.
func (k *knocks) sweep(now time.Time) {
	if now.Sub(k.swept) < knocksForgiven {
		return
	}
	k.swept = now
	for who, one := range k.known {
		if one.open == 0 && now.Sub(one.last) > knocksForgiven {
			delete(k.known, who)
		}
	}
}
