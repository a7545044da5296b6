package session

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// How silence is read once a seat's control connection is lost.
const (
	// firstSilence without a packet means that media are lost too: a page that sends
	// pictures or sound is never silent for so long.
	firstSilence = 700 * time.Millisecond
	// laterSilence is that of a page that sends nothing but signs of life, which was
	// heard again after firstSilence.
	laterSilence = 3500 * time.Millisecond
	// unknownMedia is how long media are believed in where nothing is known of them.
	unknownMedia = 3 * time.Second
	listenEvery  = 100 * time.Millisecond
	// lookEvery is how often the listening ends for a seat that has come back.
	lookEvery = 2 * time.Second
)

// Disconnected notes that a seat's line is down, and shows it as reconnecting if
// it is inside. Without a new line the sweeper gives the seat up.
func (s *Service) Disconnected(ctx context.Context, seatID string, generation int) {
	seat, err := s.Repository.Seat(ctx, seatID)
	if err != nil || seat.Generation != generation || !seat.State.Live() || !seat.LostAt.IsZero() {
		return
	}
	now := s.RealTime()
	lost := false
	err = s.presence(ctx, seat, func(c *action, seat *meeting.Seat) error {
		if lost = seat.LostAt.IsZero(); !lost {
			return nil
		}
		before := seat.State
		seat.Lost(now)
		if until := now.Add(s.Times.Lost); until.After(seat.LeaseUntil) {
			seat.LeaseUntil = until
		}
		s.sweepAt(seat.LeaseUntil)
		if seat.State == before {
			return c.tx.SaveSeat(seat) // nobody is shown when somebody who waits is lost
		}
		if flow, known := s.hears(seat, time.Now(), firstSilence); !flow {
			return c.vanish(seat, known)
		}
		return c.changed(seat, map[string]any{"userId": seat.UserID, "state": seat.State, "mediaLost": false})
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not publish connection loss", "error", err)
	}
	if err == nil && lost && seat.State == meeting.SeatReconnecting {
		go s.listen(seat)
	}
}

// Goodbye notes that the page with this resume token is being unloaded: others see
// that at once, and the seat is given up soon unless a reload takes it back. One
// that comes after the reload changes nothing, nor does an unknown one.
func (s *Service) Goodbye(ctx context.Context, resumeToken string) error {
	seat, err := s.liveSeat(ctx, resumeToken)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.RealTime()
	err = s.presence(ctx, seat, func(c *action, seat *meeting.Seat) error {
		if seat.Goodbye {
			return nil
		}
		before := participantOf(seat, false)
		seat.Lost(now)
		seat.Goodbye, seat.LeaseUntil = true, now.Add(s.Times.Goodbye)
		s.sweepAt(seat.LeaseUntil)
		// A page that was only put aside notices, and takes the seat back if it is shown again.
		c.then(func() { s.Line.Drop(seat.ID) })
		if seat.State == meeting.SeatWaiting {
			return c.tx.SaveSeat(seat)
		}
		// Whatever the page was: it sends nothing more before its line is back.
		seat.StopSending()
		seat.Extras.Capture = meeting.CaptureOff
		room, identity, next := seat.SessionID, seat.ID, seat.Generation+1
		c.then(func() { s.dropOlderMedia(room, identity, next) })
		return c.tellVanished(seat, before)
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// found shows a lost seat as joined again: its line is up.
func (s *Service) found(ctx context.Context, seat *meeting.Seat) error {
	return s.presence(ctx, seat, func(c *action, seat *meeting.Seat) error {
		if seat.LostAt.IsZero() {
			return nil
		}
		before := seat.State
		seat.Found()
		seat.LeaseUntil = s.RealTime().Add(s.Times.Lost)
		if seat.State == before {
			return c.tx.SaveSeat(seat)
		}
		return c.changed(seat, back(seat))
	})
}

// presence changes a seat that is still held by the same page, and brings the
// caller's copy up to date.
func (s *Service) presence(ctx context.Context, seat *meeting.Seat, change func(*action, *meeting.Seat) error) error {
	return s.system(ctx, seat.SessionID, func(c *action) error {
		now, err := c.tx.SeatByID(seat.ID)
		if err != nil || now == nil || !now.State.Live() || now.Generation != seat.Generation {
			return err
		}
		err = change(c, now)
		*seat = *now
		return err
	})
}

// vanish ends what a seat shows to others, which is nothing any more: its sound and
// pictures, its raised hand, its spotlight. All of it but the spotlight is shown again
// as soon as its media flow or its page is back. Where nobody looks at its packets, its
// sound may flow all the same, and is shown.
func (c *action) vanish(seat *meeting.Seat, known bool) error {
	before := participantOf(seat, false)
	seat.Extras.MayBeHeard = !known
	return c.tellVanished(seat, before)
}

// tellVanished tells of somebody whose media are lost what is no longer shown of them.
func (c *action) tellVanished(seat *meeting.Seat, before Participant) error {
	seat.Extras.MediaLost = true
	now := participantOf(seat, false)
	fields := map[string]any{"userId": seat.UserID, "state": seat.State, "mediaLost": true}
	for name, field := range map[string]struct{ was, is bool }{
		"audioOn": {before.AudioOn, now.AudioOn}, "muted": {before.Muted, now.Muted}, "videoOn": {before.VideoOn, now.VideoOn},
		"sharing": {before.Sharing, now.Sharing}, "handRaised": {before.HandRaised, now.HandRaised},
	} {
		if field.was != field.is {
			fields[name] = field.is
		}
	}
	if seat.Goodbye {
		fields["capture"] = "off"
	}
	if err := c.changed(seat, fields); err != nil {
		return err
	}
	return c.dim(seat)
}

// back is what an update tells of somebody whose line or media are there again.
func back(seat *meeting.Seat) map[string]any {
	now := participantOf(seat, false)
	fields := map[string]any{
		"userId": now.UserID, "state": now.State, "mediaLost": false,
		"muted": now.Muted, "audioOn": now.AudioOn, "videoOn": now.VideoOn, "sharing": now.Sharing,
	}
	if now.HandRaised {
		fields["handRaised"], fields["handRaisedAt"] = true, now.HandRaisedAt
	}
	return fields
}

// hears reports whether media of the seat flow at now, and whether that is known.
func (s *Service) hears(seat *meeting.Seat, now time.Time, silence time.Duration) (flow, known bool) {
	if s.MediaHeard != nil {
		if at, ok := s.MediaHeard(seat.SessionID, seat.ID); ok {
			return now.Sub(at) <= silence, true
		}
	}
	return s.RealTime().Sub(seat.LostAt) < unknownMedia, false
}

// listen takes a seat without a control connection off the stage once its media
// are lost too, and brings it back when they are heard again.
func (s *Service) listen(seat *meeting.Seat) {
	tick := time.NewTicker(listenEvery)
	defer tick.Stop()
	lostAt, silence, shown, looked := seat.LostAt, firstSilence, !seat.Extras.MediaLost, time.Now()
	for {
		select {
		case <-s.stopped:
			return
		case <-tick.C:
		}
		now := time.Now()
		hears, known := s.hears(seat, now, silence)
		if hears == shown && now.Sub(looked) < lookEvery {
			continue
		}
		looked = now
		if hears && !shown {
			silence = laterSilence
		}
		if !s.showMedia(seat, lostAt, hears, known) {
			return
		}
		shown = hears
	}
}

// showMedia shows whether the media of a lost seat flow; it answers whether the
// seat is still lost.
func (s *Service) showMedia(seat *meeting.Seat, lostAt time.Time, flow, known bool) (lost bool) {
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	err := s.presence(ctx, seat, func(c *action, seat *meeting.Seat) error {
		lost = seat.State == meeting.SeatReconnecting && !seat.Goodbye && seat.LostAt.UnixMicro() == lostAt.UnixMicro()
		if !lost || seat.Extras.MediaLost == !flow {
			return nil
		}
		if !flow {
			return c.vanish(seat, known)
		}
		seat.Extras.MediaLost, seat.Extras.MayBeHeard = false, false
		return c.changed(seat, back(seat))
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.Logger.Error("could not publish media loss", "error", err)
	}
	return lost
}
