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

// line joins the control channel and the sessions: each speaks to the other
// through it in its own words.
type line struct {
	hub *realtime.Hub
	log *slog.Logger
}

func (l *line) open(key []byte, redis string, sessions *session.Service, backend realtime.Backend, log *slog.Logger) (err error) {
	l.log = log
	l.hub, err = realtime.New(realtime.Config{TokenKey: key, Redis: redis, Logger: log, NodeGone: sessions.NodeGone}, backend)
	return err
}

func (l *line) Token(seatID string, generation int) (string, error) {
	return l.hub.Token(seatID, generation, session.MediaTokenLife)
}

func (l *line) Publish(sessionID string, revision int64, event string, data any) {
	if err := l.hub.Publish(sessionID, realtime.Event{Revision: revision, Type: event, Data: data}); err != nil {
		l.log.Error("could not publish event", "event", event, "error", err)
	}
}

func (l *line) Tell(seatID string, revision int64, event string, data any) {
	if err := l.hub.PublishSeat(seatID, realtime.Event{Revision: revision, Type: event, Data: data}); err != nil {
		l.log.Error("could not publish event", "event", event, "error", err)
	}
}

func (l *line) Entry(sessionID string) meeting.Position {
	at, err := l.hub.Entry(sessionID)
	if err != nil {
		// Then nothing that is published now is recovered; a snapshot brings it.
		l.log.Error("could not read the position of a session's events", "session", sessionID, "error", err)
	}
	return meeting.Position(at)
}

func (l *line) Erase(sessionID string, seatIDs ...string) {
	if err := l.hub.Erase(sessionID, seatIDs...); err != nil {
		l.log.Error("could not erase a deleted message from the history", "session", sessionID, "error", err)
	}
}

func (l *line) Admit(seatID, sessionID string) { l.hub.Admit(seatID, sessionID) }
func (l *line) Hold(seatID, sessionID string)  { l.hub.Hold(seatID, sessionID) }
func (l *line) Lead(seatID string, host bool)  { l.hub.Lead(seatID, host) }

func (l *line) Close(seatID string, keep int, code session.CloseCode) {
	l.hub.Close(seatID, keep, uint32(code))
}

func (l *line) Drop(seatID string) { l.hub.Drop(seatID) }

func (l *line) Connected() []string { return l.hub.Connected() }

func (l *line) ConnectedAnywhere(ctx context.Context) ([]string, error) {
	return l.hub.ConnectedAnywhere(ctx)
}

func (l *line) shutdown(ctx context.Context, spread time.Duration) {
	if err := l.hub.Shutdown(ctx, spread); err != nil {
		l.log.Warn("control channel did not stop cleanly", "error", err)
	}
}

// backend is the sessions as the control channel asks them.
type backend struct{ sessions *session.Service }

func (b backend) Connect(ctx context.Context, ref realtime.SeatRef) (realtime.Seat, error) {
	seat, err := b.sessions.Connect(ctx, ref.SeatID, ref.Generation)
	var closed *session.ClosedError
	if errors.As(err, &closed) {
		return realtime.Seat{}, &realtime.Closed{Code: uint32(closed.Code)}
	}
	if errors.Is(err, session.ErrTooOften) {
		return realtime.Seat{}, realtime.ErrDrop // the page tries again, later each time
	}
	if err != nil {
		return realtime.Seat{}, err
	}
	return realtime.Seat{
		ID: seat.ID, SessionID: seat.SessionID, MeetingID: seat.MeetingID, UserID: seat.UserID,
		Person: seat.Counted(), Generation: seat.Generation, Waiting: seat.State == meeting.SeatWaiting,
		Host: seat.Role.Leads(), Entered: realtime.Position(seat.Extras.Entered),
	}, nil
}

func (b backend) Places(ctx context.Context, seatIDs []string) (map[string]realtime.Place, error) {
	found, err := b.sessions.Repository.SeatPlaces(ctx, seatIDs)
	places := make(map[string]realtime.Place, len(found))
	for id, place := range found {
		places[id] = realtime.Place{Generation: place.Generation, Waiting: place.State == meeting.SeatWaiting}
	}
	return places, err
}

func (b backend) Disconnected(ctx context.Context, seat realtime.Seat) {
	b.sessions.Disconnected(ctx, seat.ID, seat.Generation)
}

func (b backend) Snapshot(ctx context.Context, seat realtime.Seat, data json.RawMessage) (json.RawMessage, error) {
	var in struct{ After int64 }
	if err := readData(data, &in); err != nil {
		return nil, err
	}
	return answer(b.sessions.Snapshot(ctx, seat.ID, in.After))
}

func (b backend) Chat(ctx context.Context, seat realtime.Seat, data json.RawMessage) (json.RawMessage, error) {
	var in struct{ Before string }
	if err := readData(data, &in); err != nil {
		return nil, err
	}
	return answer(b.sessions.Chat(ctx, seat.ID, in.Before))
}

func readData(data json.RawMessage, into any) error {
	if len(data) > 0 && json.Unmarshal(data, into) != nil {
		return &realtime.CommandError{Code: session.RefusedParameters, Message: "INVALID_PARAMETERS: data is not the JSON that is expected"}
	}
	return nil
}

func answer[T any](page T, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, refusal(err)
	}
	return plainjson.Marshal(page)
}

func (b backend) Command(ctx context.Context, seat realtime.Seat, c realtime.Command) (realtime.Result, error) {
	revision, result, err := b.sessions.CommandOnce(ctx, &meeting.Seat{
		ID: seat.ID, SessionID: seat.SessionID, Generation: seat.Generation, Extras: meeting.Extras{FirstSeat: seat.Person},
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
