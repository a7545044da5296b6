package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// TestSwapsAtOnceLeaveOneLiveSeat: each of many newcomers takes a seat over at the
// generation it saw; the rest are told, and look again.
func TestSwapsAtOnceLeaveOneLiveSeat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		first := w.join(w.meeting(), "Ada", func(a *meeting.TakeSeat) { a.Seat.Marks = meeting.Marks{UserID: "ada"} })
		late := errors.New("too late")
		var mu sync.Mutex
		var wg sync.WaitGroup
		swapped := 0
		for range 8 {
			wg.Go(func() {
				err := w.Mutate(ctx, first.Session.ID, func(tx meeting.Tx) error {
					seat, err := tx.SeatByID(first.Seat.ID)
					if err != nil {
						return err
					}
					if seat.Generation != 1 {
						return late
					}
					seat.Generation++
					seat.JoinID, seat.RequestKey = "newer", "newer"
					seat.Extras.NoteTakeOver(time.Now())
					return tx.SaveSeat(seat)
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					swapped++
				} else if !errors.Is(err, late) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.counted(first.Session.ID, 1)
		kept, err := w.Seat(ctx, first.Seat.ID)
		w.must(err)
		if swapped != 1 || kept.Generation != 2 || kept.RequestKey != "newer" || kept.Extras.TakenOver[0] == 0 {
			t.Fatalf("%d swaps leave %+v", swapped, kept)
		}
	})
}

// TestAddSeat: one seat goes as another comes, in one transaction and under a number of
// its own.
func TestAddSeat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		added := w.ask(m, "Ben").Seat
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			added = w.ask(m, "Ben").Seat
			added.ID, added.State, added.Role, added.Generation = NewID(), meeting.SeatJoined, meeting.RoleAttendee, 1
			tx.AddSeat(&added)
			old, err := tx.SeatByID(ada.Seat.ID)
			if err != nil {
				return err
			}
			old.State = meeting.SeatLeft
			tx.Touch(false)
			return tx.SaveSeat(old)
		}))
		w.counted(ada.Session.ID, 1)
		seats, err := w.LiveSeats(ctx, ada.Session.ID)
		w.must(err)
		if len(seats) != 1 || seats[0].Name != "Ben" || seats[0].UserID != ada.Seat.UserID+userIDStep || seats[0].MeetingID != m.ID {
			t.Fatalf("inside are %s: %+v", names(seats), seats[0])
		}
		if cy := w.join(m, "Cy"); cy.Seat.UserID != seats[0].UserID+userIDStep {
			t.Fatalf("the next number is %d", cy.Seat.UserID)
		}
	})
}

// TestLostSeatsAreCounted: a session knows how many of its seats have nobody behind them.
func TestLostSeatsAreCounted(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben := w.join(m, "Ada"), w.join(m, "Ben")
		set := func(id string, change func(*meeting.Seat)) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
				seat, err := tx.SeatByID(id)
				if err != nil {
					return err
				}
				change(seat)
				return tx.SaveSeat(seat)
			}))
		}
		lost := func(want int) {
			t.Helper()
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			stored, err := w.Session(ctx, live.ID)
			w.must(err)
			if live.Lost != want || stored.Lost != want || live.Deserted() != (want == live.Seats) {
				t.Fatalf("%d and %d are lost of %d, want %d", live.Lost, stored.Lost, live.Seats, want)
			}
		}
		lost(0)
		set(ada.Seat.ID, func(s *meeting.Seat) { s.Lost(time.Now()) })
		lost(1)
		set(ben.Seat.ID, func(s *meeting.Seat) { s.Lost(time.Now()) })
		lost(2)
		_, err := w.ResumeSeat(ctx, ben.Seat.ID, 1, time.Now().Add(time.Minute), []byte{7})
		w.must(err)
		lost(1)
		set(ada.Seat.ID, func(s *meeting.Seat) { s.State = meeting.SeatLost })
		lost(0)
		if kept, err := w.Seat(ctx, ben.Seat.ID); err != nil || string(kept.SignatureDigest) != "\x07" {
			t.Fatalf("the digest is %v, %v", kept.SignatureDigest, err)
		}
		w.end(ada.Session.ID)
	})
}
