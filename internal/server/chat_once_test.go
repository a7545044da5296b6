package server_test

import (
	"encoding/json"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/realtime"
	"github.com/anteroom/anteroom/internal/server"
)

// A node that has sent a message may die, or lose its claim, before it answers: the page
// sends the same request to another one, which knows nothing of it.
func TestAMessageIsSentOnceForEachRequest(t *testing.T) {
	t.Parallel()
	s := startServer(t, development(t), server.Parts{})
	if status, response := s.join(t, nil); status != 200 {
		t.Fatal(response)
	}
	participant := s.participants(t)[0]
	send := func(generation int, requestID string) (id string, revision int64) {
		t.Helper()
		done, err := server.Backend(s.Server).Command(t.Context(), realtime.Participant{ID: participant.ID, SessionID: participant.SessionID, Generation: generation},
			realtime.Command{RequestID: requestID, Type: "chat.send", Data: json.RawMessage(`{"text":"hello"}`)})
		if err != nil {
			t.Fatal(err)
		}
		var message struct{ ID string }
		if err := json.Unmarshal(done.Result, &message); err != nil {
			t.Fatal(err)
		}
		return message.ID, done.Revision
	}
	first, revision := send(1, "one")
	if again, later := send(1, "one"); again != first || later <= revision {
		t.Errorf("the same request sends %s at %d, and then %s at %d", first, revision, again, later)
	}
	if other, _ := send(1, "two"); other == first {
		t.Error("two requests send one message")
	}
	_, response := s.join(t, nil) // another participant, whose page counts its requests alike
	if response["errorCode"] != 0.0 {
		t.Fatal(response)
	}
	participant = s.participants(t)[1]
	if other, _ := send(1, "one"); other == first {
		t.Error("two participants send one message")
	}
	stored, _, err := s.Store.ChatHistory(t.Context(), participant.SessionID, participant.ID, meeting.ReaderInside, meeting.ChatPage{Messages: 10, Bytes: 1 << 20})
	if err != nil || len(stored) != 3 {
		t.Errorf("%d messages are stored, want 3: %v", len(stored), err)
	}
}
