package livekit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/internal/media"
)

// postJoinCheck looks at everybody once more when they have come in, and whenever they have
// published or unmuted something. Between the proxy's question and LiveKit's act a
// participant can be taken away, changed or muted, and Remove, UpdatePermission or Mute
// then found nothing to act on.
type postJoinCheck struct {
	engine interface {
		Remove(ctx context.Context, room, identity string) error
		RemoveOlder(ctx context.Context, room, identity string, generation int) error
		UpdatePermission(ctx context.Context, grant media.Grant) error
		Mute(ctx context.Context, room, identity string, source media.Source) error
		// endTracks ends tracks of a source that newer ones have replaced.
		endTracks(ctx context.Context, grant media.Grant, source media.Source, ids []string) error
	}
	track *tracker
	guard atomic.Pointer[media.Guard]
	// rooms are the guards of rooms whose people came in by a proxy of this
	// engine: in tests several servers share one, each with a proxy and
	// participants of its own.
	rooms sync.Map
	log   *slog.Logger
}

func (n *postJoinCheck) guardOf(room string) media.Guard {
	if guard, ok := n.rooms.Load(room); ok {
		return guard.(media.Guard)
	}
	if guard := n.guard.Load(); guard != nil {
		return *guard
	}
	return nil
}

func (n *postJoinCheck) check(e media.Event) {
	if e.Kind == media.EventRoomClosed {
		n.rooms.Delete(e.Room)
	}
	guard := n.guardOf(e.Room)
	switch e.Kind {
	case media.EventJoined, media.EventPublished, media.EventUnmuted:
	default:
		return
	}
	if guard == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), guardTimeout)
	defer cancel()
	grant, err := guard.Grant(ctx, e.Room, e.Identity)
	switch {
	case errors.Is(err, media.ErrNotAdmitted), err == nil && e.Track.Source == media.SourceUnknown:
		// A track that is not what it is said to be has come past the proxy.
		err = n.engine.Remove(ctx, e.Room, e.Identity)
	case err == nil && e.Generation > 0 && e.Generation < grant.Generation:
		// Another page has taken the participant over.
		err = n.engine.RemoveOlder(ctx, e.Room, e.Identity, grant.Generation)
	case err == nil:
		grant.Room, grant.Identity = e.Room, e.Identity
		err = n.engine.UpdatePermission(ctx, rightsOnly(grant))
		if e.Track.Source == media.SourceMicrophone && !e.Track.Muted && grant.Muted {
			err = errors.Join(err, n.engine.Mute(ctx, e.Room, e.Identity, media.SourceMicrophone))
		}
		if older := n.track.older(e.Room, e.Identity, e.Track); len(older) > 0 {
			// There is one track per source, the newest.
			err = errors.Join(err, n.engine.endTracks(ctx, rightsOnly(grant), e.Track.Source, older))
		}
	}
	if err != nil && !errors.Is(err, media.ErrNotConnected) {
		n.log.Warn("media entry not checked again", "room", e.Room, "identity", e.Identity, "error", redact(err.Error()))
	}
}

// rightsOnly leaves the name and the like away, which would be sent to everybody
// again, unchanged.
func rightsOnly(grant media.Grant) media.Grant {
	grant.Name, grant.Metadata, grant.Attributes = "", "", nil
	return grant
}
