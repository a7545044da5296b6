package livekit

import (
	"slices"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// goneRetention is how long a tracker remembers that a connection has ended, so that a
// list asked for before that does not bring it back.
const goneRetention = time.Minute

// tracker knows who is connected and turns reports, of which some repeat and some
// get lost, into changes. Every method returns the changes it found.
type tracker struct {
	mu    sync.Mutex
	rooms map[string]map[string]*connection // room, identity
	// tracks are the ids of all that is published in a room.
	tracks map[string]map[string]struct{}
	// unknown are ids of no such track, by room.
	unknown map[string]*unknownTracks
	gone    map[string]time.Time // connection ids that ended lately
	now     func() time.Time
}

type connection struct {
	id string
	// generation of the participant, for which it was opened; zero if it is not known.
	generation int
	tracks     map[string]media.Track
	order      []string // the tracks' ids as they were published
	changed    time.Time
}

func newTracker() *tracker {
	return &tracker{
		rooms:   map[string]map[string]*connection{},
		tracks:  map[string]map[string]struct{}{},
		unknown: map[string]*unknownTracks{},
		gone:    map[string]time.Time{},
		now:     time.Now,
	}
}

func (t *tracker) joined(room string, p *lk.ParticipantInfo) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.join(room, p)
}

func (t *tracker) join(room string, p *lk.ParticipantInfo) []media.Event {
	if _, over := t.gone[p.GetSid()]; over {
		return nil
	}
	var out []media.Event
	known := t.rooms[room][p.GetIdentity()]
	if known != nil {
		if known.id == p.GetSid() {
			return nil
		}
		out = t.leave(room, p.GetIdentity(), known.id, media.LeftReplaced)
	}
	if t.rooms[room] == nil {
		t.rooms[room] = map[string]*connection{}
	}
	c := &connection{id: p.GetSid(), generation: generationOf(p), tracks: map[string]media.Track{}, changed: t.now()}
	t.rooms[room][p.GetIdentity()] = c
	joined := t.event(media.EventJoined, room, p.GetIdentity(), c.id)
	joined.Generation = c.generation
	out = append(out, joined)
	for _, tr := range p.GetTracks() {
		out = append(out, t.publish(room, p.GetIdentity(), c, trackFromLiveKit(tr))...)
	}
	return out
}

func (t *tracker) left(room string, p *lk.ParticipantInfo) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.leave(room, p.GetIdentity(), p.GetSid(), leaveReason(p.GetDisconnectReason()))
}

func (t *tracker) leave(room, identity, id string, why media.LeaveReason) []media.Event {
	t.forgetLater(id)
	c := t.rooms[room][identity]
	if c == nil || c.id != id {
		return nil
	}
	for trackID := range c.tracks {
		t.forget(room, trackID)
	}
	delete(t.rooms[room], identity)
	if len(t.rooms[room]) == 0 {
		delete(t.rooms, room)
	}
	e := t.event(media.EventLeft, room, identity, id)
	e.Reason = why
	return []media.Event{e}
}

func (t *tracker) forgetLater(id string) {
	now := t.now()
	for old, at := range t.gone {
		if now.Sub(at) > goneRetention {
			delete(t.gone, old)
		}
	}
	t.gone[id] = now
}

// aborted reports a connection that never carried media.
func (t *tracker) aborted(room string, p *lk.ParticipantInfo) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.rooms[room][p.GetIdentity()]; c != nil && c.id == p.GetSid() {
		return t.leave(room, p.GetIdentity(), c.id, leaveReason(p.GetDisconnectReason()))
	}
	t.forgetLater(p.GetSid())
	return []media.Event{t.event(media.EventConnectFailed, room, p.GetIdentity(), p.GetSid())}
}

func (t *tracker) published(room, id string, tr *lk.TrackInfo) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	identity, c := t.find(room, id)
	if c == nil {
		return nil // it joins later, with its tracks
	}
	return t.publish(room, identity, c, trackFromLiveKit(tr))
}

func (t *tracker) publish(room, identity string, c *connection, tr media.Track) []media.Event {
	old, known := c.tracks[tr.ID]
	if known && old == tr {
		return nil
	}
	c.tracks[tr.ID], c.changed = tr, t.now()
	kind := media.EventPublished
	if known {
		if old.Muted == tr.Muted {
			return nil
		}
		kind = media.EventUnmuted
		if tr.Muted {
			kind = media.EventMuted
		}
	} else {
		c.order = append(c.order, tr.ID)
		if t.tracks[room] == nil {
			t.tracks[room] = map[string]struct{}{}
		}
		t.tracks[room][tr.ID] = struct{}{}
		if g := t.unknown[room]; g != nil {
			g.forget(tr.ID)
		}
	}
	e := t.event(kind, room, identity, c.id)
	e.Track, e.Generation = tr, c.generation
	return []media.Event{e}
}

func (t *tracker) unpublished(room, id, trackID string) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	identity, c := t.find(room, id)
	if c == nil {
		return nil
	}
	return t.unpublish(room, identity, c, trackID)
}

