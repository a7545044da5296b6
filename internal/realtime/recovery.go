package realtime

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// recoveries are the positions from which pages that are connecting want to
// recover, until the connection is decided.
type recoveries struct {
	mu    sync.Mutex
	asked map[string]positions
}

// positions are channels with where to recover from.
type positions map[string]Position

// maxPositions is more than the channels that a page is subscribed to.
const maxPositions = 8

// commandRead looks at everything that a connection sends, before it is carried out.
func (h *Hub) commandRead(client *centrifuge.Client, e centrifuge.CommandReadEvent) error {
	if h.read.Take(client.ID(), 1, time.Now()) > 0 {
		return centrifuge.DisconnectTooManyRequests
	}
	return h.recoveries.read(client, e)
}

// read notes what a connecting page asks for.
func (r *recoveries) read(client *centrifuge.Client, e centrifuge.CommandReadEvent) error {
	if e.Command.Connect == nil || len(e.Command.Connect.Subs) == 0 {
		return nil
	}
	if len(e.Command.Connect.Subs) > maxPositions {
		return centrifuge.DisconnectBadRequest
	}
	id, asked := client.ID(), positions{}
	for channel, sub := range e.Command.Connect.Subs {
		if sub != nil && sub.Recover {
			// Copies: the command is used again once it has been read.
			asked[strings.Clone(channel)] = Position{strings.Clone(sub.Epoch), sub.Offset}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked == nil {
		r.asked = map[string]positions{}
	}
	if _, again := r.asked[id]; !again {
		context.AfterFunc(client.Context(), func() { r.take(id) })
	}
	r.asked[id] = asked
	return nil
}

func (r *recoveries) take(id string) positions {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked[id]
	delete(r.asked, id)
	return asked
}

// before reports whether a recovery of the channel would begin before the position.
// A channel of another epoch has begun anew, and recovers nothing of the old one;
// Centrifuge takes no epoch for the present one.
func (p positions) before(channel string, entered Position) bool {
	asked, ok := p[channel]
	if !ok {
		return false
	}
	return entered == Unknown || (asked.Epoch == entered.Epoch || asked.Epoch == "") && asked.Offset < entered.Offset
}
