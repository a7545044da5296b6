package livekit

import (
	"context"
	"errors"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// line is a page's signalling connection, of which the door reads what asks for rights.
type line struct {
	*door
	ctx    context.Context
	ticket ticket
	// group is that of the page's address.
	group  string
	before saidBefore
	// speaks: a microphone has been asked for on this connection.
	speaks bool
}

// check decides about a message, and returns what LiveKit gets of it.
func (l *line) check(message []byte) ([]byte, error) {
	now := time.Now()
	if err := l.knocks.says(l.ticket.place(), message, &l.before, now); err != nil {
		return nil, err
	}
	unknown, excess, err := l.track.namedTracks(l.ticket.room, l.group, message)
	if err != nil {
		return nil, err
	}
	if unknown > 0 && l.knocks.guessed.Take(l.ticket.place(), unknown, now) > 0 {
		return nil, errManyIDs
	}
	if excess > 0 {
		if message, err = l.track.settleGuesses(l.ctx, l.ticket.room, l.group, message); err != nil {
			return nil, err
		}
	}
	return checkSignal(message, l.inspect)
}

// inspect looks at a request that asks for rights, or says something to others.
func (l *line) inspect(request *lk.SignalRequest) error {
	var err error
	if track := request.GetAddTrack(); track != nil {
		if !plain(track) {
			return errSignalForm
		}
		err = l.addTrack(track)
	} else if mute := request.GetMute(); mute != nil && !mute.GetMuted() {
		err = l.unmute(mute.GetSid())
	} else if update := request.GetUpdateAudioTrack(); len(update.GetFeatures()) > maxTrackList {
		return errSignalForm
	}
	var refused *refusal
	switch {
	case err == nil, errors.Is(err, errDropped), errors.As(err, &refused):
		return err
	case errors.Is(err, media.ErrNoSeat):
		return errSeatGone
	case errors.Is(err, media.ErrNotConnected):
		return errDropped
	}
	if l.ctx.Err() == nil { // the page has not gone meanwhile
		l.log.Error("could not inspect signalling", "room", l.ticket.room, "identity", l.ticket.identity, "error", redact(err.Error()))
	}
	return errRightsUnknown
}

// addTrack looks at a request to publish. LiveKit compares the source with the
// rights it knows, and says so to a page that asks for more; they are brought up to
// date first, for it knows no kinds and may not have heard of the latest change.
func (l *line) addTrack(track *lk.AddTrackRequest) error {
	if err := fits(track.GetType(), track.GetSource()); err != nil {
		return err
	}
	if !l.knocks.asks(l.ticket.place(), publishCost, time.Now()) {
		return errTooFast
	}
	seat, err := l.seat(l.ctx, l.ticket)
	if err != nil {
		return err
	}
	if track.GetSource() == lk.TrackSource_MICROPHONE {
		l.speaks = true
		if seat.Muted && seat.CanPublishMicrophone && !track.GetMuted() {
			switch err := l.announce(); {
			case errors.Is(err, media.ErrMuted):
				seat.CanPublishMicrophone = false
			case err != nil:
				return err
			}
		}
	}
	return l.apply(l.ctx, rightsOnly(seat))
}

// unmute looks at a request to unmute a track. Whose microphone is heard is shown so:
// the meeting is told first.
func (l *line) unmute(track string) error {
	if !l.knocks.asks(l.ticket.place(), 1, time.Now()) {
		return errTooFast
	}
	seat, err := l.seat(l.ctx, l.ticket)
	if err != nil || !seat.Muted {
		return err
	}
	p, err := l.find(l.ctx, l.ticket.room, l.ticket.identity)
	if err != nil {
		return err
	}
	// LiveKit does not list a track of which nothing has arrived yet.
	microphone := l.speaks
	for _, t := range p.GetTracks() {
		if t.GetSid() == track {
			microphone = t.GetSource() == lk.TrackSource_MICROPHONE
		}
	}
	if !microphone {
		return nil
	}
	if !seat.CanPublishMicrophone {
		return errDropped
	}
	if err = l.announce(); errors.Is(err, media.ErrMuted) {
		return errDropped
	}
	return err
}

func (l *line) announce() error {
	ctx, cancel := context.WithTimeout(l.ctx, guardTimeout)
	defer cancel()
	return l.guard.Unmute(ctx, l.ticket.room, l.ticket.identity)
}
