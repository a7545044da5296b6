package account

import (
	"slices"
	"time"
)

// Scopes under which apps get user tokens.
const (
	// ScopeZAK lets an app fetch a user's ZAK.
	ScopeZAK = "user:read:zak"
	// ScopeToken lets an app fetch a user's ZAK or OBF of any kind.
	ScopeToken = "user:read:token"
)

// Installation is an app added by a user to their account, with the scopes it
// was granted. User tokens that the app fetches stand and fall with it.
type Installation struct {
	ID    string
	AppID string
	// AccountID is the account that installed the app, and UserID who did.
	AccountID string
	UserID    string
	Scopes    []string
	CreatedAt time.Time
	// RemovedAt is zero while the app is installed.
	RemovedAt time.Time
}

// Installed reports whether the app is still installed.
func (i *Installation) Installed() bool { return i.RemovedAt.IsZero() }

// Grants reports whether the installation holds one of the scopes.
func (i *Installation) Grants(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(i.Scopes, s) })
}
