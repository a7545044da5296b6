package livekit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// embedded is LiveKit in this process.
type embedded struct {
	keys
	cfg      media.Config
	log      *slog.Logger
	track    *tracker
	events   *eventQueue
	postJoin postJoinCheck
	// dropper is nil unless packets can be lost on purpose.
	dropper *packetDropper
	// monitor knows whose packets arrive.
	monitor packetMonitor

	mu      sync.Mutex // held while starting and closing
	running atomic.Pointer[server]
	closed  bool
	quit    chan struct{} // ends the idle-room worker
	idle    sync.WaitGroup

	creating sync.Mutex // held while LiveKit makes a room
}

func newEmbedded(cfg media.Config, log *slog.Logger) *embedded {
	e := &embedded{
		keys:  newKeys(cfg.APIKey, cfg.APISecret),
		cfg:   cfg,
		log:   log,
		track: newTracker(),
		quit:  make(chan struct{}),
	}
	e.postJoin = postJoinCheck{engine: e, track: e.track, log: log}
	e.events = newEventQueue(e.postJoin.check)
	if cfg.Embedded.PacketFaults {
		e.dropper = &packetDropper{addresses: e.addresses}
	}
	return e
}

// Start implements media.Engine.
func (e *embedded) Start(ctx context.Context) error {
	_, err := e.server(ctx)
	return err
}

func (e *embedded) server(ctx context.Context) (*server, error) {
	if s := e.running.Load(); s != nil {
		return s, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, unavailable("start", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.running.Load(); s != nil {
		return s, nil
	}
	if e.closed {
		return nil, errClosed
	}
	useLog(e.log)
	began := time.Now()
	s, err := assemble(e.cfg, &observer{track: e.track, emit: e.events.put}, e.limitConnections)
	if err != nil {
		return nil, unavailable("start", err)
	}
	if err := e.watchPackets(s); err != nil {
		e.log.Warn("packet monitoring and media over TCP unavailable", "error", err)
		if e.dropper != nil {
			e.dropper.close(errNoPacketDrops)
		}
	}
	e.idle.Go(func() { closeIdleRooms(s, e.quit) })
	e.running.Store(s)
	e.log.Info("media engine started", "port", s.port, "address", s.conf.RTC.NodeIP.PrimaryIP(),
		"tcp", s.overTCP != nil, "took", time.Since(began))
	return s, nil
}

func closeIdleRooms(s *server, quit <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.rooms.CloseIdleRooms()
		case <-quit:
			return
		}
	}
}

// EnsureRoom implements media.Engine.
func (e *embedded) EnsureRoom(ctx context.Context, room string) error {
	s, err := e.server(ctx)
	if err != nil {
		return err
	}
	if r := s.rooms.GetRoom(ctx, lk.RoomName(room)); r != nil && !r.IsClosed() {
		return nil
	}
	// One at a time: LiveKit changes a room's description while another call for the
	// same new room copies it.
	e.creating.Lock()
	defer e.creating.Unlock()
	// The room keeps the context for its whole life; it must not end with the request.
	if _, err := s.rooms.CreateRoom(context.WithoutCancel(ctx), createRoomRequest(room)); err != nil {
		return unavailable("create room", err)
	}
	return nil
}

// Remove implements media.Engine.
func (e *embedded) Remove(ctx context.Context, room, identity string) error {
	s := e.running.Load()
	if s == nil {
		return nil
	}
	_, err := s.rooms.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{Room: room, Identity: identity})
	if absent(err) {
		return nil
	}
	return err
}

// RemoveOlder implements media.Engine.
func (e *embedded) RemoveOlder(ctx context.Context, room, identity string, generation int) error {
	s := e.running.Load()
	if s == nil {
		return nil
	}
	r := s.rooms.GetRoom(ctx, lk.RoomName(room))
	if r == nil {
		return nil
	}
	if p := r.GetParticipant(lk.ParticipantIdentity(identity)); p != nil && generationOf(p.ToProto()) < generation {
		// This connection, not one that has replaced it meanwhile.
		r.RemoveParticipant(p.Identity(), p.ID(), types.ParticipantCloseReasonServiceRequestRemoveParticipant)
	}
	return nil
}

// Mute implements media.Engine.
func (e *embedded) Mute(ctx context.Context, room, identity string, source media.Source) error {
	p, err := e.find(ctx, room, identity)
	if err != nil {
		return err
	}
	return muteTracks(p, source, func(trackID string) error {
		_, err := e.running.Load().rooms.MutePublishedTrack(ctx, &lk.MuteRoomTrackRequest{
			Room: room, Identity: identity, TrackSid: trackID, Muted: true,
		})
		return notConnected(err)
	})
}

// find returns what LiveKit knows of a connected participant.
func (e *embedded) find(ctx context.Context, room, identity string) (*lk.ParticipantInfo, error) {
	s := e.running.Load()
	if s == nil {
		return nil, media.ErrNotConnected
	}
	p, err := s.rooms.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: room, Identity: identity})
	return p, notConnected(err)
}

// muteTracks calls mute for the unmuted tracks of the source.
func muteTracks(p *lk.ParticipantInfo, source media.Source, mute func(trackID string) error) error {
	var errs []error
	for _, t := range p.GetTracks() {
		if sourceFromLiveKit(t.GetSource()) == source && !t.GetMuted() {
			errs = append(errs, mute(t.GetSid()))
		}
	}
	return errors.Join(errs...)
}

