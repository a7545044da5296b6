package fault

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxFaults bounds how many faults are active at once.
	maxFaults = 1000
	// memory is how long the repetitions of an event are known: as long as the
	// response to a join is.
	memory = time.Minute
)

// ErrTooMany is a fault too many.
var ErrTooMany = errors.New("1000 faults are active already; remove some")

// View is an active fault.
type View struct {
	Spec
	ID string
	// Remaining is how many events it will hit yet. One with none left is still
	// active while it holds somebody, or may meet repetitions of what it has hit.
	Remaining int
}

// Set is the active faults of a server. It is safe for concurrent use.
type Set struct {
	newID func() string
	count [5]atomic.Int32 // of active faults, by the order of points
	any   atomic.Int32

	mu     sync.Mutex
	faults []*active
}

type active struct {
	View
	seen map[string]time.Time // keys of events, since when
	busy int                  // those it acts on now
	gone chan struct{}
	end  func()
}

// NewSet makes an empty set; newID makes unique ids.
func NewSet(newID func() string) *Set { return &Set{newID: newID} }

// Any reports whether a fault is active anywhere.
func (s *Set) Any() bool { return s.any.Load() != 0 }

// Active reports whether a fault is active at the point.
func (s *Set) Active(p Point) bool { return s.count[slices.Index(points, p)].Load() != 0 }

// Add makes a fault active. The spec must have no problems. end, if it is not
// nil, runs once when the fault is no longer active.
func (s *Set) Add(spec Spec, end func()) (View, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	if len(s.faults) >= maxFaults {
		return View{}, ErrTooMany
	}
	f := &active{
		View: View{Spec: spec, ID: s.newID(), Remaining: spec.Count},
		seen: map[string]time.Time{}, gone: make(chan struct{}), end: end,
	}
	s.faults = append(s.faults, f)
	s.changed(spec.Point, 1)
	return f.View, nil
}

func (s *Set) changed(p Point, by int32) {
	s.count[slices.Index(points, p)].Add(by)
	s.any.Add(by)
}

// List returns the active faults, the oldest first.
func (s *Set) List() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	out := make([]View, 0, len(s.faults))
	for _, f := range s.faults {
		out = append(out, f.View)
	}
	return out
}

// Remove ends a fault and lets go whom it holds; false if there is none.
func (s *Set) Remove(id string) bool {
	return s.remove(func(f *active) bool { return f.ID == id }) > 0
}

// Clear ends all faults.
func (s *Set) Clear() { s.remove(func(*active) bool { return true }) }

func (s *Set) remove(pick func(*active) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f *active) bool {
		if !pick(f) {
			return false
		}
		n++
		s.ended(f)
		return true
	})
	return n
}

// ended is what follows when a fault leaves the list; s.mu is held.
func (s *Set) ended(f *active) {
	close(f.gone)
	s.changed(f.Point, -1)
	if f.end != nil {
		// Not under the lock, which it may want.
		go f.end()
	}
}

// Take finds the fault that hits the event, and counts it. It is nil if there is
// none; event is asked for only while a fault is active at the point.
func (s *Set) Take(p Point, event func() Event) *Hit {
	if !s.Any() || !s.Active(p) {
		return nil
	}
	e := event()
	return s.take(e, func(f *active) bool { return f.Point == p })
}

// TakeOf is Take for the one fault of that id.
func (s *Set) TakeOf(id string, e Event) *Hit {
	return s.take(e, func(f *active) bool { return f.ID == id })
}

func (s *Set) take(e Event, pick func(*active) bool) *Hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	now := time.Now()
	for _, f := range s.faults {
		if !pick(f) || !f.matches(e) {
			continue
		}
		since, again := f.seen[e.Key]
		switch {
		case again:
		case f.Count > 0 && f.Remaining == 0:
			continue
		default:
			since = now
			if f.Count > 0 {
				f.Remaining--
			}
			if e.Key != "" {
				f.seen[e.Key] = now
			}
		}
		f.busy++
		return &Hit{Spec: f.Spec, since: since, gone: f.gone, done: func() { s.done(f) }}
	}
	return nil
}

func (s *Set) done(f *active) {
	s.mu.Lock()
	f.busy--
	s.mu.Unlock()
	s.remove(func(g *active) bool { return g == f && f.over() })
}

// over reports that a fault can hit nothing more.
func (f *active) over() bool {
	return f.Count > 0 && f.Remaining == 0 && f.busy == 0 && len(f.seen) == 0
}

// tidy forgets repetitions that come no more; s.mu is held.
func (s *Set) tidy() {
	now := time.Now()
	for _, f := range s.faults {
		for key, since := range f.seen {
			if now.Sub(since) > memory+f.Delay {
				delete(f.seen, key)
			}
		}
	}
	s.faults = slices.DeleteFunc(s.faults, func(f *active) bool {
		if !f.over() {
			return false
		}
		s.ended(f)
		return true
	})
}
