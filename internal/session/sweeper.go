package session

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Intervals of the sweeper, in real time.
const (
	sweepInterval = 5 * time.Second
	sweepBatch    = 200
)

// renewEvery is how often leases of connected participants are renewed.
func (s *Service) renewEvery() time.Duration { return s.Times.Lost / 4 }

// sweepAt lets the sweeper look at a moment at which something is due. What other
// nodes and earlier processes have left is found by looking now and then.
func (s *Service) sweepAt(at time.Time) {
	time.AfterFunc(at.Sub(s.RealTime())+time.Millisecond, func() {
		select {
		case s.due <- struct{}{}:
		default:
		}
	})
}

// Run renews the leases of connected participants, gives up those whose lease is
// over and ends sessions that stay empty, until the context is done.
func (s *Service) Run(ctx context.Context) {
	renew, sweep := time.NewTicker(s.renewEvery()), time.NewTicker(sweepInterval)
	// Whoever an earlier process of this node has left behind is looked for at the start.
	orphans := time.NewTimer(orphanTime)
	defer close(s.stopped)
	defer renew.Stop()
	defer sweep.Stop()
	defer orphans.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			s.renew(ctx)
		case <-sweep.C:
			s.Sweep(ctx, s.RealTime())
		case <-s.due:
			s.Sweep(ctx, s.RealTime())
		case <-s.nodeGone:
			orphans.Reset(orphanTime)
		case <-orphans.C:
			if err := s.markOrphaned(ctx); err != nil {
				s.Logger.Error("could not mark the participants of a dead process as reconnecting", "error", err)
				orphans.Reset(orphanTime)
			}
		}
	}
}

func (s *Service) renew(ctx context.Context) {
	if connected := s.Channel.Connected(); len(connected) > 0 {
		err := s.Repository.RenewLeases(ctx, connected, s.RealTime().Add(s.Times.Lost))
		s.storage.note(err, s.RealTime())
		if err != nil {
			s.Logger.Error("could not renew leases", "error", err)
		}
	}
}

// Sweep removes the participants whose lease was over at now and ends the sessions
// that have stood empty. It is what leaves no stale participant after a crash. It
// also ends the sessions whose time is up on the injected clock.
func (s *Service) Sweep(ctx context.Context, now time.Time) {
	participants, err := s.expired(ctx, now)
	if err != nil {
		s.Logger.Error("could not read expired participants", "error", err)
	}
	for _, participant := range participants {
		err := s.system(ctx, participant.SessionID, func(c *action) error {
			lost, err := c.tx.ParticipantByID(participant.ID)
			if err != nil || lost == nil || !lost.State.Live() || lost.LeaseUntil.After(now) {
				return err
			}
			if lost.Departing {
				return c.leave(lost, meeting.ParticipantLeft, "left", CloseGone)
			}
			return c.leave(lost, meeting.ParticipantLost, "lost", CloseGone)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			s.Logger.Error("could not release lost participant", "error", err)
		}
	}
	s.endDue(ctx)
	empty, err := s.Repository.EmptySessions(ctx, now.Add(-s.Times.Empty), sweepBatch)
	if err != nil {
		s.Logger.Error("could not read empty sessions", "error", err)
	}
	for _, live := range empty {
		err := s.system(ctx, live.ID, func(c *action) error {
			if c.tx.Session().Participants > 0 {
				return nil
			}
			return c.end(meeting.EndedEmpty)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			s.Logger.Error("could not end empty session", "error", err)
		}
	}
}

func (s *Service) endDue(ctx context.Context) {
	due, err := s.Repository.DueSessions(ctx, s.Clock.Now(), sweepBatch)
	if err != nil {
		s.Logger.Error("could not read sessions at their time limit", "error", err)
	}
	for _, live := range due {
		if err := s.EndSession(ctx, live.ID, meeting.EndedDuration); err != nil && !errors.Is(err, ErrNotFound) {
			s.Logger.Error("could not end session at its time limit", "error", err)
		}
	}
}

// system changes a session under its lock, in the server's own name unless run
// finds out in whose, and does what is to follow once the change is kept.
func (s *Service) system(ctx context.Context, sessionID string, run func(*action) error) error {
	defer s.lockSession(sessionID)()
	return s.changeLocked(ctx, sessionID, run)
}

// changeLocked is system for a caller who holds the session's lock.
func (s *Service) changeLocked(ctx context.Context, sessionID string, run func(*action) error) error {
	var done *action
	err := s.Repository.Mutate(ctx, sessionID, func(tx meeting.Tx) error {
		done = &action{ctx: ctx, service: s, tx: tx, self: &meeting.Participant{}}
		return run(done)
	})
	if err != nil {
		return err
	}
	for _, f := range done.after {
		f()
	}
	return nil
}

// EndSession ends a live session for everybody, as its host would.
func (s *Service) EndSession(ctx context.Context, sessionID string, reason meeting.EndReason) error {
	return s.system(ctx, sessionID, func(c *action) error { return c.end(reason) })
}

// background carries out what nobody waits for, in the order of the session's changes.
// What is asked for again for the same participant, or for the whole session if
// identity is empty, before its turn has come replaces what was asked for before.
func (s *Service) background(sessionID, identity, what string, do func(context.Context) error) {
	full := s.tasks.enqueue(sessionID, what+" "+identity, func() {
		ctx, cancel := context.WithTimeout(context.Background(), mediaTimeout)
		defer cancel()
		if err := do(ctx); err != nil {
			s.Logger.Warn("media server request failed", "request", what, "error", err)
		}
	})
	if full {
		s.Logger.Warn("media server is too slow; oldest request dropped", "session", sessionID)
	}
}

// mediaTimeout is how long the media server may take for a change nobody waits for.
const mediaTimeout = 10 * time.Second
