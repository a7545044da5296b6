package meeting

import (
	"context"
	"errors"
	"sync"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
)

// ErrExists is a registrant whose address is registered already. Repositories return
// an error that matches it.
var ErrExists = errors.New("already exists")

// Repository is the storage that changes of meetings need. What does not exist is an
// error that matches account.ErrNotFound. What is read may be shared: it is copied
// before it is changed.
type Repository interface {
	User(ctx context.Context, id string) (*account.User, error)
	Meeting(ctx context.Context, id string) (*Meeting, error)
	// CreateMeeting gives the meeting its ID.
	CreateMeeting(context.Context, *Meeting) error
	UpdateMeeting(context.Context, *Meeting) error
	// NewMeetingNumber draws a number that no meeting ever had.
	NewMeetingNumber(context.Context) (string, error)
	Registrant(ctx context.Context, id string) (*Registrant, error)
	RegistrantsByEmail(ctx context.Context, meetingID, email string) ([]*Registrant, error)
	// CreateRegistrant returns an error that matches ErrExists where the address is
	// registered for the same occurrence.
	CreateRegistrant(context.Context, *Registrant) error
	UpdateRegistrant(context.Context, *Registrant) error
}

// Service makes and changes meetings, webinars and registrations. It asks nobody
// whether the caller may. Changes are made one after the other, so that none is lost
// to another of the same node.
type Service struct {
	repository Repository
	clock      clockwork.Clock
	// link makes the link form of a passcode.
	link  func(meetingID, passcode string) string
	newID func() string
	mu    sync.Mutex
}

// NewService makes a Service. Link makes the form in which join links carry a
// passcode, newID a unique id.
func NewService(repository Repository, clock clockwork.Clock, newID func() string, link func(meetingID, passcode string) string) *Service {
	return &Service{repository: repository, clock: clock, newID: newID, link: link}
}

// Create makes a meeting or webinar of its host, and fills in its ID, number, account
// and the link form of its passcode. A *account.FieldError names each input that is
// wrong.
func (s *Service) Create(ctx context.Context, m *Meeting) error {
	made := *m
	made.ID = s.newID()
	if made.CreatedAt.IsZero() {
		made.CreatedAt = s.clock.Now()
	}
	made.DeletedAt, made.LastUsedAt = isZero, isZero
	if err := s.complete(ctx, &made, nil); err != nil {
		return err
	}
	var err error
	if made.Number, err = s.repository.NewMeetingNumber(ctx); err != nil {
		return err
	}
	if err := s.repository.CreateMeeting(ctx, &made); err != nil {
		return err
	}
	*m = made
	return nil
}

// Update changes a meeting and returns it as it is now. Its number and account stay
// what they are.
func (s *Service) Update(ctx context.Context, meetingID string, change func(*Meeting)) (*Meeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.existing(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	changed := *found
	change(&changed)
	changed.ID, changed.Number, changed.AccountID = found.ID, found.Number, found.AccountID
	changed.DeletedAt, changed.CreatedAt, changed.LastUsedAt = found.DeletedAt, found.CreatedAt, found.LastUsedAt
	if err := s.complete(ctx, &changed, found); err != nil {
		return nil, err
	}
	return &changed, s.repository.UpdateMeeting(ctx, &changed)
}

// Delete deletes a meeting, which is remembered (3610). A session that runs goes on.
func (s *Service) Delete(ctx context.Context, meetingID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.existing(ctx, meetingID)
	if err != nil {
		return err
	}
	deleted := *found
	deleted.DeletedAt = s.clock.Now()
	return s.repository.UpdateMeeting(ctx, &deleted)
}

// existing finds a meeting that is not deleted.
func (s *Service) existing(ctx context.Context, id string) (*Meeting, error) {
	found, err := s.repository.Meeting(ctx, id)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return nil, errors.Join(account.Wrong("meeting", "does not exist"), account.ErrNotFound)
	case err != nil:
		return nil, err
	case !found.DeletedAt.IsZero():
		return nil, account.Wrong("meeting", "is deleted")
	}
	return found, nil
}
