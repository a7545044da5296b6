package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/account"
)

type userRow struct {
	bun.BaseModel `bun:"table:users"`

	ID              string `bun:"id,pk"`
	AccountID       string `bun:"account_id"`
	Email           string `bun:"email"`
	EmailKey        string `bun:"email_key"`
	DisplayName     string `bun:"display_name"`
	Status          string `bun:"status"`
	Role            string `bun:"role"`
	Groups          string `bun:"group_names"`
	Licence         string `bun:"licence"`
	HostKey         []byte `bun:"host_key"`
	TokensValidFrom int64  `bun:"tokens_valid_from"`
	CreatedAt       int64  `bun:"created_at"`
}

func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func (s *Store) rowOfUser(u *account.User) *userRow {
	row := &userRow{
		ID: u.ID, AccountID: u.AccountID, Email: u.Email, EmailKey: emailKey(u.Email), DisplayName: u.DisplayName,
		Status: string(u.Status), Role: u.Role, Groups: toJSON(u.Groups), Licence: toJSON(u.Licence),
		TokensValidFrom: toMicros(u.TokensValidFrom), CreatedAt: toMicros(u.CreatedAt),
	}
	if u.HostKey != "" {
		row.HostKey = s.keys.seal([]byte(u.HostKey), hostKeySpot(u.ID))
	}
	return row
}

// newHostKey makes six random digits.
func newHostKey() string {
	var raw [8]byte
	random(raw[:])
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(raw[:])%1_000_000)
}

func (s *Store) readUser(r *userRow) (*account.User, error) {
	u := &account.User{
		ID: r.ID, AccountID: r.AccountID, Email: r.Email, DisplayName: r.DisplayName, Status: account.UserStatus(r.Status),
		Role: r.Role, TokensValidFrom: fromMicros(r.TokensValidFrom), CreatedAt: fromMicros(r.CreatedAt),
	}
	if len(r.HostKey) > 0 {
		key, _, err := s.keys.open(r.HostKey, hostKeySpot(r.ID))
		if err != nil {
			return nil, fmt.Errorf("the host key of user %s: %w", r.ID, err)
		}
		u.HostKey = string(key)
	}
	if err := fromJSON(r.Groups, "the groups of user "+r.ID, &u.Groups); err != nil {
		return nil, err
	}
	return u, fromJSON(r.Licence, "the license of user "+r.ID, &u.Licence)
}

// fill gives a new thing the id and time that its maker left out.
func (s *Store) fill(id *string, made *time.Time) {
	if *id == "" {
		*id = NewID()
	}
	if made.IsZero() {
		*made = s.clock.Now()
	}
}

// CreateUser stores a new user. An empty ID, CreatedAt or HostKey is filled in.
// ErrExists reports that the id is taken or that somebody who is not deleted has
// the e-mail address; ErrNotFound that there is no such account.
func (s *Store) CreateUser(ctx context.Context, u *account.User) error {
	s.fill(&u.ID, &u.CreatedAt)
	if u.HostKey == "" {
		u.HostKey = newHostKey()
	}
	row := s.rowOfUser(u)
	err := s.engine.write(ctx, func(r runner) error { return s.insertRow(ctx, r, row) })
	s.users.forget(u.ID)
	return wrapErr(err, "a user cannot be made")
}

// UpdateUser stores a changed user; ErrNotFound if there is none, ErrExists if the
// e-mail address is taken.
func (s *Store) UpdateUser(ctx context.Context, u *account.User) error {
	row := s.rowOfUser(u)
	err := s.engine.write(ctx, func(r runner) error { return s.updateRow(ctx, r, row) })
	s.users.forget(u.ID)
	return wrapErr(err, "a user cannot be changed")
}

// User returns a user by id, deleted ones too; ErrNotFound if there is none.
func (s *Store) User(ctx context.Context, id string) (*account.User, error) {
	return s.users.get(id, func() (*account.User, error) {
		row, err := oneRow[userRow](ctx, s, byID(id))
		if err != nil {
			return nil, wrapErr(err, "a user cannot be read")
		}
		return s.readUser(row)
	})
}

// UserByEmail returns who has an e-mail address, whatever its case: somebody who
// is not deleted first, else the one created last. ErrNotFound if nobody.
func (s *Store) UserByEmail(ctx context.Context, email string) (*account.User, error) {
	row, err := oneRow[userRow](ctx, s, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("email_key = ?", emailKey(email)).
			OrderExpr("CASE WHEN status = 'deleted' THEN 1 ELSE 0 END, created_at DESC, id DESC")
	})
	if err != nil {
		return nil, wrapErr(err, "a user cannot be read")
	}
	return s.readUser(row)
}

// Users lists users.
func (s *Store) Users(ctx context.Context, p Page) ([]*account.User, error) {
	rows, err := page[userRow](ctx, s, p)
	if err != nil {
		return nil, wrapErr(err, "users cannot be read")
	}
	return each(rows, s.readUser)
}
