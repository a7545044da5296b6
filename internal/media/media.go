// Package media states what a meeting needs from a media engine: rooms that exist
// only while a meeting runs, participants in them, and a proxy that admits nobody
// who is no participant. It knows no engine; package livekit implements it.
package media

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// Errors an Engine or a Guard returns. Test with errors.Is.
var (
	// ErrUnavailable: the engine could not be started, cannot be reached or has
	// been closed. The join that needed it fails with 4009, media_unavailable.
	ErrUnavailable = errors.New("media engine unavailable")
	// ErrNotConnected: the identity has no media connection in the room at the
	// moment. A participant without a media connection is nothing unusual.
	ErrNotConnected = errors.New("no media connection")
	// ErrNotAdmitted is what a Guard returns for an identity that is not admitted.
	ErrNotAdmitted = errors.New("not admitted")
	// ErrMuted is what a Guard returns for an identity that may not unmute.
	ErrMuted = errors.New("muted")
)

// Limits of a Grant.
const (
	// MaxIDBytes bounds Room and Identity.
	MaxIDBytes = 128
	// MaxNameBytes bounds Name; 64 characters of four bytes fit.
	MaxNameBytes = 256
	// MaxMetadataBytes bounds Metadata, and separately the keys and values of
	// Attributes taken together.
	MaxMetadataBytes = 4096
	// MaxTokenTTL bounds the validity of a media token.
	MaxTokenTTL = 24 * time.Hour
)

// Source is what a published track carries.
type Source string

// The sources a participant may publish.
const (
	SourceMicrophone  Source = "microphone"
	SourceCamera      Source = "camera"
	SourceScreen      Source = "screen"
	SourceScreenAudio Source = "screen_audio"
	SourceUnknown     Source = "unknown"
)

// Grant is one participant's place in the media room of a live session and what
// it permits. It deliberately has no administrative right: a browser never
// steers the engine, the server does.
type Grant struct {
	// Room is the live session's id.
	Room string
	// Identity is the participant's id, unique in the room.
	Identity string
	// Generation counts the pages that the participant has had, one after the other.
	// A token is good for the page it was made for, and not once another has taken
	// over.
	Generation int
	// Name is the display name shown to others; up to MaxNameBytes.
	Name string
	// Metadata is passed to all participants of the room as it is.
	Metadata string
	// Attributes are passed to all participants of the room.
	Attributes map[string]string
	// CanPublishMicrophone and CanPublishCamera permit one's own audio and video.
	CanPublishMicrophone bool
	CanPublishCamera     bool
	// CanPublishScreen permits sharing a screen, CanPublishScreenAudio its sound.
	CanPublishScreen      bool
	CanPublishScreenAudio bool
	// Muted: the meeting shows the participant as muted, so their microphone is not
	// heard, though they may unmute it if they may publish it.
	Muted bool
	// CanSubscribe permits receiving what others publish.
	CanSubscribe bool
	// Hidden participants receive to nobody in the room, and so they are not notified
	// of each other. They receive like all; what they publish would be received from
	// them.
	Hidden bool
}

// Validate names every field that breaks a limit.
func (s Grant) Validate() error {
	var errs []error
	id := func(field, v string) {
		if v == "" || len(v) > MaxIDBytes {
			errs = append(errs, fmt.Errorf("grant %s: must have 1 to %d bytes, has %d", field, MaxIDBytes, len(v)))
		}
	}
	id("Room", s.Room)
	id("Identity", s.Identity)
	if len(s.Name) > MaxNameBytes || !utf8.ValidString(s.Name) {
		errs = append(errs, fmt.Errorf("grant Name: must be UTF-8 of at most %d bytes, has %d", MaxNameBytes, len(s.Name)))
	}
	if len(s.Metadata) > MaxMetadataBytes {
		errs = append(errs, fmt.Errorf("grant Metadata: at most %d bytes, has %d", MaxMetadataBytes, len(s.Metadata)))
	}
	attributes := 0
	for k, v := range s.Attributes {
		attributes += len(k) + len(v)
	}
	if attributes > MaxMetadataBytes {
		errs = append(errs, fmt.Errorf("grant Attributes: at most %d bytes, has %d", MaxMetadataBytes, attributes))
	}
	return errors.Join(errs...)
}

// Sources lists what the grant permits to publish.
func (s Grant) Sources() []Source {
	var out []Source
	if s.CanPublishCamera {
		out = append(out, SourceCamera)
	}
	if s.CanPublishMicrophone {
		out = append(out, SourceMicrophone)
	}
	if s.CanPublishScreen {
		out = append(out, SourceScreen)
	}
	if s.CanPublishScreenAudio {
		out = append(out, SourceScreenAudio)
	}
	return out
}

