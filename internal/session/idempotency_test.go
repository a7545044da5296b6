package session

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
)

func admitted() *Outcome { return &Outcome{Accepted: &Accepted{}} }

func TestAPageThatWentAwayJoinsOnce(t *testing.T) {
	t.Parallel()
	c := newIdempotencyCache(time.Minute)
	deciding, finish := make(chan struct{}), make(chan struct{})
	first := make(chan *Outcome)
	go func() {
		first <- c.do(context.Background(), cacheKey{1}, 100, func() *Outcome {
			close(deciding)
			<-finish
			return admitted()
		})
	}()
	<-deciding
	gone, leave := context.WithCancel(context.Background())
	leave()
	if out := c.do(gone, cacheKey{1}, 100, admitted); out != nil {
		t.Fatal("the same join was decided twice")
	}
	close(finish)
	want := <-first
	if got := c.do(context.Background(), cacheKey{1}, 100, admitted); got != want {
		t.Fatal("the first response was not given again")
	}
}

func TestARetryThatSucceededIsRememberedInFull(t *testing.T) {
	t.Parallel()
	c := newIdempotencyCache(time.Minute)
	failed := &Outcome{Verdict: admission.Verdict{Decision: &admission.Finding{Code: errcode.ServerError}}}
	if c.do(context.Background(), cacheKey{1}, 100, func() *Outcome { return failed }) != failed {
		t.Fatal("another answer")
	}
	want := c.do(context.Background(), cacheKey{1}, 100, admitted)
	if c.do(context.Background(), cacheKey{1}, 100, admitted) != want {
		t.Fatal("the failed try took the answer of the later one with it")
	}
}

// What anybody can ask, and what failed, evicts no outcome.
func TestNoiseTakesNoRoomOfOutcomes(t *testing.T) {
	t.Parallel()
	c := newIdempotencyCache(time.Minute)
	want := c.do(t.Context(), cacheKey{1}, 100, admitted)
	for i := range 50_000 {
		key := cacheKey{2, byte(i), byte(i >> 8)}
		c.do(t.Context(), key, 1<<20, func() *Outcome {
			return &Outcome{Verdict: admission.Verdict{Decision: &admission.Finding{Code: errcode.SignatureInvalid}}}
		})
	}
	if c.do(t.Context(), cacheKey{1}, 100, admitted) != want {
		t.Error("an outcome was evicted by joins that nobody has signed")
	}
	if len(c.entries) != 1 || len(c.queue) != 1 {
		t.Errorf("%d entries and %d in the queue for one answer", len(c.entries), len(c.queue))
	}
}

func TestOutcomesAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	c := newIdempotencyCache(time.Minute)
	// A large meeting: each of its people gets a page of the others.
	crowded := func() *Outcome {
		people := make([]ParticipantView, rosterPage)
		for i := range people {
			people[i].UserName = strings.Repeat("n", 64)
		}
		return &Outcome{Accepted: &Accepted{Snapshot: &Snapshot{
			Participants: people, Chat: []ChatView{{Text: strings.Repeat("t", 4096)}},
		}}}
	}
	one := crowded().bytes() + 100
	for i := range 1000 {
		c.do(t.Context(), cacheKey{byte(i), byte(i >> 8)}, 100, crowded)
	}
	if c.bytes > maxCacheBytes || len(c.entries) > maxCacheBytes/one || len(c.entries) < maxCacheBytes/one-1 {
		t.Errorf("%d answers of %d bytes are kept, counted as %d", len(c.entries), one, c.bytes)
	}
	if one < 500*int(unsafe.Sizeof(ParticipantView{})) {
		t.Errorf("an answer of 500 participants counts %d bytes only", one)
	}
}

// Memory is released although no other join comes.
func TestOutcomesExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newIdempotencyCache(time.Minute)
		c.do(t.Context(), cacheKey{1}, 100, admitted)
		time.Sleep(30 * time.Second)
		want := c.do(t.Context(), cacheKey{2}, 100, admitted)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if len(c.entries) != 1 || c.do(t.Context(), cacheKey{2}, 100, admitted) != want {
			t.Errorf("%d answers are kept after the first one's time", len(c.entries))
		}
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if len(c.entries) != 0 || c.queue != nil || c.bytes != 0 || c.pruning {
			t.Errorf("%d answers of %d bytes are kept for ever", len(c.entries), c.bytes)
		}
	})
}
