package realtime

import (
	"context"
	"slices"
	"time"

	"github.com/centrifugal/centrifuge"
)

// placementBatch is how many participants the backend is asked about at once.
const placementBatch = 500

// runPlacementCheck finds connections that an order of another node has not reached,
// until the channel stops.
func (h *Hub) runPlacementCheck() {
	tick := time.NewTicker(placementCheckInterval)
	defer tick.Stop()
	for misplaced := map[*connection]bool{}; ; {
		select {
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		misplaced = h.reconcilePlacements(misplaced)
	}
}

// reconcilePlacements returns the connections that are not where their participants
// belong. Those that were not before either are broken: their pages come back, and are
// placed or closed by what Backend.Connect answers. Others may have an order on its way.
func (h *Hub) reconcilePlacements(before map[*connection]bool) map[*connection]bool {
	h.mu.Lock()
	conns := h.connectionsWhere((*connection).isUp)
	h.mu.Unlock()
	misplaced := map[*connection]bool{}
	for batch := range slices.Chunk(conns, placementBatch) {
		ids := make([]string, len(batch))
		for i, conn := range batch {
			ids[i] = conn.participantID
		}
		ctx, cancel := context.WithTimeout(context.Background(), backendTime)
		placements, err := h.backend.Placements(ctx, ids)
		cancel()
		if err != nil {
			h.log.Warn("could not compare connections with the database", "error", err)
			return nil
		}
		for _, conn := range batch {
			placement, live := placements[conn.participantID]
			switch {
			case live && placement == Placement{conn.generation, conn.current().Waiting}:
			case before[conn]:
				h.log.Info("reconnecting a page that missed an order", "participant", conn.participantID)
				conn.close(centrifuge.DisconnectForceReconnect)
			default:
				misplaced[conn] = true
			}
		}
	}
	return misplaced
}
