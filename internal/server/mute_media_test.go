package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/rogue"
)

func TestWhoIsShownMutedIsNotHeard(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	_, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Listener", Device: "listener's"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	media := func(a anteroomtest.JoinResponse) *rogue.Media {
		t.Helper()
		m, err := rogue.JoinMedia(ctx, a.Media.URL, a.Media.Token)
		must(err)
		t.Cleanup(m.Close)
		return m
	}
	listener, speaker := media(listens), media(response)
	id := response.Participant.UserID
	// The camera's packets tell how much of the sound there would be.
	camera, err := speaker.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	must(err)
	var microphone *rogue.Track
	heard := func() {
		t.Helper()
		_, err := listener.Hears(ctx, microphone.ID, listener.Heard(microphone.ID)+5)
		must(err)
	}
	// silent waits for half a second without sound; what was under way still arrives.
	silent := func(when string) {
		t.Helper()
		for before := -1; before != listener.Heard(microphone.ID); {
			before = listener.Heard(microphone.ID)
			if _, err := listener.Hears(ctx, camera.ID, listener.Heard(camera.ID)+25); err != nil {
				t.Fatalf("sound goes on %s: %v", when, err)
			}
		}
	}
	shown := func(field string) {
		t.Helper()
		host.awaitText("participant.updated", fmt.Sprintf(`"userId":%d`, id), field)
	}

	// Who sends sound without a word on the control channel is shown so.
	microphone, err = speaker.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	must(err)
	shown(`"muted":false`)
	heard()

	// Muted by the host, they are silent until they unmute, of which everybody is
	// notified.
	host.command("seat.mute", fields{"userId": id, "muted": true})
	shown(`"muted":true`)
	silent("after the host's mute")
	must(microphone.Mute(false))
	shown(`"muted":false`)
	heard()

	// Who reports that they are muted, or have no sound, is.
	guest.command("seat.media", fields{"muted": true})
	shown(`"muted":true`)
	silent("after their own mute")
	must(microphone.Mute(false))
	shown(`"muted":false`)
	heard()
	guest.command("seat.media", fields{"audioOn": false})
	shown(`"audioOn":false`)
	silent("though they have left audio")
	must(microphone.Mute(false))
	shown(`"audioOn":true`)
	heard()

	// Where nobody may unmute, nobody is heard.
	host.command("session.mute_all", fields{"unmuteAllowed": false})
	shown(`"muted":true`)
	must(microphone.Mute(false))
	silent("where nobody may unmute")
	if raw, _, _ := host.rpc("snapshot", nil); strings.Contains(string(raw), `"muted":false`) {
		t.Errorf("shown unmuted: %s", raw)
	}
}
