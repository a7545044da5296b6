package livekit

import (
	"math"
	"sync"
)

// openConns are the signalling connections at a proxy, by participant, so that they
// can be ended at once when the participant is removed.
type openConns struct {
	mu            sync.Mutex
	byParticipant map[string]map[*openConn]struct{}
}

func newOpenConns() *openConns { return &openConns{byParticipant: map[string]map[*openConn]struct{}{}} }

// add notes a request before the guard is asked about it: whoever is removed after
// the answer gets no connection either.
func (c *openConns) add(key string, generation int) (conn *openConn, leave func()) {
	conn = &openConn{generation: generation}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byParticipant[key] == nil {
		c.byParticipant[key] = map[*openConn]struct{}{}
	}
	c.byParticipant[key][conn] = struct{}{}
	return conn, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if delete(c.byParticipant[key], conn); len(c.byParticipant[key]) == 0 {
			delete(c.byParticipant, key)
		}
	}
}

// allGenerations is above each generation of a participant.
const allGenerations = math.MaxInt

// end ends the connections of a participant that are for older generations of the
// participant than the one given.
func (c *openConns) end(key string, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.byParticipant[key] {
		if conn.generation < generation {
			conn.end()
		}
	}
}

// openConn is a request at the proxy, and the connection that it has become.
type openConn struct {
	generation int

	mu    sync.Mutex
	conn  *inspectedConn
	ended bool
}

func (c *openConn) setConn(conn *inspectedConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn = conn; c.ended {
		go conn.end(errParticipantGone)
	}
}

func (c *openConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended && c.conn != nil {
		go c.conn.end(errParticipantGone)
	}
	c.ended = true
}
