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

func TestTakeSeat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		if live, err := w.LiveSession(ctx, m.ID); err != nil || live != nil {
			t.Fatalf("a meeting that never ran has the session %v, %v", live, err)
		}
		one := w.join(m, "Ada", func(a *meeting.TakeSeat) {
			a.Seat.Role = meeting.RoleHost
			a.Seat.Marks = meeting.Marks{UserID: "ada", DeviceID: "d", Email: "ada@acme.example"}
			a.Seat.JoinID, a.Seat.View, a.Seat.SDKVersion, a.Seat.Muted, a.Seat.Guest = "join-1", "client", "4.0.0", true, true
			a.Seat.RequestKey, a.EndsBy = "request-1", noon.Add(time.Hour)
			a.Practice = true
		})
		s := one.Session
		if s.Seats != 1 || s.Revision != 1 || !s.HostStarted || !s.Practice || s.Number != m.Number || !s.StartedAt.Equal(noon) {
			t.Fatalf("the session began as %+v", s)
		}
		two := w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.State = meeting.SeatWaiting })
		if two.Session.ID != s.ID || two.Session.Seats != 2 || two.Session.Revision != 2 || !two.Session.HostStarted {
			t.Fatalf("the session went on as %+v", two.Session)
		}
		if one.Seat.UserID != 16778240 || two.Seat.UserID != 16778240+1024 {
			t.Fatalf("the seats are numbered %d and %d", one.Seat.UserID, two.Seat.UserID)
		}
		if two.Seat.State != meeting.SeatWaiting {
			t.Fatalf("Ben is %s", two.Seat.State)
		}
		got, err := w.Seat(ctx, one.Seat.ID)
		w.must(err)
		wantEqual(t, *got, one.Seat)
		got, err = w.LiveSeatByRequest(ctx, "request-1")
		w.must(err)
		wantEqual(t, got.ID, one.Seat.ID)
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		wantEqual(t, *live, two.Session)
		used, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		wantEqual(t, used.LastUsedAt, noon)
		w.counted(s.ID, 2)
	})
}

func TestTakeSeatConflicts(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		known := meeting.Marks{UserID: "ada"}
		cases := []struct {
			name   string
			before func(m *meeting.Meeting, s meeting.Session)
			change func(a *meeting.TakeSeat)
			want   error
		}{
			{"as it is", nil, nil, nil},
			{"full", nil, func(a *meeting.TakeSeat) { a.Capacity = 1 }, ErrConflict},
			{"full, exempt", nil, func(a *meeting.TakeSeat) { a.Capacity, a.Exempt = 1, true }, nil},
			{"the gate moved", func(_ *meeting.Meeting, s meeting.Session) {
				w.must(w.Mutate(ctx, s.ID, func(tx meeting.Tx) error { tx.Touch(true); return nil }))
			}, nil, ErrConflict},
			{"only the roster moved", func(_ *meeting.Meeting, s meeting.Session) {
				w.must(w.Mutate(ctx, s.ID, func(tx meeting.Tx) error { tx.Touch(false); return nil }))
			}, nil, nil},
			{"ended", func(_ *meeting.Meeting, s meeting.Session) { w.end(s.ID) }, nil, ErrConflict},
			{"another began", nil, func(a *meeting.TakeSeat) { a.SessionID, a.NewSessionID = "", NewID() }, ErrConflict},
			{"of another meeting", nil, func(a *meeting.TakeSeat) { a.Meeting = &meeting.Meeting{ID: "other"} }, ErrConflict},
			{"already inside", nil, func(a *meeting.TakeSeat) { a.Seat.Marks = known }, ErrConflict},
			{"on several devices", nil, func(a *meeting.TakeSeat) { a.Seat.Marks, a.Seat.SeveralDevices = known, true }, nil},
			{"a seat id twice", nil, func(a *meeting.TakeSeat) { a.Seat.ID = "fixed" }, ErrConflict},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				m := w.meeting()
				first := w.join(m, "Ada", func(a *meeting.TakeSeat) {
					a.Seat.Marks = known
					if c.name == "a seat id twice" {
						a.Seat.ID = "fixed"
					}
				})
				ask := w.ask(m, "Ben")
				if c.change != nil {
					c.change(&ask)
				}
				if c.before != nil {
					c.before(m, first.Session)
				}
				_, err := w.TakeSeat(ctx, ask)
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
func (w *world) end(sessionID string) {
	w.t.Helper()
	w.must(w.Mutate(context.Background(), sessionID, func(tx meeting.Tx) error {
		tx.Session().EndedAt, tx.Session().EndReason = noon.Add(time.Hour), meeting.EndedByHost
		tx.Touch(true)
		return tx.SaveSession()
	}))
}

// TestNoRaceOverAdmits is the promise of the gate: of 200 joins at once into
// 100 places exactly 100 are let in, and a person gets in once.
func TestNoRaceOverAdmits(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
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
					ask := meeting.TakeSeat{Meeting: m, Capacity: 100, Now: noon, Seat: meeting.Seat{ID: NewID(), LeaseUntil: noon}}
					switch {
					case live == nil:
						ask.NewSessionID = NewID()
					case live.Seats >= 100:
						out.Add(1)
						return
					default:
						ask.SessionID, ask.GateRevision = live.ID, live.GateRevision
					}
					_, err = w.TakeSeat(ctx, ask)
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
			t.Fatalf("%d were let in and %d kept out, want 100 and 100", in.Load(), out.Load())
		}
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		w.counted(live.ID, 100)
		seats, err := w.LiveSeats(ctx, live.ID)
		w.must(err)
		numbers := map[int64]bool{}
		for _, s := range seats {
			numbers[s.UserID] = true
		}
		if len(numbers) != 100 {
			t.Fatalf("100 seats have %d numbers", len(numbers))
		}
	})
}

