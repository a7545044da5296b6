package livekit

import (
	"context"
	"errors"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// signalConn is a page's signalling connection, of which the proxy reads what asks for
// rights.
type signalConn struct {
	*authProxy
	ctx   context.Context
	token tokenClaims
	// group is that of the page's address.
	group   string
	history connHistory
	// publishesAudio: a microphone has been asked for on this connection.
	publishesAudio bool
}

// check decides about a message, and returns what LiveKit gets of it.
func (c *signalConn) check(message []byte) ([]byte, error) {
	now := time.Now()
	if err := c.limiter.allowMessage(c.token.key(), message, &c.history, now); err != nil {
		return nil, err
	}
	unknown, excess, err := c.track.namedTracks(c.token.room, c.group, message)
	if err != nil {
		return nil, err
	}
	if unknown > 0 && c.limiter.unknownIDs.Take(c.token.key(), unknown, now) > 0 {
		return nil, errTooManyTrackIDs
	}
	if excess > 0 {
		if message, err = c.track.awaitTracks(c.ctx, c.token.room, c.group, message); err != nil {
			return nil, err
		}
	}
	return checkSignal(message, c.inspect)
}

// inspect looks at a request that asks for rights, or says something to others.
func (c *signalConn) inspect(request *lk.SignalRequest) error {
	var err error
	if track := request.GetAddTrack(); track != nil {
		if !plain(track) {
			return errSignalForm
		}
		err = c.addTrack(track)
	} else if mute := request.GetMute(); mute != nil && !mute.GetMuted() {
		err = c.unmute(mute.GetSid())
	} else if update := request.GetUpdateAudioTrack(); len(update.GetFeatures()) > maxTrackList {
		return errSignalForm
	}
	var refused *refusal
	switch {
	case err == nil, errors.Is(err, errDropped), errors.As(err, &refused):
		return err
	case errors.Is(err, media.ErrNotAdmitted):
		return errParticipantGone
	case errors.Is(err, media.ErrNotConnected):
		return errDropped
	}
	if c.ctx.Err() == nil { // the page has not gone meanwhile
		c.log.Error("could not inspect signalling", "room", c.token.room, "identity", c.token.identity, "error", redact(err.Error()))
	}
	return errRightsUnknown
}

// addTrack looks at a request to publish. LiveKit compares the source with the
// rights it knows, and says so to a page that asks for more; they are brought up to
// date first, for it knows no kinds and may not have heard of the latest change.
func (c *signalConn) addTrack(track *lk.AddTrackRequest) error {
	if err := fits(track.GetType(), track.GetSource()); err != nil {
		return err
	}
	if !c.limiter.allowRequest(c.token.key(), publishCost, time.Now()) {
		return errTooFast
	}
	grant, err := c.currentGrant(c.ctx, c.token)
	if err != nil {
		return err
	}
	if track.GetSource() == lk.TrackSource_MICROPHONE {
		c.publishesAudio = true
		if grant.Muted && grant.CanPublishMicrophone && !track.GetMuted() {
			switch err := c.announce(); {
			case errors.Is(err, media.ErrMuted):
				grant.CanPublishMicrophone = false
			case err != nil:
				return err
			}
		}
	}
	return c.apply(c.ctx, rightsOnly(grant))
}

// unmute looks at a request to unmute a track. Whose microphone is heard is shown so:
// the meeting is reported first.
func (c *signalConn) unmute(track string) error {
	if !c.limiter.allowRequest(c.token.key(), 1, time.Now()) {
		return errTooFast
	}
	grant, err := c.currentGrant(c.ctx, c.token)
	if err != nil || !grant.Muted {
		return err
	}
	p, err := c.find(c.ctx, c.token.room, c.token.identity)
	if err != nil {
		return err
	}
	// LiveKit does not list a track of which nothing has arrived yet.
	microphone := c.publishesAudio
	for _, t := range p.GetTracks() {
		if t.GetSid() == track {
			microphone = t.GetSource() == lk.TrackSource_MICROPHONE
		}
	}
	if !microphone {
		return nil
	}
	if !grant.CanPublishMicrophone {
		return errDropped
	}
	if err = c.announce(); errors.Is(err, media.ErrMuted) {
		return errDropped
	}
	return err
}

func (c *signalConn) announce() error {
	ctx, cancel := context.WithTimeout(c.ctx, guardTimeout)
	defer cancel()
	return c.guard.Unmute(ctx, c.token.room, c.token.identity)
}
