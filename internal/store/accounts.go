package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/account"
)

type accountRow struct {
	bun.BaseModel `bun:"table:accounts"`

	ID        string `bun:"id,pk"`
	Name      string `bun:"name"`
	Settings  string `bun:"settings"`
	Suspended bool   `bun:"suspended"`
	CreatedAt int64  `bun:"created_at"`
}

func rowOfAccount(a *account.Account) *accountRow {
	return &accountRow{ID: a.ID, Name: a.Name, Settings: toJSON(a.Settings), Suspended: a.Suspended, CreatedAt: toMicros(a.CreatedAt)}
}

func (r *accountRow) read() (*account.Account, error) {
	a := &account.Account{ID: r.ID, Name: r.Name, Suspended: r.Suspended, CreatedAt: fromMicros(r.CreatedAt)}
	return a, fromJSON(r.Settings, "the settings of account "+r.ID, &a.Settings)
}

// CreateAccount stores a new account. An empty ID or CreatedAt is filled in.
// ErrExists reports that the id is taken.
func (s *Store) CreateAccount(ctx context.Context, a *account.Account) error {
	s.fill(&a.ID, &a.CreatedAt)
	row := rowOfAccount(a)
	err := s.engine.write(ctx, func(r runner) error { return s.insertRow(ctx, r, row) })
	s.accounts.forget(a.ID)
	return wrapErr(err, "an account cannot be made")
}

// UpdateAccount stores a changed account; ErrNotFound if there is none.
func (s *Store) UpdateAccount(ctx context.Context, a *account.Account) error {
	row := rowOfAccount(a)
	err := s.engine.write(ctx, func(r runner) error { return s.updateRow(ctx, r, row) })
	s.accounts.forget(a.ID)
	return wrapErr(err, "an account cannot be changed")
}

// Account returns an account by id; ErrNotFound if there is none.
func (s *Store) Account(ctx context.Context, id string) (*account.Account, error) {
	return s.accounts.get(id, func() (*account.Account, error) {
		row, err := oneRow[accountRow](ctx, s, byID(id))
		if err != nil {
			return nil, wrapErr(err, "an account cannot be read")
		}
		return row.read()
	})
}

// Accounts lists accounts; Page.AccountID has no meaning here.
func (s *Store) Accounts(ctx context.Context, p Page) ([]*account.Account, error) {
	p.AccountID = ""
	rows, err := page[accountRow](ctx, s, p)
	if err != nil {
		return nil, wrapErr(err, "accounts cannot be read")
	}
	return each(rows, (*accountRow).read)
}
