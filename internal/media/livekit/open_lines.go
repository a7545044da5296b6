package livekit

import (
	"math"
	"sync"
)

// openLines are the signalling connections at a door, by participant, so that they can
// be ended at once when the participant is removed.
type openLines struct {
	mu sync.Mutex
	of map[string]map[*openLine]struct{}
}

func newOpenLines() *openLines { return &openLines{of: map[string]map[*openLine]struct{}{}} }

// enter notes a request before the guard is asked about it: whoever is removed after
// the answer gets no connection either.
func (o *openLines) enter(place string, generation int) (line *openLine, leave func()) {
	line = &openLine{generation: generation}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[place] == nil {
		o.of[place] = map[*openLine]struct{}{}
	}
	o.of[place][line] = struct{}{}
	return line, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if delete(o.of[place], line); len(o.of[place]) == 0 {
			delete(o.of, place)
		}
	}
}

// allGenerations is above each generation of a seat.
const allGenerations = math.MaxInt

// end ends the connections of a participant that are for older generations of the seat
// than the one given.
func (o *openLines) end(place string, generation int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for line := range o.of[place] {
		if line.generation < generation {
			line.end()
		}
	}
}

// openLine is a request at the door, and the connection that it has become.
type openLine struct {
	generation int

	mu    sync.Mutex
	conn  *inspectedConn
	ended bool
}

func (l *openLine) opened(conn *inspectedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn = conn; l.ended {
		go conn.end(errSeatGone)
	}
}

func (l *openLine) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended && l.conn != nil {
		go l.conn.end(errSeatGone)
	}
	l.ended = true
}
