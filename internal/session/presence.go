package session

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// How silence is read once a participant's control connection is lost.
const (
	// firstSilence without a packet means that media are lost too: a page that sends
	// pictures or sound is never silent for so long.
	firstSilence = 700 * time.Millisecond
	// laterSilence is that of a page that sends nothing but signs of life, which was
	// heard again after firstSilence.
	laterSilence = 3500 * time.Millisecond
	// unknownMedia is how long media are believed in where nothing is known of them.
	unknownMedia      = 3 * time.Second
	mediaPollInterval = 100 * time.Millisecond
	// presencePollInterval is how often the listening ends for a participant that has
	// come back.
	presencePollInterval = 2 * time.Second
)

// Disconnected notes that a participant's connection is lost, and shows it as
// reconnecting if it is inside. Without a new connection the sweeper leaves.
func (s *Service) Disconnected(ctx context.Context, participantID string, generation int) {
	participant, err := s.Repository.Participant(ctx, participantID)
	if err != nil || participant.Generation != generation || !participant.State.Live() || !participant.LostAt.IsZero() {
		return
	}
	now := s.RealTime()
	lost := false
	err = s.updatePresence(ctx, participant, func(c *action, participant *meeting.Participant) error {
		if lost = participant.LostAt.IsZero(); !lost {
			return nil
		}
		before := participant.State
		participant.MarkLost(now)
		if until := now.Add(s.Times.Lost); until.After(participant.LeaseUntil) {
			participant.LeaseUntil = until
		}
		s.sweepAt(participant.LeaseUntil)
		if participant.State == before {
			return c.tx.SaveParticipant(participant) // nobody is shown when somebody who waits is lost
		}
		if flow, known := s.mediaFlows(participant, time.Now(), firstSilence); !flow {
			return c.clearPresence(participant, known)
		}
		return c.changed(participant, map[string]any{"userId": participant.UserID, "state": participant.State, "mediaLost": false})
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not publish connection loss", "error", err)
	}
	if err == nil && lost && participant.State == meeting.ParticipantReconnecting {
		go s.watchMedia(participant)
	}
}

// Depart notes that the page with this resume token is being unloaded: others see
// that at once, and the participant is removed soon unless a reload resumes it.
// One that comes after the reload changes nothing, nor does an unknown one.
func (s *Service) Depart(ctx context.Context, resumeToken string) error {
	participant, err := s.liveParticipant(ctx, resumeToken)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.RealTime()
	err = s.updatePresence(ctx, participant, func(c *action, participant *meeting.Participant) error {
		if participant.Departing {
			return nil
		}
		before := viewOf(participant, false)
		participant.MarkLost(now)
		participant.Departing, participant.LeaseUntil = true, now.Add(s.Times.Departing)
		s.sweepAt(participant.LeaseUntil)
		// A page that was only put aside notices, and reconnects if it is shown again.
		c.afterCommit(func() { s.Channel.Disconnect(participant.ID) })
		if participant.State == meeting.ParticipantWaiting {
			return c.tx.SaveParticipant(participant)
		}
		// Whatever the page was: it sends nothing more before its connection is back.
		participant.StopSending()
		participant.Flags.Capture = meeting.CaptureOff
		room, identity, next := participant.SessionID, participant.ID, participant.Generation+1
		c.afterCommit(func() { s.removeOlderMedia(room, identity, next) })
		return c.sendMediaLost(participant, before)
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// reconnected shows a lost participant as joined again: it is connected.
func (s *Service) reconnected(ctx context.Context, participant *meeting.Participant) error {
	return s.updatePresence(ctx, participant, func(c *action, participant *meeting.Participant) error {
		if participant.LostAt.IsZero() {
			return nil
		}
		before := participant.State
		participant.MarkReconnected()
		participant.LeaseUntil = s.RealTime().Add(s.Times.Lost)
		if participant.State == before {
			return c.tx.SaveParticipant(participant)
		}
		return c.changed(participant, reconnectedFields(participant))
	})
}

// updatePresence changes a participant that is still held by the same page, and
// brings the caller's copy up to date.
func (s *Service) updatePresence(ctx context.Context, participant *meeting.Participant, change func(*action, *meeting.Participant) error) error {
	return s.system(ctx, participant.SessionID, func(c *action) error {
		now, err := c.tx.ParticipantByID(participant.ID)
		if err != nil || now == nil || !now.State.Live() || now.Generation != participant.Generation {
			return err
		}
		err = change(c, now)
		*participant = *now
		return err
	})
}

// clearPresence ends what a participant shows to others, which is nothing any more: its
// sound and pictures, its raised hand, its spotlight. All of it but the spotlight is shown
// again as soon as its media flow or its page is back. Where nobody looks at its packets,
// its sound may flow all the same, and is shown.
func (c *action) clearPresence(participant *meeting.Participant, known bool) error {
	before := viewOf(participant, false)
	participant.Flags.MaybeAudible = !known
	return c.sendMediaLost(participant, before)
}

// sendMediaLost announces what is no longer shown of somebody whose media are lost.
func (c *action) sendMediaLost(participant *meeting.Participant, before ParticipantView) error {
	participant.Flags.MediaLost = true
	now := viewOf(participant, false)
	fields := map[string]any{"userId": participant.UserID, "state": participant.State, "mediaLost": true}
	for name, field := range map[string]struct{ was, is bool }{
		"audioOn": {before.AudioOn, now.AudioOn}, "muted": {before.Muted, now.Muted}, "videoOn": {before.VideoOn, now.VideoOn},
		"sharing": {before.Sharing, now.Sharing}, "handRaised": {before.HandRaised, now.HandRaised},
	} {
		if field.was != field.is {
			fields[name] = field.is
		}
	}
	if participant.Departing {
		fields["capture"] = "off"
	}
	if err := c.changed(participant, fields); err != nil {
		return err
	}
	return c.removeSpotlight(participant)
}

// reconnectedFields is what an update contains of somebody whose connection or media are
// there again.
func reconnectedFields(participant *meeting.Participant) map[string]any {
	now := viewOf(participant, false)
	fields := map[string]any{
		"userId": now.UserID, "state": now.State, "mediaLost": false,
		"muted": now.Muted, "audioOn": now.AudioOn, "videoOn": now.VideoOn, "sharing": now.Sharing,
	}
	if now.HandRaised {
		fields["handRaised"], fields["handRaisedAt"] = true, now.HandRaisedAt
	}
	return fields
}

// mediaFlows reports whether media of the participant flow at now, and whether that is
// known.
func (s *Service) mediaFlows(participant *meeting.Participant, now time.Time, silence time.Duration) (flow, known bool) {
	if s.LastHeard != nil {
		if at, ok := s.LastHeard(participant.SessionID, participant.ID); ok {
			return now.Sub(at) <= silence, true
		}
	}
	return s.RealTime().Sub(participant.LostAt) < unknownMedia, false
}

// watchMedia admits a participant without a control connection off the screen once
// its media are lost too, and brings it back when they are heard again.
func (s *Service) watchMedia(participant *meeting.Participant) {
	tick := time.NewTicker(mediaPollInterval)
	defer tick.Stop()
	lostAt, silence, shown, looked := participant.LostAt, firstSilence, !participant.Flags.MediaLost, time.Now()
	for {
		select {
		case <-s.stopped:
			return
		case <-tick.C:
		}
		now := time.Now()
		hears, known := s.mediaFlows(participant, now, silence)
		if hears == shown && now.Sub(looked) < presencePollInterval {
			continue
		}
		looked = now
		if hears && !shown {
			silence = laterSilence
		}
		if !s.showMedia(participant, lostAt, hears, known) {
			return
		}
		shown = hears
	}
}

// showMedia shows whether the media of a lost participant flow; it returns whether
// the participant is still lost.
func (s *Service) showMedia(participant *meeting.Participant, lostAt time.Time, flow, known bool) (lost bool) {
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	err := s.updatePresence(ctx, participant, func(c *action, participant *meeting.Participant) error {
		lost = participant.State == meeting.ParticipantReconnecting && !participant.Departing && participant.LostAt.UnixMicro() == lostAt.UnixMicro()
		if !lost || participant.Flags.MediaLost == !flow {
			return nil
		}
		if !flow {
			return c.clearPresence(participant, known)
		}
		participant.Flags.MediaLost, participant.Flags.MaybeAudible = false, false
		return c.changed(participant, reconnectedFields(participant))
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not publish media loss", "error", err)
	}
	return lost
}
