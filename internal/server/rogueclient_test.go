package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/rogue"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
)

// What a page that does not obey asks for by hand.

func TestWhoHidesAnOpenMicrophoneIsMutedWithAll(t *testing.T) {
	t.Parallel()
	s, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Lesson"})
	guest.command("seat.media", fields{"audioOn": true, "muted": false})
	guest.command("seat.media", fields{"audioOn": false})
	host.command("session.mute_all", fields{"muted": true, "unmuteAllowed": false})
	grants := mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`)))
	if strings.Contains(grants, "microphone") {
		t.Fatalf("the media proxy still takes sound: %s", grants)
	}
	guest.refused("seat.media", fields{"audioOn": true, "muted": false}, 1001)
}

func TestAHostKeyIsNotTriedWhereItOpensNothing(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for _, key := range []string{"nokey", s.HostKey()} {
		guest.refused("session.claim_host", fields{"hostKey": key}, 1004)
	}
	host.command("seat.hold", fields{"userId": response.Participant.UserID, "hold": true})
	guest.await("seat.held")
	other, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Other"})
	host.command("seat.leave", nil)
	for _, key := range []string{"nokey", s.HostKey()} {
		for range session.MaxPasscodeAttempts {
			guest.refused("session.claim_host", fields{"hostKey": key}, 1003)
		}
	}
	other.command("session.claim_host", fields{"hostKey": s.HostKey()})
}

func TestHostKeysAreNotGuessedAllAtOnce(t *testing.T) {
	t.Parallel()
	s := startServer(t, development(t), server.Parts{})
	for range 8 {
		s.join(t, nil)
	}
	var mu sync.Mutex
	judged := 0
	var guesses sync.WaitGroup
	begin := make(chan struct{})
	for _, participant := range s.participants(t) {
		for i := range 25 {
			guesses.Go(func() {
				<-begin
				data := json.RawMessage(fmt.Sprintf(`{"hostKey":"no%d"}`, i))
				_, _, err := s.Sessions.Command(context.Background(), participant, "session.claim_host", data)
				var refused *session.CommandError
				if errors.As(err, &refused) && refused.Code == session.RefusedParameters {
					mu.Lock()
					judged++
					mu.Unlock()
				}
			})
		}
	}
	close(begin)
	guesses.Wait()
	// Eight people behind one address.
	if want := 5 * session.MaxPasscodeAttempts; judged != want {
		t.Errorf("%d wrong keys were judged, want %d", judged, want)
	}
}

func TestTheAudienceOfAWebinarSendsNothing(t *testing.T) {
	t.Parallel()
	_, host, guest, response := startWebinar(t)
	guest.command("seat.media", fields{"audioOn": true, "muted": true})
	for _, report := range []fields{{"videoOn": true}, {"sharing": true}, {"audioOn": true, "muted": false}} {
		guest.refused("seat.media", report, 1001)
	}
	guest.refused("seat.share", nil, 1001)
	guest.refused("seat.mute", fields{"muted": false}, 1001)
	if self := guest.snapshot().Self; self.VideoOn || self.Sharing || !self.Muted {
		t.Fatalf("the roster has the attendee as %+v", self)
	}
	host.command("seat.talk", fields{"userId": response.Participant.UserID, "allowed": true})
	guest.command("seat.mute", fields{"muted": false})
	guest.refused("seat.media", fields{"videoOn": true}, 1001)
}

func TestAShareEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	_, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	id := response.Participant.UserID
	host.command("session.rules", fields{"shareAllowed": "hosts"})
	host.command("seat.role", fields{"userId": id, "role": "cohost"})
	guest.command("seat.share", nil)
	guest.command("seat.media", fields{"sharing": true})
	host.command("seat.role", fields{"userId": id, "role": "attendee"})
	guest.await("seat.share_stopped")
	guest.awaitText("participant.updated", `"role":"attendee"`, `"sharing":false`)
	guest.refused("seat.media", fields{"sharing": true}, 1001)
}

func TestNamesAndChatAreTakenAsAJoinTakesThem(t *testing.T) {
	t.Parallel()
	_, _, _, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for _, name := range []string{"", " \u3000", "<script>alert(1)</script>", strings.Repeat("🙂", 129)} {
		guest.refused("seat.rename", fields{"userName": name}, 1002)
	}
	guest.command("seat.rename", fields{"userName": "Kim\x00Kim"})
	guest.awaitText("participant.updated", "Kim\uFFFDKim")
	guest.command("seat.rename", fields{"userName": " \u202EKim\n\u2066Lee"})
	guest.awaitText("participant.updated", `"userName":"Kim Lee"`)
	guest.command("chat.send", fields{"text": "one\x00two"})
	guest.awaitText("chat.message", "one\uFFFDtwo")
	guest.command("chat.send", fields{"text": `written \u0000 out`})
	guest.awaitText("chat.message", `written \\u0000 out`)
}

func TestOnlyWhoSharesSendsAScreen(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	_, other := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Viewer"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	media := func(a anteroomtest.JoinResponse) *rogue.Media {
		m, err := rogue.JoinMedia(ctx, a.Media.URL, a.Media.Token)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}
	sharer, viewer := media(response), media(other)
	refused := func(when string) {
		t.Helper()
		var no *rogue.NotAllowedError
		for _, source := range []lk.TrackSource{lk.TrackSource_SCREEN_SHARE, lk.TrackSource_SCREEN_SHARE_AUDIO} {
			kind := lk.TrackType_VIDEO
			if source == lk.TrackSource_SCREEN_SHARE_AUDIO {
				kind = lk.TrackType_AUDIO
			}
			if _, err := sharer.AddTrack(ctx, kind, source, false); !errors.As(err, &no) {
				t.Fatalf("%s, %s %s: %v", when, kind, source, err)
			}
		}
	}
	refused("without asking")
	guest.command("seat.share", nil)
	screen, err := sharer.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := viewer.Hears(ctx, screen.ID, 5); err != nil {
		t.Fatal(err)
	}
	guest.command("seat.media", fields{"sharing": true})
	host.command("seat.share", nil)
	guest.await("seat.share_stopped")
	refused("after the host has taken the share over")
	if err := screen.Mute(false); err != nil {
		t.Fatal(err)
	}
	camera, err := sharer.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := viewer.Hears(ctx, camera.ID, 25); err != nil {
		t.Fatal(err)
	}
	before := viewer.Heard(screen.ID)
	if _, err := viewer.Hears(ctx, camera.ID, 75); err != nil {
		t.Fatal(err)
	}
	if after := viewer.Heard(screen.ID); after > before {
		t.Errorf("%d packets of a screen whose share has ended", after-before)
	}
}
