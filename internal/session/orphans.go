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

// NodeGone reports that another node has died: whoever was connected to it and
// does not come back soon is shown as reconnecting.
func (s *Service) NodeGone() {
	select {
	case s.nodeGone <- struct{}{}:
	default:
	}
}

// markOrphaned notes the loss of every participant that counts as connected
// although no node has a connection of it, as its own node would have done had it
// not died.
func (s *Service) markOrphaned(ctx context.Context) error {
	connected, err := s.connectedAnywhere(ctx)
	if err != nil {
		return err
	}
	newest := s.RealTime().Add(-orphanTime) // later ones may not have had the time to connect
	var noted []*meeting.Participant
	for after := ""; ; {
		participants, err := s.Repository.PresentParticipants(ctx, after, sweepBatch)
		if err != nil {
			return err
		}
		for _, participant := range participants {
			if after = participant.ID; !connected[participant.ID] && participant.JoinedAt.Before(newest) {
				s.Disconnected(ctx, participant.ID, participant.Generation)
				noted = append(noted, participant)
			}
		}
		if len(participants) < sweepBatch {
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
	for _, participant := range noted {
		if connected[participant.ID] {
			s.restore(ctx, participant)
		}
	}
	return nil
}

// restore shows a participant as joined that counts as lost although it is connected.
func (s *Service) restore(ctx context.Context, participant *meeting.Participant) {
	if err := s.reconnected(ctx, participant); err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not show a connected participant as joined", "participant", participant.ID, "error", err)
	}
}

// expired returns the participants to give up: their lease was over at now, and nobody
// holds a connection of them. A lease may be over although the page is connected: when
// the database was away or its node has no connection to it, the lease is renewed; when
// the loss of one connection was noted after the next had come up, the participant is
// restored.
func (s *Service) expired(ctx context.Context, now time.Time) ([]*meeting.Participant, error) {
	participants, err := s.Repository.ExpiredParticipants(ctx, now, sweepBatch)
	if s.storage.note(err, now) {
		s.renew(ctx)
	}
	if err != nil || len(participants) == 0 {
		return nil, err
	}
	connected, fault := s.connectedAnywhere(ctx)
	healthy := s.storage.healthyFor(s.renewEvery(), now)
	var lost []*meeting.Participant
	var renewed []string
	for _, participant := range participants {
		switch {
		case participant.LostAt.IsZero() && (fault != nil || !healthy):
		case participant.LostAt.IsZero() && connected[participant.ID]:
			renewed = append(renewed, participant.ID)
		case connected[participant.ID] && !participant.Departing:
			s.restore(ctx, participant)
		default:
			lost = append(lost, participant)
		}
	}
	if len(renewed) > 0 {
		fault = s.Repository.RenewLeases(ctx, renewed, now.Add(s.Times.Lost))
	}
	return lost, fault
}

func (s *Service) connectedAnywhere(ctx context.Context) (map[string]bool, error) {
	ids, err := s.Channel.ConnectedAnywhere(ctx)
	if err != nil {
		return nil, fmt.Errorf("other nodes have not said who is connected to them: %w", err)
	}
	connected := make(map[string]bool, len(ids))
	for _, id := range ids {
		connected[id] = true
	}
	return connected, nil
}
