package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

func TestMutate(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben := w.join(m, "Ada"), w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.Marks.DeviceID = "device" })
		id := ada.Session.ID
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			seats, err := tx.Seats()
			if err != nil {
				return err
			}
			if got := names(seats); got != "Ada:joined Ben:joined " {
				return fmt.Errorf("the seats are %s", got)
			}
			byNumber, err := tx.SeatByUserID(ben.Seat.UserID)
			if err != nil || byNumber != seats[1] {
				return fmt.Errorf("one seat has two objects: %w", err)
			}
			byNumber.Name, byNumber.HandRaised, byNumber.Role = "Benjamin", true, meeting.RoleCoHost
			tx.Session().Locked = true
			if revision := tx.Touch(true); revision != 3 {
				return fmt.Errorf("the revision is %d, want 3", revision)
			}
			return tx.SaveSeat(byNumber)
		}))
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if !live.Locked || live.Revision != 3 || live.GateRevision != ada.Session.GateRevision+1 || live.Seats != 2 {
			t.Fatalf("the session is %+v", live)
		}
		seat, err := w.Seat(ctx, ben.Seat.ID)
		w.must(err)
		if seat.Name != "Benjamin" || !seat.HandRaised || seat.Role != meeting.RoleCoHost || seat.Marks.DeviceID != "device" {
			t.Fatalf("the seat is %+v", seat)
		}

		refused := errors.New("refused")
		err = w.Mutate(ctx, id, func(tx meeting.Tx) error {
			seat, err := tx.SeatByID(ben.Seat.ID)
			if err != nil {
				return err
			}
			seat.State = meeting.SeatLeft
			tx.Touch(true)
			if err := errors.Join(tx.SaveSeat(seat), tx.SaveSession(), tx.AddRemoval(seat, noon)); err != nil {
				return err
			}
			return refused
		})
		wantError(t, err, refused)
		after, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		wantEqual(t, after, live)
		w.counted(id, 2)
	})
}

func TestRemovalAndLeaving(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		ben := w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.Marks = meeting.Marks{UserID: "ben", DeviceID: "d"} })
		id := ada.Session.ID
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			seat, err := tx.SeatByID(ben.Seat.ID)
			if err != nil {
				return err
			}
			if err := tx.AddRemoval(seat, noon); err != nil {
				return err
			}
			tx.Touch(true)
			seat.State, seat.LeftAt = meeting.SeatRemoved, noon
			if err := tx.SaveSeat(seat); err != nil {
				return err
			}
			if gone, err := tx.SeatByUserID(ben.Seat.UserID); err != nil || gone != nil {
				return fmt.Errorf("a removed seat is still found: %v, %w", gone, err)
			}
			seats, err := tx.Seats()
			if err != nil || len(seats) != 1 {
				return fmt.Errorf("%d seats are left, %w", len(seats), err)
			}
			return nil
		}))
		w.counted(id, 1)
		removals, err := w.Removals(ctx, id)
		w.must(err)
		wantEqual(t, removals, []Removal{{Marks: ben.Seat.Marks, Name: "Ben", At: noon}})
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if live.Removals != 1 {
			t.Fatalf("the session counts %d removals", live.Removals)
		}
		// The place and the identity are free again.
		w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.Marks, a.Capacity = ben.Seat.Marks, 2 })
		w.end(id)
		w.counted(id, 0)
		gone, err := w.Seat(ctx, ada.Seat.ID)
		w.must(err)
		if gone.State != meeting.SeatLeft || !gone.LeftAt.Equal(noon.Add(time.Hour)) {
			t.Fatalf("Ada's seat is %+v", gone)
		}
		removed, err := w.Seat(ctx, ben.Seat.ID)
		w.must(err)
		wantEqual(t, removed.State, meeting.SeatRemoved)
		wantError(t, w.Mutate(ctx, id, func(meeting.Tx) error { return nil }), ErrNotFound)
		wantError(t, w.Mutate(ctx, "nothing", func(meeting.Tx) error { return nil }), ErrNotFound)
	})
}

