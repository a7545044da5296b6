package server

import (
	"context"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/session"
)

// mediaGuard answers the media door from the sessions.
type mediaGuard struct{ sessions *session.Service }

// Seat implements media.SeatGuard.
func (g mediaGuard) Seat(ctx context.Context, room, identity string) (media.Seat, error) {
	return g.sessions.MediaSeat(ctx, room, identity)
}

// Unmute implements media.SeatGuard.
func (g mediaGuard) Unmute(ctx context.Context, room, identity string) error {
	return g.sessions.MediaUnmuted(ctx, room, identity)
}
