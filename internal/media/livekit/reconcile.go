package livekit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// retryDelay is how long after a failed call about a room the room is reconciled; after
// each further failure the time doubles, up to the interval.
const retryDelay = time.Second

// maxSyncAttempts is how often one participant is brought to what the guard says, which can
// change meanwhile.
const maxSyncAttempts = 3

// retryLater returns the outcome of a call about a room. If it failed, the room is
// reconciled soon: what the guard says then is done in its place. Somebody who is not
// connected needs nothing more.
func (e *external) retryLater(room string, err error) error {
	if err == nil || errors.Is(err, media.ErrNotConnected) {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.known[room]; !ok {
		e.known[room] = time.Now()
	}
	e.failed[room] = struct{}{}
	e.startLoop()
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return err
}

// startLoop is called with mu held.
func (e *external) startLoop() {
	if !e.looping && !e.closed {
		e.looping = true
		e.loop.Go(e.reconcileLoop)
	}
}

// reconcileLoop repairs what lost webhooks and failed calls left wrong.
func (e *external) reconcileLoop() {
	tick := time.NewTicker(e.interval)
	defer tick.Stop()
	var retry <-chan time.Time
	wait := e.retryDelay
	for {
		select {
		case <-tick.C:
			e.reconcile(e.life)
		case <-e.wake:
			if retry == nil {
				retry = time.After(wait)
			}
		case <-retry:
			retry = nil
			if e.reconcileFailed(e.life) {
				wait = e.retryDelay
				continue
			}
			wait = min(2*wait, e.interval)
			retry = time.After(wait)
		case <-e.life.Done():
			return
		}
	}
}

// reconcile compares every room this node has opened with LiveKit's list, and the list
// with the guard's answers.
func (e *external) reconcile(ctx context.Context) {
	e.mu.Lock()
	rooms := slices.Collect(maps.Keys(e.known))
	e.mu.Unlock()
	e.reconcileRooms(ctx, rooms)
}

// reconcileFailed is reconcile for the rooms about which a call has failed.
func (e *external) reconcileFailed(ctx context.Context) (done bool) {
	e.mu.Lock()
	rooms := slices.Collect(maps.Keys(e.failed))
	e.mu.Unlock()
	return e.reconcileRooms(ctx, rooms)
}

func (e *external) reconcileRooms(ctx context.Context, rooms []string) (done bool) {
	done = true
	for _, room := range rooms {
		e.mu.Lock()
		used := e.known[room]
		_, failed := e.failed[room]
		delete(e.failed, room)
		e.mu.Unlock()
		err := e.reconcileRoom(ctx, room, used)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			continue
		}
		done = false
		e.log.Warn("could not reconcile media room", "room", room, "error", redact(err.Error()))
		if failed {
			e.mu.Lock()
			e.failed[room] = struct{}{}
			e.mu.Unlock()
		}
	}
	return done
}

func (e *external) reconcileRoom(ctx context.Context, room string, used time.Time) error {
	asked := time.Now()
	list, err := e.list(ctx, room)
	if err != nil {
		return err
	}
	e.events.put(e.track.reconcile(room, list, asked)...)
	if len(list) == 0 {
		if asked.Sub(used) > roomIdleSeconds*time.Second {
			e.forget(room, used)
		}
		return nil
	}
	if used.IsZero() {
		return e.deleteRoom(ctx, room)
	}
	var faults []error
	for _, p := range list {
		if p.GetState() != lk.ParticipantInfo_DISCONNECTED {
			faults = append(faults, e.syncParticipant(ctx, room, p))
		}
	}
	return errors.Join(faults...)
}

// forget drops a room unless it has been used again meanwhile.
func (e *external) forget(room string, used time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known[room].Equal(used) {
		delete(e.known, room)
	}
}

// syncParticipant brings a participant whom LiveKit lists to what the guard says: whoever has no
// participant, or lost it to another page, is removed, and the others have the rights of today.
func (e *external) syncParticipant(ctx context.Context, room string, p *lk.ParticipantInfo) error {
	guard := e.postJoin.guardOf(room)
	if guard == nil {
		return nil
	}
	identity := p.GetIdentity()
	for range maxSyncAttempts {
		asking, cancel := context.WithTimeout(ctx, guardTimeout)
		grant, err := guard.Grant(asking, room, identity)
		cancel()
		generation := allGenerations
		switch {
		case err == nil:
			generation = grant.Generation
		case !errors.Is(err, media.ErrNotAdmitted):
			return err
		}
		if is := generationOf(p); err != nil || is > 0 && is < generation {
			e.conns.end(participantKey(room, identity), generation)
			return e.remove(ctx, room, identity)
		}
		grant.Room, grant.Identity = room, identity
		if grant.Name == p.GetName() && grant.Metadata == p.GetMetadata() {
			grant = rightsOnly(grant)
		}
		heard := grant.Muted && slices.ContainsFunc(p.GetTracks(), func(t *lk.TrackInfo) bool {
			return t.GetSource() == lk.TrackSource_MICROPHONE && !t.GetMuted()
		})
		switch {
		case grant.Name != "" || !samePermission(p.GetPermission(), permission(grant)):
			err = e.updatePermission(ctx, grant)
		case heard:
			err = e.mute(ctx, room, identity, media.SourceMicrophone)
		default:
			return nil
		}
		if err == nil {
			p, err = e.find(ctx, room, identity)
		}
		if errors.Is(err, media.ErrNotConnected) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// samePermission compares what a participant permits.
func samePermission(a, b *lk.ParticipantPermission) bool {
	if a.GetCanPublish() != b.GetCanPublish() || a.GetCanSubscribe() != b.GetCanSubscribe() || a.GetHidden() != b.GetHidden() {
		return false
	}
	sources := func(p *lk.ParticipantPermission) []lk.TrackSource {
		return slices.Sorted(slices.Values(p.GetCanPublishSources()))
	}
	return !a.GetCanPublish() || slices.Equal(sources(a), sources(b))
}
