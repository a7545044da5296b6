package server

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store"
)

// directoryStore is the store as those know it who change accounts and meetings: with
// their error values.
type directoryStore struct{ *store.Store }

// mapStoreErr says in their words that there is no such thing, or that there is one.
func mapStoreErr(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return account.ErrNotFound
	case errors.Is(err, store.ErrExists):
		return meeting.ErrExists
	}
	return err
}

func (p directoryStore) Account(ctx context.Context, id string) (*account.Account, error) {
	found, err := p.Store.Account(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) User(ctx context.Context, id string) (*account.User, error) {
	found, err := p.Store.User(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) App(ctx context.Context, id string) (*account.App, error) {
	found, err := p.Store.App(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) Installation(ctx context.Context, id string) (*account.Installation, error) {
	found, err := p.Store.Installation(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) InstallationFor(ctx context.Context, appID, accountID, userID string) (*account.Installation, error) {
	found, err := p.Store.InstallationFor(ctx, appID, accountID, userID)
	return found, mapStoreErr(err)
}

func (p directoryStore) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	found, err := p.Store.Meeting(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) Registrant(ctx context.Context, id string) (*meeting.Registrant, error) {
	found, err := p.Store.Registrant(ctx, id)
	return found, mapStoreErr(err)
}

func (p directoryStore) CreateRegistrant(ctx context.Context, r *meeting.Registrant) error {
	return mapStoreErr(p.Store.CreateRegistrant(ctx, r))
}
