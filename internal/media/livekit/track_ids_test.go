package livekit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

func subscribe(ids ...string) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: &lk.UpdateSubscription{Subscribe: true, TrackSids: ids}}}
}

func subscribeFrom(lists ...*lk.ParticipantTracks) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: &lk.UpdateSubscription{Subscribe: true, ParticipantTracks: lists}}}
}

func setTracks(ids ...string) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_TrackSetting{TrackSetting: &lk.UpdateTrackSettings{Width: 320, Height: 180, TrackSids: ids}}}
}

func syncTracks(wanted, disabled []string) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_SyncState{SyncState: &lk.SyncState{
		Offer:        &lk.SessionDescription{Type: "offer", Sdp: "v=0"},
		Subscription: subscribe(wanted...).GetSubscription(), TrackSidsDisabled: disabled,
	}}}
}

// trackIDs are ids as LiveKit makes them.
func trackIDs(from, count int) (out []string) {
	for n := range count {
		out = append(out, fmt.Sprintf("TR_VC%012d", from+n))
	}
	return out
}

// connIn is the connection of a page in a room with such tracks.
func connIn(room string, published ...string) *signalConn {
	track := newTracker()
	track.joined(room, &lk.ParticipantInfo{Sid: "PA_bob", Identity: "bob"})
	for _, id := range published {
		track.published(room, "PA_bob", &lk.TrackInfo{Sid: id, Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA})
	}
	p := &authProxy{log: quiet(), guard: newFakeGuard(), track: track, limiter: newConnectLimiter(0)}
	return &signalConn{authProxy: p, ctx: context.Background(), token: tokenClaims{room: room, identity: "ann"}}
}

func TestIDsOfTracksAreFewAndShort(t *testing.T) {
	t.Parallel()
	known := trackIDs(0, maxTrackIDs)
	c := connIn("room", known...)
	const id = "TR_VCu48cZ46gZm9A"
	for name, tt := range map[string]struct {
		request *lk.SignalRequest
		want    error
	}{
		"one":                          {subscribe(id), nil},
		"one by participant":           {subscribeFrom(&lk.ParticipantTracks{ParticipantSid: "PA_bob", TrackSids: []string{id}}), nil},
		"none":                         {subscribe(), nil},
		"all":                          {syncTracks(known[:maxTrackIDs-3], known[:1]), nil},
		"one too many":                 {syncTracks(known[:maxTrackIDs-3], known[:2]), errTooManyTrackIDs},
		"many to a subscription":       {subscribe(slices.Repeat([]string{id}, maxTrackIDs+1)...), errTooManyTrackIDs},
		"many settings":                {setTracks(slices.Repeat([]string{id}, maxTrackIDs+1)...), errTooManyTrackIDs},
		"many in a state":              {syncTracks(trackIDs(0, 50_000), nil), errTooManyTrackIDs},
		"many disabled":                {syncTracks(nil, trackIDs(0, 50_000)), errTooManyTrackIDs},
		"many lists":                   {subscribeFrom(make([]*lk.ParticipantTracks, maxTrackIDs+1)...), errTooManyTrackIDs},
		"many by participant":          {subscribeFrom(&lk.ParticipantTracks{TrackSids: slices.Repeat([]string{id}, maxTrackIDs)}), errTooManyTrackIDs},
		"an empty id":                  {subscribe(""), errSignalForm},
		"a long id":                    {subscribe(trackIDPrefix + strings.Repeat("x", maxTrackIDSize)), errSignalForm},
		"a participant's id":           {setTracks("PA_bob"), errSignalForm},
		"an id of other characters":    {syncTracks([]string{"TR_é"}, nil), errSignalForm},
		"a long id by its participant": {subscribeFrom(&lk.ParticipantTracks{TrackSids: []string{strings.Repeat("x", 60<<10)}}), errSignalForm},
	} {
		message := signal(t, tt.request)
		passed, err := c.check(message)
		if !errors.Is(err, tt.want) || err == nil && string(passed) != string(message) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	// A state may come in parts, which LiveKit puts together.
	state := &lk.SignalRequest{}
	if err := proto.Unmarshal(signal(t, syncTracks(known[:maxTrackIDs/2], nil)), state); err != nil {
		t.Fatal(err)
	}
	body, err := proto.Marshal(state.GetSyncState())
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	err = eachField(append(body, body...), signalsWithIDs[syncSignal], func(id []byte) error {
		if id != nil {
			count++
		}
		return nil
	})
	if err != nil || count != maxTrackIDs/2*2 {
		t.Errorf("%d ids in a state of two parts, error %v", count, err)
	}
}

func TestUnknownTracksAreBounded(t *testing.T) {
	t.Parallel()
	known := trackIDs(0, 2000)
	c := connIn("room", known...)
	passed := 0
	for n := range 100 {
		for _, request := range []*lk.SignalRequest{
			subscribe(trackIDs(1_000_000+n*1000, 20)...), setTracks(trackIDs(2_000_000+n*1000, 20)...), syncTracks(trackIDs(3_000_000+n*1000, 20), nil),
		} {
			_, err := c.check(signal(t, request))
			switch {
			case err == nil:
				passed += 20
			case !errors.Is(err, errTooManyTrackIDs):
				t.Fatal(err)
			}
		}
	}
	// Some come back while this takes its time.
	if passed < unknownIDBurst-20 || passed > unknownIDBurst+100 {
		t.Errorf("%d ids passed that nobody has published, want %d", passed, unknownIDBurst)
	}
	if _, err := c.check(signal(t, subscribe(known[:1000]...))); err != nil {
		t.Errorf("tracks that are there: %v", err)
	}
	other := &signalConn{authProxy: c.authProxy, ctx: c.ctx, token: tokenClaims{room: "another room", identity: "bob"}}
	if _, err := other.check(signal(t, subscribe(trackIDs(0, unknownIDBurst)...))); err != nil {
		t.Errorf("bob pays for ann: %v", err)
	}
	if _, err := other.check(signal(t, subscribe(known[:100]...))); !errors.Is(err, errTooManyTrackIDs) {
		t.Errorf("tracks of another room: %v", err)
	}
	c.track.closed("room")
	if _, err := c.check(signal(t, subscribe(known[:100]...))); !errors.Is(err, errTooManyTrackIDs) {
		t.Errorf("tracks of a room that is closed: %v", err)
	}
	if len(c.track.tracks) > 0 {
		t.Errorf("%d rooms' tracks are kept", len(c.track.tracks))
	}
}

// In a meeting of a thousand, a page turns over a gallery of 49 tiles, is resized and
// comes back after its connection broke.
func TestAnHonestPageMayNameAllTracks(t *testing.T) {
	t.Parallel()
	known := trackIDs(0, 2000)
	c := connIn("room", known...)
	say := func(request *lk.SignalRequest) {
		t.Helper()
		if _, err := c.check(signal(t, request)); err != nil {
			t.Fatal(err)
		}
	}
	// The page hears of the tracks a moment before the server.
	for _, id := range trackIDs(5000, 1000) {
		say(subscribe(id))
	}
	for page := range 20 {
		for _, id := range known[page*49:][:49] {
			say(subscribeFrom(&lk.ParticipantTracks{ParticipantSid: "PA_bob", TrackSids: []string{id}}))
			say(setTracks(id))
			say(setTracks(id))
		}
	}
	for range 10 {
		say(syncTracks(known, known[:1900]))
	}
}

func TestGuessedTracksEndTheConnection(t *testing.T) {
	for name, request := range map[string]func(n int) *lk.SignalRequest{
		"subscriptions": func(n int) *lk.SignalRequest { return subscribe(trackIDs(n*1000, 1000)...) },
		"settings":      func(n int) *lk.SignalRequest { return setTracks(trackIDs(n*1000, 1000)...) },
		"states":        func(n int) *lk.SignalRequest { return syncTracks(trackIDs(n*1000, 1000), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			line := signallingOf(t, fullGrant(roomOf(t), "ann"))
			for n := range 4 {
				// The proxy may have ended the connection before all is written.
				_ = line.Send(request(n))
			}
			mustEnd(t, line, errTooManyTrackIDs.code, errTooManyTrackIDs.reason)
		})
	}
}

// What the meeting's people publish is no guess.
func TestTracksOfTheRoomAreKnown(t *testing.T) {
	room := roomOf(t)
	grant := fullGrant(room, "ann")
	camera, err := joinMedia(t, grant).Publish(longTimeout(t), lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the track is known", func() bool {
		unknown, _, err := sharedEngine.engine.track.namedTracks(room, "", signal(t, subscribe(camera.ID)))
		return unknown == 0 && err == nil
	})
}

