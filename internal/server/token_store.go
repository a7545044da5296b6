package server

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store"
)

// tokenStore is the store as user tokens know it.
type tokenStore struct{ store *store.Store }

func (t tokenStore) SaveUserToken(ctx context.Context, c credential.Claims) error {
	return t.store.SaveUserToken(ctx, &store.UserToken{
		ID: c.ID, Kind: string(c.Kind), UserID: c.UserID, AppID: c.AppID, MeetingNumber: c.MeetingNumber, InstallationID: c.InstallationID,
		IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt,
	})
}

func (t tokenStore) UserTokenRevoked(ctx context.Context, id string) (bool, error) {
	stored, err := t.store.UserToken(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && !stored.RevokedAt.IsZero(), err
}

func (t tokenStore) User(ctx context.Context, id string) (*account.User, error) {
	user, err := t.store.User(ctx, id)
	return user, mapTokenErr(err)
}

func (t tokenStore) Installation(ctx context.Context, id string) (*account.Installation, error) {
	found, err := t.store.Installation(ctx, id)
	return found, mapTokenErr(err)
}

func (t tokenStore) InstallationFor(ctx context.Context, appID, accountID, userID string) (*account.Installation, error) {
	found, err := t.store.InstallationFor(ctx, appID, accountID, userID)
	return found, mapTokenErr(err)
}

func (t tokenStore) Registrant(ctx context.Context, id string) (*meeting.Registrant, error) {
	found, err := t.store.Registrant(ctx, id)
	return found, mapTokenErr(err)
}

// mapTokenErr says in the tokens' words that there is no such thing.
func mapTokenErr(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return credential.ErrNotFound
	}
	return err
}
