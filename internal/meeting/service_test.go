package meeting

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// memory is a Repository in memory.
type memory struct {
	users       map[string]account.User
	meetings    map[string]Meeting
	registrants map[string]Registrant
}

func (m *memory) User(_ context.Context, id string) (*account.User, error) {
	if u, ok := m.users[id]; ok {
		return &u, nil
	}
	return nil, account.ErrNotFound
}

func (m *memory) Meeting(_ context.Context, id string) (*Meeting, error) {
	if one, ok := m.meetings[id]; ok {
		return &one, nil
	}
	return nil, account.ErrNotFound
}

func (m *memory) CreateMeeting(ctx context.Context, one *Meeting) error {
	return m.UpdateMeeting(ctx, one)
}

func (m *memory) UpdateMeeting(_ context.Context, one *Meeting) error {
	m.meetings[one.ID] = *one
	return nil
}

func (m *memory) NewMeetingNumber(context.Context) (string, error) { return "85802291303", nil }

func (m *memory) Registrant(_ context.Context, id string) (*Registrant, error) {
	if r, ok := m.registrants[id]; ok {
		return &r, nil
	}
	return nil, account.ErrNotFound
}

func (m *memory) RegistrantsByEmail(_ context.Context, meetingID, email string) ([]*Registrant, error) {
	var out []*Registrant
	for _, r := range m.registrants {
		if r.MeetingID == meetingID && strings.EqualFold(r.Email, email) {
			out = append(out, &r)
		}
	}
	return out, nil
}

func (m *memory) CreateRegistrant(_ context.Context, r *Registrant) error {
	for _, k := range m.registrants {
		if k.MeetingID == r.MeetingID && strings.EqualFold(k.Email, r.Email) && k.Panelist == r.Panelist &&
			k.Occurrence.Equal(r.Occurrence) && k.Status != RegistrantCancelled {
			return ErrExists
		}
	}
	r.ID = fmt.Sprintf("r-%d", len(m.registrants))
	m.registrants[r.ID] = *r
	return nil
}

func (m *memory) UpdateRegistrant(_ context.Context, r *Registrant) error {
	m.registrants[r.ID] = *r
	return nil
}

func newFixture() (*Service, *memory) {
	m := &memory{
		users: map[string]account.User{
			"ada": {ID: "ada", AccountID: "a", Status: account.UserActive, Licence: account.Licence{Webinar: true}},
			"ben": {ID: "ben", AccountID: "a", Status: account.UserActive},
			"tom": {ID: "tom", AccountID: "a", Status: account.UserInactive},
			"zoe": {ID: "zoe", AccountID: "b", Status: account.UserActive},
		},
		meetings: map[string]Meeting{}, registrants: map[string]Registrant{},
	}
	n := 0
	newID := func() string { n++; return fmt.Sprintf("m-%d", n) }
	return NewService(m, clockwork.NewFakeClockAt(noon), newID, func(id, passcode string) string { return id + "/" + passcode }), m
}

func wrong(t *testing.T, err error, field string) {
	t.Helper()
	var f *account.FieldError
	if (err == nil) != (field == "") || (field != "" && (!errors.As(err, &f) || f.Field != field || f.Error() == "")) {
		t.Errorf("the error is %v, want one about %q", err, field)
	}
}

