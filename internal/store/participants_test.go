package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

func TestAdmit(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		if live, err := w.LiveSession(ctx, m.ID); err != nil || live != nil {
			t.Fatalf("a meeting that never ran has the session %v, %v", live, err)
		}
		one := w.join(m, "Ada", func(a *meeting.AdmitRequest) {
			a.Participant.Role = meeting.RoleHost
			a.Participant.Claims = meeting.IdentityClaims{UserID: "ada", DeviceID: "d", Email: "ada@acme.example"}
			a.Participant.JoinID, a.Participant.View, a.Participant.SDKVersion, a.Participant.Muted, a.Participant.Guest = "join-1", "client", "4.0.0", true, true
			a.Participant.RequestKey, a.EndsBy = "request-1", noon.Add(time.Hour)
			a.Practice = true
		})
		s := one.Session
		if s.Participants != 1 || s.Revision != 1 || !s.HostStarted || !s.Practice || s.Number != m.Number || !s.StartedAt.Equal(noon) {
			t.Fatalf("the session began as %+v", s)
		}
		two := w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Participant.State = meeting.ParticipantWaiting })
		if two.Session.ID != s.ID || two.Session.Participants != 2 || two.Session.Revision != 2 || !two.Session.HostStarted {
			t.Fatalf("the session went on as %+v", two.Session)
		}
		if one.Participant.UserID != 16778240 || two.Participant.UserID != 16778240+1024 {
			t.Fatalf("the participants are numbered %d and %d", one.Participant.UserID, two.Participant.UserID)
		}
		if two.Participant.State != meeting.ParticipantWaiting {
			t.Fatalf("Ben is %s", two.Participant.State)
		}
		got, err := w.Participant(ctx, one.Participant.ID)
		w.must(err)
		wantEqual(t, *got, one.Participant)
		got, err = w.LiveParticipantByRequest(ctx, "request-1")
		w.must(err)
		wantEqual(t, got.ID, one.Participant.ID)
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		wantEqual(t, *live, two.Session)
		used, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		wantEqual(t, used.LastUsedAt, noon)
		w.counted(s.ID, 2)
	})
}

func TestAdmitConflicts(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		known := meeting.IdentityClaims{UserID: "ada"}
		cases := []struct {
			name   string
			before func(m *meeting.Meeting, s meeting.Session)
			change func(a *meeting.AdmitRequest)
			want   error
		}{
			{"as it is", nil, nil, nil},
			{"full", nil, func(a *meeting.AdmitRequest) { a.Capacity = 1 }, ErrConflict},
			{"full, exempt", nil, func(a *meeting.AdmitRequest) { a.Capacity, a.Exempt = 1, true }, nil},
			{"the gate moved", func(_ *meeting.Meeting, s meeting.Session) {
				w.must(w.Mutate(ctx, s.ID, func(tx meeting.Tx) error { tx.BumpRevision(true); return nil }))
			}, nil, ErrConflict},
			{"only the roster moved", func(_ *meeting.Meeting, s meeting.Session) {
				w.must(w.Mutate(ctx, s.ID, func(tx meeting.Tx) error { tx.BumpRevision(false); return nil }))
			}, nil, nil},
			{"ended", func(_ *meeting.Meeting, s meeting.Session) { w.end(s.ID) }, nil, ErrConflict},
			{"another began", nil, func(a *meeting.AdmitRequest) { a.SessionID, a.NewSessionID = "", NewID() }, ErrConflict},
			{"of another meeting", nil, func(a *meeting.AdmitRequest) { a.Meeting = &meeting.Meeting{ID: "other"} }, ErrConflict},
			{"already inside", nil, func(a *meeting.AdmitRequest) { a.Participant.Claims = known }, ErrConflict},
			{"on several devices", nil, func(a *meeting.AdmitRequest) { a.Participant.Claims, a.Participant.AllowMultipleDevices = known, true }, nil},
			{"a participant id twice", nil, func(a *meeting.AdmitRequest) { a.Participant.ID = "fixed" }, ErrConflict},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				m := w.meeting()
				first := w.join(m, "Ada", func(a *meeting.AdmitRequest) {
					a.Participant.Claims = known
					if c.name == "a participant id twice" {
						a.Participant.ID = "fixed"
					}
				})
				req := w.admitRequest(m, "Ben")
				if c.change != nil {
					c.change(&req)
				}
				if c.before != nil {
					c.before(m, first.Session)
				}
				_, err := w.Admit(ctx, req)
				if !errors.Is(err, c.want) {
					t.Fatalf("the error is %v, want %v", err, c.want)
				}
				want := 1
				switch {
				case c.name == "ended":
					want = 0
				case c.want == nil:
					want = 2
				}
				w.counted(first.Session.ID, want)
			})
		}
	})
}

// end ends a session as its host would.
func (w *testDB) end(sessionID string) {
	w.t.Helper()
	w.must(w.Mutate(context.Background(), sessionID, func(tx meeting.Tx) error {
		tx.Session().EndedAt, tx.Session().EndReason = noon.Add(time.Hour), meeting.EndedByHost
		tx.BumpRevision(true)
		return tx.SaveSession()
	}))
}

