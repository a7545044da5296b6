package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
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

func TestAHostKeyIsNotTriedWhereItOpensNothing(t *testing.T) {
	t.Parallel()
	s, room, host, guest, answer := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for _, key := range []string{"nokey", s.HostKey()} {
		guest.refused("session.claim_host", fields{"hostKey": key}, 1004)
	}
	host.command("seat.hold", fields{"userId": answer.Participant.UserID, "hold": true})
	guest.await("seat.held")
	other, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Other"})
	host.command("seat.leave", nil)
	for _, key := range []string{"nokey", s.HostKey()} {
		for range session.PasscodeTries {
			guest.refused("session.claim_host", fields{"hostKey": key}, 1003)
		}
	}
	other.command("session.claim_host", fields{"hostKey": s.HostKey()})
}

func TestHostKeysAreNotGuessedAllAtOnce(t *testing.T) {
	t.Parallel()
	s := raise(t, development(t), server.Parts{})
	for range 8 {
		s.join(t, nil)
	}
	var mu sync.Mutex
	judged := 0
	var guesses sync.WaitGroup
	begin := make(chan struct{})
	for _, seat := range s.seats(t) {
		for i := range 25 {
			guesses.Go(func() {
				<-begin
				data := json.RawMessage(fmt.Sprintf(`{"hostKey":"no%d"}`, i))
				_, _, err := s.Sessions.Command(context.Background(), seat, "session.claim_host", data)
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
	if judged != session.PasscodeTries {
		t.Errorf("%d wrong keys were judged, want %d", judged, session.PasscodeTries)
	}
}
