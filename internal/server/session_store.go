package server

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// sessionStore is the store as sessions know it: with their error values.
type sessionStore struct{ *store.Store }

func mapSessionErr(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return session.ErrNotFound
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists):
		return session.ErrConflict
	}
	return err
}

func (r sessionStore) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	m, err := r.Store.Meeting(ctx, id)
	return m, mapSessionErr(err)
}

func (r sessionStore) User(ctx context.Context, id string) (*account.User, error) {
	u, err := r.Store.User(ctx, id)
	return u, mapSessionErr(err)
}

func (r sessionStore) Session(ctx context.Context, id string) (*meeting.Session, error) {
	live, err := r.Store.Session(ctx, id)
	return live, mapSessionErr(err)
}

func (r sessionStore) Admit(ctx context.Context, ask meeting.AdmitRequest) (meeting.Admitted, error) {
	admitted, err := r.Store.Admit(ctx, ask)
	return admitted, mapSessionErr(err)
}

func (r sessionStore) ResumeParticipant(ctx context.Context, participantID string, generation int, leaseUntil time.Time, digest []byte) (meeting.Admitted, error) {
	admitted, err := r.Store.ResumeParticipant(ctx, participantID, generation, leaseUntil, digest)
	return admitted, mapSessionErr(err)
}

func (r sessionStore) Participant(ctx context.Context, id string) (*meeting.Participant, error) {
	participant, err := r.Store.Participant(ctx, id)
	return participant, mapSessionErr(err)
}

func (r sessionStore) Mutate(ctx context.Context, sessionID string, fn func(meeting.Tx) error) error {
	return mapSessionErr(r.Store.Mutate(ctx, sessionID, fn))
}
