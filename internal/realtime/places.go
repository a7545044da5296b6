package realtime

import (
	"context"
	"slices"
	"time"

	"github.com/centrifugal/centrifuge"
)

// placesBatch is how many seats the backend is asked about at once.
const placesBatch = 500

// keepPlaces finds lines that an order of another node has not reached, until the
// channel stops.
func (h *Hub) keepPlaces() {
	tick := time.NewTicker(placesEvery)
	defer tick.Stop()
	for misplaced := map[*line]bool{}; ; {
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		misplaced = h.comparePlaces(misplaced)
	}
}

// comparePlaces answers the lines that are not where their seats belong. Those that
// were not before either are broken: their pages come back, and are placed or closed
// by what Backend.Connect answers. Others may have an order on its way.
func (h *Hub) comparePlaces(before map[*line]bool) map[*line]bool {
	h.mu.Lock()
	lines := h.linesWhere((*line).up)
	h.mu.Unlock()
	misplaced := map[*line]bool{}
	for batch := range slices.Chunk(lines, placesBatch) {
		ids := make([]string, len(batch))
		for i, l := range batch {
			ids[i] = l.seatID
		}
		ctx, cancel := context.WithTimeout(context.Background(), backendTime)
		places, err := h.backend.Places(ctx, ids)
		cancel()
		if err != nil {
			h.log.Warn("could not compare connections with the database", "error", err)
			return nil
		}
		for _, l := range batch {
			place, live := places[l.seatID]
			switch {
			case live && place == Place{l.generation, l.now().Waiting}:
			case before[l]:
				h.log.Info("reconnecting a page that missed an order", "seat", l.seatID)
				l.close(centrifuge.DisconnectForceReconnect)
			default:
				misplaced[l] = true
			}
		}
	}
	return misplaced
}
