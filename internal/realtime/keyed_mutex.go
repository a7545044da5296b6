package realtime

import (
	"math"
	"sync"
)

// keyedMutex lets those who name the same participant run one after the other. Its
// zero value is ready.
type keyedMutex struct {
	mu    sync.Mutex
	locks map[string]*refMutex
}

type refMutex struct {
	sync.Mutex
	refs int // those who have it or wait for it
}

// lock waits for the participant's turn and returns how to give it back.
func (m *keyedMutex) lock(participantID string) (unlock func()) {
	unlock, _ = m.tryLock(participantID, math.MaxInt)
	return unlock
}

// tryLock is take, unless as many as most have the turn or wait for it already.
func (m *keyedMutex) tryLock(participantID string, most int) (release func(), ok bool) {
	m.mu.Lock()
	if m.locks == nil {
		m.locks = map[string]*refMutex{}
	}
	mine := m.locks[participantID]
	if mine == nil {
		mine = &refMutex{}
		m.locks[participantID] = mine
	}
	if mine.refs >= most {
		m.mu.Unlock()
		return nil, false
	}
	mine.refs++
	m.mu.Unlock()
	mine.Lock()
	return func() {
		mine.Unlock()
		m.mu.Lock()
		defer m.mu.Unlock()
		if mine.refs--; mine.refs == 0 {
			delete(m.locks, participantID)
		}
	}, true
}
