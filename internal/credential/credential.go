// Package credential makes and reads the tokens that speak for users: ZAKs, which
// prove who somebody is, and OBFs, which prove that somebody let an app act for
// them; the tk of a registration; and the form in which join links carry passcodes.
// All are made with keys of this server, and nobody else's are believed.
package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/internal/account"
)

// Kind is what a token is for.
type Kind string

// The kinds of user tokens.
const (
	ZAK Kind = "zak"
	OBF Kind = "obf"
)

// How long tokens are good.
const (
	DefaultLife = 2 * time.Hour
	MinLife     = time.Second
	MaxLife     = 365 * 24 * time.Hour
)

// MaxSize is the longest text, in bytes, that is read as a token. Ours have about 350.
const MaxSize = 4096

// leastKey is the shortest key, in bytes, that tokens are made with.
const leastKey = 32

// Claims are what a genuine token says.
type Claims struct {
	Kind Kind
	// ID is unique; tokens are revoked by it.
	ID        string
	UserID    string
	AccountID string
	IssuedAt  time.Time
	ExpiresAt time.Time
	// AppID is the app an OBF was made for, or that fetched a ZAK for its user;
	// empty for a ZAK that no app asked for.
	AppID string
	// InstallationID is the user's grant to that app. The token stands and falls
	// with it; empty where there is no app.
	InstallationID string
	// MeetingNumber binds an OBF to one meeting; empty means any.
	MeetingNumber string
}

// ErrNotFound is something that does not exist (any more). Stores return an error
// that matches it.
var ErrNotFound = errors.New("not found")

// Store is the storage that tokens need.
type Store interface {
	// SaveUserToken stores a note of a token that was made, never the token itself.
	SaveUserToken(ctx context.Context, c Claims) error
	// UserTokenRevoked reports whether a token was revoked by its id. One that is
	// not known is not revoked: notes may be dropped, tokens expire by themselves.
	UserTokenRevoked(ctx context.Context, id string) (bool, error)
	// User finds a user by id.
	User(ctx context.Context, id string) (*account.User, error)
	// Installation finds an installation by id, removed ones too.
	Installation(ctx context.Context, id string) (*account.Installation, error)
	// InstallationFor finds the installation by which an app acts for a user: the
	// user's own, else one made by somebody else for the user's whole account.
	InstallationFor(ctx context.Context, appID, accountID, userID string) (*account.Installation, error)
}

// FieldError reports which input a token cannot be made with, and why.
type FieldError struct {
	// Field is "ttl", "user", "app" or "meetingNumber".
	Field string
	// Reason completes the sentence "<field> …".
	Reason string
}

// Error joins field and reason.
func (e *FieldError) Error() string { return e.Field + " " + e.Reason }

func fieldError(field, format string, args ...any) error {
	return &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)}
}
