package credential

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
)

// Minter makes tokens and reads them again. It is safe for concurrent use.
type Minter struct {
	key    []byte
	clock  clockwork.Clock
	store  Store
	parser *jwt.Parser
}

// NewMinter makes a Minter. The key has at least 32 bytes and serves no other
// purpose. The clock rules when tokens expire.
func NewMinter(key []byte, clock clockwork.Clock, store Store) *Minter {
	return &Minter{
		key: key, clock: clock, store: store,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding()),
	}
}

// tokenClaims are the claims as they are written.
type tokenClaims struct {
	Kind Kind `json:"anteroom"`
	jwt.RegisteredClaims
	UserID    string `json:"uid"`
	AccountID string `json:"aid"`
	// Millisecond sharpens iat, so that "sign out everywhere" and a token fetched
	// right after it are kept in order.
	Millisecond   int    `json:"ms,omitempty"`
	AppID         string `json:"app,omitempty"`
	MeetingNumber string `json:"meeting,omitempty"`
	Installation  string `json:"inst,omitempty"`
}

// MintZAK makes a token that proves the user to be who joins, in the server's own
// name: nothing that it was made under can be withdrawn. A zero ttl means
// DefaultLife.
func (m *Minter) MintZAK(ctx context.Context, user *account.User, ttl time.Duration) (string, error) {
	return m.mint(ctx, Claims{Kind: ZAK}, user, ttl)
}

// MintAppZAK makes a ZAK as an app fetches it for a user who authorised it with
// ScopeZAK or ScopeToken. It is good as long as that stays so.
func (m *Minter) MintAppZAK(ctx context.Context, user *account.User, app *account.App, ttl time.Duration) (string, error) {
	return m.mintFor(ctx, Claims{Kind: ZAK}, user, app, ttl)
}

// MintOBF makes a token by which the user lets the app join on their behalf, while
// they are inside. The user, or somebody for the user's whole account, has
// authorised the app with ScopeToken. An empty meeting number binds the token to no
// meeting; else it is 9 to 11 digits. A zero ttl means DefaultLife.
func (m *Minter) MintOBF(ctx context.Context, user *account.User, app *account.App, meetingNumber string, ttl time.Duration) (string, error) {
	if meetingNumber != "" && (len(meetingNumber) < 9 || len(meetingNumber) > 11 || strings.Trim(meetingNumber, "0123456789") != "") {
		return "", fieldError("meetingNumber", "must be 9 to 11 digits")
	}
	return m.mintFor(ctx, Claims{Kind: OBF, MeetingNumber: meetingNumber}, user, app, ttl)
}

// mintFor makes a token under the installation by which the app acts for the user.
func (m *Minter) mintFor(ctx context.Context, c Claims, user *account.User, app *account.App, ttl time.Duration) (string, error) {
	switch {
	case app == nil || app.ID == "" || app.Deleted():
		return "", fieldError("app", "does not exist")
	case user == nil || user.ID == "":
		return "", fieldError("user", "does not exist")
	}
	grant, err := m.store.InstallationFor(ctx, app.ID, user.AccountID, user.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", fieldError("user", "has not authorized the app: neither the user nor the account has installed it")
	case err != nil:
		return "", err
	case !grants(grant, c.Kind):
		return "", fieldError("app", "does not have the scope %s", strings.Join(scopesOf(c.Kind), " or "))
	}
	c.AppID, c.InstallationID = app.ID, grant.ID
	return m.mint(ctx, c, user, ttl)
}

// scopesOf are the scopes of which one is needed for a kind of token.
func scopesOf(k Kind) []string {
	if k == OBF {
		return []string{account.ScopeToken}
	}
	return []string{account.ScopeZAK, account.ScopeToken}
}

func grants(i *account.Installation, k Kind) bool { return i.Grants(scopesOf(k)...) }

func (m *Minter) mint(ctx context.Context, c Claims, user *account.User, ttl time.Duration) (string, error) {
	if ttl == 0 {
		ttl = DefaultLife
	}
	switch {
	case len(m.key) < leastKey:
		return "", errors.New("credential: the key for user tokens has fewer than 32 bytes")
	case ttl < MinLife || ttl > MaxLife:
		return "", fieldError("ttl", "must be between %d and %d seconds", int64(MinLife.Seconds()), int64(MaxLife.Seconds()))
	case user == nil || user.ID == "":
		return "", fieldError("user", "does not exist")
	case user.Status != account.UserActive:
		return "", fieldError("user", "is %s; tokens are made for active users only", user.Status)
	}
	c.ID, c.UserID, c.AccountID = strings.ToLower(rand.Text()), user.ID, user.AccountID
	c.IssuedAt = m.clock.Now().UTC().Truncate(time.Millisecond)
	// Expiry is in whole seconds: never shorter than asked for.
	c.ExpiresAt = c.IssuedAt.Add(ttl + time.Second - 1).Truncate(time.Second)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, tokenClaims{
		Kind: c.Kind, UserID: c.UserID, AccountID: c.AccountID, AppID: c.AppID, MeetingNumber: c.MeetingNumber,
		Installation: c.InstallationID,
		Millisecond:  c.IssuedAt.Nanosecond() / int(time.Millisecond),
		RegisteredClaims: jwt.RegisteredClaims{
			ID: c.ID, IssuedAt: jwt.NewNumericDate(c.IssuedAt), ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
		},
	})
	text, err := token.SignedString(m.key)
	if err != nil {
		return "", err
	}
	if err := m.store.SaveUserToken(ctx, c); err != nil {
		return "", err
	}
	return text, nil
}
