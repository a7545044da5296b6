// Package devclock is a clock that can be set, moved on and stopped while a
// server runs, for development mode. Nobody has to know: it is a
// clockwork.Clock on top of another one, the real one or a test's.
package devclock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
)

// Bounds of what the clock may be set to: Earliest allowed, Latest not. Times
// between them, their differences, as microseconds and as a JWT's seconds, fit
// everywhere they are stored.
var (
	Earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	Latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// ErrOutOfRange is a time beyond the bounds.
var ErrOutOfRange = errors.New("the time is out of range")

// Check returns an error that wraps ErrOutOfRange for a time beyond the bounds.
func Check(t time.Time) error {
	if t.Before(Earliest) || !t.Before(Latest) {
		return fmt.Errorf("%w: %s is not from %s to before %s", ErrOutOfRange, t.UTC().Format("2006-01-02"),
			Earliest.Format("2006-01-02"), Latest.Format("2006-01-02"))
	}
	return nil
}

// Clock is the movable clock. It begins as the clock underneath shows. Timers,
// tickers and sleepers wait for this clock's time: they fire when it is moved
// past them, stand still while it is stopped, and when it is moved back wait no
// longer than they had asked for.
type Clock struct {
	base clockwork.Clock
	// set is nil until the clock is moved or stopped, and after Reset.
	set atomic.Pointer[setting]

	mu      sync.Mutex // held to change set and what waits
	waiting queue
	alarm   clockwork.Timer
}

var _ clockwork.Clock = (*Clock)(nil)

// setting is how the clock differs from the one underneath.
type setting struct {
	frozen bool
	at     time.Time     // where it stands while frozen
	offset time.Duration // else
}

// Change is a change of the clock. The zero value changes nothing.
type Change struct {
	// To sets the clock; the zero time leaves it.
	To time.Time
	// By moves it on from there, or back if it is negative.
	By time.Duration
	// Frozen stops the clock or lets it go on from where it stands; nil leaves it.
	Frozen *bool
}

// State is what the clock shows at one instant.
type State struct {
	// Now is the clock's time, Base that of the clock underneath.
	Now, Base time.Time
	Frozen    bool
}

// New makes a clock that shows base's time until it is changed.
func New(base clockwork.Clock) *Clock { return &Clock{base: base} }

// Now implements clockwork.Clock.
func (c *Clock) Now() time.Time {
	s := c.set.Load()
	if s == nil {
		return c.base.Now()
	}
	return s.now(c.base.Now())
}

func (s *setting) now(base time.Time) time.Time {
	switch {
	case s == nil:
		return base
	case s.frozen:
		return s.at
	}
	return base.Add(s.offset)
}

// Since implements clockwork.Clock.
func (c *Clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Until implements clockwork.Clock.
func (c *Clock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// State returns what the clock shows.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state()
}

func (c *Clock) state() State {
	base, set := c.base.Now(), c.set.Load()
	return State{Now: set.now(base), Base: base, Frozen: set != nil && set.frozen}
}

// Apply changes the clock and returns what it then shows. A change that leads
// beyond the bounds changes nothing and is an ErrOutOfRange.
func (c *Clock) Apply(change Change) (State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.state()
	to, frozen := before.Now, before.Frozen
	if !change.To.IsZero() {
		to = change.To
	}
	to = to.Add(change.By)
	if change.Frozen != nil {
		frozen = *change.Frozen
	}
	// Checked even if only the clock is stopped: a test's own clock may be anywhere.
	if err := Check(to); err != nil {
		return before, err
	}
	offset := to.Sub(before.Base)
	if !before.Base.Add(offset).Equal(to) {
		return before, fmt.Errorf("%w: it is more than 292 years from the system time", ErrOutOfRange)
	}
	if !frozen && offset == 0 {
		c.change(nil)
	} else {
		c.change(&setting{frozen: frozen, at: to, offset: offset})
	}
	return State{Now: to, Base: before.Base, Frozen: frozen}, nil
}

// Reset shows the time of the clock underneath again.
func (c *Clock) Reset() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change(nil)
	return c.state()
}

func (c *Clock) change(s *setting) {
	c.set.Store(s)
	now := c.Now()
	for _, w := range c.waiting {
		if latest := now.Add(w.wait); latest.Before(w.at) {
			w.at = latest
		}
	}
	c.waiting.order()
	c.ring(now)
}
