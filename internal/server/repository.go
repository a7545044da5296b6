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

// repository is the store as sessions know it: with their error values.
type repository struct{ *store.Store }

func known(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return session.ErrNotFound
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists):
		return session.ErrConflict
	}
	return err
}

func (r repository) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	m, err := r.Store.Meeting(ctx, id)
	return m, known(err)
}

func (r repository) User(ctx context.Context, id string) (*account.User, error) {
	u, err := r.Store.User(ctx, id)
	return u, known(err)
}

func (r repository) Session(ctx context.Context, id string) (*meeting.Session, error) {
	live, err := r.Store.Session(ctx, id)
	return live, known(err)
}

func (r repository) TakeSeat(ctx context.Context, ask meeting.TakeSeat) (meeting.Taken, error) {
	taken, err := r.Store.TakeSeat(ctx, ask)
	return taken, known(err)
}

func (r repository) ResumeSeat(ctx context.Context, seatID string, generation int, leaseUntil time.Time, digest []byte) (meeting.Taken, error) {
	taken, err := r.Store.ResumeSeat(ctx, seatID, generation, leaseUntil, digest)
	return taken, known(err)
}

func (r repository) Seat(ctx context.Context, id string) (*meeting.Seat, error) {
	seat, err := r.Store.Seat(ctx, id)
	return seat, known(err)
}

func (r repository) Mutate(ctx context.Context, sessionID string, fn func(meeting.Tx) error) error {
	return known(r.Store.Mutate(ctx, sessionID, fn))
}
