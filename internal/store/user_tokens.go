package store

import (
	"context"
	"time"
)

// UserToken is what is stored of a token given to a user: enough to revoke it. The
// token itself is not kept.
type UserToken struct {
	ID string
	// Kind is "zak", "obf" or another kind of its maker.
	Kind   string
	UserID string
	// AppID is the app it was made for, and MeetingNumber the one meeting it is
	// good for; empty means none.
	AppID, MeetingNumber string
	// InstallationID is what the token stands and falls with; empty for one that
	// no app asked for.
	InstallationID      string
	IssuedAt, ExpiresAt time.Time
	// RevokedAt is zero while the token stands.
	RevokedAt time.Time
}

const userTokenColumns = `id, kind, user_id, app_id, meeting_number, installation_id, issued_at, expires_at, revoked_at`

var (
	insertUserToken = define(`INSERT INTO user_tokens (id, kind, user_id, app_id, meeting_number, installation_id, issued_at, expires_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	userTokenByID = define(`SELECT ` + userTokenColumns + ` FROM user_tokens WHERE id = ?`)
	userTokensOf  = define(`SELECT ` + userTokenColumns + ` FROM user_tokens
		WHERE user_id = ? ORDER BY issued_at DESC, id DESC LIMIT ?`)
	revokeUserToken = define(`UPDATE user_tokens SET revoked_at = CASE WHEN revoked_at > 0 THEN revoked_at ELSE ? END WHERE id = ?`)
	pruneUserTokens = define(`DELETE FROM user_tokens WHERE id IN (SELECT id FROM user_tokens WHERE expires_at < ? LIMIT ?)`)
)

func scanUserToken(row scanner) (*UserToken, error) {
	var (
		t                        UserToken
		issued, expires, revoked int64
	)
	err := row.Scan(&t.ID, &t.Kind, &t.UserID, &t.AppID, &t.MeetingNumber, &t.InstallationID, &issued, &expires, &revoked)
	t.IssuedAt, t.ExpiresAt, t.RevokedAt = fromMicros(issued), fromMicros(expires), fromMicros(revoked)
	return &t, err
}

// SaveUserToken stores a new token; an empty ID is filled in, ErrExists reports
// that it is taken.
func (s *Store) SaveUserToken(ctx context.Context, t *UserToken) error {
	if t.ID == "" {
		t.ID = NewID()
	}
	err := s.engine.write(ctx, func(r runner) error {
		_, err := r.exec(insertUserToken, t.ID, t.Kind, t.UserID, t.AppID, t.MeetingNumber, t.InstallationID,
			toMicros(t.IssuedAt), toMicros(t.ExpiresAt), toMicros(t.RevokedAt))
		return err
	})
	return wrapErr(err, "a token cannot be stored")
}

// UserToken returns a token by id; ErrNotFound if there is none.
func (s *Store) UserToken(ctx context.Context, id string) (*UserToken, error) {
	t, err := first(s.engine.reader(ctx), scanUserToken, userTokenByID, id)
	return t, wrapErr(err, "a token cannot be read")
}

// UserTokens returns a user's tokens, newest first; at most limit.
func (s *Store) UserTokens(ctx context.Context, userID string, limit int) ([]*UserToken, error) {
	t, err := list(s.engine.reader(ctx), scanUserToken, userTokensOf, userID, int64(limit))
	return t, wrapErr(err, "tokens cannot be read")
}

// RevokeUserToken revokes a token from then on; one that is revoked already
// stays as it is. ErrNotFound if there is none.
func (s *Store) RevokeUserToken(ctx context.Context, id string, at time.Time) error {
	err := s.engine.write(ctx, func(r runner) error {
		n, err := r.exec(revokeUserToken, toMicros(at), id)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
	return wrapErr(err, "a token cannot be revoked")
}

// PruneUserTokens forgets tokens that expired before a time, and reports how many.
func (s *Store) PruneUserTokens(ctx context.Context, before time.Time) (int64, error) {
	n, err := s.deleteOld(ctx, pruneUserTokens, toMicros(before))
	return n, wrapErr(err, "expired tokens cannot be deleted")
}
