package store

import (
	"sync"
	"testing"
	"time"
)

func TestTriesAreCountedForAllNodes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, _, err := w.CountAttempt(ctx, "a", noon, time.Minute); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		expect := func(name string, at time.Time, want int, since time.Time) {
			t.Helper()
			count, began, err := w.CountAttempt(ctx, name, at, time.Minute)
			if err != nil || count != want || !began.Equal(since) {
				t.Errorf("%s: %d since %s (%v), want %d since %s", name, count, began, err, want, since)
			}
		}
		expect("a", noon.Add(59*time.Second), 21, noon)
		expect("b", noon, 1, noon)
		w.must(w.RefundAttempts(ctx, "a", 20))
		expect("a", noon.Add(59*time.Second), 2, noon)
		w.must(w.RefundAttempts(ctx, "a", 99))
		expect("a", noon.Add(59*time.Second), 1, noon)
		expect("a", noon.Add(time.Minute), 1, noon.Add(time.Minute))
		w.must(w.PruneAttemptCounts(ctx, noon.Add(time.Second)))
		expect("b", noon.Add(time.Second), 1, noon.Add(time.Second))
	})
}
