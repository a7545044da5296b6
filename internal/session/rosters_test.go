package session

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Many pages that ask for the same state of a large meeting read it once.
func TestRostersAreReadOncePerRevision(t *testing.T) {
	var r rosters
	reads, people := 0, smallMeeting+1
	of := func(session string, revision int64) int {
		t.Helper()
		participants, err := r.of(&meeting.Session{ID: session, Revision: revision}, func() ([]*meeting.Participant, error) {
			reads++
			return make([]*meeting.Participant, people), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(participants)
	}
	for _, step := range []struct {
		session  string
		revision int64
		people   int
		want     int
		reads    int
	}{
		{"a", 1, 11, 11, 1},
		{"a", 1, 12, 11, 1},
		{"b", 1, 20, 20, 2},
		{"a", 2, 12, 12, 3},
		{"a", 2, 13, 12, 3},
		{"b", 1, 21, 20, 3},
		{"c", 1, 10, 10, 4},
		{"c", 1, 9, 9, 5},
		{"d", 1, rosterLargest + 1, rosterLargest + 1, 6},
		{"d", 1, 20, 20, 7},
	} {
		if people = step.people; of(step.session, step.revision) != step.want || reads != step.reads {
			t.Fatalf("%+v: %d reads", step, reads)
		}
	}
	people = 100
	for i := range 3 * maxRosters {
		of(fmt.Sprint("meeting ", i), 1)
	}
	if len(r.kept) != maxRosters {
		t.Errorf("%d are kept", len(r.kept))
	}
	last := fmt.Sprint("meeting ", 3*maxRosters-1)
	before := reads
	if of(last, 1); reads != before {
		t.Error("the newest is not kept")
	}
	r.forget(last)
	if of(last, 1); reads != before+1 {
		t.Error("a forgotten one is kept")
	}
	broken := errors.New("down")
	if _, err := r.of(&meeting.Session{ID: "d"}, func() ([]*meeting.Participant, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// heldMeeting is a storage of a meeting in which many were on hold.
type heldMeeting struct {
	Repository
	held []*meeting.Participant
	// reads is how often they were read; after is from where the chat was read last.
	reads int
	after int64
}

func (r *heldMeeting) HeldParticipants(context.Context, string) ([]*meeting.Participant, error) {
	r.reads++
	return r.held, nil
}

func (r *heldMeeting) ChatHistory(_ context.Context, _, _ string, _ meeting.Reader, page meeting.ChatPage) ([]meeting.ChatMessage, bool, error) {
	r.after = page.After
	return nil, false, nil
}

// Pages of chat read who was on hold once, and again as soon as that has changed.
func TestWhoWasOnHoldIsReadOncePerRevision(t *testing.T) {
	repository := &heldMeeting{}
	for i := range 20 {
		repository.held = append(repository.held, &meeting.Participant{ID: fmt.Sprint(i), HeldTo: int64(i)})
	}
	s := New(Config{Repository: repository})
	for _, step := range []struct {
		participant string
		revision    int64
		after       int64
		reads       int
	}{
		{"3", 1, 3, 1}, {"4", 1, 4, 1}, {"nobody", 1, 0, 1}, {"3", 2, 30, 2}, {"4", 2, 4, 2},
	} {
		if step.revision == 2 {
			repository.held = append(repository.held[:20:20], &meeting.Participant{ID: "3", HeldTo: 30})
		}
		live := &meeting.Session{ID: "session", Revision: step.revision, HeldTo: 30}
		if _, _, err := s.chatBefore(t.Context(), live, &meeting.Participant{ID: step.participant, SessionID: live.ID}, ""); err != nil {
			t.Fatal(err)
		}
		if repository.after != step.after || repository.reads != step.reads {
			t.Errorf("%+v: read after %d, %d reads", step, repository.after, repository.reads)
		}
	}
}
