package meeting

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/anteroom/anteroom/internal/account"
)

// Bounds of what a registrant says.
const (
	maxAddress = 128
	maxName    = 64
)

// Register registers somebody for a meeting that asks for it; an occurrence is the
// start of the only one they will attend, zero for all. Whoever is registered
// already gets that registration again. It waits for approval where the meeting
// says so. A *account.FieldError names each input that is wrong.
func (s *Service) Register(ctx context.Context, meetingID, email, firstName, lastName string, occurrence time.Time) (*Registrant, error) {
	m, err := s.existing(ctx, meetingID)
	if err != nil {
		return nil, err
	}
	if !m.Settings.RegistrationRequired {
		return nil, account.Wrong("meeting", "does not require registration")
	}
	if !occurrence.IsZero() && !slices.ContainsFunc(m.Occurrences, occurrence.Equal) {
		return nil, account.Wrong("occurrence", "is not an occurrence of the meeting")
	}
	r := &Registrant{Email: email, FirstName: firstName, LastName: lastName, Status: RegistrantApproved, Occurrence: occurrence}
	if m.Settings.RegistrationApproval {
		r.Status = RegistrantPending
	}
	return s.enter(ctx, m, r)
}

// InvitePanelist makes somebody a panelist of a webinar; whoever is one already gets
// that invitation again.
func (s *Service) InvitePanelist(ctx context.Context, webinarID, email, name string) (*Registrant, error) {
	m, err := s.existing(ctx, webinarID)
	if err != nil {
		return nil, err
	}
	if !m.IsWebinar() {
		return nil, account.Wrong("meeting", "is not a webinar; only webinars have panelists")
	}
	return s.enter(ctx, m, &Registrant{Email: email, FirstName: name, Status: RegistrantApproved, Panelist: true})
}

// enter stores a registrant, or finds the one who is entered already.
func (s *Service) enter(ctx context.Context, m *Meeting, r *Registrant) (*Registrant, error) {
	var faults []error
	r.Email = strings.TrimSpace(r.Email)
	if parsed, err := mail.ParseAddress(r.Email); err != nil || parsed.Address != r.Email || len(r.Email) > maxAddress {
		faults = append(faults, account.Wrong("email", "must be one email address of at most %d characters", maxAddress))
	}
	for _, name := range [][2]string{{"firstName", r.FirstName}, {"lastName", r.LastName}} {
		if utf8.RuneCountInString(name[1]) > maxName || !utf8.ValidString(name[1]) {
			faults = append(faults, account.Wrong(name[0], "must have at most %d characters", maxName))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	r.MeetingID, r.CreatedAt = m.ID, s.clock.Now()
	err := s.repository.CreateRegistrant(ctx, r)
	if !errors.Is(err, ErrExists) {
		return r, err
	}
	all, err := s.repository.RegistrantsByEmail(ctx, m.ID, r.Email)
	if err != nil {
		return nil, err
	}
	for _, known := range all {
		if known.Status != RegistrantCancelled && known.Panelist == r.Panelist && known.Occurrence.Equal(r.Occurrence) {
			return known, nil
		}
	}
	return nil, ErrExists // it was cancelled this moment: trying again helps
}

// Approve lets a registrant in who waits for it or had been denied.
func (s *Service) Approve(ctx context.Context, registrantID string) error {
	return s.decide(ctx, registrantID, RegistrantApproved, RegistrantPending, RegistrantDenied)
}

// Deny stores a registrant out (3620).
func (s *Service) Deny(ctx context.Context, registrantID string) error {
	return s.decide(ctx, registrantID, RegistrantDenied, RegistrantPending, RegistrantApproved)
}

// Cancel ends a registration or a panelist's invitation; the address may register
// anew.
func (s *Service) Cancel(ctx context.Context, registrantID string) error {
	return s.decide(ctx, registrantID, RegistrantCancelled, RegistrantPending, RegistrantApproved)
}

func (s *Service) decide(ctx context.Context, id string, to RegistrantStatus, from ...RegistrantStatus) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.repository.Registrant(ctx, id)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return errors.Join(account.Wrong("registrant", "does not exist"), account.ErrNotFound)
	case err != nil:
		return err
	case found.Status == to:
		return nil
	case !slices.Contains(from, found.Status):
		return account.Wrong("registrant", "is %s and cannot become %s", found.Status, to)
	}
	changed := *found
	changed.Status = to
	return s.repository.UpdateRegistrant(ctx, &changed)
}
