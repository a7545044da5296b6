package session

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// overdue is a storage in which leases are over, or which is away.
type overdue struct {
	Repository
	away    error
	seats   []*meeting.Seat
	renewed []string
	// restored is the sessions of those who are shown as joined again.
	restored []string
}

func (r *overdue) Mutate(_ context.Context, sessionID string, _ func(meeting.Tx) error) error {
	r.restored = append(r.restored, sessionID)
	return ErrNotFound
}

func (r *overdue) ExpiredSeats(context.Context, time.Time, int) ([]*meeting.Seat, error) {
	return r.seats, r.away
}

func (r *overdue) RenewLeases(_ context.Context, ids []string, _ time.Time) error {
	r.renewed = append(r.renewed, ids...)
	return r.away
}

// lines are the connected seats of this node and of all.
type lines struct {
	Line
	here, anywhere []string
	fault          error
}

func (l lines) Connected() []string                                 { return l.here }
func (l lines) ConnectedAnywhere(context.Context) ([]string, error) { return l.anywhere, l.fault }

func TestOnlyWhoIsConnectedNowhereIsGivenUp(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	noted := now.Add(-time.Minute)
	lost := &meeting.Seat{ID: "lost", LostAt: noted}
	here, there, nowhere := &meeting.Seat{ID: "here"}, &meeting.Seat{ID: "there"}, &meeting.Seat{ID: "nowhere"}
	repository := &overdue{seats: []*meeting.Seat{lost, here, there, nowhere}}
	line := &lines{here: []string{"here"}, anywhere: []string{"here", "there"}}
	s := New(Config{Repository: repository, Line: line})
	look := func(at time.Time, want, wantRenewed string) {
		t.Helper()
		repository.renewed = nil
		seats, _ := s.expired(t.Context(), at)
		var ids []string
		for _, seat := range seats {
			ids = append(ids, seat.ID)
		}
		if fmt.Sprint(ids) != want || fmt.Sprint(repository.renewed) != wantRenewed {
			t.Errorf("given up %v, renewed %v; want %s and %s", ids, repository.renewed, want, wantRenewed)
		}
	}
	look(now, "[lost nowhere]", "[here there]")

	// Lost by one connection after the next had come up: is there, and shown so. Whoever
	// has closed the page is not.
	repository.seats = append(repository.seats,
		&meeting.Seat{ID: "here", SessionID: "moved", LostAt: noted}, &meeting.Seat{ID: "there", SessionID: "closed", LostAt: noted, Goodbye: true})
	look(now, "[lost nowhere there]", "[here there]")
	if fmt.Sprint(repository.restored) != "[moved]" {
		t.Errorf("restored in %v", repository.restored)
	}
	repository.seats = repository.seats[:4]

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
