package account

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
)

// RotateSecret gives an app a new secret and returns the app. The one before is kept
// for diagnosis only: signatures made with it are refused by that name.
func (s *Service) RotateSecret(ctx context.Context, appID string) (*App, error) {
	return s.changeApp(ctx, appID, func(a *App) error {
		a.PreviousSecret, a.Secret = a.Secret, rand.Text()+rand.Text()
		return nil
	})
}

// EnableApp lets an app sign joins again.
func (s *Service) EnableApp(ctx context.Context, appID string) error {
	_, err := s.changeApp(ctx, appID, func(a *App) error { a.Enabled = true; return nil })
	return err
}

// DisableApp keeps an app from signing joins (3710).
func (s *Service) DisableApp(ctx context.Context, appID string) error {
	_, err := s.changeApp(ctx, appID, func(a *App) error { a.Enabled = false; return nil })
	return err
}

// SetTokenPolicy replaces what of the enforcement of user tokens is the app's own.
func (s *Service) SetTokenPolicy(ctx context.Context, appID string, policy TokenPolicy) error {
	_, err := s.changeApp(ctx, appID, func(a *App) error {
		if !policy.ValidateFrom.IsZero() && !policy.RequireFrom.IsZero() && policy.RequireFrom.Before(policy.ValidateFrom) {
			return Wrong("requireFrom", "must not be before validateFrom")
		}
		a.TokenPolicy = policy
		return nil
	})
	return err
}

// SetJoinsPerMinute limits how many anonymous participants may join by an app in a
// minute, from one address or with one signature (4009 too_many_joins beyond that); 0
// leaves it to the platform.
func (s *Service) SetJoinsPerMinute(ctx context.Context, appID string, most int) error {
	_, err := s.changeApp(ctx, appID, func(a *App) error {
		if most < 0 {
			return Wrong("joinsPerMinute", "must not be negative")
		}
		a.JoinsPerMinute = most
		return nil
	})
	return err
}

// DeleteApp deletes an app, which is remembered (3704 app_deleted), and removes it
// from wherever it is installed.
func (s *Service) DeleteApp(ctx context.Context, appID string) error {
	_, err := s.changeApp(ctx, appID, func(a *App) error {
		a.DeletedAt = s.clock.Now()
		return s.repository.RemoveInstallations(ctx, a.ID, a.DeletedAt)
	})
	return err
}

func (s *Service) changeApp(ctx context.Context, id string, change func(*App) error) (*App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.repository.App(ctx, id)
	if err != nil {
		return nil, named("app", err)
	}
	if found.Deleted() {
		return nil, Wrong("app", "is deleted")
	}
	changed := *found
	if err := change(&changed); err != nil {
		return nil, err
	}
	return &changed, s.repository.UpdateApp(ctx, &changed)
}

// Install adds an app for a user, with the scopes that they grant it; a user who has
// the app already grants them in addition.
func (s *Service) Install(ctx context.Context, appID, userID string, scopes ...string) (*Installation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	app, err := s.repository.App(ctx, appID)
	if err != nil {
		return nil, named("app", err)
	}
	user, err := s.repository.User(ctx, userID)
	switch {
	case err != nil:
		return nil, named("user", err)
	case app.Deleted():
		return nil, Wrong("app", "is deleted")
	case user.Status != UserActive:
		return nil, Wrong("user", "is %s; only active users can install apps", user.Status)
	case slices.Contains(scopes, ""):
		return nil, Wrong("scopes", "has an empty entry")
	}
	found, err := s.repository.InstallationFor(ctx, appID, user.AccountID, userID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err == nil && found.UserID == userID {
		more := *found
		for _, scope := range scopes {
			more.Scopes = with(more.Scopes, scope)
		}
		return &more, s.repository.UpdateInstallation(ctx, &more)
	}
	made := &Installation{AppID: appID, AccountID: user.AccountID, UserID: userID, Scopes: slices.Clone(scopes), CreatedAt: s.clock.Now()}
	return made, s.repository.CreateInstallation(ctx, made)
}

// Uninstall removes an installation; the tokens that were made under it are no good
// any more (3713), also after the app is installed anew. Removing it twice is no error.
func (s *Service) Uninstall(ctx context.Context, installationID string) error {
	return s.changeInstallation(ctx, installationID, func(i *Installation) {
		if i.Installed() {
			i.RemovedAt = s.clock.Now()
		}
	})
}

// WithdrawScope takes a scope back from an installation; one that it does not hold is
// no error.
func (s *Service) WithdrawScope(ctx context.Context, installationID, scope string) error {
	return s.changeInstallation(ctx, installationID, func(i *Installation) { i.Scopes = without(i.Scopes, scope) })
}

func (s *Service) changeInstallation(ctx context.Context, id string, change func(*Installation)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.repository.Installation(ctx, id)
	if err != nil {
		return named("installation", err)
	}
	changed := *found
	change(&changed)
	return s.repository.UpdateInstallation(ctx, &changed)
}