func TestCreating(t *testing.T) {
	weekly := []time.Time{noon, noon.AddDate(0, 0, 7)}
	planned := Meeting{HostID: "ada", Topic: "Algebra", Kind: KindScheduled, StartsAt: noon, Duration: time.Hour}
	for _, c := range []struct {
		name   string
		change func(*Meeting)
		field  string
	}{
		{"scheduled", func(*Meeting) {}, ""},
		{"instant", func(m *Meeting) { *m = Meeting{HostID: "ben", Kind: KindInstant} }, ""},
		{"recurring", func(m *Meeting) { m.Kind, m.StartsAt, m.Occurrences = KindRecurring, time.Time{}, weekly }, ""},
		{"webinar", func(m *Meeting) { m.Kind, m.Settings.PracticeSession = KindWebinar, true }, ""},
		{"with an alternative host", func(m *Meeting) { m.AlternativeHosts = []string{"ben"} }, ""},
		{"with approval", func(m *Meeting) { m.Settings.RegistrationRequired, m.Settings.RegistrationApproval = true, true }, ""},
		{"no kind", func(m *Meeting) { m.Kind = "" }, "kind"},
		{"webinar without the licence", func(m *Meeting) { m.Kind, m.HostID = KindWebinar, "ben" }, "host"},
		{"host inactive", func(m *Meeting) { m.HostID = "tom" }, "host"},
		{"host unknown", func(m *Meeting) { m.HostID = "nobody" }, "host"},
		{"topic too long", func(m *Meeting) { m.Topic = strings.Repeat("ä", MaxTopic+1) }, "topic"},
		{"passcode with a blank", func(m *Meeting) { m.Passcode = "a b" }, "passcode"},
		{"passcode too long", func(m *Meeting) { m.Passcode = strings.Repeat("a", MaxPasscode+1) }, "passcode"},
		{"no start", func(m *Meeting) { m.StartsAt = time.Time{} }, "startsAt"},
		{"a start without meaning", func(m *Meeting) { m.Kind = KindInstant }, "startsAt"},
		{"in the year 30000", func(m *Meeting) { m.StartsAt = noon.AddDate(28000, 0, 0) }, "startsAt"},
		{"before the epoch", func(m *Meeting) { m.StartsAt = noon.AddDate(-100, 0, 0) }, "startsAt"},
		{"no duration", func(m *Meeting) { m.Duration = 0 }, "duration"},
		{"too long", func(m *Meeting) { m.Duration = MaxDuration + 1 }, "duration"},
		{"out of order", func(m *Meeting) { m.Kind, m.Occurrences = KindRecurring, []time.Time{weekly[1], weekly[0]} }, "occurrences"},
		{"twice the same", func(m *Meeting) { m.Kind, m.Occurrences = KindRecurring, []time.Time{noon, noon} }, "occurrences"},
		{"too many", func(m *Meeting) {
			m.Kind = KindRecurring
			for i := range MaxOccurrences + 1 {
				m.Occurrences = append(m.Occurrences, noon.AddDate(0, 0, i))
			}
		}, "occurrences"},
		{"negative capacity", func(m *Meeting) { m.Settings.Capacity = -1 }, "capacity"},
		{"negative window", func(m *Meeting) { m.Settings.JoinBeforeHostWindow = -1 }, "joinBeforeHostWindow"},
		{"unknown audio", func(m *Meeting) { m.Settings.Audio = "tube" }, "audio"},
		{"practice in a meeting", func(m *Meeting) { m.Settings.PracticeSession = true }, "practiceSession"},
		{"simulive meeting", func(m *Meeting) { m.Settings.Simulive = true }, "simulive"},
		{"approval of nothing", func(m *Meeting) { m.Settings.RegistrationApproval = true }, "registrationApproval"},
		{"alternative from elsewhere", func(m *Meeting) { m.AlternativeHosts = []string{"zoe"} }, "alternativeHosts"},
		{"alternative unknown", func(m *Meeting) { m.AlternativeHosts = []string{"nobody"} }, "alternativeHosts"},
		{"alternatives without end", func(m *Meeting) { m.AlternativeHosts = make([]string, MaxAlternative+1) }, "alternativeHosts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, kept := newFixture()
			m := planned
			c.change(&m)
			wrong(t, s.Create(context.Background(), &m), c.field)
			if got := len(kept.meetings) == 1; got != (c.field == "") {
				t.Errorf("kept: %v", kept.meetings)
			}
			if c.field == "" && (m.ID == "" || m.Number == "" || m.AccountID != "a" || !m.CreatedAt.Equal(noon)) {
				t.Errorf("made: %+v", m)
			}
		})
	}
}

func TestChangingAndDeleting(t *testing.T) {
	ctx := context.Background()
	s, kept := newFixture()
	m := &Meeting{HostID: "ada", Kind: KindNoFixedTime, Passcode: "one"}
	wrong(t, s.Create(ctx, m), "")
	if m.PasscodeLink != m.ID+"/one" {
		t.Errorf("the link carries %s", m.PasscodeLink)
	}
	changed, err := s.Update(ctx, m.ID, func(m *Meeting) {
		m.Passcode, m.Number, m.AccountID, m.CreatedAt = "two", "1", "b", time.Time{}
	})
	wrong(t, err, "")
	if changed.PasscodeLink != m.ID+"/two" || changed.Number != m.Number || changed.AccountID != "a" || !changed.CreatedAt.Equal(noon) || kept.meetings[m.ID].Passcode != "two" {
		t.Errorf("changed: %+v", changed)
	}
	// A host who was deactivated since stays the host of what is changed otherwise.
	ada := kept.users["ada"]
	ada.Status = account.UserInactive
	kept.users["ada"] = ada
	_, err = s.Update(ctx, m.ID, func(m *Meeting) { m.Topic = "Algebra" })
	wrong(t, err, "")
	_, err = s.Update(ctx, m.ID, func(m *Meeting) { m.HostID = "zoe" })
	wrong(t, err, "host")
	_, err = s.Update(ctx, m.ID, func(m *Meeting) { m.Kind = KindWebinar })
	wrong(t, err, "startsAt")
	wrong(t, s.Delete(ctx, m.ID), "")
	if !kept.meetings[m.ID].DeletedAt.Equal(noon) {
		t.Error("it is not deleted")
	}
	wrong(t, s.Delete(ctx, m.ID), "meeting")
	_, err = s.Update(ctx, "nothing", func(*Meeting) {})
	wrong(t, err, "meeting")
}

