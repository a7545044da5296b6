package server

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store"
)

// possessions is the store as those know it who change accounts and meetings: with
// their error values.
type possessions struct{ *store.Store }

// missing says in their words that there is no such thing, or that there is one.
func missing(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return account.ErrNotFound
	case errors.Is(err, store.ErrExists):
		return meeting.ErrExists
	}
	return err
}

func (p possessions) Account(ctx context.Context, id string) (*account.Account, error) {
	found, err := p.Store.Account(ctx, id)
	return found, missing(err)
}

func (p possessions) User(ctx context.Context, id string) (*account.User, error) {
	found, err := p.Store.User(ctx, id)
	return found, missing(err)
}

func (p possessions) App(ctx context.Context, id string) (*account.App, error) {
	found, err := p.Store.App(ctx, id)
	return found, missing(err)
}

func (p possessions) Installation(ctx context.Context, id string) (*account.Installation, error) {
	found, err := p.Store.Installation(ctx, id)
	return found, missing(err)
}

func (p possessions) InstallationFor(ctx context.Context, appID, accountID, userID string) (*account.Installation, error) {
	found, err := p.Store.InstallationFor(ctx, appID, accountID, userID)
	return found, missing(err)
}

func (p possessions) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	found, err := p.Store.Meeting(ctx, id)
	return found, missing(err)
}

func (p possessions) Registrant(ctx context.Context, id string) (*meeting.Registrant, error) {
	found, err := p.Store.Registrant(ctx, id)
	return found, missing(err)
}

func (p possessions) CreateRegistrant(ctx context.Context, r *meeting.Registrant) error {
	return missing(p.Store.CreateRegistrant(ctx, r))
}
