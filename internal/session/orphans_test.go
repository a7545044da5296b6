package session

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// fakeRepository is a storage in which leases are over, or which is away.
type fakeRepository struct {
	Repository
	away         error
	participants []*meeting.Participant
	renewed      []string
	// restored is the sessions of those who are shown as joined again.
	restored []string
}

func (r *fakeRepository) Mutate(_ context.Context, sessionID string, _ func(meeting.Tx) error) error {
	r.restored = append(r.restored, sessionID)
	return ErrNotFound
}

func (r *fakeRepository) ExpiredParticipants(context.Context, time.Time, int) ([]*meeting.Participant, error) {
	return r.participants, r.away
}

func (r *fakeRepository) RenewLeases(_ context.Context, ids []string, _ time.Time) error {
	r.renewed = append(r.renewed, ids...)
	return r.away
}

// fakeChannel are the connected participants of this node and of all.
type fakeChannel struct {
	ControlChannel
	here, anywhere []string
	fault          error
}

func (l fakeChannel) Connected() []string                                 { return l.here }
func (l fakeChannel) ConnectedAnywhere(context.Context) ([]string, error) { return l.anywhere, l.fault }

func TestOnlyWhoIsConnectedNowhereIsGivenUp(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	noted := now.Add(-time.Minute)
	lost := &meeting.Participant{ID: "lost", LostAt: noted}
	here, there, nowhere := &meeting.Participant{ID: "here"}, &meeting.Participant{ID: "there"}, &meeting.Participant{ID: "nowhere"}
	repository := &fakeRepository{participants: []*meeting.Participant{lost, here, there, nowhere}}
	line := &fakeChannel{here: []string{"here"}, anywhere: []string{"here", "there"}}
	s := New(Config{Repository: repository, Channel: line})
	look := func(at time.Time, want, wantRenewed string) {
		t.Helper()
		repository.renewed = nil
		participants, _ := s.expired(t.Context(), at)
		var ids []string
		for _, participant := range participants {
			ids = append(ids, participant.ID)
		}
		if fmt.Sprint(ids) != want || fmt.Sprint(repository.renewed) != wantRenewed {
			t.Errorf("given up %v, renewed %v; want %s and %s", ids, repository.renewed, want, wantRenewed)
		}
	}
	look(now, "[lost nowhere]", "[here there]")

	// Lost by one connection after the next had come up: is there, and shown so. Whoever
	// has closed the page is not.
	repository.participants = append(repository.participants,
		&meeting.Participant{ID: "here", SessionID: "moved", LostAt: noted}, &meeting.Participant{ID: "there", SessionID: "closed", LostAt: noted, Departing: true})
	look(now, "[lost nowhere there]", "[here there]")
	if fmt.Sprint(repository.restored) != "[moved]" {
		t.Errorf("restored in %v", repository.restored)
	}
	repository.participants = repository.participants[:4]

	// A node that does not answer may hold anybody.
	line.fault = errors.New("no answer")
	look(now, "[lost]", "[]")
	line.fault = nil

	// A database that was away: all leases are over, whoever is there.
	repository.away = errors.New("away")
	look(now, "[]", "[]")
	repository.away = nil
	look(now.Add(time.Second), "[lost]", "[here]")
	look(now.Add(10*time.Second), "[lost]", "[]")
	look(now.Add(time.Second+s.renewEvery()), "[lost nowhere]", "[here there]")
}