// endTracks implements what entry needs.
func (e *embedded) endTracks(ctx context.Context, grant media.Grant, _ media.Source, ids []string) error {
	s := e.running.Load()
	if s == nil {
		return media.ErrNotConnected
	}
	room := s.rooms.GetRoom(ctx, lk.RoomName(grant.Room))
	if room == nil {
		return media.ErrNotConnected
	}
	p := room.GetParticipant(lk.ParticipantIdentity(grant.Identity))
	if p == nil {
		return media.ErrNotConnected
	}
	for _, track := range p.GetPublishedTracks() {
		if slices.Contains(ids, string(track.ID())) {
			p.RemovePublishedTrack(track, false)
		}
	}
	return nil
}

// UpdatePermission implements media.Engine.
func (e *embedded) UpdatePermission(ctx context.Context, grant media.Grant) error {
	if err := grant.Validate(); err != nil {
		return err
	}
	s := e.running.Load()
	if s == nil {
		return media.ErrNotConnected
	}
	return updateRights(grant, func() (*lk.ParticipantInfo, error) {
		return e.find(ctx, grant.Room, grant.Identity)
	}, func(grant media.Grant) error {
		_, err := s.rooms.UpdateParticipant(ctx, updateRequest(grant))
		return notConnected(err)
	})
}

// updateRights gives a connected participant its rights. LiveKit says nothing more of
// who is hidden, not even that their tracks have ended: these end first.
func updateRights(grant media.Grant, now func() (*lk.ParticipantInfo, error), update func(media.Grant) error) error {
	if grant.Hidden {
		p, err := now()
		if err != nil {
			return err
		}
		if !p.GetPermission().GetHidden() {
			visible := grant
			visible.Hidden = false
			if err := update(visible); err != nil {
				return err
			}
		}
	}
	return update(grant)
}

func updateRequest(grant media.Grant) *lk.UpdateParticipantRequest {
	return &lk.UpdateParticipantRequest{
		Room: grant.Room, Identity: grant.Identity,
		Name: grant.Name, Metadata: grant.Metadata, Attributes: grant.Attributes,
		Permission: permission(grant),
	}
}

// EndRoom implements media.Engine.
func (e *embedded) EndRoom(ctx context.Context, room string) error {
	s := e.running.Load()
	if s == nil {
		return nil
	}
	_, err := s.rooms.DeleteRoom(ctx, &lk.DeleteRoomRequest{Room: room})
	if absent(err) {
		return nil
	}
	return err
}

// Participants implements media.Engine.
func (e *embedded) Participants(ctx context.Context, room string) ([]media.Participant, error) {
	s := e.running.Load()
	if s == nil {
		return nil, nil
	}
	res, err := s.rooms.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: room})
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return participantsFromLiveKit(res.GetParticipants()), nil
}

// OnEvent implements media.Engine.
func (e *embedded) OnEvent(handler func(media.Event)) { e.events.onEvent(handler) }

// Signalling implements media.Engine.
func (e *embedded) Signalling(guard media.Guard) http.Handler {
	e.postJoin.guard.Store(&guard)
	return &authProxy{
		track: e.track, limiter: newConnectLimiter(e.cfg.ConnectionsPerAddress),
		keys: e.keys, guard: guard, ensure: e.EnsureRoom, apply: e.UpdatePermission, find: e.find, log: e.log,
		pass: func(w http.ResponseWriter, r *http.Request, grant media.Grant, expires time.Time) {
			e.postJoin.rooms.Store(grant.Room, guard)
			e.pass(w, r, grant, expires)
		},
	}
}

func (e *embedded) pass(w http.ResponseWriter, r *http.Request, grant media.Grant, expires time.Time) {
	s := e.running.Load()
	if s == nil {
		refuse(w, http.StatusServiceUnavailable, "media engine unavailable")
		return
	}
	// LiveKit reads the grants from the context, so its own middleware, which would
	// take them from the token, is not needed.
	ctx := service.WithGrantsExpiry(r.Context(), claims(grant), e.key, expires)
	s.signalling.ServeHTTP(w, r.WithContext(ctx))
}

// Webhook implements media.Engine: events arrive without HTTP.
func (e *embedded) Webhook() http.Handler { return http.NotFoundHandler() }

// Close implements media.Engine.
func (e *embedded) Close(ctx context.Context) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		e.mu.Lock()
		first := !e.closed
		e.closed = true
		s := e.running.Swap(nil)
		e.mu.Unlock()
		if !first {
			return
		}
		close(e.quit)
		e.idle.Wait()
		if e.dropper != nil {
			e.dropper.close(errClosed)
		}
		if s != nil {
			s.stop()
		}
		// LiveKit reports the departures later, when nobody listens any more.
		e.events.put(e.track.shutdown()...)
	}()
	select {
	case <-stopped:
		return e.events.close(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// absent reports that the room or the participant is not there.
func absent(err error) bool {
	return errors.Is(err, service.ErrRoomNotFound) || errors.Is(err, service.ErrParticipantNotFound)
}

func notConnected(err error) error {
	if absent(err) {
		return media.ErrNotConnected
	}
	return err
}
