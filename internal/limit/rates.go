package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates let each key have so much a second, with bursts, in real time. Keys are made of
// ids of the server's own, have 120 bytes at most, and are forgotten when they have their
// whole burst again: some 250 to 350 bytes for each participant, session or connection of
// the last minute.
type Rates struct {
	perSecond rate.Limit
	burst     int

	mu     sync.Mutex
	keys   map[string]*rate.Limiter
	tidied time.Time
}

// NewRates makes Rates that have seen no key.
func NewRates(perSecond rate.Limit, burst int) *Rates {
	return &Rates{perSecond: perSecond, burst: burst, keys: map[string]*rate.Limiter{}}
}

// Take lets something of a cost pass, or says how long it has to wait.
func (r *Rates) Take(key string, cost int, now time.Time) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tidy(now)
	limiter := r.keys[key]
	if limiter == nil {
		limiter = rate.NewLimiter(r.perSecond, r.burst)
		r.keys[key] = limiter
	}
	if limiter.AllowN(now, cost) {
		return 0
	}
	return r.until(limiter, cost, now)
}

// Wait says how long something of a cost would have to wait, and takes nothing.
func (r *Rates) Wait(key string, cost int, now time.Time) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if limiter := r.keys[key]; limiter != nil && limiter.TokensAt(now) < float64(cost) {
		return r.until(limiter, cost, now)
	}
	return 0
}

func (r *Rates) until(limiter *rate.Limiter, cost int, now time.Time) time.Duration {
	missing := float64(cost) - limiter.TokensAt(now)
	return max(time.Millisecond, time.Duration(missing/float64(r.perSecond)*float64(time.Second)))
}

// tidy forgets, now and then, the keys that have their whole burst again: nothing
// distinguishes them from new ones.
func (r *Rates) tidy(now time.Time) {
	if now.Sub(r.tidied) < 10*time.Second {
		return
	}
	r.tidied = now
	for key, limiter := range r.keys {
		if limiter.TokensAt(now) >= float64(r.burst) {
			delete(r.keys, key)
		}
	}
}
