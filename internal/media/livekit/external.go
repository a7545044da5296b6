package livekit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"github.com/anteroom/anteroom/internal/media"
)

// replaceTime is how long a page may take to end a track that another replaces.
const replaceTime = 2 * time.Second

// callTimeout bounds one call to an external LiveKit.
const callTimeout = 5 * time.Second

// external is a LiveKit server or cluster somewhere else.
type external struct {
	keys
	target   *url.URL
	rooms    lk.RoomService
	http     *http.Transport
	interval time.Duration
	// These are the constants but in tests.
	replaceTime, retryDelay time.Duration
	// perAddress is the limit of connections from one address.
	perAddress int
	log        *slog.Logger
	track      *tracker
	events     *eventQueue
	postJoin   postJoinCheck
	conns      *openConns
	wake       chan struct{} // wakes the loop after a failed call

	mu      sync.Mutex
	started bool
	looping bool
	closed  bool
	known   map[string]time.Time // rooms to reconcile, with their last use; none if they are to end
	failed  map[string]struct{}  // of these, those about which a call has failed
	loop    sync.WaitGroup
	life    context.Context // ends the loop
	end     context.CancelFunc
}

func newExternal(cfg media.Config, log *slog.Logger) (*external, error) {
	target, err := url.Parse(cfg.External.URL)
	if err != nil {
		return nil, errors.New("media.External.URL: is not a URL")
	}
	switch target.Scheme {
	case "ws":
		target.Scheme = "http"
	case "wss":
		target.Scheme = "https"
	}
	target.Path = strings.TrimSuffix(target.Path, "/")
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: callTimeout}).DialContext,
		TLSHandshakeTimeout:   callTimeout,
		ResponseHeaderTimeout: 3 * callTimeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   16,
	}
	e := &external{
		keys:     newKeys(cfg.APIKey, cfg.APISecret),
		target:   target,
		http:     transport,
		interval: cfg.External.ReconcileInterval, perAddress: cfg.ConnectionsPerAddress,
		log:   log,
		track: newTracker(),
		conns: newOpenConns(), wake: make(chan struct{}, 1),
		known: map[string]time.Time{}, failed: map[string]struct{}{},
		replaceTime: replaceTime, retryDelay: retryDelay,
	}
	e.life, e.end = context.WithCancel(context.Background())
	if e.interval == 0 {
		e.interval = media.DefaultReconcileInterval
	}
	e.rooms = lk.NewRoomServiceProtobufClient(target.String(), &http.Client{Transport: transport, Timeout: callTimeout})
	e.postJoin = postJoinCheck{engine: e, track: e.track, log: log}
	e.events = newEventQueue(e.postJoin.check)
	return e, nil
}

// with adds the credential of a RoomService call.
func (e *external) with(ctx context.Context, grant *auth.VideoGrant) (context.Context, error) {
	token, err := e.admin(grant)
	if err != nil {
		return nil, err
	}
	return twirp.WithHTTPRequestHeaders(ctx, http.Header{"Authorization": {"Bearer " + token}})
}

// in is with for calls about one room.
func (e *external) in(ctx context.Context, room string) (context.Context, error) {
	return e.with(ctx, &auth.VideoGrant{RoomAdmin: true, Room: room})
}

// Start implements media.Engine: it asks LiveKit something cheap, and from then on
// keeps asking who is there.
func (e *external) Start(ctx context.Context) error {
	e.mu.Lock()
	closed, started := e.closed, e.started
	e.mu.Unlock()
	if closed {
		return errClosed
	}
	if started {
		return nil
	}
	if err := e.Probe(ctx); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started = true
	e.startLoop()
	return nil
}

// Probe implements media.Prober: it asks for a room that does not exist.
func (e *external) Probe(ctx context.Context) error {
	ctx, err := e.with(ctx, &auth.VideoGrant{RoomList: true})
	if err != nil {
		return unavailable("token", err)
	}
	if _, err := e.rooms.ListRooms(ctx, &lk.ListRoomsRequest{Names: []string{"-"}}); err != nil {
		return unavailable("external LiveKit", callError(err))
	}
	return nil
}

// EnsureRoom implements media.Engine.
func (e *external) EnsureRoom(ctx context.Context, room string) error {
	if err := e.Start(ctx); err != nil {
		return err
	}
	ctx, err := e.with(ctx, &auth.VideoGrant{RoomCreate: true})
	if err != nil {
		return unavailable("token", err)
	}
	if _, err := e.rooms.CreateRoom(ctx, createRoomRequest(room)); err != nil {
		return unavailable("create room", callError(err))
	}
	e.mu.Lock()
	e.known[room] = time.Now()
	e.mu.Unlock()
	return nil
}

// Remove implements media.Engine. The connections at this node's proxy end even if
// LiveKit cannot be reached. A call that fails is made up for, as are those of the other
// methods: see retryLater.
func (e *external) Remove(ctx context.Context, room, identity string) error {
	e.conns.end(participantKey(room, identity), allGenerations)
	return e.retryLater(room, e.remove(ctx, room, identity))
}

func (e *external) remove(ctx context.Context, room, identity string) error {
	ctx, err := e.in(ctx, room)
	if err != nil {
		return err
	}
	_, err = e.rooms.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{Room: room, Identity: identity})
	if missing(err) {
		return nil
	}
	return callError(err)
}

// RemoveOlder implements media.Engine. A newer connection that comes between the
// question and the act ends with the older one, and its page opens another.
func (e *external) RemoveOlder(ctx context.Context, room, identity string, generation int) error {
	e.conns.end(participantKey(room, identity), generation)
	p, err := e.find(ctx, room, identity)
	if errors.Is(err, media.ErrNotConnected) {
		return nil
	}
	if err == nil && generationOf(p) < generation {
		err = e.remove(ctx, room, identity)
	}
	return e.retryLater(room, err)
}