func (t *tracker) unpublish(room, identity string, c *connection, trackID string) []media.Event {
	tr, known := c.tracks[trackID]
	if !known {
		return nil
	}
	delete(c.tracks, trackID)
	t.forget(room, trackID)
	c.order = slices.DeleteFunc(c.order, func(id string) bool { return id == trackID })
	c.changed = t.now()
	e := t.event(media.EventUnpublished, room, identity, c.id)
	e.Track = tr
	return []media.Event{e}
}

func (t *tracker) forget(room, trackID string) {
	delete(t.tracks[room], trackID)
	if len(t.tracks[room]) == 0 {
		delete(t.tracks, room)
	}
}

// older are the participant's tracks of the same source that were published before.
func (t *tracker) older(room, identity string, newest media.Track) (out []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.rooms[room][identity]
	if c == nil {
		return nil
	}
	at := slices.Index(c.order, newest.ID)
	for _, id := range c.order[:max(at, 0)] {
		if c.tracks[id].Source == newest.Source {
			out = append(out, id)
		}
	}
	return out
}

// muted notes the new state of a track already published.
func (t *tracker) muted(room, id string, tr *lk.TrackInfo, muted bool) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	identity, c := t.find(room, id)
	if c == nil {
		return nil
	}
	known, ok := c.tracks[tr.GetSid()]
	if !ok {
		return nil
	}
	known.Muted = muted
	return t.publish(room, identity, c, known)
}

func (t *tracker) closed(room string) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.close(room, media.LeftRoomEnded)
}

// shutdown ends everything known.
func (t *tracker) shutdown() []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []media.Event
	for room := range t.rooms {
		out = append(out, t.close(room, media.LeftShutdown)...)
	}
	return out
}

func (t *tracker) close(room string, why media.LeaveReason) []media.Event {
	var out []media.Event
	for identity, c := range t.rooms[room] {
		out = append(out, t.leave(room, identity, c.id, why)...)
	}
	delete(t.unknown, room)
	return append(out, t.event(media.EventRoomClosed, room, "", ""))
}

// reconcile compares with a list of the room that was asked for at asked. What has
// changed since then is newer than the list and stays.
func (t *tracker) reconcile(room string, list []*lk.ParticipantInfo, asked time.Time) []media.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []media.Event
	present := make(map[string]*lk.ParticipantInfo, len(list))
	for _, p := range list {
		if p.GetState() != lk.ParticipantInfo_DISCONNECTED {
			present[p.GetIdentity()] = p
		}
	}
	for identity, c := range t.rooms[room] {
		p := present[identity]
		if c.changed.After(asked) || (p != nil && p.GetSid() == c.id) {
			continue
		}
		out = append(out, t.leave(room, identity, c.id, media.LeftUnknown)...)
	}
	for identity, p := range present {
		c := t.rooms[room][identity]
		switch {
		case c == nil && p.GetState() == lk.ParticipantInfo_ACTIVE:
			out = append(out, t.join(room, p)...)
		case c == nil || c.id != p.GetSid() || c.changed.After(asked):
		default:
			out = append(out, t.reconcileTracks(room, identity, c, p)...)
		}
	}
	return out
}

func (t *tracker) reconcileTracks(room, identity string, c *connection, p *lk.ParticipantInfo) []media.Event {
	var out []media.Event
	listed := map[string]struct{}{}
	for _, tr := range p.GetTracks() {
		listed[tr.GetSid()] = struct{}{}
		out = append(out, t.publish(room, identity, c, trackFromLiveKit(tr))...)
	}
	for id := range c.tracks {
		if _, ok := listed[id]; !ok {
			out = append(out, t.unpublish(room, identity, c, id)...)
		}
	}
	return out
}

func (t *tracker) find(room, id string) (string, *connection) {
	for identity, c := range t.rooms[room] {
		if c.id == id {
			return identity, c
		}
	}
	return "", nil
}

func (t *tracker) event(kind media.EventKind, room, identity, id string) media.Event {
	return media.Event{Kind: kind, Room: room, Identity: identity, ConnectionID: id, At: t.now()}
}

func leaveReason(r lk.DisconnectReason) media.LeaveReason {
	switch r {
	case lk.DisconnectReason_CLIENT_INITIATED:
		return media.LeftByClient
	case lk.DisconnectReason_PARTICIPANT_REMOVED:
		return media.LeftRemoved
	case lk.DisconnectReason_ROOM_DELETED, lk.DisconnectReason_ROOM_CLOSED:
		return media.LeftRoomEnded
	case lk.DisconnectReason_DUPLICATE_IDENTITY:
		return media.LeftReplaced
	case lk.DisconnectReason_SERVER_SHUTDOWN:
		return media.LeftShutdown
	case lk.DisconnectReason_SIGNAL_CLOSE, lk.DisconnectReason_CONNECTION_TIMEOUT,
		lk.DisconnectReason_MEDIA_FAILURE, lk.DisconnectReason_STATE_MISMATCH,
		lk.DisconnectReason_JOIN_FAILURE:
		return media.LeftLost
	}
	return media.LeftUnknown
}