// FuzzTrackIDs demands that LiveKit reads no track id in a message that the proxy has
// not looked at.
func FuzzTrackIDs(f *testing.F) {
	for _, request := range []*lk.SignalRequest{
		subscribe("TR_a", "TR_b"), setTracks("TR_a"), syncTracks([]string{"TR_a"}, []string{"TR_b"}),
		subscribeFrom(&lk.ParticipantTracks{ParticipantSid: "PA_a", TrackSids: []string{"TR_a"}}),
	} {
		f.Add(encoded(f, request))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		c := connIn("room")
		passed, err := c.check(message)
		if err != nil {
			return
		}
		seen := map[string]int{}
		if err := eachField(message, signalsWithIDs, func(id []byte) error { seen[string(id)]++; return nil }); err != nil {
			t.Fatal(err)
		}
		read := &lk.SignalRequest{}
		if proto.Unmarshal(passed, read) != nil {
			return // LiveKit ends the connection
		}
		subscription := read.GetSubscription()
		if state := read.GetSyncState(); state != nil {
			subscription = state.GetSubscription()
		}
		ids := slices.Concat(subscription.GetTrackSids(), read.GetTrackSetting().GetTrackSids(), read.GetSyncState().GetTrackSidsDisabled())
		for _, list := range subscription.GetParticipantTracks() {
			ids = append(ids, list.GetTrackSids()...)
		}
		for _, id := range ids {
			if seen[id]--; seen[id] < 0 || !isTrackID([]byte(id)) {
				t.Fatalf("LiveKit reads %q, of which the proxy knows nothing", id)
			}
		}
	})
}

func BenchmarkTrackIDs(b *testing.B) {
	known := trackIDs(0, 2000)
	c := connIn("room", known...)
	long := syncTracks(known, known)
	long.GetSyncState().Answer = &lk.SessionDescription{Type: "answer", Sdp: strings.Repeat("a=candidate\r\n", 20_000)}
	for name, request := range map[string]*lk.SignalRequest{
		"setting": setTracks(known[0]), "state": long,
		"offer": {Message: &lk.SignalRequest_Offer{Offer: long.GetSyncState().GetAnswer()}},
	} {
		message, err := proto.Marshal(request)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if unknown, _, err := c.track.namedTracks("room", "", message); unknown > 0 || err != nil {
					b.Fatal(unknown, err)
				}
			}
		})
	}
}