// Mute implements media.Engine.
func (e *external) Mute(ctx context.Context, room, identity string, source media.Source) error {
	return e.retryLater(room, e.mute(ctx, room, identity, source))
}

func (e *external) mute(ctx context.Context, room, identity string, source media.Source) error {
	ctx, err := e.in(ctx, room)
	if err != nil {
		return err
	}
	p, err := e.find(ctx, room, identity)
	if err != nil {
		return err
	}
	return muteTracks(p, source, func(trackID string) error {
		_, err := e.rooms.MutePublishedTrack(ctx, &lk.MuteRoomTrackRequest{
			Room: room, Identity: identity, TrackSid: trackID, Muted: true,
		})
		return missingIs(media.ErrNotConnected, err)
	})
}

// find returns what LiveKit knows of a connected participant.
func (e *external) find(ctx context.Context, room, identity string) (*lk.ParticipantInfo, error) {
	ctx, err := e.in(ctx, room)
	if err != nil {
		return nil, err
	}
	p, err := e.rooms.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: room, Identity: identity})
	return p, missingIs(media.ErrNotConnected, err)
}

// endTracks implements what entry needs. LiveKit's service ends no track of somebody:
// all of the source end with the right to it, which then comes back. Its reports come
// late and in any order, so that a track may have ended by itself.
func (e *external) endTracks(_ context.Context, grant media.Grant, source media.Source, ids []string) error {
	e.loop.Go(func() {
		select {
		case <-time.After(e.replaceTime):
		case <-e.life.Done():
			return
		}
		p, err := e.find(e.life, grant.Room, grant.Identity)
		if err == nil && slices.ContainsFunc(p.GetTracks(), func(t *lk.TrackInfo) bool { return slices.Contains(ids, t.GetSid()) }) {
			err = e.UpdatePermission(e.life, grant.Without(source))
			if err == nil {
				err = e.UpdatePermission(e.life, grant)
			}
		}
		if err != nil && !errors.Is(err, media.ErrNotConnected) && e.life.Err() == nil {
			e.log.Warn("could not end replaced tracks", "room", grant.Room, "identity", grant.Identity, "error", redact(err.Error()))
		}
	})
	return nil
}

// UpdatePermission implements media.Engine.
func (e *external) UpdatePermission(ctx context.Context, grant media.Grant) error {
	if err := grant.Validate(); err != nil {
		return err
	}
	return e.retryLater(grant.Room, e.updatePermission(ctx, grant))
}

func (e *external) updatePermission(ctx context.Context, grant media.Grant) error {
	ctx, err := e.in(ctx, grant.Room)
	if err != nil {
		return err
	}
	return updateRights(grant, func() (*lk.ParticipantInfo, error) {
		return e.find(ctx, grant.Room, grant.Identity)
	}, func(grant media.Grant) error {
		_, err := e.rooms.UpdateParticipant(ctx, updateRequest(grant))
		return missingIs(media.ErrNotConnected, err)
	})
}

// EndRoom implements media.Engine. The room stays among those reconciled until it
// is found empty, which also reports departures whose webhooks were lost.
func (e *external) EndRoom(ctx context.Context, room string) error {
	err := e.retryLater(room, e.deleteRoom(ctx, room))
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.known[room]; ok {
		e.known[room] = time.Time{}
	}
	return err
}

func (e *external) deleteRoom(ctx context.Context, room string) error {
	ctx, err := e.with(ctx, &auth.VideoGrant{RoomCreate: true})
	if err != nil {
		return err
	}
	_, err = e.rooms.DeleteRoom(ctx, &lk.DeleteRoomRequest{Room: room})
	if missing(err) {
		return nil
	}
	return callError(err)
}

// Participants implements media.Engine.
func (e *external) Participants(ctx context.Context, room string) ([]media.Participant, error) {
	list, err := e.list(ctx, room)
	return participantsFromLiveKit(list), err
}

func (e *external) list(ctx context.Context, room string) ([]*lk.ParticipantInfo, error) {
	ctx, err := e.in(ctx, room)
	if err != nil {
		return nil, err
	}
	res, err := e.rooms.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: room})
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, callError(err)
	}
	return res.GetParticipants(), nil
}

// OnEvent implements media.Engine.
func (e *external) OnEvent(handler func(media.Event)) { e.events.onEvent(handler) }

// Close implements media.Engine. The rooms live on in LiveKit; another node may
// serve them.
func (e *external) Close(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.end()
	e.loop.Wait()
	e.http.CloseIdleConnections()
	return e.events.close(ctx)
}

// missing reports that LiveKit does not know the room or the participant.
func missing(err error) bool {
	var te twirp.Error
	if !errors.As(err, &te) {
		return false
	}
	return te.Code() == twirp.NotFound
}

func missingIs(sentinel, err error) error {
	if missing(err) {
		return sentinel
	}
	return callError(err)
}

// callError says what went wrong with a call in words an operator understands.
func callError(err error) error {
	var te twirp.Error
	if errors.As(err, &te) {
		switch te.Code() {
		case twirp.Unauthenticated, twirp.PermissionDenied:
			return fmt.Errorf("LiveKit refused the API key or secret: %w", err)
		case twirp.BadRoute, twirp.Malformed:
			return fmt.Errorf("the URL does not lead to a LiveKit server: %w", err)
		}
	}
	return err
}