func TestSeatsStayOnHoldWhenTheyAreLeft(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		ben := w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.Marks = meeting.Marks{DeviceID: "ben's"} })
		id := ada.Session.ID
		change := func(seatID string, do func(*meeting.Seat)) {
			t.Helper()
			w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
				seat, err := tx.SeatByID(seatID)
				if err != nil {
					return err
				}
				do(seat)
				return tx.SaveSeat(seat)
			}))
		}
		onHold := func(want int) (marks []meeting.Marks) {
			t.Helper()
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			seats, err := w.HeldSeats(ctx, id)
			w.must(err)
			for _, seat := range seats {
				marks = append(marks, seat.Marks)
			}
			if live.OnHold != want || len(marks) != want {
				t.Fatalf("%d seats are on hold, %d are counted, want %d", len(marks), live.OnHold, want)
			}
			return marks
		}
		onHold(0)
		change(ben.Seat.ID, func(seat *meeting.Seat) { seat.State, seat.OnHold = meeting.SeatWaiting, true })
		change(ben.Seat.ID, func(seat *meeting.Seat) { seat.State = meeting.SeatLeft })
		wantEqual(t, onHold(1), []meeting.Marks{ben.Seat.Marks})
		w.counted(id, 1)
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			seats, err := tx.SeatsOnHold()
			if err != nil || len(seats) != 1 {
				return fmt.Errorf("%d seats are on hold, %w", len(seats), err)
			}
			seats[0].OnHold = false
			return tx.SaveSeat(seats[0])
		}))
		onHold(0)
		w.counted(id, 1)
	})
}

// Whose hold ends after some messages reads none of them, and all later ones, whichever
// were deleted meanwhile.
func TestChatIsReadFromAPositionOn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada").Seat
		say := func(ids ...string) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
				for _, id := range ids {
					if err := tx.AddChat(meeting.ChatMessage{ID: id, SenderSeatID: ada.ID, Text: id, SentAt: time.Now()}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		letIn := func(want int64) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
				seat, err := tx.SeatByID(ada.ID)
				if err != nil {
					return err
				}
				if seat.HeldTo, err = tx.LastChat(); err != nil {
					return err
				}
				return tx.SaveSeat(seat)
			}))
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			seats, err := w.HeldSeats(ctx, ada.SessionID)
			w.must(err)
			if want > 0 && (len(seats) != 1 || seats[0].HeldTo != want) || want == 0 && len(seats) > 0 || live.HeldTo != want {
				t.Fatalf("%d seats, %d in the session, want one with %d", len(seats), live.HeldTo, want)
			}
		}
		reads := func(after int64, before string, want ...string) {
			t.Helper()
			found, more, err := w.ChatHistory(ctx, ada.SessionID, ada.ID, meeting.ReaderInside,
				meeting.ChatPage{Before: before, After: after, Messages: 10, Bytes: 1 << 20})
			w.must(err)
			var ids []string
			for _, message := range found {
				ids = append(ids, message.ID)
			}
			if more || !slices.Equal(ids, want) {
				t.Errorf("after %d, before %q: %q are read, want %q, more: %v", after, before, ids, want, more)
			}
		}
		letIn(0)
		say("a", "b", "c")
		letIn(3)
		w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error { return errors.Join(tx.DeleteChat("c"), tx.DeleteChat("b")) }))
		letIn(3)
		reads(3, "")
		say("d", "e")
		reads(3, "", "d", "e")
		reads(3, "e", "d")
		reads(0, "e", "a", "d")
		letIn(5)
	})
}

func TestMutationsAreOrdered(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		const writers, each = 8, 10
		var mu sync.Mutex
		seen := map[int64]bool{}
		var group sync.WaitGroup
		for range writers {
			group.Add(1)
			go func() {
				defer group.Done()
				for range each {
					var revision int64
					if err := w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error { revision = tx.Touch(false); return nil }); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					seen[revision] = true
					mu.Unlock()
				}
			}()
		}
		group.Wait()
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if len(seen) != writers*each || live.Revision != 1+writers*each {
			t.Fatalf("%d revisions were seen, the last is %d", len(seen), live.Revision)
		}
	})
}

func TestPanicsReachTheirCaller(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		func() {
			defer func() {
				if p := recover(); p != "broken" {
					t.Fatalf("the panic is %v", p)
				}
			}()
			_ = w.Mutate(ctx, ada.Session.ID, func(meeting.Tx) error { panic("broken") })
			t.Fatal("the panic was swallowed")
		}()
		w.join(m, "Ben")
		w.counted(ada.Session.ID, 2)
	})
}