func TestRegistering(t *testing.T) {
	ctx := context.Background()
	s, kept := newFixture()
	m := &Meeting{HostID: "ada", Kind: KindWebinar, Duration: time.Hour, Occurrences: []time.Time{noon, noon.AddDate(0, 0, 7)}}
	m.Settings.RegistrationRequired = true
	wrong(t, s.Create(ctx, m), "")
	first, err := s.Register(ctx, m.ID, " kim@home.example", "Kim", "Berg", noon)
	wrong(t, err, "")
	if first.Status != RegistrantApproved || first.Email != "kim@home.example" || first.MeetingID != m.ID || !first.Occurrence.Equal(noon) || first.Panelist {
		t.Errorf("registered: %+v", first)
	}
	if again, err := s.Register(ctx, m.ID, "KIM@home.example", "", "", noon); err != nil || again.ID != first.ID {
		t.Errorf("registered twice: %+v, %v", again, err)
	}
	if all, err := s.Register(ctx, m.ID, "kim@home.example", "", "", time.Time{}); err != nil || all.ID == first.ID {
		t.Errorf("for all occurrences: %+v, %v", all, err)
	}
	panelist, err := s.InvitePanelist(ctx, m.ID, "kim@home.example", "Kim")
	wrong(t, err, "")
	if !panelist.Panelist || panelist.Status != RegistrantApproved || panelist.ID == first.ID {
		t.Errorf("invited: %+v", panelist)
	}
	_, err = s.Update(ctx, m.ID, func(m *Meeting) { m.Settings.RegistrationApproval = true })
	wrong(t, err, "")
	waiting, err := s.Register(ctx, m.ID, "lea@home.example", "", "", time.Time{})
	wrong(t, err, "")
	status := func(want RegistrantStatus) {
		t.Helper()
		if got := kept.registrants[waiting.ID].Status; got != want {
			t.Errorf("the registration is %s, want %s", got, want)
		}
	}
	status(RegistrantPending)
	wrong(t, s.Deny(ctx, waiting.ID), "")
	status(RegistrantDenied)
	wrong(t, s.Cancel(ctx, waiting.ID), "registrant")
	wrong(t, s.Approve(ctx, waiting.ID), "")
	wrong(t, s.Approve(ctx, waiting.ID), "")
	status(RegistrantApproved)
	wrong(t, s.Cancel(ctx, waiting.ID), "")
	status(RegistrantCancelled)
	wrong(t, s.Approve(ctx, waiting.ID), "registrant")
	if again, err := s.Register(ctx, m.ID, "lea@home.example", "", "", time.Time{}); err != nil || again.ID == waiting.ID || again.Status != RegistrantPending {
		t.Errorf("registered anew: %+v, %v", again, err)
	}

	plain := &Meeting{HostID: "ben", Kind: KindNoFixedTime}
	wrong(t, s.Create(ctx, plain), "")
	for field, try := range map[string]func() error{
		"email": func() error { _, err := s.Register(ctx, m.ID, "Kim <kim@home.example>", "", "", noon); return err },
		"firstName": func() error {
			_, err := s.Register(ctx, m.ID, "a@b.example", strings.Repeat("x", 65), "", noon)
			return err
		},
		"lastName":   func() error { _, err := s.Register(ctx, m.ID, "a@b.example", "", "\xff", noon); return err },
		"occurrence": func() error { _, err := s.Register(ctx, m.ID, "a@b.example", "", "", noon.Add(1)); return err },
		"meeting":    func() error { _, err := s.Register(ctx, plain.ID, "a@b.example", "", "", time.Time{}); return err },
		"registrant": func() error { return s.Approve(ctx, "nobody") },
	} {
		wrong(t, try(), field)
	}
	_, err = s.InvitePanelist(ctx, plain.ID, "kim@home.example", "Kim")
	wrong(t, err, "meeting")
}
