package session

import (
	"context"
	"errors"
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
	var noted []*meeting.Seat
	for after := ""; ; {
		seats, err := s.Repository.PresentSeats(ctx, after, sweepBatch)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			if after = seat.ID; !connected[seat.ID] && seat.JoinedAt.Before(newest) {
				s.Disconnected(ctx, seat.ID, seat.Generation)
				noted = append(noted, seat)
			}
		}
		if len(seats) < sweepBatch {
			break
		}
	}
	if len(noted) == 0 {
		return nil
	}
	// Whoever has connected meanwhile did so as somebody who was not lost.
	if connected, err = s.connectedAnywhere(ctx); err != nil {
		return err
	}
	for _, seat := range noted {
		if connected[seat.ID] {
			s.restore(ctx, seat)
		}
	}
	return nil
}

// restore shows a seat as joined that counts as lost although its line is up.
func (s *Service) restore(ctx context.Context, seat *meeting.Seat) {
	if err := s.found(ctx, seat); err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not show a connected participant as joined", "seat", seat.ID, "error", err)
	}
}

// expired returns the seats to give up: their lease was over at now, and nobody
// holds a line of them. A lease may be over although the page is connected: when the
// database was away or its node has no connection to it, the lease is renewed; when the
// loss of one connection was noted after the next had come up, the seat is restored.
func (s *Service) expired(ctx context.Context, now time.Time) ([]*meeting.Seat, error) {
	seats, err := s.Repository.ExpiredSeats(ctx, now, sweepBatch)
	if s.storage.note(err, now) {
		s.renew(ctx)
	}
	if err != nil || len(seats) == 0 {
		return nil, err
	}
	connected, fault := s.connectedAnywhere(ctx)
	healthy := s.storage.healthyFor(s.renewEvery(), now)
	var lost []*meeting.Seat
	var renewed []string
	for _, seat := range seats {
		switch {
		case seat.LostAt.IsZero() && (fault != nil || !healthy):
		case seat.LostAt.IsZero() && connected[seat.ID]:
			renewed = append(renewed, seat.ID)
		case connected[seat.ID] && !seat.Goodbye:
			s.restore(ctx, seat)
		default:
			lost = append(lost, seat)
		}
	}
	if len(renewed) > 0 {
		fault = s.Repository.RenewLeases(ctx, renewed, now.Add(s.Times.Lost))
	}
	return lost, fault
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