func TestResumeSeat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		waiting := w.join(m, "Ben", func(a *meeting.TakeSeat) { a.Seat.State = meeting.SeatWaiting })
		later := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
		same, err := w.ResumeSeat(ctx, ada.Seat.ID, 1, later, nil)
		w.must(err)
		if same.Seat.Generation != 2 || same.Session.Revision != 3 || !same.Seat.LeaseUntil.Equal(later) {
			t.Fatalf("resumed as %+v in %+v", same.Seat, same.Session)
		}
		_, err = w.ResumeSeat(ctx, ada.Seat.ID, 1, later, nil)
		wantError(t, err, ErrConflict)
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			seat, err := tx.SeatByID(ada.Seat.ID)
			if err != nil {
				return err
			}
			seat.Lost(later)
			seat.Goodbye, seat.AudioOn, seat.VideoOn, seat.Sharing, seat.Extras.Shares = true, true, true, true, true
			return tx.SaveSeat(seat)
		}))
		lost, err := w.Seat(ctx, ada.Seat.ID)
		w.must(err)
		if !lost.LostAt.Equal(later) || !lost.Goodbye || lost.State != meeting.SeatReconnecting {
			t.Fatalf("a lost seat is read as %+v", lost)
		}
		back, err := w.ResumeSeat(ctx, ada.Seat.ID, 2, later, nil)
		w.must(err)
		if back.Seat.State != meeting.SeatJoined || !back.Seat.LostAt.IsZero() || back.Seat.Goodbye || back.Session.Revision != 4 {
			t.Fatalf("came back as %s at revision %d", back.Seat.State, back.Session.Revision)
		}
		if back.Seat.AudioOn || back.Seat.VideoOn || back.Seat.Sharing || back.Seat.Extras.Shares {
			t.Fatalf("the newer page has the older one's devices: %+v", back.Seat)
		}
		kept, err := w.Seat(ctx, ada.Seat.ID)
		w.must(err)
		wantEqual(t, *kept, back.Seat)
		still, err := w.ResumeSeat(ctx, waiting.Seat.ID, 1, later, nil)
		w.must(err)
		wantEqual(t, still.Seat.State, meeting.SeatWaiting)
		w.end(ada.Session.ID)
		_, err = w.ResumeSeat(ctx, ada.Seat.ID, 3, later, nil)
		wantError(t, err, ErrNotFound)
		_, err = w.ResumeSeat(ctx, "nothing", 1, later, nil)
		wantError(t, err, ErrNotFound)
	})
}

func TestLeases(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		start := time.Now()
		var seats []string
		for i := range 5 {
			seats = append(seats, w.join(m, fmt.Sprint(i), func(a *meeting.TakeSeat) { a.Seat.LeaseUntil = start.Add(time.Minute) }).Seat.ID)
		}
		w.must(w.RenewLeases(ctx, append(seats[:2:2], "nobody"), start.Add(time.Hour)))
		w.must(w.RenewLeases(ctx, seats[:1], start)) // never shortened
		expired, err := w.ExpiredSeats(ctx, start.Add(2*time.Minute), 10)
		w.must(err)
		if len(expired) != 3 {
			t.Fatalf("%d leases are over, want 3", len(expired))
		}
		few, err := w.ExpiredSeats(ctx, start.Add(2*time.Minute), 2)
		w.must(err)
		if len(few) != 2 {
			t.Fatalf("%d of at most 2 seats are answered", len(few))
		}
		none, err := w.ExpiredSeats(ctx, start, 10)
		w.must(err)
		if len(none) != 0 {
			t.Fatalf("%d leases are over too early", len(none))
		}
	})
}

func TestSeatPlaces(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		inside, resumed, left := w.join(m, "inside"), w.join(m, "resumed"), w.join(m, "left")
		waits := w.join(m, "waits", func(a *meeting.TakeSeat) { a.Seat.State = meeting.SeatWaiting })
		if _, err := w.ResumeSeat(ctx, resumed.Seat.ID, resumed.Seat.Generation, time.Now().Add(time.Minute), nil); err != nil {
			t.Fatal(err)
		}
		w.must(w.Mutate(ctx, left.Session.ID, func(tx meeting.Tx) error {
			seat, err := tx.SeatByID(left.Seat.ID)
			if err != nil {
				return err
			}
			seat.State = meeting.SeatLeft
			return tx.SaveSeat(seat)
		}))
		places, err := w.SeatPlaces(ctx, []string{inside.Seat.ID, resumed.Seat.ID, left.Seat.ID, waits.Seat.ID, "nobody"})
		w.must(err)
		want := map[string]meeting.Place{
			inside.Seat.ID:  {Generation: inside.Seat.Generation, State: meeting.SeatJoined},
			resumed.Seat.ID: {Generation: resumed.Seat.Generation + 1, State: meeting.SeatJoined},
			waits.Seat.ID:   {Generation: waits.Seat.Generation, State: meeting.SeatWaiting},
		}
		if !maps.Equal(places, want) {
			t.Errorf("%v, want %v", places, want)
		}
	})
}

