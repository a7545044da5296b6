package livekit

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// connOfOther is the connection of another page in the same room.
func connOfOther(c *signalConn, n int, group string) *signalConn {
	return &signalConn{authProxy: c.authProxy, ctx: c.ctx, group: group, token: tokenClaims{room: c.token.room, identity: fmt.Sprint("mallory", n)}}
}

// passedIDs are the track ids in what LiveKit gets.
func passedIDs(t *testing.T, message []byte) (count int) {
	t.Helper()
	if err := eachField(message, signalsWithIDs, func(id []byte) error {
		if id != nil {
			count++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return count
}

// What LiveKit keeps for tracks that nobody has published has bounds, whoever names them.
func TestUnknownTracksOfManyParticipantsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := connIn("room", trackIDs(0, 10)...)
		kept := map[string]int{}
		for n := range 60 {
			group := fmt.Sprintf("192.0.2.%d", n%8)
			if n < 20 {
				group = "198.51.100.1"
			}
			for what, request := range []*lk.SignalRequest{
				subscribe(trackIDs(1_000_000*(n+1), 500)...), setTracks(trackIDs(1_000_000*(n+1)+1000, 500)...),
				syncTracks(trackIDs(1_000_000*(n+1)+2000, 250), trackIDs(1_000_000*(n+1)+3000, 250)),
				subscribeFrom(&lk.ParticipantTracks{TrackSids: trackIDs(1_000_000*(n+1)+4000, 500)}),
			} {
				passed, err := connOfOther(c, n, group).check(signal(t, request))
				if err != nil {
					t.Fatalf("participant %d, message %d: %v", n, what, err)
				}
				kept[group] += passedIDs(t, passed)
			}
		}
		all := 0
		for group, count := range kept {
			if all += count; count > maxGroupUnknownTracks {
				t.Errorf("%s: %d ids", group, count)
			}
		}
		if all != maxRoomUnknownTracks || kept["198.51.100.1"] != maxGroupUnknownTracks {
			t.Errorf("%d ids reach LiveKit, %v", all, kept)
		}

		// Others go on: with what is known, with what has been asked for already, and with
		// what becomes known in a moment.
		ann := connOfOther(c, 100, "203.0.113.1")
		begin := time.Now()
		for _, request := range []*lk.SignalRequest{subscribe(trackIDs(0, 10)...), subscribe(trackIDs(1_000_000, 100)...)} {
			message := signal(t, request)
			if passed, err := ann.check(message); err != nil || string(passed) != string(message) || time.Since(begin) > 0 {
				t.Errorf("%d ids pass after %s, error %v", passedIDs(t, passed), time.Since(begin), err)
			}
		}
		go func() {
			time.Sleep(trackWait / 2)
			c.track.published("room", "PA_bob", &lk.TrackInfo{Sid: "TR_new", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA})
		}()
		passed, err := ann.check(signal(t, subscribe("TR_new")))
		if err != nil || passedIDs(t, passed) != 1 {
			t.Errorf("a track that comes in a moment: %d, %v", passedIDs(t, passed), err)
		}
		// The rest of a message passes without what nobody publishes.
		passed, err = ann.check(signal(t, subscribe("TR_new", "TR_none")))
		request := &lk.SignalRequest{}
		if err == nil {
			err = proto.Unmarshal(passed, request)
		}
		if ids := request.GetSubscription().GetTrackSids(); err != nil || len(ids) != 1 || ids[0] != "TR_new" || !request.GetSubscription().GetSubscribe() {
			t.Errorf("%v, %v", request, err)
		}
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		ann.ctx = gone
		if _, err := ann.check(signal(t, subscribe("TR_none"))); !errors.Is(err, errDropped) {
			t.Errorf("who has gone waits: %v", err)
		}

		// What is published is no guess any more, and a closed room has none.
		c.track.published("room", "PA_bob", &lk.TrackInfo{Sid: trackIDs(1_000_000, 1)[0], Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA})
		if n := len(c.track.unknown["room"].groupOf); n != maxRoomUnknownTracks-1 {
			t.Errorf("%d guesses", n)
		}
		c.track.closed("room")
		if len(c.track.unknown) > 0 {
			t.Error("guesses of a closed room are kept")
		}
	})
}

// A room is forgotten, too, of which nobody told that it has closed.
func TestUnknownTracksExpire(t *testing.T) {
	t.Parallel()
	track := newTracker()
	now := time.Now()
	track.now = func() time.Time { return now }
	track.allowUnknown("old", "group", "TR_a")
	track.allowUnknown("used", "group", "TR_a")
	track.joined("used", &lk.ParticipantInfo{Sid: "PA_bob", Identity: "bob"})
	now = now.Add(2*roomIdleSeconds*time.Second + 1)
	track.allowUnknown("new", "group", "TR_a")
	if track.unknown["old"] != nil || track.unknown["used"] == nil || track.unknown["new"] == nil {
		t.Errorf("%v", track.unknown)
	}
}
