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

// seatIn is the line of another page in the same room.
func seatIn(l *line, n int, group string) *line {
	return &line{door: l.door, ctx: l.ctx, group: group, ticket: ticket{room: l.ticket.room, identity: fmt.Sprint("mallory", n)}}
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
func TestGuessesOfManySeatsAreFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := lineIn("room", trackIDs(0, 10)...)
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
				passed, err := seatIn(l, n, group).check(signal(t, request))
				if err != nil {
					t.Fatalf("seat %d, message %d: %v", n, what, err)
				}
				kept[group] += passedIDs(t, passed)
			}
		}
		all := 0
		for group, count := range kept {
			if all += count; count > maxGroupGuesses {
				t.Errorf("%s: %d ids", group, count)
			}
		}
		if all != maxRoomGuesses || kept["198.51.100.1"] != maxGroupGuesses {
			t.Errorf("%d ids reach LiveKit, %v", all, kept)
		}

		// Others go on: with what is known, with what has been asked for already, and with
		// what becomes known in a moment.
		ann := seatIn(l, 100, "203.0.113.1")
		begin := time.Now()
		for _, request := range []*lk.SignalRequest{subscribe(trackIDs(0, 10)...), subscribe(trackIDs(1_000_000, 100)...)} {
			message := signal(t, request)
			if passed, err := ann.check(message); err != nil || string(passed) != string(message) || time.Since(begin) > 0 {
				t.Errorf("%d ids pass after %s, error %v", passedIDs(t, passed), time.Since(begin), err)
			}
		}
		go func() {
			time.Sleep(guessWait / 2)
			l.track.published("room", "PA_bob", &lk.TrackInfo{Sid: "TR_new", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA})
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
		l.track.published("room", "PA_bob", &lk.TrackInfo{Sid: trackIDs(1_000_000, 1)[0], Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA})
		if n := len(l.track.guesses["room"].from); n != maxRoomGuesses-1 {
			t.Errorf("%d guesses", n)
		}
		l.track.closed("room")
		if len(l.track.guesses) > 0 {
			t.Error("guesses of a closed room are kept")
		}
	})
}

// A room is forgotten, too, of which nobody told that it has closed.
func TestGuessesAreForgotten(t *testing.T) {
	t.Parallel()
	track := newTracker()
	now := time.Now()
	track.now = func() time.Time { return now }
	track.guess("old", "group", "TR_a")
	track.guess("used", "group", "TR_a")
	track.joined("used", &lk.ParticipantInfo{Sid: "PA_bob", Identity: "bob"})
	now = now.Add(2*roomIdleSeconds*time.Second + 1)
	track.guess("new", "group", "TR_a")
	if track.guesses["old"] != nil || track.guesses["used"] == nil || track.guesses["new"] == nil {
		t.Errorf("%v", track.guesses)
	}
}
