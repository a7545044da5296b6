package store

import (
	"context"
	"errors"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// seatQueueOf is a queue whose rounds are made by the test.
func (w *world) seatQueueOf() *seatQueue {
	return &seatQueue{
		engine: w.engine.(*postgresEngine), waiting: make(chan *seating, seatBatch), quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// place is a seat that is asked for in a session that runs.
func (w *world) place(m *meeting.Meeting, change ...func(*meeting.TakeSeat)) *seating {
	w.t.Helper()
	ask := w.ask(m, "Ben")
	for _, c := range change {
		c(&ask)
	}
	p := &seating{ask: &ask, seat: seatOf(&ask), marks: plain, extras: plain, done: make(chan struct{})}
	p.keep = func() { w.keepTaken(p) }
	return p
}

func TestSeatsOfARoundAreTakenEachByItself(t *testing.T) {
	w := newWorld(t, pgtest.URL(t))
	q := w.seatQueueOf()
	used := func(a *meeting.TakeSeat) { a.Seat.RequestKey = "used" }
	w.join(w.meeting(), "Ada", used)

	cases := []struct {
		name  string
		place *seating
		want  error
		seats int
	}{
		{"as it is", w.place(w.running()), nil, 2},
		{"full", w.place(w.running(), func(a *meeting.TakeSeat) { a.Capacity = 1 }), ErrConflict, 1},
		{"refused by the database", w.place(w.running(), used), ErrConflict, 1},
		{"whoever authorised it is not inside", w.place(w.running(), func(a *meeting.TakeSeat) { a.Seat.Marks.AuthorizerID = "ada" }), ErrConflict, 1},
		{"as it is, last", w.place(w.running()), nil, 2},
	}
	for _, c := range cases[1:] {
		q.waiting <- c.place
	}
	q.round(cases[0].place)
	for _, c := range cases {
		<-c.place.done
		err := c.place.err
		if unique, _ := broken(err); unique || (err == nil && c.place.session == nil) {
			err = ErrConflict
		}
		if err == nil {
			c.place.keep()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		w.counted(c.place.ask.SessionID, c.seats)
	}
}

func TestASeatThatIsGivenUpIsNotTaken(t *testing.T) {
	w := newWorld(t, pgtest.URL(t))
	q := w.seatQueueOf()
	given, kept := w.place(w.running()), w.place(w.running())
	ctx, cancel := context.WithCancel(context.Background())
	queued := make(chan error)
	go func() { queued <- q.take(ctx, given) }()
	first := <-q.waiting
	cancel()
	wantError(t, <-queued, context.Canceled)
	q.waiting <- kept
	q.round(first)
	<-kept.done
	w.must(kept.err)
	kept.keep()
	w.counted(given.ask.SessionID, 1)
	w.counted(kept.ask.SessionID, 2)
}

func TestAStoppedQueueTakesNoSeat(t *testing.T) {
	w := newWorld(t, pgtest.URL(t))
	q := newSeatQueue(w.engine.(*postgresEngine))
	q.stop()
	p := w.place(w.running())
	for range 100 {
		// It may still have found room in the queue, where nobody looks any more.
		wantError(t, q.take(context.Background(), p), errClosed)
	}
	w.counted(p.ask.SessionID, 1)
}

// running is a meeting that somebody is in.
func (w *world) running() *meeting.Meeting {
	w.t.Helper()
	m := w.meeting()
	w.join(m, "Ada")
	return m
}
