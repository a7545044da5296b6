package session

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// orphanTime is how long the pages of a process that died have to come back to
// another before others see them as reconnecting.
const orphanTime = 4 * time.Second

// NodeGone tells that another node has died: whoever was connected to it and does
// not come back soon is shown as reconnecting.
func (s *Service) NodeGone() {
	select {
	case s.nodeGone <- struct{}{}:
	default:
	}
}

// markOrphans notes the loss of every seat that counts as connected although no
// node has a line of it, as its own node would have done had it not died.
func (s *Service) markOrphans(ctx context.Context) error {
	connected, err := s.connectedAnywhere(ctx)
	if err != nil {
		return err
	}
	newest := s.RealTime().Add(-orphanTime) // later ones may not have had the time to connect
	for after := ""; ; {
		seats, err := s.Repository.PresentSeats(ctx, after, sweepBatch)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			if after = seat.ID; !connected[seat.ID] && seat.JoinedAt.Before(newest) {
				s.Disconnected(ctx, seat.ID, seat.Generation)
			}
		}
		if len(seats) < sweepBatch {
			return nil
		}
	}
}

// expired answers the seats to give up: their lease was over at now, and nobody
// holds a line of them. A lease may be over although the page is connected, when
// the database was away or its node is cut off from it; those are renewed.
func (s *Service) expired(ctx context.Context, now time.Time) ([]*meeting.Seat, error) {
	seats, err := s.Repository.ExpiredSeats(ctx, now, sweepBatch)
	if s.storage.note(err, now) {
		s.renew(ctx)
	}
	if err != nil || len(seats) == 0 {
		return nil, err
	}
	var lost, overdue []*meeting.Seat
	for _, seat := range seats {
		if seat.LostAt.IsZero() {
			overdue = append(overdue, seat)
		} else {
			lost = append(lost, seat)
		}
	}
	if len(overdue) == 0 || !s.storage.healthyFor(s.renewEvery(), now) {
		return lost, nil
	}
	connected, err := s.connectedAnywhere(ctx)
	if err != nil {
		return lost, err
	}
	var renewed []string
	for _, seat := range overdue {
		if connected[seat.ID] {
			renewed = append(renewed, seat.ID)
		} else {
			lost = append(lost, seat)
		}
	}
	if len(renewed) > 0 {
		err = s.Repository.RenewLeases(ctx, renewed, now.Add(s.Times.Lost))
	}
	return lost, err
}

func (s *Service) connectedAnywhere(ctx context.Context) (map[string]bool, error) {
	ids, err := s.Line.ConnectedAnywhere(ctx)
	if err != nil {
		return nil, fmt.Errorf("other nodes have not said who is connected to them: %w", err)
	}
	connected := make(map[string]bool, len(ids))
	for _, id := range ids {
		connected[id] = true
	}
	return connected, nil
}