func TestPresentSeats(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		var all []string
		for i := range 3 {
			all = append(all, w.join(m, fmt.Sprint(i)).Seat.ID)
		}
		lost, gone := w.join(m, "lost"), w.join(m, "gone")
		w.must(w.Mutate(ctx, lost.Session.ID, func(tx meeting.Tx) error {
			for id, change := range map[string]func(*meeting.Seat){
				lost.Seat.ID: func(seat *meeting.Seat) { seat.Lost(time.Now()) },
				gone.Seat.ID: func(seat *meeting.Seat) { seat.State = meeting.SeatLeft },
			} {
				seat, err := tx.SeatByID(id)
				if err != nil {
					return err
				}
				change(seat)
				if err := tx.SaveSeat(seat); err != nil {
					return err
				}
			}
			return nil
		}))
		var found []string
		for after := ""; ; {
			page, err := w.PresentSeats(ctx, after, 2)
			w.must(err)
			for _, seat := range page {
				after = seat.ID
				found = append(found, seat.ID)
			}
			if len(page) < 2 {
				break
			}
		}
		slices.Sort(all)
		wantEqual(t, found, all)
	})
}

func TestEmptySessions(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		empty := func() int {
			found, err := w.EmptySessions(ctx, time.Now().Add(time.Minute), 10)
			w.must(err)
			return len(found)
		}
		if empty() != 0 {
			t.Fatal("a session with somebody inside is empty")
		}
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			seat, err := tx.SeatByID(ada.Seat.ID)
			if err != nil {
				return err
			}
			seat.State = meeting.SeatLost
			return tx.SaveSeat(seat)
		}))
		if empty() != 1 {
			t.Fatal("a session that everybody left is not empty")
		}
		if long, err := w.EmptySessions(ctx, time.Now().Add(-time.Minute), 10); err != nil || len(long) != 0 {
			t.Fatalf("it has been empty for long: %v, %v", long, err)
		}
		w.join(m, "Ada")
		if empty() != 0 {
			t.Fatal("a session that filled again is empty")
		}
	})
}

func TestChat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben, mia := w.join(m, "Ada").Seat, w.join(m, "Ben").Seat, w.join(m, "Mia").Seat
		say := func(from, to meeting.Seat, text string) {
			w.must(w.Mutate(ctx, from.SessionID, func(tx meeting.Tx) error {
				return tx.AddChat(meeting.ChatMessage{
					ID: NewID(), SenderSeatID: from.ID, SenderUserID: from.UserID, SenderName: from.Name, ReceiverSeatID: to.ID,
					ReceiverUserID: to.UserID, ReceiverName: to.Name, Text: text, SentAt: noon,
				})
			}))
		}
		say(ada, meeting.Seat{}, "one")
		say(ada, ben, "two")
		say(ben, ada, "three")
		say(mia, meeting.Seat{}, "four")
		say(mia, meeting.Seat{ID: meeting.ToHosts}, "five")
		say(ada, meeting.Seat{ID: meeting.ToWaitingRoom}, "six")
		const inside, host, waiting = meeting.ReaderInside, meeting.ReaderHost, meeting.ReaderWaiting
		for _, c := range []struct {
			seat  meeting.Seat
			as    meeting.Reader
			limit int
			want  string
		}{
			{ada, inside, 10, "one two three four six "},
			{ben, inside, 10, "one two three four "},
			{ben, host, 10, "one two three four five six "},
			{ben, waiting, 10, "two three six "},
			{mia, inside, 10, "one four five "},
			{ada, host, 2, "five six "},
		} {
			history, _, err := w.ChatHistory(ctx, ada.SessionID, c.seat.ID, c.as, newest(c.limit))
			w.must(err)
			got := ""
			for _, line := range history {
				got += line.Text + " "
			}
			if got != c.want {
				t.Errorf("%s reads %q as %d, want %q", c.seat.Name, got, c.as, c.want)
			}
		}
		history, _, err := w.ChatHistory(ctx, ada.SessionID, ada.ID, inside, newest(10))
		w.must(err)
		w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
			if none, err := tx.Chat("nobody"); none != nil || err != nil {
				t.Errorf("a message that is not there: %v, %v", none, err)
			}
			one, err := tx.Chat(history[0].ID)
			if err != nil || one == nil || one.Text != "one" || one.SenderSeatID != ada.ID {
				t.Errorf("read %v, %v", one, err)
			}
			return tx.DeleteChat(history[0].ID)
		}))
		if history, _, err = w.ChatHistory(ctx, ada.SessionID, mia.ID, inside, newest(10)); err != nil || len(history) != 2 {
			t.Errorf("after a deletion %d messages are left, %v", len(history), err)
		}
	})
}
