package loadgen_test

import (
	"bytes"
	"sync/atomic"
	"testing"

	"github.com/anteroom/anteroom/bench/loadgen"
)

// inside is how many are in the meeting of these benchmarks.
const inside = 300

// BenchmarkThreeHundred is a whole server with 300 people in a meeting: somebody
// more who joins and leaves, a hand whose rising all of them receive, and the
// snapshot that a page asks for.
func BenchmarkThreeHundred(b *testing.B) {
	ctx, m := startServer(b, inside+1)
	var heard atomic.Int64
	all := make(chan struct{}, 1)
	c, err := loadgen.Start(ctx, m, inside, "Guest", loadgen.Options{OnFrame: func(frame []byte) {
		if bytes.Contains(frame, []byte(`"handRaised":`)) && bytes.Contains(frame, []byte(`"participant.updated"`)) && heard.Add(1)%inside == 0 {
			all <- struct{}{}
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	// A line may ask 30 times a second only, so they take turns.
	next := 0
	turn := func() *loadgen.Participant {
		next++
		return c.Participants()[next%inside]
	}

	b.Run("JoinAndLeave", func(b *testing.B) {
		for b.Loop() {
			p, err := loadgen.Join(ctx, m, "Kim", loadgen.Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := p.Leave(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("HandSentToAll", func(b *testing.B) {
		for b.Loop() {
			p, raised := turn(), (next-1)/inside%2 == 0
			if err := p.RaiseHand(ctx, raised); err != nil {
				b.Fatal(err)
			}
			select {
			case <-all:
			case <-ctx.Done():
				b.Fatal("not all were notified: ", heard.Load())
			}
		}
	})
	b.Run("Snapshot", func(b *testing.B) {
		size := 0
		for b.Loop() {
			snapshot, err := turn().Snapshot(ctx)
			if err != nil {
				b.Fatal(err)
			}
			size = len(snapshot)
		}
		b.ReportMetric(float64(size), "B/snapshot")
	})
	if err := c.Stop(ctx); err != nil {
		b.Error(err)
	}
}
