package server_test

import (
	"strings"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
)

// What a page that does not obey asks for by hand.

func TestWhoHidesAnOpenMicrophoneIsMutedWithAll(t *testing.T) {
	t.Parallel()
	s, _, host, guest, answer := hostAndGuest(t, anteroomtest.Meeting{Topic: "Lesson"})
	guest.command("seat.media", fields{"audioOn": true, "muted": false})
	guest.command("seat.media", fields{"audioOn": false})
	host.command("session.mute_all", fields{"muted": true, "unmuteAllowed": false})
	grants := mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+answer.ResumeToken+`"}`)))
	if strings.Contains(grants, "microphone") {
		t.Fatalf("the media door still takes sound: %s", grants)
	}
	guest.refused("seat.media", fields{"audioOn": true, "muted": false}, 1001)
}
