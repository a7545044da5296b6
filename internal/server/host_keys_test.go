package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
)

// participantFrom admits a participant from an address.
func (s *testServer) participantFrom(t *testing.T, address, signed string) *meeting.Participant {
	t.Helper()
	var answer struct {
		ErrorCode   int
		Cause       string
		Participant struct{ UserID int64 }
	}
	postJoin(t, s.URL, address, map[string]any{
		"joinId": uuid.NewString(), "view": "component", "meetingNumber": s.room.Number, "userName": "Kim",
		"password": s.room.Passcode, "signature": signed,
	}, &answer)
	if answer.ErrorCode != 0 {
		t.Fatal(answer)
	}
	for _, participant := range s.participants(t) {
		if participant.UserID == answer.Participant.UserID {
			return participant
		}
	}
	t.Fatal("they are not admitted")
	return nil
}

// Whoever has many addresses of one network guesses no more than one network may.
func TestHostKeysOfOneNetworkAreCountedTogether(t *testing.T) {
	t.Parallel()
	s := startServer(t, production(t), server.Parts{})
	signed := s.sign(t)
	claim := func(participant *meeting.Participant, key string) error {
		raw, err := json.Marshal(map[string]any{"hostKey": key})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Sessions.Command(context.Background(), participant, "session.claim_host", raw)
		return err
	}
	judged := 0
	for i := range 15 {
		participant := s.participantFrom(t, fmt.Sprintf("2001:db8:1:%x::1", i/5), signed)
		for range session.MaxHostKeyAttempts {
			var refused *session.CommandError
			if errors.As(claim(participant, "nokey"), &refused) && refused.Code == session.RefusedParameters {
				judged++
			}
		}
	}
	if judged != session.MaxHostKeyNetworkAttempts {
		t.Errorf("%d wrong keys of a network were judged, want %d", judged, session.MaxHostKeyNetworkAttempts)
	}
	host, err := s.Store.User(t.Context(), s.room.HostID)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim(s.participantFrom(t, "2001:db8:1:ffff::1", signed), host.HostKey); err == nil {
		t.Error("the network has used up its tries, and a key is still judged")
	}
	if err := claim(s.participantFrom(t, "198.51.100.7", signed), host.HostKey); err != nil {
		t.Error("closed to another network:", err)
	}
}
