package livekit

import (
	"context"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// LiveKit keeps some 1 KB for each track id that anybody in a room has named and nobody
// has published, until the room closes. Honest pages name the same few: those of tracks
// that we are about to hear of.
const (
	maxRoomUnknownTracks = 8192
	// maxGroupUnknownTracks is how many of them may come from one group of addresses.
	maxGroupUnknownTracks = 2048
	// trackWait is how long a message with more of them waits for the tracks to be known.
	trackWait         = time.Second
	trackPollInterval = 50 * time.Millisecond
)

// unknownTracks are the ids of unknown tracks that LiveKit keeps for a room, each with the
// group of addresses that named it first.
type unknownTracks struct {
	groupOf  map[string]string
	perGroup map[string]int
	latest   time.Time
}

func (g *unknownTracks) forget(id string) {
	group, ok := g.groupOf[id]
	if !ok {
		return
	}
	delete(g.groupOf, id)
	release(g.perGroup, group)
}

// allowUnknown notes the id of an unknown track, and reports whether LiveKit may see it. It is
// called with mu held.
func (t *tracker) allowUnknown(room, group, id string) (ok bool) {
	g := t.unknown[room]
	if g == nil {
		t.pruneUnknown()
		g = &unknownTracks{groupOf: map[string]string{}, perGroup: map[string]int{}}
		t.unknown[room] = g
	}
	if _, ok := g.groupOf[id]; ok {
		return true
	}
	if len(g.groupOf) == maxRoomUnknownTracks || g.perGroup[group] == maxGroupUnknownTracks {
		return false
	}
	g.groupOf[id], g.latest = group, t.now()
	g.perGroup[group]++
	return true
}

// pruneUnknown forgets rooms that are closed by now, though nobody told of it.
func (t *tracker) pruneUnknown() {
	for room, g := range t.unknown {
		if t.rooms[room] == nil && t.now().Sub(g.latest) > 2*roomIdleSeconds*time.Second {
			delete(t.unknown, room)
		}
	}
}

// awaitTracks waits a moment for the tracks that a message names to be known, and
// returns the message without those that are not and may not be guessed.
func (t *tracker) awaitTracks(ctx context.Context, room, group string, message []byte) ([]byte, error) {
	retry := time.NewTicker(trackPollInterval)
	defer retry.Stop()
	for range trackWait / trackPollInterval {
		select {
		case <-ctx.Done():
			return nil, errDropped
		case <-retry.C:
		}
		if _, excess, err := t.namedTracks(room, group, message); excess == 0 || err != nil {
			return message, err
		}
	}
	request := &lk.SignalRequest{}
	if err := proto.Unmarshal(message, request); err != nil {
		return nil, errSignalForm
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	keep := func(ids *[]string) {
		var kept []string
		for _, id := range *ids {
			if _, known := t.tracks[room][id]; known || t.allowUnknown(room, group, id) {
				kept = append(kept, id)
			}
		}
		*ids = kept
	}
	for _, subscription := range []*lk.UpdateSubscription{request.GetSubscription(), request.GetSyncState().GetSubscription()} {
		if subscription == nil {
			continue
		}
		keep(&subscription.TrackSids)
		for _, list := range subscription.GetParticipantTracks() {
			keep(&list.TrackSids)
		}
	}
	if setting := request.GetTrackSetting(); setting != nil {
		keep(&setting.TrackSids)
	}
	if state := request.GetSyncState(); state != nil {
		keep(&state.TrackSidsDisabled)
	}
	return proto.Marshal(request)
}
