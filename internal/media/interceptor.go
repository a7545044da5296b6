package media

import (
	"context"
	"net/http"
	"time"
)

// Op names an operation of an Engine, for Interceptor.
type Op string

// The operations Interceptor asks about.
const (
	OpStart            Op = "start"
	OpToken            Op = "token"
	OpEnsureRoom       Op = "ensure_room"
	OpRemove           Op = "remove"
	OpMute             Op = "mute"
	OpUpdatePermission Op = "update_permission"
	OpEndRoom          Op = "end_room"
	OpParticipants     Op = "participants"
	// OpConnect is a browser's request at the proxy.
	OpConnect Op = "connect"
)

// Interceptor puts before in front of every operation of e: fault injection in dev
// mode, or counting. An error from before is returned in place of carrying out the
// operation; at the proxy it becomes 503. before may also wait, until ctx ends.
// room and identity are empty where the operation has none.
func Interceptor(e Engine, before func(ctx context.Context, op Op, room, identity string) error) Engine {
	return &intercepted{Engine: e, before: before}
}

type intercepted struct {
	Engine
	before func(ctx context.Context, op Op, room, identity string) error
}

func (i *intercepted) Start(ctx context.Context) error {
	if err := i.before(ctx, OpStart, "", ""); err != nil {
		return err
	}
	return i.Engine.Start(ctx)
}

func (i *intercepted) Token(ctx context.Context, grant Grant, ttl time.Duration) (string, error) {
	if err := i.before(ctx, OpToken, grant.Room, grant.Identity); err != nil {
		return "", err
	}
	return i.Engine.Token(ctx, grant, ttl)
}

func (i *intercepted) EnsureRoom(ctx context.Context, room string) error {
	if err := i.before(ctx, OpEnsureRoom, room, ""); err != nil {
		return err
	}
	return i.Engine.EnsureRoom(ctx, room)
}

func (i *intercepted) Remove(ctx context.Context, room, identity string) error {
	if err := i.before(ctx, OpRemove, room, identity); err != nil {
		return err
	}
	return i.Engine.Remove(ctx, room, identity)
}

func (i *intercepted) RemoveOlder(ctx context.Context, room, identity string, generation int) error {
	if err := i.before(ctx, OpRemove, room, identity); err != nil {
		return err
	}
	return i.Engine.RemoveOlder(ctx, room, identity, generation)
}

func (i *intercepted) Mute(ctx context.Context, room, identity string, source Source) error {
	if err := i.before(ctx, OpMute, room, identity); err != nil {
		return err
	}
	return i.Engine.Mute(ctx, room, identity, source)
}

func (i *intercepted) UpdatePermission(ctx context.Context, grant Grant) error {
	if err := i.before(ctx, OpUpdatePermission, grant.Room, grant.Identity); err != nil {
		return err
	}
	return i.Engine.UpdatePermission(ctx, grant)
}

func (i *intercepted) EndRoom(ctx context.Context, room string) error {
	if err := i.before(ctx, OpEndRoom, room, ""); err != nil {
		return err
	}
	return i.Engine.EndRoom(ctx, room)
}

func (i *intercepted) Participants(ctx context.Context, room string) ([]Participant, error) {
	if err := i.before(ctx, OpParticipants, room, ""); err != nil {
		return nil, err
	}
	return i.Engine.Participants(ctx, room)
}

func (i *intercepted) Signalling(guard Guard) http.Handler {
	// The guard is the first to know room and identity, so the fault is asked there.
	return i.Engine.Signalling(&interceptedGuard{guard, i.before})
}

type interceptedGuard struct {
	Guard
	before func(ctx context.Context, op Op, room, identity string) error
}

func (g *interceptedGuard) Grant(ctx context.Context, room, identity string) (Grant, error) {
	if err := g.before(ctx, OpConnect, room, identity); err != nil {
		return Grant{}, err
	}
	return g.Guard.Grant(ctx, room, identity)
}