func TestOnePersonManyPages(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		first := w.join(m, "Ada")
		var in atomic.Int64
		var group sync.WaitGroup
		for range 20 {
			group.Add(1)
			go func() {
				defer group.Done()
				_, err := w.TakeSeat(ctx, meeting.TakeSeat{
					Meeting: m, Capacity: 100, Now: noon, SessionID: first.Session.ID, GateRevision: first.Session.GateRevision,
					Seat: meeting.Seat{ID: NewID(), Marks: meeting.Marks{UserID: "ben"}},
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
			t.Fatalf("one person got %d seats", in.Load())
		}
		w.counted(first.Session.ID, 2)
		inside, err := w.LiveSeatByIdentity(ctx, first.Session.ID, "user:ben")
		w.must(err)
		if inside == nil || inside.Marks.UserID != "ben" {
			t.Fatalf("inside is %+v", inside)
		}
	})
}

func TestPresenceIsFound(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		owner := w.account()
		m1, m2 := w.meetingOf(owner, "ada"), w.meetingOf(owner, "ada")
		marks := func(a *meeting.TakeSeat) { a.Seat.Marks = meeting.Marks{UserID: "ben"} }
		in1, in2 := w.join(m1, "Ben", marks), w.join(m2, "Ben", marks)
		seats, err := w.LiveSeatsOfUser(ctx, "ben")
		w.must(err)
		if len(seats) != 2 || seats[0].ID != in1.Seat.ID || seats[1].ID != in2.Seat.ID {
			t.Fatalf("Ben's seats are %s", names(seats))
		}
		hosted, err := w.LiveSessionsOfHost(ctx, "ada")
		w.must(err)
		if len(hosted) != 2 {
			t.Fatalf("Ada hosts %d sessions", len(hosted))
		}
		w.end(in1.Session.ID)
		seats, err = w.LiveSeatsOfUser(ctx, "ben")
		w.must(err)
		if len(seats) != 1 || seats[0].ID != in2.Seat.ID {
			t.Fatalf("Ben's seats are %s", names(seats))
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
		again := w.join(m1, "Ben", marks)
		if again.Session.ID == in1.Session.ID {
			t.Fatal("an ended session went on")
		}
	})
}

func TestANULInATextCostsNobodyTheirSeat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		one := w.join(m, "Ada\x00", func(a *meeting.TakeSeat) { a.Seat.View, a.Seat.JoinID = "client\x00", "one\x00" })
		two := w.join(m, "Ben\x00")
		w.counted(one.Session.ID, 2)
		for _, taken := range []meeting.Taken{one, two} {
			got, err := w.Seat(ctx, taken.Seat.ID)
			w.must(err)
			if got.Name[:3] != taken.Seat.Name[:3] {
				t.Errorf("%q is kept as %q", taken.Seat.Name, got.Name)
			}
		}
		if _, err := w.MeetingByNumber(ctx, "12\x00"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a number with a NUL: %v", err)
		}
		w.must(w.Mutate(ctx, one.Session.ID, func(tx meeting.Tx) error {
			return tx.AddChat(meeting.ChatMessage{ID: NewID(), SessionID: one.Session.ID, SenderSeatID: one.Seat.ID, Text: "hello\x00", SentAt: noon})
		}))
	})
}
