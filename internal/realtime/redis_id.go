package realtime

import (
	"time"

	"github.com/centrifugal/centrifuge"
)

// idChannel is a channel that nobody hears: Redis holds a random text for it, made
// when it is first asked for.
const idChannel = "redis"

// idLife is how long that text is kept after it was last asked for.
const idLife = 365 * 24 * time.Hour

// RedisID is a random text that all nodes of one Redis read from it, and that is
// another one in every other Redis and after all data was lost.
func (h *Hub) RedisID() (string, error) {
	at, err := h.node.History(idChannel, centrifuge.WithHistoryMetaTTL(idLife))
	return at.Epoch, err
}
