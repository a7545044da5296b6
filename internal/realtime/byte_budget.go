package realtime

import "sync"

// byteBudget counts the bytes of each participant's requests that wait or are carried out, over
// all its connections. The zero value is ready for use.
type byteBudget struct {
	mu    sync.Mutex
	bytes map[string]int
}

// add counts a request, unless the participant has too much here already.
func (h *byteBudget) add(participant string, bytes int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes[participant]+bytes > maxPendingBytes {
		return false
	}
	if h.bytes == nil {
		h.bytes = map[string]int{}
	}
	h.bytes[participant] += bytes
	return true
}

func (h *byteBudget) remove(participant string, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.bytes[participant] -= bytes; h.bytes[participant] <= 0 {
		delete(h.bytes, participant)
	}
}
