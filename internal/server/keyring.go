package server

import (
	"context"
	"errors"
	"iter"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// keyring shows the store's credentials to the diagnosis of signatures.
type keyring struct {
	store *store.Store
	// everyAccount tries the secrets of all accounts where a key names none.
	// Development only: it reads every app for whoever sends a made-up key.
	everyAccount bool
}

// Lookup finds the signing credential of a key.
func (k keyring) Lookup(ctx context.Context, key string) (signature.Credential, bool, error) {
	app, development, err := k.store.AppByKey(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return signature.Credential{}, false, nil
	}
	if err != nil {
		return signature.Credential{}, false, err
	}
	shown, err := k.describe(ctx, app)
	if err != nil {
		return signature.Credential{}, false, err
	}
	if development {
		return signature.Credential{App: shown, Key: app.DevKey, Secret: []byte(app.DevSecret), Environment: "development"}, true, nil
	}
	return signature.Credential{App: shown, Key: app.Key, Secret: []byte(app.Secret), Environment: "production"}, true, nil
}

// Candidates yields the other secrets of the key's app, then those of the
// other apps of its account; with an unknown key, of every account or none.
func (k keyring) Candidates(ctx context.Context, key string) iter.Seq2[signature.Credential, error] {
	return func(yield func(signature.Credential, error) bool) {
		named, _, err := k.store.AppByKey(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			yield(signature.Credential{}, err)
			return
		}
		if named != nil && !k.secretsOf(ctx, named, yield) {
			return
		}
		accounts, err := k.accounts(ctx, named)
		if err != nil {
			yield(signature.Credential{}, err)
			return
		}
		for _, id := range accounts {
			apps, err := k.store.Apps(ctx, store.Page{AccountID: id})
			if err != nil {
				yield(signature.Credential{}, err)
				return
			}
			for _, app := range apps {
				if (named == nil || app.ID != named.ID) && !k.secretsOf(ctx, app, yield) {
					return
				}
			}
		}
	}
}

func (k keyring) accounts(ctx context.Context, named *account.App) ([]string, error) {
	if named != nil {
		return []string{named.AccountID}, nil
	}
	if !k.everyAccount {
		return nil, nil
	}
	all, err := k.store.Accounts(ctx, store.Page{})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	return ids, nil
}

// secretsOf yields every secret of an app, the likelier first.
func (k keyring) secretsOf(ctx context.Context, app *account.App, yield func(signature.Credential, error) bool) bool {
	shown, err := k.describe(ctx, app)
	if err != nil {
		return yield(signature.Credential{}, err)
	}
	for _, c := range []signature.Credential{
		{Key: app.Key, Secret: []byte(app.Secret), Purpose: signature.PurposeSDK, Environment: "production"},
		{Key: app.DevKey, Secret: []byte(app.DevSecret), Purpose: signature.PurposeSDK, Environment: "development"},
		{Key: app.Key, Secret: []byte(app.PreviousSecret), Purpose: signature.PurposePrevious, Environment: "production"},
		{Key: app.Key, Secret: []byte(app.WebhookSecret), Purpose: signature.PurposeWebhook},
	} {
		if len(c.Secret) == 0 {
			continue
		}
		c.App = shown
		if !yield(c, nil) {
			return false
		}
	}
	return true
}

// Holds reports by keyed hash whether a value is somebody's secret.
func (k keyring) Holds(ctx context.Context, value string) (signature.Credential, bool, error) {
	held, err := k.store.AppBySecret(ctx, value)
	return signature.Credential{}, held, err
}

func (k keyring) describe(ctx context.Context, app *account.App) (signature.App, error) {
	shown := signature.App{ID: app.ID, Name: app.Name, Kind: signature.AppKind(app.Kind)}
	owner, err := k.store.Account(ctx, app.AccountID)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return shown, err
	case app.Deleted():
		shown.State = signature.AppDeleted
	case !app.Enabled:
		shown.State = signature.AppDisabled
	case owner == nil || owner.Suspended:
		shown.State = signature.AppAccountSuspended
	}
	return shown, nil
}
