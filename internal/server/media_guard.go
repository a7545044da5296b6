package server

import (
	"context"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/session"
)

// mediaGuard reports to the media proxy what the sessions allow.
type mediaGuard struct{ sessions *session.Service }

// Grant implements media.Guard.
func (g mediaGuard) Grant(ctx context.Context, room, identity string) (media.Grant, error) {
	return g.sessions.MediaGrant(ctx, room, identity)
}

// Unmute implements media.Guard.
func (g mediaGuard) Unmute(ctx context.Context, room, identity string) error {
	return g.sessions.MediaUnmuted(ctx, room, identity)
}
