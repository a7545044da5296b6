package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/plainjson"
	"github.com/anteroom/anteroom/internal/realtime"
	"github.com/anteroom/anteroom/internal/session"
)

// controlChannel joins the control channel and the sessions: each speaks to the other
// through it in its own words.
type controlChannel struct {
	hub *realtime.Hub
	log *slog.Logger
}

func (l *controlChannel) open(key []byte, redis string, sessions *session.Service, backend realtime.Backend, log *slog.Logger) (err error) {
	l.log = log
	l.hub, err = realtime.New(realtime.Config{TokenKey: key, Redis: redis, Logger: log, NodeGone: sessions.NodeGone}, backend)
	return err
}

func (l *controlChannel) Token(participantID string, generation int) (string, error) {
	return l.hub.Token(participantID, generation, session.MediaTokenLife)
}

func (l *controlChannel) Publish(sessionID string, revision int64, event string, data any) {
	if err := l.hub.Publish(sessionID, realtime.Event{Revision: revision, Type: event, Data: data}); err != nil {
		l.log.Error("could not publish event", "event", event, "error", err)
	}
}

func (l *controlChannel) Send(participantID string, revision int64, event string, data any) {
	if err := l.hub.PublishToParticipant(participantID, realtime.Event{Revision: revision, Type: event, Data: data}); err != nil {
		l.log.Error("could not publish event", "event", event, "error", err)
	}
}

func (l *controlChannel) Position(sessionID string) meeting.Position {
	at, err := l.hub.Position(sessionID)
	if err != nil {
		// Then nothing that is published now is recovered; a snapshot brings it.
		l.log.Error("could not read the position of a session's events", "session", sessionID, "error", err)
	}
	return meeting.Position(at)
}

func (l *controlChannel) Erase(sessionID string, participantIDs ...string) {
	if err := l.hub.Erase(sessionID, participantIDs...); err != nil {
		l.log.Error("could not erase a deleted message from the history", "session", sessionID, "error", err)
	}
}

func (l *controlChannel) Admit(participantIDs ...string) { l.hub.Admit(participantIDs...) }

func (l *controlChannel) Hold(participantID string) { l.hub.Hold(participantID) }

func (l *controlChannel) SetHost(participantID string, host bool) { l.hub.SetHost(participantID, host) }

func (l *controlChannel) Close(participantID string, keep int, code session.CloseCode) {
	l.hub.Close(participantID, keep, uint32(code))
}

func (l *controlChannel) Disconnect(participantID string) { l.hub.Disconnect(participantID) }

func (l *controlChannel) Connected() []string { return l.hub.Connected() }

func (l *controlChannel) ConnectedAnywhere(ctx context.Context) ([]string, error) {
	return l.hub.ConnectedAnywhere(ctx)
}

func (l *controlChannel) shutdown(ctx context.Context, spread time.Duration) {
	if err := l.hub.Shutdown(ctx, spread); err != nil {
		l.log.Warn("control channel did not stop cleanly", "error", err)
	}
}

// backend is the sessions as the control channel asks them.
type backend struct{ sessions *session.Service }

func (b backend) Connect(ctx context.Context, ref realtime.ParticipantRef) (realtime.Participant, error) {
	participant, err := b.sessions.Connect(ctx, ref.ParticipantID, ref.Generation)
	var closed *session.ClosedError
	if errors.As(err, &closed) {
		return realtime.Participant{}, &realtime.Closed{Code: uint32(closed.Code)}
	}
	if errors.Is(err, session.ErrTooOften) {
		return realtime.Participant{}, realtime.ErrDisconnect // the page tries again, later each time
	}
	if err != nil {
		return realtime.Participant{}, err
	}
	return realtime.Participant{
		ID: participant.ID, SessionID: participant.SessionID, MeetingID: participant.MeetingID, UserID: participant.UserID,
		LimiterKey: participant.LimiterKey(), Generation: participant.Generation, Waiting: participant.State == meeting.ParticipantWaiting,
		Host: participant.Role.HasHostRights(), Entered: realtime.Position(participant.Flags.Entered),
	}, nil
}

func (b backend) Confirm(ctx context.Context, ref realtime.ParticipantRef) error {
	return b.sessions.Confirm(ctx, ref.ParticipantID, ref.Generation)
}

func (b backend) Placements(ctx context.Context, participantIDs []string) (map[string]realtime.Placement, error) {
	found, err := b.sessions.Repository.Placements(ctx, participantIDs)
	places := make(map[string]realtime.Placement, len(found))
	for id, place := range found {
		places[id] = realtime.Placement{Generation: place.Generation, Waiting: place.State == meeting.ParticipantWaiting}
	}
	return places, err
}

func (b backend) Disconnected(ctx context.Context, participant realtime.Participant) {
	b.sessions.Disconnected(ctx, participant.ID, participant.Generation)
}

func (b backend) Snapshot(ctx context.Context, participant realtime.Participant, data json.RawMessage) (json.RawMessage, error) {
	var in struct{ After int64 }
	if err := readData(data, &in); err != nil {
		return nil, err
	}
	return respond(b.sessions.Snapshot(ctx, participant.ID, in.After))
}

func (b backend) Chat(ctx context.Context, participant realtime.Participant, data json.RawMessage) (json.RawMessage, error) {
	var in struct{ Before string }
	if err := readData(data, &in); err != nil {
		return nil, err
	}
	return respond(b.sessions.Chat(ctx, participant.ID, in.Before))
}

func readData(data json.RawMessage, into any) error {
	if len(data) > 0 && json.Unmarshal(data, into) != nil {
		return &realtime.CommandError{Code: session.RefusedParameters, Message: "INVALID_PARAMETERS: data is not the JSON that is expected"}
	}
	return nil
}

func respond[T any](page T, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, refusal(err)
	}
	return plainjson.Marshal(page)
}

func (b backend) Command(ctx context.Context, participant realtime.Participant, c realtime.Command) (realtime.Result, error) {
	revision, result, err := b.sessions.CommandOnce(ctx, &meeting.Participant{
		ID: participant.ID, SessionID: participant.SessionID, Generation: participant.Generation, Flags: meeting.ParticipantFlags{FirstParticipantID: participant.LimiterKey},
	}, c.RequestID, c.Type, c.Data)
	if err != nil {
		return realtime.Result{}, refusal(err)
	}
	raw, err := plainjson.Marshal(result)
	return realtime.Result{Revision: revision, Result: raw}, err
}

// refusal maps a session's refusal to the channel's.
func refusal(err error) error {
	var refused *session.CommandError
	if errors.As(err, &refused) {
		return &realtime.CommandError{Code: refused.Code, Message: refused.Error(), RetryAfter: refused.RetryAfter}
	}
	return err
}