// Without is the grant without the right to publish a source.
func (s Grant) Without(source Source) Grant {
	switch source {
	case SourceCamera:
		s.CanPublishCamera = false
	case SourceMicrophone:
		s.CanPublishMicrophone = false
	case SourceScreen:
		s.CanPublishScreen = false
	case SourceScreenAudio:
		s.CanPublishScreenAudio = false
	}
	return s
}

// Guard is asked at the proxy each time a browser opens a media connection,
// because a media token outlives the person it was given to.
type Guard interface {
	// Grant returns the participant's grant as it is now: what it permits replaces what the
	// token says, so an old token never restores a right that was taken away. It
	// returns ErrNotAdmitted where the identity is not admitted or the live session
	// has ended; any other error returns 503.
	Grant(ctx context.Context, room, identity string) (Grant, error)
	// Unmute is told that the page of a participant which is Muted is about to
	// unmute its microphone, before the engine hears of it: whoever is heard is
	// shown so. It returns ErrMuted where the participant has to stay muted.
	Unmute(ctx context.Context, room, identity string) error
}

// Track is something a participant publishes.
type Track struct {
	// ID is the engine's id of the track.
	ID     string
	Source Source
	Muted  bool
}

// Participant is one media connection in a room.
type Participant struct {
	Identity string
	Name     string
	// ConnectionID is the engine's id of this connection; it changes when the
	// participant comes back with a full reconnect.
	ConnectionID string
	// Active: media flows. Before that the connection is being set up.
	Active   bool
	JoinedAt time.Time
	Tracks   []Track
}

// Engine carries the media of all meetings of a process. All methods may be
// called concurrently. Times are the wall clock's: a media engine checks real
// time and knows no injected clock.
type Engine interface {
	// Start brings the engine up, or checks that an external one can be reached.
	// It is idempotent; after a failure the next call tries again. EnsureRoom and
	// the proxy call it, so that the first admitted join starts the engine. The
	// error wraps ErrUnavailable.
	Start(ctx context.Context) error
	// Token makes the credential a browser shows at the proxy. ttl must be
	// positive and at most MaxTokenTTL. It needs no started engine, no lock and no
	// I/O.
	Token(ctx context.Context, grant Grant, ttl time.Duration) (string, error)
	// EnsureRoom creates the room unless it exists. Joining never creates a room.
	EnsureRoom(ctx context.Context, room string) error
	// Remove ends an identity's connection; one that is not there is no error. The
	// token stays valid: only the Guard keeps the person from coming back, so
	// remove the participant first.
	Remove(ctx context.Context, room, identity string) error
	// RemoveOlder is Remove for a connection that was opened for an older generation
	// of the participant than the one given, and leaves a newer one alone.
	RemoveOlder(ctx context.Context, room, identity string, generation int) error
	// Mute silences the identity's tracks of that source. There is no opposite:
	// nobody's microphone or camera is switched on from afar, the participant does
	// it. ErrNotConnected where the identity is not connected; a connected one that
	// publishes nothing of that source is no error.
	Mute(ctx context.Context, room, identity string, source Source) error
	// UpdatePermission applies the participant's rights to its live connection at
	// once and ends tracks no longer permitted. A non-empty Name, Metadata and
	// Attributes are applied too; an attribute with an empty value is removed.
	// ErrNotConnected where the identity is not connected: the Guard then applies
	// the rights when it comes.
	UpdatePermission(ctx context.Context, grant Grant) error
	// EndRoom disconnects everybody and deletes the room; one that is not there is
	// no error.
	EndRoom(ctx context.Context, room string) error
	// Participants lists the connections in a room; a room that is not there has none.
	Participants(ctx context.Context, room string) ([]Participant, error)
	// OnEvent sets the one receiver of events. Call it before the first join. The
	// handler is called from one goroutine, in order; it may call the engine. A
	// slow handler delays later events, it never loses any.
	OnEvent(handler func(Event))
	// Signalling returns the handler of /rtc and what is below it (mount it at
	// "/rtc" and "/rtc/", paths unchanged), behind a proxy that asks the guard.
	// 401: bad token; 403: not admitted; 503: guard or engine unavailable. It needs
	// a ResponseWriter that can be hijacked. Request URLs hold a credential in the
	// query parameter access_token: keep it out of access logs, see RedactQuery.
	Signalling(guard Guard) http.Handler
	// Webhook returns the handler an external engine reports events to. An embedded
	// engine needs none and returns 404.
	Webhook() http.Handler
	// Close disconnects everybody, delivers the last events and stops the engine.
	// It returns when that is done or ctx ends. A closed engine stays closed.
	Close(ctx context.Context) error
}
