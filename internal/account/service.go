package account

import (
	"context"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// Repository is the storage that changes of accounts, users and apps need. What
// does not exist is an error that matches ErrNotFound. What is read may be shared:
// it is copied before it is changed.
type Repository interface {
	Account(ctx context.Context, id string) (*Account, error)
	UpdateAccount(context.Context, *Account) error
	User(ctx context.Context, id string) (*User, error)
	UpdateUser(context.Context, *User) error
	// TransferMeetings makes another user the host of all of a user's meetings.
	TransferMeetings(ctx context.Context, from, to string) error
	App(ctx context.Context, id string) (*App, error)
	UpdateApp(context.Context, *App) error
	Installation(ctx context.Context, id string) (*Installation, error)
	// InstallationFor finds the standing installation by which an app acts for a
	// user: the user's own, else one for the user's whole account.
	InstallationFor(ctx context.Context, appID, accountID, userID string) (*Installation, error)
	CreateInstallation(context.Context, *Installation) error
	UpdateInstallation(context.Context, *Installation) error
	// RemoveInstallations removes an app from wherever it is installed.
	RemoveInstallations(ctx context.Context, appID string, at time.Time) error
}

// Service changes accounts, users and apps. It asks nobody whether the caller may.
// Changes are made one after the other, so that none is lost to another of the same
// node.
type Service struct {
	repository Repository
	clock      clockwork.Clock
	mu         sync.Mutex
}

// NewService makes a Service.
func NewService(repository Repository, clock clockwork.Clock) *Service {
	return &Service{repository: repository, clock: clock}
}

// Suspend stops an account: its meetings cannot be joined (3625) and its apps sign
// nothing (3710). Resume undoes it.
func (s *Service) Suspend(ctx context.Context, accountID string) error {
	return s.changeAccount(ctx, accountID, func(a *Account) error { a.Suspended = true; return nil })
}

// Resume lets a suspended account go on.
func (s *Service) Resume(ctx context.Context, accountID string) error {
	return s.changeAccount(ctx, accountID, func(a *Account) error { a.Suspended = false; return nil })
}

// SetSettings replaces an account's settings. A *FieldError names each that is wrong.
func (s *Service) SetSettings(ctx context.Context, accountID string, settings Settings) error {
	return s.changeAccount(ctx, accountID, func(a *Account) error { a.Settings = settings; return nil })
}

// BlockKey keeps the app of an SDK key out of the account's meetings (6603).
func (s *Service) BlockKey(ctx context.Context, accountID, key string) error {
	return s.changeAccount(ctx, accountID, func(a *Account) error {
		a.Settings.BlockedSDKKeys = with(a.Settings.BlockedSDKKeys, key)
		return nil
	})
}

// UnblockKey lets the app of an SDK key in again.
func (s *Service) UnblockKey(ctx context.Context, accountID, key string) error {
	return s.changeAccount(ctx, accountID, func(a *Account) error {
		a.Settings.BlockedSDKKeys = without(a.Settings.BlockedSDKKeys, key)
		return nil
	})
}

func (s *Service) changeAccount(ctx context.Context, id string, change func(*Account) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.repository.Account(ctx, id)
	if err != nil {
		return named("account", err)
	}
	changed := *found
	if err := change(&changed); err != nil {
		return err
	}
	if err := changed.Settings.Validate(); err != nil {
		return err
	}
	return s.repository.UpdateAccount(ctx, &changed)
}

// with is a list that has one more item, once; the given list is left alone.
func with(list []string, item string) []string {
	return append(without(list, item), item)
}

// without is a list that lacks an item; the given list is left alone.
func without(list []string, item string) []string {
	out := make([]string, 0, len(list)+1)
	for _, one := range list {
		if one != item {
			out = append(out, one)
		}
	}
	return out
}
