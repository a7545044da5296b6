package credential

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

type registrations map[string]*meeting.Registrant

var errBroken = errors.New("disk on fire")

func (r registrations) Registrant(_ context.Context, id string) (*meeting.Registrant, error) {
	if id == "broken" {
		return nil, errBroken
	}
	if one := r[id]; one != nil {
		return one, nil
	}
	return nil, ErrNotFound
}

func TestTK(t *testing.T) {
	const id = "01890000-0000-7000-8000-000000000001"
	weekly := &meeting.Meeting{
		ID: "m-1", Kind: meeting.KindRecurring, StartsAt: noon, Duration: time.Hour,
		Occurrences: []time.Time{noon, noon.AddDate(0, 0, 7), noon.AddDate(0, 0, 14)},
	}
	running := func(at time.Time) *meeting.Session { return &meeting.Session{ID: "s", StartedAt: at} }
	week := weekly.Occurrences
	for _, tc := range []struct {
		name   string
		change func(*meeting.Registrant)
		live   *meeting.Session
		now    time.Time
		fault  string
	}{
		{"approved", func(*meeting.Registrant) {}, nil, noon, ""},
		{"pending", func(r *meeting.Registrant) { r.Status = meeting.RegistrantPending }, nil, noon, "tk_pending"},
		{"denied", func(r *meeting.Registrant) { r.Status = meeting.RegistrantDenied }, nil, noon, "registrant_denied"},
		{"cancelled", func(r *meeting.Registrant) { r.Status = meeting.RegistrantCancelled }, nil, noon, "tk_cancelled"},
		{"another meeting's", func(r *meeting.Registrant) { r.MeetingID = "m-2" }, nil, noon, "tk_other_meeting"},
		{"another meeting's, denied there", func(r *meeting.Registrant) { r.MeetingID, r.Status = "m-2", meeting.RegistrantDenied }, nil, noon, "tk_other_meeting"},
		{"a panelist's", func(r *meeting.Registrant) { r.Panelist = true }, nil, noon, ""},
		{"of the occurrence that is on", func(r *meeting.Registrant) { r.Occurrence = week[0] }, nil, noon.Add(time.Minute), ""},
		{"of the next one, before it", func(r *meeting.Registrant) { r.Occurrence = week[1] }, nil, noon.Add(24 * time.Hour), ""},
		{"of a later one", func(r *meeting.Registrant) { r.Occurrence = week[1] }, nil, noon, "tk_other_meeting"},
		{"of one that is over", func(r *meeting.Registrant) { r.Occurrence = week[0] }, nil, noon.Add(24 * time.Hour), ""},
		{"of one that is over, while another runs", func(r *meeting.Registrant) { r.Occurrence = week[0] }, running(week[1]), week[1].Add(time.Minute), "tk_other_meeting"},
		{"of one that runs over time", func(r *meeting.Registrant) { r.Occurrence = week[0] }, running(week[0]), week[0].Add(2 * time.Hour), ""},
		{"of one that was begun early", func(r *meeting.Registrant) { r.Occurrence = week[1] }, running(week[1].Add(-time.Hour)), week[1].Add(-time.Minute), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &meeting.Registrant{ID: id, MeetingID: "m-1", Email: "ada@home.example", Status: meeting.RegistrantApproved}
			tc.change(r)
			tokens := NewRegistrantTokens(testKey, registrations{id: r})
			token := tokens.Token(id)
			if !regexp.MustCompile(`^[\w-]+\.[\w-]+$`).MatchString(token) || token != tokens.Token(id) || strings.Contains(token, id) {
				t.Fatalf("the tk is %s", token)
			}
			got, err := tokens.Read(t.Context(), token, weekly, tc.live, tc.now)
			if err != nil || !got.Given || got.Fault != tc.fault || got.Valid() != (tc.fault == "") {
				t.Fatalf("%+v %v", got, err)
			}
			if got.RegistrantID != id || got.Email != r.Email || got.Panelist != r.Panelist || !got.Occurrence.Equal(r.Occurrence) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWhatIsNoTK(t *testing.T) {
	const id = "01890000-0000-7000-8000-000000000001"
	m := &meeting.Meeting{ID: "m-1"}
	tokens := NewRegistrantTokens(testKey, registrations{id: {ID: id, MeetingID: "m-1", Status: meeting.RegistrantApproved}})
	good := tokens.Token(id)
	other := NewRegistrantTokens([]byte("another"), registrations{}).Token(id)
	for _, text := range []string{
		"rubbish", ".", "a.b", good + "x", good[:len(good)-1], good + ".", " " + good, "é" + good, other,
		strings.Repeat("A", 64<<10), good + strings.Repeat("A", 64<<10), strings.ToUpper(good), tokens.Token("nobody"), "undefined",
	} {
		got, err := tokens.Read(t.Context(), text, m, nil, noon)
		if err != nil || got.Given || got.Valid() || got.Panelist {
			t.Errorf("%.40q: %+v %v", text, got, err)
		}
	}
	got, err := tokens.Read(t.Context(), id, m, nil, noon)
	if err != nil || got.Valid() || got.Fault != "registrant_id_as_tk" {
		t.Errorf("the id: %+v %v", got, err)
	}
	if _, err := tokens.Read(t.Context(), tokens.Token("broken"), m, nil, noon); !errors.Is(err, errBroken) {
		t.Errorf("a failing store is taken for an answer: %v", err)
	}
}

// FuzzTK looks for a tk that is believed and was not made here.
func FuzzTK(f *testing.F) {
	tokens := NewRegistrantTokens(testKey, registrations{"r": {ID: "r", MeetingID: "m", Status: meeting.RegistrantApproved}})
	good := tokens.Token("r")
	f.Add(good)
	f.Add("r")
	f.Add("cg.")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := tokens.Read(context.Background(), text, &meeting.Meeting{ID: "m"}, nil, noon)
		if err != nil || (got.Valid() && text != good) {
			t.Fatalf("%q: %+v %v", text, got, err)
		}
	})
}
