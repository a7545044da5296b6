package livekit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/internal/media"
)

// entry looks at everybody once more when they have come in. Between the door's
// question and LiveKit's admission a seat can be taken away or changed, and Remove
// or UpdatePermission then found nobody to act on.
type entry struct {
	engine interface {
		Remove(ctx context.Context, room, identity string) error
		UpdatePermission(ctx context.Context, seat media.Seat) error
	}
	guard atomic.Pointer[media.SeatGuard]
	// rooms are the guards of rooms whose people came in by a door of this engine:
	// in tests several servers share one, each with a door and seats of its own.
	rooms sync.Map
	log   *slog.Logger
}

func (n *entry) guardOf(room string) media.SeatGuard {
	if guard, ok := n.rooms.Load(room); ok {
		return guard.(media.SeatGuard)
	}
	if guard := n.guard.Load(); guard != nil {
		return *guard
	}
	return nil
}

func (n *entry) check(e media.Event) {
	if e.Kind == media.EventRoomClosed {
		n.rooms.Delete(e.Room)
	}
	guard := n.guardOf(e.Room)
	if e.Kind != media.EventJoined || guard == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), guardTimeout)
	defer cancel()
	seat, err := guard.Seat(ctx, e.Room, e.Identity)
	switch {
	case errors.Is(err, media.ErrNoSeat):
		err = n.engine.Remove(ctx, e.Room, e.Identity)
	case err == nil:
		// Only the rights: setting an unchanged name again would be told to everybody.
		seat.Room, seat.Identity = e.Room, e.Identity
		seat.Name, seat.Metadata, seat.Attributes = "", "", nil
		err = n.engine.UpdatePermission(ctx, seat)
		if errors.Is(err, media.ErrNotConnected) {
			err = nil // gone again
		}
	}
	if err != nil {
		n.log.Warn("media entry not checked again", "room", e.Room, "identity", e.Identity, "error", redact(err.Error()))
	}
}
