package meeting

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/internal/account"
)

// Bounds of what a meeting may be.
const (
	MaxTopic       = 200
	MaxPasscode    = 32
	MaxDuration    = 7 * 24 * time.Hour
	MaxOccurrences = 366
	MaxAlternative = 100
	// lastYear bounds moments, which are kept as a number of microseconds.
	lastYear = 9999
)

var isZero time.Time

// complete checks a meeting, old being what it was before, and fills in what follows
// from the rest.
func (s *Service) complete(ctx context.Context, m, old *Meeting) error {
	faults := m.shape()
	faults = append(faults, m.schedule()...)
	hosts, err := s.hosts(ctx, m, old)
	if err != nil {
		return err
	}
	if faults = append(faults, hosts...); len(faults) > 0 {
		return errors.Join(faults...)
	}
	if m.PasscodeLink = ""; m.Passcode != "" {
		m.PasscodeLink = s.link(m.ID, m.Passcode)
	}
	return nil
}

// shape checks what a meeting says by itself.
func (m *Meeting) shape() (faults []error) {
	bad := func(field, format string, args ...any) {
		faults = append(faults, account.Wrong(field, format, args...))
	}
	if utf8.RuneCountInString(m.Topic) > MaxTopic || !utf8.ValidString(m.Topic) {
		bad("topic", "must have at most %d characters", MaxTopic)
	}
	if !slices.Contains([]Kind{KindInstant, KindScheduled, KindRecurring, KindNoFixedTime, KindWebinar}, m.Kind) {
		bad("kind", "must be instant, scheduled, recurring, no_fixed_time or webinar")
	}
	if utf8.RuneCountInString(m.Passcode) > MaxPasscode || strings.IndexFunc(m.Passcode, unprintable) >= 0 {
		bad("passcode", "must have at most %d visible characters", MaxPasscode)
	}
	set := &m.Settings
	if set.Capacity < 0 {
		bad("capacity", "must not be negative")
	}
	if set.JoinBeforeHostWindow < 0 {
		bad("joinBeforeHostWindow", "must not be negative")
	}
	if !slices.Contains([]string{"", "voip", "both", "third_party"}, set.Audio) {
		bad("audio", "must be voip, both or third_party")
	}
	if !m.IsWebinar() && set.PracticeSession {
		bad("practiceSession", "is for webinars")
	}
	if !m.IsWebinar() && set.Simulive {
		bad("simulive", "is for webinars")
	}
	if set.RegistrationApproval && !set.RegistrationRequired {
		bad("registrationApproval", "needs registrationRequired")
	}
	return faults
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

// schedule checks when a meeting takes place.
func (m *Meeting) schedule() (faults []error) {
	bad := func(field, format string, args ...any) {
		faults = append(faults, account.Wrong(field, format, args...))
	}
	if m.Kind == KindInstant || m.Kind == KindNoFixedTime {
		if !m.StartsAt.IsZero() || len(m.Occurrences) > 0 {
			bad("startsAt", "must be empty for a meeting without a fixed time")
		}
		return faults
	}
	moments := append([]time.Time{m.StartsAt}, m.Occurrences...)
	if m.StartsAt.IsZero() && len(m.Occurrences) == 0 {
		bad("startsAt", "is missing")
		moments = nil
	} else if m.StartsAt.IsZero() {
		moments = m.Occurrences
	}
	for _, at := range moments {
		if at.Year() < 1970 || at.Year() > lastYear {
			bad("startsAt", "must be between the years 1970 and %d", lastYear)
			break
		}
	}
	if m.Duration <= 0 || m.Duration > MaxDuration {
		bad("duration", "must be more than 0 and at most %d days", int(MaxDuration.Hours())/24)
	}
	if len(m.Occurrences) > MaxOccurrences {
		bad("occurrences", "has %d entries; at most %d are allowed", len(m.Occurrences), MaxOccurrences)
	}
	if !slices.IsSortedFunc(m.Occurrences, func(a, b time.Time) int {
		if a.After(b) {
			return 1
		}
		return -1 // the same moment twice is no order either
	}) {
		bad("occurrences", "must be in chronological order")
	}
	return faults
}

// hosts checks who hosts a meeting. A host who was good enough before stays so.
func (s *Service) hosts(ctx context.Context, m, old *Meeting) (faults []error, err error) {
	if old == nil || m.HostID != old.HostID || m.Kind != old.Kind {
		host, err := s.repository.User(ctx, m.HostID)
		switch {
		case errors.Is(err, account.ErrNotFound):
			return append(faults, account.Wrong("host", "is not a user")), nil
		case err != nil:
			return nil, err
		case host.Status != account.UserActive:
			faults = append(faults, account.Wrong("host", "is %s; only active users can host meetings", host.Status))
		case old != nil && host.AccountID != m.AccountID:
			faults = append(faults, account.Wrong("host", "is a user of another account"))
		case m.IsWebinar() && !host.Licence.Webinar:
			faults = append(faults, account.Wrong("host", "has no license for webinars"))
		}
		m.AccountID = host.AccountID
		if old != nil {
			m.AccountID = old.AccountID
		}
	}
	if len(m.AlternativeHosts) > MaxAlternative {
		faults = append(faults, account.Wrong("alternativeHosts", "has %d entries; at most %d are allowed", len(m.AlternativeHosts), MaxAlternative))
		return faults, nil
	}
	for _, id := range m.AlternativeHosts {
		if old != nil && slices.Contains(old.AlternativeHosts, id) {
			continue
		}
		user, err := s.repository.User(ctx, id)
		switch {
		case errors.Is(err, account.ErrNotFound):
			faults = append(faults, account.Wrong("alternativeHosts", "has an entry that is not a user"))
		case err != nil:
			return nil, err
		case user.AccountID != m.AccountID || user.Status != account.UserActive:
			faults = append(faults, account.Wrong("alternativeHosts", "must be active users of the host's account"))
		}
	}
	return faults, nil
}
