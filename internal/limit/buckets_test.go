package limit

import (
	"strconv"
	"testing"
	"time"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	var b Buckets
	for i := range 60 {
		if wait := b.Take(now, 60, "a", "b"); wait != 0 {
			t.Fatalf("number %d waits for %s", i, wait)
		}
	}
	if wait := b.Take(now, 60, "a"); wait <= 0 || wait > time.Second+time.Millisecond {
		t.Errorf("the next one waits for %s, want a second", wait)
	}
	if b.Take(now, 60, "c", "a") == 0 || b.Take(now, 1, "c") != 0 {
		t.Error("one key of two is used up: nothing is taken of the other")
	}
	if b.Take(now, 120, "a") != 0 || b.Take(now, 60, "a") != 0 {
		t.Error("a new limit begins anew")
	}
	for b.Take(now, 60, "a") == 0 {
	}
	now = now.Add(2*time.Second + time.Millisecond)
	taken := 0
	for b.Take(now, 60, "a") == 0 {
		taken++
	}
	if taken != 2 {
		t.Errorf("after two seconds, %d more are there", taken)
	}
	if now = now.Add(-time.Hour); b.Take(now, 60, "a") == 0 {
		t.Error("a clock that is put back fills the bucket")
	}
}

func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var b Buckets
	for i := range 2 * maxBuckets {
		b.Take(now, 60, strconv.Itoa(i))
	}
	if n := len(b.buckets); n > maxBuckets {
		t.Errorf("%d buckets, more than %d", n, maxBuckets)
	}
}
