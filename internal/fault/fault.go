// Package fault holds the faults that a developer injects into a running server,
// and says whom they hit. It exists for development mode; while no fault is
// active, asking costs one atomic load.
package fault

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// What a fault does to an event, where it does not only delay it.
var (
	// ErrInjected is the failure of a fault of kind Error.
	ErrInjected = errors.New("a fault injected by the developer API")
	// ErrDropped asks the place that was hit to break the connection without a close
	// frame.
	ErrDropped = errors.New("dropped by a fault injected by the developer API")
)

// Point is where a fault is injected.
type Point string

// The points, and what counts as one event there.
const (
	// Join is the response to a join. Requests that repeat one joinId are one event.
	Join Point = "join"
	// Store is the first question of a join to the storage; repetitions as above.
	Store Point = "store"
	// Media is the making of a media token, or a browser's connection attempt at the
	// media proxy.
	Media Point = "media"
	// Realtime is a page's connection opening, or something it asks for over it.
	// For Drop, each connection that is up when the fault is made is broken and
	// counts too.
	Realtime Point = "realtime"
	// Packets is one packet of media, in either direction, or a connection attempt at
	// the proxy.
	Packets Point = "packets"
)

// Kind is what a fault does.
type Kind string

// The kinds of faults.
const (
	Error Kind = "error"
	Delay Kind = "delay"
	Drop  Kind = "drop"
	Hang  Kind = "hang"
)

// kinds are those that make sense at a point.
var kinds = map[Point][]Kind{
	Join:     {Error, Delay, Drop, Hang},
	Store:    {Error, Delay, Hang},
	Media:    {Error, Delay, Hang},
	Realtime: {Error, Delay, Drop, Hang},
	Packets:  {Drop},
}

// points is their order in messages, and in counters.
var points = []Point{Store, Media, Realtime, Join, Packets}

// Bounds of a Spec.
const (
	MaxCount = 1_000_000
	MaxDelay = 10 * time.Minute
)

// Spec describes a fault.
type Spec struct {
	Point Point
	Kind  Kind
	// MeetingNumber limits it to one meeting; empty means all.
	MeetingNumber string
	// UserID limits it to one participant of that meeting, by the number the
	// participants know; zero means everybody.
	UserID int64
	// Count is how many events it hits; zero means until it is removed, which only
	// Packets allow.
	Count int
	// Delay is for the kind Delay alone.
	Delay time.Duration
}

// FieldError names a field of a Spec, as the wire calls it, and what is wrong with it.
type FieldError struct{ Property, Reason string }

// Check returns everything that is wrong with the spec.
func (s Spec) Check() []FieldError {
	var out []FieldError
	add := func(property, reason string) { out = append(out, FieldError{property, reason}) }
	allowed, known := kinds[s.Point]
	switch {
	case !known:
		add("point", "must be one of "+list(points))
	case !slices.Contains(allowed, s.Kind):
		add("kind", "must be one of "+list(allowed)+" at the point "+string(s.Point))
	}
	if n := s.MeetingNumber; n != "" && (len(n) < 9 || len(n) > 11 || !digits(n)) {
		add("meetingNumber", "must have 9 to 11 digits")
	}
	switch {
	case s.Point == Packets && s.MeetingNumber == "":
		add("meetingNumber", "is required for packet loss")
	case s.UserID < 0:
		add("userId", "must be the number of a participant")
	case s.UserID != 0 && (s.Point == Join || s.Point == Store):
		add("userId", "a participant has a number only after joining; use meetingNumber")
	case s.UserID != 0 && s.MeetingNumber == "":
		add("userId", "needs meetingNumber")
	}
	if s.Count < 0 || s.Count > MaxCount || (s.Count == 0 && s.Point != Packets) {
		add("count", "must be 1 to "+strconv.Itoa(MaxCount))
	}
	switch {
	case s.Kind == Delay && (s.Delay <= 0 || s.Delay > MaxDelay):
		add("delay", "must be a duration such as \"3s\", up to "+MaxDelay.String())
	case s.Kind != Delay && s.Delay != 0:
		add("delay", "is only for faults of the kind delay")
	}
	return out
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func list[T ~string](words []T) string {
	var out string
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		out += string(w)
	}
	return out
}

// Event is something that happens at a point.
type Event struct {
	MeetingNumber string
	UserID        int64
	// Key is the same for repetitions that are to be hit alike; empty for events
	// that stand alone.
	Key string
}

func (s Spec) matches(e Event) bool {
	return (s.MeetingNumber == "" || s.MeetingNumber == e.MeetingNumber) && (s.UserID == 0 || s.UserID == e.UserID)
}

// Hit is a fault that met an event.
type Hit struct {
	Spec
	// since is when the event, or the first of its repetitions, was hit.
	since time.Time
	gone  <-chan struct{}
	done  func()
}

// Act does to the caller what the fault does: it returns ErrInjected or
// ErrDropped, or waits and returns nil. A fault that is removed meanwhile lets go
// at once; a context that ends is the answer too. Call it once.
func (h *Hit) Act(ctx context.Context) error {
	defer h.done()
	switch h.Kind {
	case Error:
		return ErrInjected
	case Drop:
		return ErrDropped
	case Hang:
		return wait(ctx, nil, h.gone)
	case Delay:
		timer := time.NewTimer(time.Until(h.since.Add(h.Delay)))
		defer timer.Stop()
		return wait(ctx, timer.C, h.gone)
	}
	return nil
}

func wait(ctx context.Context, over <-chan time.Time, gone <-chan struct{}) error {
	select {
	case <-over:
	case <-gone:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
