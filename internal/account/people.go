package account

import (
	"context"
	"time"
)

// Deactivate keeps a user from hosting (3625) and from signing in. The tokens of
// inactive users are no good.
func (s *Service) Deactivate(ctx context.Context, userID string) error {
	return s.moveOn(ctx, userID, UserInactive, UserActive)
}

// Reactivate undoes Deactivate.
func (s *Service) Reactivate(ctx context.Context, userID string) error {
	return s.moveOn(ctx, userID, UserActive, UserInactive)
}

// Activate is what an invited user does: they can host (3709 before) and sign in.
func (s *Service) Activate(ctx context.Context, userID string) error {
	return s.moveOn(ctx, userID, UserActive, UserPending)
}

func (s *Service) moveOn(ctx context.Context, userID string, to, from UserStatus) error {
	return s.changeUser(ctx, userID, func(u *User) error {
		if u.Status != from && u.Status != to {
			return Wrong("user", "is %s; only %s users can become %s this way", u.Status, from, to)
		}
		u.Status = to
		return nil
	})
}

// DeleteUser deletes a user, who is remembered, and gives their meetings to another
// active user of the account. With an empty transferTo the meetings stay behind
// without a host (3702).
func (s *Service) DeleteUser(ctx context.Context, userID, transferTo string) error {
	return s.changeUser(ctx, userID, func(u *User) error {
		if u.Status == UserDeleted {
			return Wrong("user", "is already deleted")
		}
		u.Status = UserDeleted
		if transferTo == "" {
			return nil
		}
		successor, err := s.repository.User(ctx, transferTo)
		switch {
		case err != nil:
			return named("transferTo", err)
		case successor.ID == u.ID:
			return Wrong("transferTo", "is the deleted user")
		case successor.AccountID != u.AccountID:
			return Wrong("transferTo", "is a user of another account")
		case successor.Status != UserActive:
			return Wrong("transferTo", "is %s; only active users can host meetings", successor.Status)
		}
		return s.repository.TransferMeetings(ctx, u.ID, successor.ID)
	})
}

// MoveUser makes a user a member of another account. Their meetings stay where they
// are, with a host who has left the account (3709).
func (s *Service) MoveUser(ctx context.Context, userID, accountID string) error {
	return s.changeUser(ctx, userID, func(u *User) error {
		if u.Status == UserDeleted {
			return Wrong("user", "is deleted")
		}
		if _, err := s.repository.Account(ctx, accountID); err != nil {
			return named("account", err)
		}
		if u.AccountID != accountID {
			u.AccountID, u.Role = accountID, "member"
		}
		return nil
	})
}

// SignOutEverywhere revokes every token that the user has been given so far.
func (s *Service) SignOutEverywhere(ctx context.Context, userID string) error {
	return s.changeUser(ctx, userID, func(u *User) error {
		// One of this very millisecond is revoked too.
		u.TokensValidFrom = s.clock.Now().UTC().Truncate(time.Millisecond).Add(time.Millisecond)
		return nil
	})
}

func (s *Service) changeUser(ctx context.Context, id string, change func(*User) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.repository.User(ctx, id)
	if err != nil {
		return named("user", err)
	}
	changed := *found
	if err := change(&changed); err != nil {
		return err
	}
	return s.repository.UpdateUser(ctx, &changed)
}
