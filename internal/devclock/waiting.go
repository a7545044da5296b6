package devclock

import (
	"container/heap"
	"errors"
	"time"

	"github.com/jonboulle/clockwork"
)

// waiter is a timer, a ticker or somebody who sleeps.
type waiter struct {
	clock *Clock
	at    time.Time
	// wait is how long was asked for; repeat makes it a ticker.
	wait   time.Duration
	repeat bool
	c      chan time.Time
	do     func()
	place  int // in the queue; -1 outside
}

// After implements clockwork.Clock.
func (c *Clock) After(d time.Duration) <-chan time.Time { return c.NewTimer(d).Chan() }

// Sleep implements clockwork.Clock.
func (c *Clock) Sleep(d time.Duration) { <-c.After(d) }

// NewTimer implements clockwork.Clock.
func (c *Clock) NewTimer(d time.Duration) clockwork.Timer {
	w := &waiter{clock: c, c: make(chan time.Time, 1), place: -1}
	w.Reset(d)
	return w
}

// AfterFunc implements clockwork.Clock.
func (c *Clock) AfterFunc(d time.Duration, f func()) clockwork.Timer {
	w := &waiter{clock: c, do: f, place: -1}
	w.Reset(d)
	return w
}

// NewTicker implements clockwork.Clock. Like time's it drops ticks that nobody
// has taken: one jump over many of them is one tick.
func (c *Clock) NewTicker(d time.Duration) clockwork.Ticker {
	if d <= 0 {
		panic(errors.New("non-positive interval for NewTicker"))
	}
	w := &waiter{clock: c, c: make(chan time.Time, 1), repeat: true, place: -1}
	w.Reset(d)
	return ticker{w}
}

// Chan implements clockwork.Timer; it is nil for AfterFunc's.
func (w *waiter) Chan() <-chan time.Time { return w.c }

// Reset implements clockwork.Timer.
func (w *waiter) Reset(d time.Duration) bool {
	c := w.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	active := c.waiting.drop(w)
	now := c.Now()
	w.wait, w.at = max(d, 0), now.Add(d)
	heap.Push(&c.waiting, w)
	c.ring(now)
	return active
}

// Stop implements clockwork.Timer.
func (w *waiter) Stop() bool {
	c := w.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	active := c.waiting.drop(w)
	c.ring(c.Now())
	return active
}

// ticker is a waiter in the shape of a clockwork.Ticker.
type ticker struct{ w *waiter }

func (t ticker) Chan() <-chan time.Time { return t.w.c }
func (t ticker) Stop()                  { t.w.Stop() }

func (t ticker) Reset(d time.Duration) {
	if d <= 0 {
		panic(errors.New("non-positive interval for Ticker.Reset"))
	}
	t.w.Reset(d)
}

// ring fires what is due and sees to it that it is called for the next; c.mu is held.
func (c *Clock) ring(now time.Time) {
	for len(c.waiting) > 0 && !c.waiting[0].at.After(now) {
		w := c.waiting[0]
		if w.repeat {
			w.at = w.at.Add(w.wait)
			if !w.at.After(now) {
				w.at = now.Add(w.wait)
			}
			heap.Fix(&c.waiting, 0)
		} else {
			c.waiting.drop(w)
		}
		w.fire(now)
	}
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if set := c.set.Load(); len(c.waiting) == 0 || (set != nil && set.frozen) {
		return
	}
	c.alarm = c.base.AfterFunc(c.waiting[0].at.Sub(now), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ring(c.Now())
	})
}

func (w *waiter) fire(now time.Time) {
	if w.do != nil {
		go w.do()
		return
	}
	select {
	case w.c <- now:
	default:
	}
}

// queue is a heap of waiters, the earliest first.
type queue []*waiter

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	w := x.(*waiter)
	w.place = len(*q)
	*q = append(*q, w)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.place = -1
	return w
}

func (q *queue) order() { heap.Init(q) }

// drop takes a waiter out and reports whether it was in.
func (q *queue) drop(w *waiter) bool {
	if w.place < 0 {
		return false
	}
	heap.Remove(q, w.place)
	return true
}
