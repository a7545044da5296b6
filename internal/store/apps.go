package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/account"
)

type appRow struct {
	bun.BaseModel `bun:"table:apps"`

	ID             string `bun:"id,pk"`
	AccountID      string `bun:"account_id"`
	Name           string `bun:"name"`
	Kind           string `bun:"kind"`
	Enabled        bool   `bun:"enabled"`
	Published      bool   `bun:"published"`
	MeetingSDK     bool   `bun:"meeting_sdk"`
	ReasonStyle    string `bun:"reason_style"`
	AllowedOrigins string `bun:"allowed_origins"`
	TokenPolicy    string `bun:"token_policy"`
	JoinsPerMinute int64  `bun:"joins_per_minute"`
	DeletedAt      int64  `bun:"deleted_at"`
	CreatedAt      int64  `bun:"created_at"`
}

// keyedApp is an app as one of its keys names it.
type keyedApp struct {
	app         *account.App
	development bool
}

// The kinds of secrets an app holds.
const (
	appSecret     = "secret"
	appDevSecret  = "development"
	appOldSecret  = "previous"
	appHookSecret = "webhook"
)

var (
	deleteAppKeys    = define(`DELETE FROM app_keys WHERE app_id = ?`)
	insertAppKey     = define(`INSERT INTO app_keys (app_key, app_id, development) VALUES (?, ?, ?)`)
	deleteAppSecrets = define(`DELETE FROM app_secrets WHERE app_id = ?`)
	insertAppSecret  = define(`INSERT INTO app_secrets (app_id, kind, sealed, lookup) VALUES (?, ?, ?, ?)`)
	keysOfApp        = define(`SELECT app_key, development FROM app_keys WHERE app_id = ?`)
	secretsOfApp     = define(`SELECT app_id, kind, sealed FROM app_secrets WHERE app_id = ?`)
	appOfKey         = define(`SELECT app_id, development FROM app_keys WHERE app_key = ?`)
	appOfSecret      = define(`SELECT app_id FROM app_secrets WHERE lookup = ? LIMIT 1`)
)

type appKey struct {
	text        string
	development bool
}

func scanAppKey(row scanner) (appKey, error) {
	var k appKey
	err := row.Scan(&k.text, &k.development)
	return k, err
}

func rowOfApp(a *account.App) *appRow {
	return &appRow{
		ID: a.ID, AccountID: a.AccountID, Name: a.Name, Kind: string(a.Kind), Enabled: a.Enabled, Published: a.Published,
		MeetingSDK: a.MeetingSDK, ReasonStyle: a.ReasonStyle, AllowedOrigins: toJSON(a.AllowedOrigins),
		TokenPolicy: toJSON(a.TokenPolicy), JoinsPerMinute: int64(a.JoinsPerMinute), DeletedAt: toMicros(a.DeletedAt), CreatedAt: toMicros(a.CreatedAt),
	}
}

// writeCredentials replaces an app's keys and secrets.
func (s *Store) writeCredentials(r runner, a *account.App) error {
	if _, err := r.exec(deleteAppKeys, a.ID); err != nil {
		return err
	}
	for _, key := range []appKey{{a.Key, false}, {a.DevKey, true}} {
		if key.text == "" {
			continue
		}
		if _, err := r.exec(insertAppKey, key.text, a.ID, key.development); err != nil {
			return err
		}
	}
	if _, err := r.exec(deleteAppSecrets, a.ID); err != nil {
		return err
	}
	for _, secret := range [][2]string{
		{appSecret, a.Secret}, {appDevSecret, a.DevSecret}, {appOldSecret, a.PreviousSecret}, {appHookSecret, a.WebhookSecret},
	} {
		kind, value := secret[0], secret[1]
		if value == "" {
			continue
		}
		sealed := s.keys.seal([]byte(value), appSecretPlace(a.ID, kind))
		if _, err := r.exec(insertAppSecret, a.ID, kind, sealed, s.keys.lookup(value)); err != nil {
			return err
		}
	}
	return nil
}

