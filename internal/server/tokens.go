package server

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/store"
)

// tokens is the store as user tokens know it.
type tokens struct{ store *store.Store }

func (t tokens) SaveUserToken(ctx context.Context, c credential.Claims) error {
	return t.store.SaveUserToken(ctx, &store.UserToken{
		ID: c.ID, Kind: string(c.Kind), UserID: c.UserID, AppID: c.AppID, MeetingNumber: c.MeetingNumber,
		IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt,
	})
}

func (t tokens) UserTokenRevoked(ctx context.Context, id string) (bool, error) {
	kept, err := t.store.UserToken(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && !kept.RevokedAt.IsZero(), err
}

func (t tokens) User(ctx context.Context, id string) (*account.User, error) {
	user, err := t.store.User(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, credential.ErrNotFound
	}
	return user, err
}
