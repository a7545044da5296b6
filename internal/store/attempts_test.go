package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAttempts(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		var ids []string
		for i := range 7 {
			id := NewAttemptID()
			ids = append(ids, id)
			w.RecordAttempt(AttemptRecord{
				ID: id, At: noon, MeetingNumber: fmt.Sprint(100000000 + i%2), Code: []int{0, 3004, 4005}[i%3], Name: "N", Cause: "c",
				View: "client", AppID: "a", AppName: "Classroom", UserName: "Ada", RemoteIP: "192.0.2.1", JoinID: "j", SessionID: "s",
				ParticipantID: "t", MakeDetail: func() []byte { return fmt.Appendf(nil, `{"n":%d}`, i) },
			})
		}
		slices.Reverse(ids)
		read := func(f AttemptFilter) (got []string) {
			for {
				found, next, err := w.Attempts(ctx, f)
				w.must(err)
				for _, a := range found {
					got = append(got, a.ID)
				}
				if next == "" {
					return got
				}
				f.Cursor = next
			}
		}
		wantEqual(t, read(AttemptFilter{}), ids)
		wantEqual(t, read(AttemptFilter{Limit: 2}), ids)
		admitted, wrong := 0, 3004
		wantEqual(t, len(read(AttemptFilter{Code: &admitted})), 3)
		wantEqual(t, len(read(AttemptFilter{Meeting: "100000001"})), 3)
		wantEqual(t, read(AttemptFilter{Code: &wrong, Meeting: "100000001"}), []string{ids[5]})
		one, err := w.Attempt(ctx, ids[6])
		w.must(err)
		if one.AppName != "Classroom" || !one.At.Equal(noon) || one.ParticipantID != "t" || string(one.Detail) != `{"n":0}` {
			t.Fatalf("the attempt is %+v", one)
		}
		_, err = w.Attempt(ctx, "nothing")
		wantError(t, err, ErrNotFound)
		if w.Dropped() != 0 {
			t.Fatalf("%d were dropped", w.Dropped())
		}
	})
}

func TestAttemptDetails(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	for name, c := range map[string]struct {
		make func() []byte
		want string
	}{
		"too large": {func() []byte { return []byte(strings.Repeat("x", maxDetail+1)) }, oversizeDetail},
		"panics":    {func() []byte { panic("broken") }, brokenDetail},
	} {
		id := NewAttemptID()
		w.RecordAttempt(AttemptRecord{ID: id, MakeDetail: c.make})
		got, err := w.Attempt(context.Background(), id)
		w.must(err)
		if string(got.Detail) != c.want {
			t.Errorf("%s: the detail is %.40q", name, got.Detail)
		}
	}
}

func TestPruneAttempts(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		for i := range 40 {
			w.RecordAttempt(AttemptRecord{At: noon.Add(time.Duration(i) * time.Hour)})
		}
		w.must(w.Flush(ctx))
		deleted, err := w.PruneAttempts(ctx, noon.Add(10*time.Hour), 20)
		w.must(err)
		left, _, err := w.Attempts(ctx, AttemptFilter{})
		w.must(err)
		if deleted != 20 || len(left) != 20 || !left[19].At.Equal(noon.Add(20*time.Hour)) {
			t.Fatalf("%d were deleted, %d are left", deleted, len(left))
		}
	})
}

// TestAttemptsNeverBlock fills the queue while nothing is written: the oldest
// give way.
func TestAttemptsNeverBlock(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	ctx := context.Background()
	held, release := make(chan struct{}), make(chan struct{})
	holding := make(chan error, 1)
	go func() {
		holding <- w.engine.write(ctx, func(runner) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	const surplus, mostAtOnce = 1000, attemptQueue / 8
	var last string
	for range attemptQueue + mostAtOnce + surplus {
		last = NewAttemptID()
		w.RecordAttempt(AttemptRecord{ID: last})
	}
	dropped := w.Dropped()
	close(release)
	w.must(<-holding)
	if dropped < surplus || dropped > surplus+mostAtOnce {
		t.Fatalf("%d were dropped, want about %d", dropped, surplus)
	}
	w.must(w.Flush(ctx))
	_, err := w.Attempt(ctx, last)
	w.must(err)
}

func TestAttemptsSurviveClose(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		w.RecordAttempt(AttemptRecord{ID: "A"})
		w.must(w.Close())
		_, err := w.open(nil).Attempt(context.Background(), "A")
		w.must(err)
	})
}

func TestIDsSort(t *testing.T) {
	var attempts, ids []string
	for range 3000 {
		attempts, ids = append(attempts, NewAttemptID()), append(ids, NewID())
	}
	for what, made := range map[string][]string{"attempt ids": attempts, "ids": ids} {
		if !slices.IsSorted(made) {
			t.Errorf("%s do not sort", what)
		}
		if len(slices.Compact(made)) != 3000 {
			t.Errorf("%s repeat", what)
		}
	}
	if len(attempts[0]) != 22 || len(ids[0]) != 36 || ids[0][14] != '7' {
		t.Errorf("the ids look like %s and %s", attempts[0], ids[0])
	}
}

var countAttempts = define(`SELECT COUNT(*) FROM attempts WHERE noise = ?`)

