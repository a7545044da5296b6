package store

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
)

// TestRosterIsExact compares what is kept of a session with the database while
// joins and every kind of change race.
func TestRosterIsExact(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		uncached := w.open(func(c *Config) { c.Shared = true })
		compare := func(when, sessionID, seatID string) {
			t.Helper()
			kept, err := w.LiveSeats(ctx, sessionID)
			w.must(err)
			read, err := uncached.LiveSeats(ctx, sessionID)
			w.must(err)
			if !reflect.DeepEqual(kept, read) {
				t.Fatalf("%s: kept %s, read %s", when, names(kept), names(read))
			}
			keptChat, _, err := w.ChatHistory(ctx, sessionID, seatID, meeting.ReaderInside, newest(100))
			w.must(err)
			readChat, _, err := uncached.ChatHistory(ctx, sessionID, seatID, meeting.ReaderInside, newest(100))
			w.must(err)
			if !reflect.DeepEqual(keptChat, readChat) {
				t.Fatalf("%s: kept %v, read %v", when, keptChat, readChat)
			}
		}
		change := func(sessionID, name string, fn func(meeting.Tx, *meeting.Seat) error) error {
			return w.Mutate(ctx, sessionID, func(tx meeting.Tx) error {
				seats, err := tx.Seats()
				if err != nil || len(seats) < 2 {
					return err
				}
				seat := seats[len(seats)-1]
				seat.Name = name
				return fn(tx, seat)
			})
		}
		for round, joins := range []int{2, 5, 12, 3 * rosterSeats} {
			first := w.join(m, "Ada")
			session, seat := first.Session.ID, first.Seat.ID
			compare("begun", session, seat)
			second := w.join(m, "Bo", func(ask *meeting.TakeSeat) {
				ask.Seat.Marks = meeting.Marks{AppID: "app", CustomerKey: "key"}
				ask.Seat.SignatureDigest = []byte{1}
			})
			compare("two", session, seat)
			held, err := w.LiveSeats(ctx, session)
			w.must(err)
			var group sync.WaitGroup
			for i := range joins {
				group.Add(1)
				go func() {
					defer group.Done()
					var err error
					switch i % 6 {
					case 0:
						err = change(session, fmt.Sprint("renamed ", i), func(tx meeting.Tx, s *meeting.Seat) error { return tx.SaveSeat(s) })
					case 1:
						_, err = w.LiveSeats(ctx, session)
					case 2:
						err = change(session, "gone", func(tx meeting.Tx, s *meeting.Seat) error {
							s.State, s.LeftAt = meeting.SeatLeft, noon
							return tx.SaveSeat(s)
						})
					default:
						_, err = w.TakeSeat(ctx, meeting.TakeSeat{
							Meeting: m, SessionID: session, GateRevision: first.Session.GateRevision, Capacity: 1000, Now: noon,
							Seat: meeting.Seat{ID: NewID(), Name: fmt.Sprint("guest ", i)},
						})
					}
					if err != nil {
						t.Error(err)
					}
				}()
			}
			group.Wait()
			compare(fmt.Sprint("raced in round ", round), session, seat)
			compare("read again", session, seat)
			if got := names(held); got != "Ada:joined Bo:joined " {
				t.Fatalf("seats in a reader's hands became %s", got)
			}
			if resumed, err := w.ResumeSeat(ctx, seat, 1, first.Seat.LeaseUntil, nil); err != nil || resumed.Seat.Generation != 2 {
				t.Fatalf("resumed %+v, %v", resumed.Seat, err)
			}
			compare("resumed", session, seat)
			w.must(w.Mutate(ctx, session, func(tx meeting.Tx) error {
				return tx.AddChat(meeting.ChatMessage{ID: NewID(), SenderSeatID: second.Seat.ID, Text: "hello", SentAt: noon})
			}))
			if chat, _, err := w.ChatHistory(ctx, session, seat, meeting.ReaderInside, newest(100)); err != nil || len(chat) != 1 {
				t.Fatalf("the chat is %v, %v", chat, err)
			}
			compare("chatted", session, seat)
			w.end(session)
			compare("ended", session, seat)
		}
	})
}

// TestRosterForgetsNoChat tells that what is not kept of a session is not
// taken for silence.
func TestRosterForgetsNoChat(t *testing.T) {
	c := newRosterCache(false)
	for i := range rosterShards * rosterShardSize * 2 {
		c.begun(meeting.Seat{SessionID: fmt.Sprint(i)})
	}
	kept := 0
	for i := range rosterShards * rosterShardSize * 2 {
		id := fmt.Sprint(i)
		if !c.quiet(id) {
			c.changed(id, true, false, false)
			continue
		}
		kept++
		c.changed(id, false, true, false)
		if c.quiet(id) {
			t.Fatalf("session %s is quiet after a chat message", id)
		}
	}
	if kept == 0 || kept > rosterShards*rosterShardSize {
		t.Fatalf("%d sessions were kept, want at most %d", kept, rosterShards*rosterShardSize)
	}
	if c.quiet("unknown") || newRosterCache(true).quiet("0") {
		t.Fatal("an unknown session is quiet")
	}
}

// TestLogBeginsAnew carries a log over and looks whether the next write reuses it.
func TestLogBeginsAnew(t *testing.T) {
	w := newWorld(t, liteFile(t))
	e := w.engine.(*sqliteEngine)
	m := w.meeting()
	for i := range 50 {
		w.join(m, fmt.Sprint("guest ", i))
	}
	if e.writer.kept.Load() == 0 {
		t.Fatal("no write was counted")
	}
	before, err := checkpoint(e.carrier)
	w.must(err)
	e.checkpointer.pass(0)
	w.join(m, "Last")
	after, err := checkpoint(e.carrier)
	w.must(err)
	if after >= before {
		t.Fatalf("the log has %d pages after it was to begin anew, %d before", after, before)
	}
	w.counted(w.join(m, "Ann").Session.ID, 52)
	e.writer.stop()
	e.writer.rest(nil) // A writer that is gone keeps nobody waiting.
}
