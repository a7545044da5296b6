package server

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/store"
)

// stage is where scenarios are set up.
func (s *Server) stage(tokenKey []byte, link func(meetingID, passcode string) string) *scenario.Stage {
	foreign := make([]byte, 32)
	_, _ = rand.Read(foreign) // documented never to fail
	return &scenario.Stage{
		Store: s.Store, Sessions: s.Sessions, Tokens: s.Minter,
		TokensAt: func(at time.Time) scenario.TokenMaker {
			return credential.NewMinter(tokenKey, clockwork.NewFakeClockAt(at), tokens{s.Store})
		},
		ForeignTokens: credential.NewMinter(foreign, s.Clock, elsewhere{}),
		TK:            s.Registrants.Token,
		Now:           s.Clock.Now, NewID: store.NewID, Link: link, Policy: s.policy,
	}
}

// elsewhere keeps nothing of the tokens that another server would make.
type elsewhere struct{}

func (elsewhere) SaveUserToken(context.Context, credential.Claims) error { return nil }
func (elsewhere) UserTokenRevoked(context.Context, string) (bool, error) { return false, nil }
func (elsewhere) User(context.Context, string) (*account.User, error) {
	return nil, credential.ErrNotFound
}

func (elsewhere) Installation(context.Context, string) (*account.Installation, error) {
	return nil, credential.ErrNotFound
}

// InstallationFor lets every app act for every user: whoever forges tokens asks nobody.
func (elsewhere) InstallationFor(_ context.Context, appID, accountID, userID string) (*account.Installation, error) {
	return &account.Installation{ID: "elsewhere", AppID: appID, AccountID: accountID, UserID: userID, Scopes: []string{account.ScopeToken}}, nil
}