func (w *testDB) attemptCount(noise bool) (n int) {
	w.t.Helper()
	rows, err := w.engine.reader(context.Background()).query(countAttempts, noise)
	w.must(err)
	defer rows.Close()
	if rows.Next() {
		w.must(rows.Scan(&n))
	}
	w.must(rows.Err())
	return n
}

// What is kept holds while attempts are written, and not once an hour only; noise
// takes no place of others.
func TestAttemptsNeverExceedTheMaximum(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		w.must(w.Close())
		const keep = 300
		w.Store = w.open(func(c *Config) { c.MaxAttempts = keep })
		var real []string
		for range 2 * keep {
			real = append(real, NewAttemptID())
			w.RecordAttempt(AttemptRecord{ID: real[len(real)-1]})
			w.RecordAttempt(AttemptRecord{Noise: true, Skipped: 7})
			if len(real)%50 == 0 {
				w.must(w.Flush(ctx))
				if stored, noise := w.attemptCount(false), w.attemptCount(true); stored > keep || noise > keep/noiseShare {
					t.Fatalf("%d attempts and %d of noise are kept, want at most %d and %d", stored, noise, keep, keep/noiseShare)
				}
			}
		}
		for range 20 {
			for range noiseQueue {
				w.RecordAttempt(AttemptRecord{Noise: true})
			}
			w.must(w.Flush(ctx))
		}
		stored, noise := w.attemptCount(false), w.attemptCount(true)
		if stored < keep*9/10 || noise == 0 || noise > keep/noiseShare {
			t.Fatalf("after a flood of noise %d attempts and %d of noise are kept", stored, noise)
		}
		_, err := w.Attempt(ctx, real[len(real)-keep*9/10])
		w.must(err)
	})
}

// One app's joins displace no other's: each has an equal share.
func TestEachAppHasAShareOfTheAttempts(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		w.must(w.Close())
		const keep = 400
		w.Store = w.open(func(c *Config) { c.MaxAttempts = keep })
		record := func(app string, count int, noise bool) {
			for i := range count {
				w.RecordAttempt(AttemptRecord{At: noon, AppID: app, Noise: noise})
				if (i+1)%10 == 0 {
					w.must(w.Flush(ctx))
				}
			}
			w.must(w.Flush(ctx))
		}
		record("quiet", 50, false)
		record("busy", 150, false)
		record("quiet", 3, true)
		record("loop", 3*keep, false)
		record("loop", keep, true)
		record("", keep, true)
		stored := func() (counts map[string]int) {
			counts = map[string]int{}
			found, _, err := w.Attempts(ctx, AttemptFilter{Limit: 500})
			w.must(err)
			for _, a := range found {
				counts[fmt.Sprint(a.AppID, a.Noise)]++
			}
			return counts
		}
		got := stored()
		if got["quietfalse"] != 50 || got["quiettrue"] != 3 || got["busyfalse"] < (keep-50-slack(keep))/2-attemptBatch || got["loopfalse"] < 100 || got["true"] == 0 || got["looptrue"] == 0 {
			t.Errorf("while they are written these are kept: %v", got)
		}
		_, err := w.PruneAttempts(ctx, noon.Add(-time.Hour), 90)
		w.must(err)
		wantEqual(t, stored(), map[string]int{"quietfalse": 30, "busyfalse": 30, "loopfalse": 30, "quiettrue": 3, "true": 3, "looptrue": 3})
	})
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		counts []int
		keep   int
		want   []int
	}{
		{nil, 5, nil},
		{[]int{7}, 5, []int{5}},
		{[]int{100, 1, 10}, 200, []int{1, 10, 100}},
		{[]int{100, 1, 10}, 20, []int{1, 9, 10}},
		{[]int{100, 100, 100}, 20, []int{6, 7, 7}},
		{[]int{9, 9, 9}, 2, []int{0, 1, 1}},
		{[]int{9, 9}, 0, []int{0, 0}},
	} {
		var apps []appAttempts
		for _, n := range c.counts {
			apps = append(apps, appAttempts{count: n})
		}
		divideEqually(apps, c.keep)
		var got []int
		for _, app := range apps {
			got = append(got, app.maxAttempts)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("of %v, %d are shared as %v, want %v", c.counts, c.keep, got, c.want)
		}
	}
}

// Noise that waits is bounded apart, and what waits is bounded in bytes.
func TestWaitingAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	for range 10 * noiseQueue {
		r.enqueue(AttemptRecord{Noise: true})
	}
	if r.enqueue(AttemptRecord{ID: "real", Size: 1}); len(r.noise) != noiseQueue || r.dropped.Load() != 0 {
		t.Fatalf("%d of noise wait, %d others were dropped", len(r.noise), r.dropped.Load())
	}
	for range 1000 {
		r.enqueue(AttemptRecord{Size: 64 << 10})
	}
	waiting := 0
	for _, record := range r.waiting[r.head:] {
		waiting += record.Size
	}
	if waiting != r.bytes || waiting > attemptBytes || r.dropped.Load() != 1001-attemptBytes/(64<<10) {
		t.Fatalf("%d bytes wait, %d are counted; %d were dropped", waiting, r.bytes, r.dropped.Load())
	}
	for len(r.take()) > 0 {
	}
	if r.bytes != 0 || len(r.noise) != 0 {
		t.Fatalf("%d bytes are left over", r.bytes)
	}
}
