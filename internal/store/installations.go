package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/account"
)

type installationRow struct {
	bun.BaseModel `bun:"table:installations"`

	ID        string `bun:"id,pk"`
	AppID     string `bun:"app_id"`
	AccountID string `bun:"account_id"`
	UserID    string `bun:"user_id"`
	Scopes    string `bun:"scopes"`
	CreatedAt int64  `bun:"created_at"`
	RemovedAt int64  `bun:"removed_at"`
}

func rowOfInstallation(i *account.Installation) *installationRow {
	return &installationRow{
		ID: i.ID, AppID: i.AppID, AccountID: i.AccountID, UserID: i.UserID, Scopes: toJSON(i.Scopes),
		CreatedAt: toMicros(i.CreatedAt), RemovedAt: toMicros(i.RemovedAt),
	}
}

func (r *installationRow) read() (*account.Installation, error) {
	i := &account.Installation{
		ID: r.ID, AppID: r.AppID, AccountID: r.AccountID, UserID: r.UserID, CreatedAt: fromMicros(r.CreatedAt), RemovedAt: fromMicros(r.RemovedAt),
	}
	return i, fromJSON(r.Scopes, "the scopes of installation "+r.ID, &i.Scopes)
}

// CreateInstallation stores a new installation of an app. An empty ID or CreatedAt
// is filled in. ErrExists reports that the id is taken, ErrNotFound that there is
// no such app or account.
func (s *Store) CreateInstallation(ctx context.Context, i *account.Installation) error {
	s.fill(&i.ID, &i.CreatedAt)
	row := rowOfInstallation(i)
	err := s.engine.write(ctx, func(r runner) error { return s.insertRow(ctx, r, row) })
	s.installations.forget(i.ID)
	return wrapErr(err, "an installation cannot be made")
}

// UpdateInstallation stores a changed installation; ErrNotFound if there is none.
func (s *Store) UpdateInstallation(ctx context.Context, i *account.Installation) error {
	row := rowOfInstallation(i)
	err := s.engine.write(ctx, func(r runner) error { return s.updateRow(ctx, r, row) })
	s.installations.forget(i.ID)
	return wrapErr(err, "an installation cannot be changed")
}

var removeInstallations = define(`UPDATE installations SET removed_at = ? WHERE app_id = ? AND removed_at = 0`)

// RemoveInstallations removes an app from wherever it is installed.
func (s *Store) RemoveInstallations(ctx context.Context, appID string, at time.Time) error {
	err := s.engine.write(ctx, func(r runner) error {
		_, err := r.exec(removeInstallations, toMicros(at), appID)
		return err
	})
	s.installations.forgetWhere(func(i *account.Installation) bool { return i.AppID == appID })
	return wrapErr(err, "installations cannot be removed")
}

// Installation returns an installation by id, removed ones too; ErrNotFound if
// there is none.
func (s *Store) Installation(ctx context.Context, id string) (*account.Installation, error) {
	return s.installations.get(id, func() (*account.Installation, error) {
		row, err := oneRow[installationRow](ctx, s, byID(id))
		if err != nil {
			return nil, wrapErr(err, "an installation cannot be read")
		}
		return row.read()
	})
}

// InstallationFor returns the installation by which an app acts for a user: the
// user's own, else the newest of their account. ErrNotFound if neither has the app
// installed.
func (s *Store) InstallationFor(ctx context.Context, appID, accountID, userID string) (*account.Installation, error) {
	row, err := oneRow[installationRow](ctx, s, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account_id = ?", accountID).Where("app_id = ?", appID).Where("removed_at = 0").
			OrderExpr("CASE WHEN user_id = ? THEN 0 ELSE 1 END, created_at DESC, id DESC", userID)
	})
	if err != nil {
		return nil, wrapErr(err, "an installation cannot be read")
	}
	return row.read()
}

// InstallationsOfApp lists where an app is or was installed, in the order of
// ids; Page.AccountID narrows it to one account.
func (s *Store) InstallationsOfApp(ctx context.Context, appID string, p Page) ([]*account.Installation, error) {
	var rows []installationRow
	q := s.orm.NewSelect().Model(&rows).Where("app_id = ?", appID).Where("id > ?", p.After).Order("id").Limit(int64(p.limit()))
	if p.AccountID != "" {
		q = q.Where("account_id = ?", p.AccountID)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, wrapErr(err, "installations cannot be read")
	}
	return each(rows, (*installationRow).read)
}