// TestNoRaceOverAdmits is the promise of the gate: of 200 joins at once into 100
// places exactly 100 are admitted, and a person gets in once.
func TestNoRaceOverAdmits(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		var in, out atomic.Int64
		var group sync.WaitGroup
		for range 200 {
			group.Add(1)
			go func() {
				defer group.Done()
				for try := 0; ; try++ {
					live, err := w.LiveSession(ctx, m.ID)
					if err != nil {
						t.Error(err)
						return
					}
					req := meeting.AdmitRequest{Meeting: m, Capacity: 100, Now: noon, Participant: meeting.Participant{ID: NewID(), LeaseUntil: noon}}
					switch {
					case live == nil:
						req.NewSessionID = NewID()
					case live.Participants >= 100:
						out.Add(1)
						return
					default:
						req.SessionID, req.GateRevision = live.ID, live.GateRevision
					}
					_, err = w.Admit(ctx, req)
					if err == nil {
						in.Add(1)
						return
					}
					if !errors.Is(err, ErrConflict) || try > 3 {
						t.Errorf("try %d: %v", try, err)
						return
					}
				}
			}()
		}
		group.Wait()
		if in.Load() != 100 || out.Load() != 100 {
			t.Fatalf("%d were admitted and %d kept out, want 100 and 100", in.Load(), out.Load())
		}
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		w.counted(live.ID, 100)
		participants, err := w.LiveParticipants(ctx, live.ID)
		w.must(err)
		numbers := map[int64]bool{}
		for _, s := range participants {
			numbers[s.UserID] = true
		}
		if len(numbers) != 100 {
			t.Fatalf("100 participants have %d numbers", len(numbers))
		}
	})
}

func TestOnePersonManyPages(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		first := w.join(m, "Ada")
		var in atomic.Int64
		var group sync.WaitGroup
		for range 20 {
			group.Add(1)
			go func() {
				defer group.Done()
				_, err := w.Admit(ctx, meeting.AdmitRequest{
					Meeting: m, Capacity: 100, Now: noon, SessionID: first.Session.ID, GateRevision: first.Session.GateRevision,
					Participant: meeting.Participant{ID: NewID(), Claims: meeting.IdentityClaims{UserID: "ben"}},
				})
				switch {
				case err == nil:
					in.Add(1)
				case !errors.Is(err, ErrConflict):
					t.Error(err)
				}
			}()
		}
		group.Wait()
		if in.Load() != 1 {
			t.Fatalf("one person was admitted %d times", in.Load())
		}
		w.counted(first.Session.ID, 2)
		inside, err := w.LiveParticipantByIdentity(ctx, first.Session.ID, "user:ben")
		w.must(err)
		if inside == nil || inside.Claims.UserID != "ben" {
			t.Fatalf("inside is %+v", inside)
		}
	})
}

func TestPresenceIsFound(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		owner := w.account()
		m1, m2 := w.meetingOf(owner, "ada"), w.meetingOf(owner, "ada")
		claims := func(a *meeting.AdmitRequest) { a.Participant.Claims = meeting.IdentityClaims{UserID: "ben"} }
		in1, in2 := w.join(m1, "Ben", claims), w.join(m2, "Ben", claims)
		participants, err := w.LiveParticipantsOfUser(ctx, "ben")
		w.must(err)
		if len(participants) != 2 || participants[0].ID != in1.Participant.ID || participants[1].ID != in2.Participant.ID {
			t.Fatalf("Ben's participants are %s", names(participants))
		}
		hosted, err := w.LiveSessionsOfHost(ctx, "ada")
		w.must(err)
		if len(hosted) != 2 {
			t.Fatalf("Ada hosts %d sessions", len(hosted))
		}
		w.end(in1.Session.ID)
		participants, err = w.LiveParticipantsOfUser(ctx, "ben")
		w.must(err)
		if len(participants) != 1 || participants[0].ID != in2.Participant.ID {
			t.Fatalf("Ben's participants are %s", names(participants))
		}
		moved := *m2
		moved.HostID = "zoe"
		w.must(w.UpdateMeeting(ctx, &moved))
		for host, want := range map[string]int{"ada": 0, "zoe": 1} {
			hosted, err = w.LiveSessionsOfHost(ctx, host)
			w.must(err)
			if len(hosted) != want {
				t.Fatalf("%s hosts %d sessions, want %d", host, len(hosted), want)
			}
		}
		last, err := w.LastSession(ctx, m1.ID)
		w.must(err)
		if last == nil || last.ID != in1.Session.ID || last.EndReason != meeting.EndedByHost || last.Live() {
			t.Fatalf("the last session is %+v", last)
		}
		if last, err = w.LastSession(ctx, m2.ID); err != nil || last != nil {
			t.Fatalf("a meeting that still runs has the last session %v, %v", last, err)
		}
		again := w.join(m1, "Ben", claims)
		if again.Session.ID == in1.Session.ID {
			t.Fatal("an ended session went on")
		}
	})
}

func TestANULInATextRefusesNobody(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		one := w.join(m, "Ada\x00", func(a *meeting.AdmitRequest) { a.Participant.View, a.Participant.JoinID = "client\x00", "one\x00" })
		two := w.join(m, "Ben\x00")
		w.counted(one.Session.ID, 2)
		for _, admitted := range []meeting.Admitted{one, two} {
			got, err := w.Participant(ctx, admitted.Participant.ID)
			w.must(err)
			if got.Name[:3] != admitted.Participant.Name[:3] {
				t.Errorf("%q is kept as %q", admitted.Participant.Name, got.Name)
			}
		}
		if _, err := w.MeetingByNumber(ctx, "12\x00"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a number with a NUL: %v", err)
		}
		w.must(w.Mutate(ctx, one.Session.ID, func(tx meeting.Tx) error {
			return tx.AddChat(meeting.ChatMessage{ID: NewID(), SessionID: one.Session.ID, SenderParticipantID: one.Participant.ID, Text: "hello\x00", SentAt: noon})
		}))
	})
}
