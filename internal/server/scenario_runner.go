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

// scenarioRunner is where scenarios are set up.
func (s *Server) scenarioRunner(tokenKey []byte, link func(meetingID, passcode string) string) *scenario.Runner {
	foreign := make([]byte, 32)
	_, _ = rand.Read(foreign) // documented never to fail
	return &scenario.Runner{
		Store: s.Store, Sessions: s.Sessions, Tokens: s.Minter,
		TokensAt: func(at time.Time) scenario.TokenMaker {
			return credential.NewMinter(tokenKey, clockwork.NewFakeClockAt(at), tokenStore{s.Store})
		},
		ForeignTokens: credential.NewMinter(foreign, s.Clock, foreignIssuer{}),
		TK:            s.Registrants.Token,
		Now:           s.Clock.Now, NewID: store.NewID, Link: link, Policy: s.policy,
	}
}

// foreignIssuer keeps nothing of the tokens that another server would make.
type foreignIssuer struct{}

func (foreignIssuer) SaveUserToken(context.Context, credential.Claims) error { return nil }
func (foreignIssuer) UserTokenRevoked(context.Context, string) (bool, error) { return false, nil }
func (foreignIssuer) User(context.Context, string) (*account.User, error) {
	return nil, credential.ErrNotFound
}

func (foreignIssuer) Installation(context.Context, string) (*account.Installation, error) {
	return nil, credential.ErrNotFound
}

// InstallationFor lets every app act for every user: whoever forges tokens asks nobody.
func (foreignIssuer) InstallationFor(_ context.Context, appID, accountID, userID string) (*account.Installation, error) {
	return &account.Installation{ID: "elsewhere", AppID: appID, AccountID: accountID, UserID: userID, Scopes: []string{account.ScopeToken}}, nil
}
