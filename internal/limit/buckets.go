package limit

import (
	"sync"
	"time"
)

// Buckets bound how often something happens for each of many keys: so many times
// at once, and so many a minute after that. The zero value is ready for use.
//
// There are at most 50,000 buckets. Keys are up to the caller, who makes them of groups of
// addresses, digests and ids of the server's own: with keys of 120 bytes, the longest
// there are, all of them take about 13 MB.
type Buckets struct {
	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	most int
	left float64
	at   time.Time
	full time.Time // when it will be full again, and can be forgotten
}

// maxBuckets bounds the memory that strangers' keys take.
const maxBuckets = 50_000

// Take takes one from each key's bucket, or none from any: then it returns how long
// until all have one.
func (b *Buckets) Take(now time.Time, perMinute int, keys ...string) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rate := float64(perMinute) / float64(time.Minute)
	for _, key := range keys {
		if left := b.left(key, now, perMinute); left < 1 {
			wait = max(wait, time.Duration((1-left)/rate)+1)
		}
	}
	if wait > 0 {
		return wait
	}
	for _, key := range keys {
		left := b.left(key, now, perMinute) - 1
		if _, known := b.buckets[key]; !known {
			b.room(now)
		}
		b.buckets[key] = bucket{perMinute, left, now, now.Add(time.Duration((float64(perMinute) - left) / rate))}
	}
	return 0
}

func (b *Buckets) left(key string, now time.Time, perMinute int) float64 {
	known, ok := b.buckets[key]
	if !ok || known.most != perMinute { // new, or under a new limit
		return float64(perMinute)
	}
	passed := max(0, now.Sub(known.at))
	return min(float64(perMinute), known.left+float64(passed)*float64(perMinute)/float64(time.Minute))
}

// room makes room for one more: full buckets go, and if none is, a tenth of all.
func (b *Buckets) room(now time.Time) {
	if b.buckets == nil {
		b.buckets = map[string]bucket{}
	}
	if len(b.buckets) < maxBuckets {
		return
	}
	for key, known := range b.buckets {
		if !now.Before(known.full) {
			delete(b.buckets, key)
		}
	}
	for key := range b.buckets {
		if len(b.buckets) <= maxBuckets*9/10 {
			return
		}
		delete(b.buckets, key)
	}
}
