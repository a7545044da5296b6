package realtime

import (
	"math"
	"sync"
)

// turns lets those who name the same seat run one after the other. Its zero
// value is ready.
type turns struct {
	mu    sync.Mutex
	seats map[string]*turn
}

type turn struct {
	sync.Mutex
	wanted int // those who have it or wait for it
}

// take waits for the seat's turn and returns how to give it back.
func (t *turns) take(seatID string) (giveBack func()) {
	giveBack, _ = t.takeOf(seatID, math.MaxInt)
	return giveBack
}

// takeOf is take, unless as many as most have the turn or wait for it already.
func (t *turns) takeOf(seatID string, most int) (giveBack func(), ok bool) {
	t.mu.Lock()
	if t.seats == nil {
		t.seats = map[string]*turn{}
	}
	mine := t.seats[seatID]
	if mine == nil {
		mine = &turn{}
		t.seats[seatID] = mine
	}
	if mine.wanted >= most {
		t.mu.Unlock()
		return nil, false
	}
	mine.wanted++
	t.mu.Unlock()
	mine.Lock()
	return func() {
		mine.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.wanted--; mine.wanted == 0 {
			delete(t.seats, seatID)
		}
	}, true
}
