package realtime

import "sync"

// held counts the bytes of each participant's requests that wait or are carried out, over
// all its lines. The zero value is ready for use.
type held struct {
	mu    sync.Mutex
	bytes map[string]int
}

// add counts a request, unless the participant has too much here already.
func (h *held) add(seat string, bytes int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes[seat]+bytes > maxHeld {
		return false
	}
	if h.bytes == nil {
		h.bytes = map[string]int{}
	}
	h.bytes[seat] += bytes
	return true
}

func (h *held) remove(seat string, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes[seat] -= bytes; h.bytes[seat] <= 0 {
		delete(h.bytes, seat)
	}
}
