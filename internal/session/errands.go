package session

import "sync"

// errands are what nobody waits for. Those of one session are carried out one
// after the other, in the order in which they were given: what a seat may do in
// the end is what was decided last.
type errands struct {
	mu sync.Mutex
	// waiting holds what is left to do for a session; a session that has an
	// entry has a goroutine at work.
	waiting map[string][]func()
}

func (e *errands) give(sessionID string, do func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	left, busy := e.waiting[sessionID]
	if e.waiting == nil {
		e.waiting = map[string][]func(){}
	}
	e.waiting[sessionID] = append(left, do)
	if !busy {
		go e.work(sessionID)
	}
}

func (e *errands) work(sessionID string) {
	for {
		e.mu.Lock()
		left := e.waiting[sessionID]
		if len(left) == 0 {
			delete(e.waiting, sessionID)
			e.mu.Unlock()
			return
		}
		e.waiting[sessionID] = left[1:]
		e.mu.Unlock()
		left[0]()
	}
}