// readApp completes an app with its keys and secrets.
func (s *Store) readApp(ctx context.Context, row *appRow) (*account.App, error) {
	a := &account.App{
		ID: row.ID, AccountID: row.AccountID, Name: row.Name, Kind: account.AppKind(row.Kind), Enabled: row.Enabled,
		Published: row.Published, MeetingSDK: row.MeetingSDK, ReasonStyle: row.ReasonStyle, JoinsPerMinute: int(row.JoinsPerMinute),
		DeletedAt: fromMicros(row.DeletedAt), CreatedAt: fromMicros(row.CreatedAt),
	}
	if err := fromJSON(row.AllowedOrigins, "the origins of app "+row.ID, &a.AllowedOrigins); err != nil {
		return nil, err
	}
	if err := fromJSON(row.TokenPolicy, "the token policy of app "+row.ID, &a.TokenPolicy); err != nil {
		return nil, err
	}
	r := s.engine.reader(ctx)
	keys, err := list(r, scanAppKey, keysOfApp, a.ID)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if key.development {
			a.DevKey = key.text
		} else {
			a.Key = key.text
		}
	}
	secrets, err := list(r, scanSealed, secretsOfApp, a.ID)
	if err != nil {
		return nil, err
	}
	into := map[string]*string{
		appSecret: &a.Secret, appDevSecret: &a.DevSecret, appOldSecret: &a.PreviousSecret, appHookSecret: &a.WebhookSecret,
	}
	for _, one := range secrets {
		value, _, err := s.keys.open(one.sealed, appSecretPlace(one.row, one.kind))
		if err != nil {
			return nil, fmt.Errorf("the %s secret of app %s: %w", one.kind, one.row, err)
		}
		if field := into[one.kind]; field != nil {
			*field = string(value)
		}
	}
	return a, nil
}

// CreateApp stores a new app; its secrets are sealed. An empty ID or CreatedAt is
// filled in. ErrExists reports that the id or a key is taken, ErrNotFound that
// there is no such account.
func (s *Store) CreateApp(ctx context.Context, a *account.App) error {
	s.fill(&a.ID, &a.CreatedAt)
	row := rowOfApp(a)
	err := s.engine.write(ctx, func(r runner) error {
		if err := s.insertRow(ctx, r, row); err != nil {
			return err
		}
		return s.writeCredentials(r, a)
	})
	s.forgetApp(a.ID)
	return wrapErr(err, "an app cannot be made")
}

// UpdateApp stores a changed app, its keys and secrets as given. ErrNotFound
// reports that there is none, ErrExists that a key is taken.
func (s *Store) UpdateApp(ctx context.Context, a *account.App) error {
	row := rowOfApp(a)
	err := s.engine.write(ctx, func(r runner) error {
		if err := s.updateRow(ctx, r, row); err != nil {
			return err
		}
		return s.writeCredentials(r, a)
	})
	s.forgetApp(a.ID)
	return wrapErr(err, "an app cannot be changed")
}

func (s *Store) forgetApp(id string) {
	s.appsByID.forget(id)
	s.apps.forgetWhere(func(k keyedApp) bool { return k.app.ID == id })
}

// App returns an app by id, deleted ones too; ErrNotFound if there is none.
func (s *Store) App(ctx context.Context, id string) (*account.App, error) {
	return s.appsByID.get(id, func() (*account.App, error) {
		row, err := oneRow[appRow](ctx, s, byID(id))
		if err != nil {
			return nil, wrapErr(err, "an app cannot be read")
		}
		a, err := s.readApp(ctx, row)
		return a, wrapErr(err, "an app cannot be read")
	})
}

// AppByKey returns the app that an SDK key names, deleted ones too, and whether it
// is the development key; ErrNotFound if there is none.
func (s *Store) AppByKey(ctx context.Context, key string) (app *account.App, development bool, err error) {
	found, err := s.apps.get(key, func() (keyedApp, error) {
		named, err := first(s.engine.reader(ctx), scanAppKey, appOfKey, key)
		if err != nil {
			return keyedApp{}, wrapErr(err, "an app cannot be read")
		}
		app, err := s.App(ctx, named.text)
		return keyedApp{app, named.development}, err
	})
	return found.app, found.development, err
}

// AppBySecret reports whether a value is a secret of any app, without opening one.
func (s *Store) AppBySecret(ctx context.Context, value string) (bool, error) {
	if value == "" {
		return false, nil
	}
	_, err := first(s.engine.reader(ctx), scanText, appOfSecret, s.keys.lookup(value))
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, wrapErr(err, "a secret cannot be looked up")
}

// Apps lists apps, deleted ones too, with their secrets.
func (s *Store) Apps(ctx context.Context, p Page) ([]*account.App, error) {
	rows, err := page[appRow](ctx, s, p)
	if err != nil {
		return nil, wrapErr(err, "apps cannot be read")
	}
	return each(rows, func(r *appRow) (*account.App, error) { return s.App(ctx, r.ID) })
}
