package server

import (
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/devclock"
	"github.com/anteroom/anteroom/internal/httpapi"
)

// devClock is the clock of development mode and the enforcement dates' view of it.
type devClock struct {
	*devclock.Clock
	// shift is what the enforcement dates' time is ahead of the clock's.
	shift atomic.Int64
}

func newDevClock(base clockwork.Clock) *devClock { return &devClock{Clock: devclock.New(base)} }

// policy is the platform's, seen from the time that a developer has chosen.
func (s *Server) policy() admission.Policy {
	policy := admission.DefaultPolicy()
	if s.devClock != nil {
		policy.Shift = time.Duration(s.devClock.shift.Load())
	}
	return policy
}

// Show implements httpapi.DevClock.
func (m *devClock) Show() httpapi.ClockView { return m.view(m.State()) }

func (m *devClock) view(s devclock.State) httpapi.ClockView {
	// Without what the machine's clock adds for its own use.
	now, base := s.Now.Round(0).UTC(), s.Base.Round(0).UTC()
	shift := time.Duration(m.shift.Load())
	return httpapi.ClockView{
		Now: now, RealNow: base, Offset: now.Sub(base).String(), Frozen: s.Frozen,
		Policy: httpapi.PolicyClock{Now: now.Add(shift), Offset: shift.String()},
	}
}

// Move implements httpapi.DevClock. The enforcement dates' view moves with
// the clock, and keeps what it is ahead.
func (m *devClock) Move(c httpapi.ClockChange) (httpapi.ClockView, error) {
	property := "advance"
	if !c.Now.IsZero() {
		property = "now"
	}
	if c.PolicyOnly {
		state := m.State()
		to := state.Now.Add(time.Duration(m.shift.Load()) + c.Advance)
		if !c.Now.IsZero() {
			to = c.Now
		}
		if err := devclock.Check(to); err != nil {
			return httpapi.ClockView{}, field(property, err.Error())
		}
		m.shift.Store(int64(to.Sub(state.Now)))
		return m.view(state), nil
	}
	state, err := m.Apply(devclock.Change{To: c.Now, By: c.Advance, Frozen: c.Frozen})
	if err != nil {
		return httpapi.ClockView{}, field(property, err.Error())
	}
	return m.view(state), nil
}

// Reset implements httpapi.DevClock.
func (m *devClock) Reset() httpapi.ClockView {
	m.shift.Store(0)
	return m.view(m.Clock.Reset())
}

func field(property, reason string) *httpapi.FieldErrors {
	return &httpapi.FieldErrors{Errors: []httpapi.FieldError{{Property: property, Reason: reason}}}
}

// forgetBefore is the time before which old records may be forgotten. A clock
// that was moved on forgets nothing for good: real time must have passed too.
func (s *Server) forgetBefore(life time.Duration) time.Time {
	now := s.Clock.Now()
	if real := time.Now(); real.Before(now) {
		now = real
	}
	return now.Add(-life)
}
