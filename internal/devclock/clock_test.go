package devclock_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/devclock"
)

var start = time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC)

func yes() *bool { v := true; return &v }
func no() *bool  { v := false; return &v }

func begin(t *testing.T) (*clockwork.FakeClock, *devclock.Clock) {
	t.Helper()
	base := clockwork.NewFakeClockAt(start)
	return base, devclock.New(base)
}

func apply(t *testing.T, c *devclock.Clock, change devclock.Change) devclock.State {
	t.Helper()
	s, err := c.Apply(change)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shows(t *testing.T, c *devclock.Clock, want time.Time) {
	t.Helper()
	if got := c.Now(); !got.Equal(want) {
		t.Fatalf("the clock shows %s, want %s", got, want)
	}
}

func TestTheClockIsMovedStoppedAndReset(t *testing.T) {
	t.Parallel()
	base, c := begin(t)
	shows(t, c, start)
	apply(t, c, devclock.Change{By: 2 * time.Hour})
	shows(t, c, start.Add(2*time.Hour))
	base.Advance(time.Minute)
	shows(t, c, start.Add(2*time.Hour+time.Minute))

	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if s := apply(t, c, devclock.Change{To: day, Frozen: yes()}); !s.Now.Equal(day) || !s.Frozen || !s.Base.Equal(start.Add(time.Minute)) {
		t.Fatalf("odd state %+v", s)
	}
	base.Advance(time.Hour)
	shows(t, c, day)
	apply(t, c, devclock.Change{By: -time.Second})
	shows(t, c, day.Add(-time.Second))
	apply(t, c, devclock.Change{Frozen: no()})
	base.Advance(time.Second)
	shows(t, c, day)
	if s := c.Reset(); !s.Now.Equal(s.Base) || s.Frozen {
		t.Fatalf("odd state after the reset %+v", s)
	}
	shows(t, c, base.Now())
	if d := c.Until(base.Now().Add(time.Minute)); d != time.Minute {
		t.Fatalf("a minute ahead is %s ahead", d)
	}
	if d := c.Since(base.Now().Add(-time.Minute)); d != time.Minute {
		t.Fatalf("a minute ago is %s ago", d)
	}
}

func TestTimesOutOfRangeChangeNothing(t *testing.T) {
	t.Parallel()
	_, c := begin(t)
	apply(t, c, devclock.Change{By: time.Hour})
	for name, change := range map[string]devclock.Change{
		"too early":       {To: devclock.Earliest.Add(-time.Nanosecond)},
		"too late":        {To: devclock.Latest},
		"the year 292277": {To: time.UnixMicro(math.MaxInt64)},
		"far back":        {By: math.MinInt64},
		"far on":          {By: math.MaxInt64},
	} {
		if _, err := c.Apply(change); !errors.Is(err, devclock.ErrOutOfRange) {
			t.Errorf("%s: %v", name, err)
		}
	}
	shows(t, c, start.Add(time.Hour))
	apply(t, c, devclock.Change{To: devclock.Earliest})
	shows(t, c, devclock.Earliest)
	apply(t, c, devclock.Change{To: devclock.Latest.Add(-time.Second)})
	shows(t, c, devclock.Latest.Add(-time.Second))
}

func fired(c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestTimersFireWhenTheTimeHasPassedThem(t *testing.T) {
	t.Parallel()
	_, c := begin(t)
	soon, later := c.After(time.Minute), c.NewTimer(time.Hour)
	if !fired(c.After(0)) || !fired(c.After(-time.Second)) {
		t.Fatal("a timer that was due at once did not fire at once")
	}
	apply(t, c, devclock.Change{By: 59 * time.Second})
	if fired(soon) {
		t.Fatal("too early")
	}
	apply(t, c, devclock.Change{By: time.Second})
	if !fired(soon) || fired(later.Chan()) {
		t.Fatal("not the one that was due")
	}
	if !later.Stop() || later.Stop() {
		t.Fatal("the timer does not know whether it was waiting")
	}
	apply(t, c, devclock.Change{By: 10 * time.Hour})
	if fired(later.Chan()) {
		t.Fatal("it was stopped")
	}
	if later.Reset(time.Second) {
		t.Fatal("a timer that was stopped was not active")
	}
	done := make(chan struct{})
	c.AfterFunc(time.Second, func() { close(done) })
	apply(t, c, devclock.Change{By: time.Second})
	if !fired(later.Chan()) {
		t.Fatal("it was set again")
	}
	<-done
}

func TestTimersFollowTheClockUnderneath(t *testing.T) {
	t.Parallel()
	base, c := begin(t)
	apply(t, c, devclock.Change{By: 1000 * time.Hour})
	timer := c.After(time.Minute)
	base.Advance(time.Minute)
	<-timer

	apply(t, c, devclock.Change{Frozen: yes()})
	timer = c.After(time.Minute)
	base.Advance(time.Hour)
	if fired(timer) {
		t.Fatal("the time stands still")
	}
	apply(t, c, devclock.Change{Frozen: no()})
	base.Advance(time.Minute)
	<-timer
}

// Moving the clock back must not let anybody wait for years.
func TestMovedBackNobodyWaitsLongerThanAskedFor(t *testing.T) {
	t.Parallel()
	base, c := begin(t)
	timer, ticks := c.After(time.Minute), c.NewTicker(time.Second)
	defer ticks.Stop()
	apply(t, c, devclock.Change{By: -365 * 24 * time.Hour})
	base.Advance(time.Second)
	<-ticks.Chan()
	if fired(timer) {
		t.Fatal("too early")
	}
	base.Advance(59 * time.Second)
	<-timer
}

func TestTickersDropTicksOverAJump(t *testing.T) {
	t.Parallel()
	_, c := begin(t)
	ticks := c.NewTicker(time.Second)
	apply(t, c, devclock.Change{By: time.Hour})
	if !fired(ticks.Chan()) || fired(ticks.Chan()) {
		t.Fatal("an hour at once is one tick")
	}
	apply(t, c, devclock.Change{By: time.Second})
	if !fired(ticks.Chan()) {
		t.Fatal("it went on")
	}
	ticks.Reset(time.Minute)
	apply(t, c, devclock.Change{By: time.Second})
	if fired(ticks.Chan()) {
		t.Fatal("it has another interval now")
	}
	ticks.Stop()
	apply(t, c, devclock.Change{By: time.Hour})
	if fired(ticks.Chan()) {
		t.Fatal("it was stopped")
	}
}

func TestOnTheRealClock(t *testing.T) {
	t.Parallel()
	c := devclock.New(clockwork.NewRealClock())
	apply(t, c, devclock.Change{By: 24 * time.Hour})
	c.Sleep(time.Millisecond)
	if ahead := time.Until(c.Now()); ahead < 23*time.Hour || ahead > 25*time.Hour {
		t.Fatalf("a day ahead is %s ahead", ahead)
	}
}

func TestManyUseItAtOnce(t *testing.T) {
	t.Parallel()
	c := devclock.New(clockwork.NewRealClock())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ticks := c.NewTicker(time.Millisecond)
			defer ticks.Stop()
			for range 50 {
				timer := c.NewTimer(time.Millisecond)
				apply(t, c, devclock.Change{By: time.Second})
				<-timer.Chan()
				<-ticks.Chan()
				_ = c.State()
			}
		})
	}
	wg.Wait()
}
