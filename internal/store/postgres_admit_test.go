package store

import (
	"context"
	"errors"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// admitQueueOf is a queue whose rounds are made by the test.
func (w *testDB) admitQueueOf() *admitQueue {
	return &admitQueue{
		engine: w.engine.(*postgresEngine), waiting: make(chan *participantRequest, admitBatchSize), quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// place is a participant that is asked for in a session that runs.
func (w *testDB) place(m *meeting.Meeting, change ...func(*meeting.AdmitRequest)) *participantRequest {
	w.t.Helper()
	req := w.admitRequest(m, "Ben")
	for _, c := range change {
		c(&req)
	}
	p := &participantRequest{req: &req, participant: participantFor(&req), claims: emptyJSON, flags: emptyJSON, done: make(chan struct{})}
	p.onCommit = func() { w.cacheAdmitted(p) }
	return p
}

func TestParticipantsOfABatchAreAdmittedIndependently(t *testing.T) {
	w := newTestDB(t, pgtest.URL(t))
	q := w.admitQueueOf()
	used := func(a *meeting.AdmitRequest) { a.Participant.RequestKey = "used" }
	w.join(w.meeting(), "Ada", used)

	cases := []struct {
		name         string
		place        *participantRequest
		want         error
		participants int
	}{
		{"as it is", w.place(w.running()), nil, 2},
		{"full", w.place(w.running(), func(a *meeting.AdmitRequest) { a.Capacity = 1 }), ErrConflict, 1},
		{"refused by the database", w.place(w.running(), used), ErrConflict, 1},
		{"whoever authorised it is not inside", w.place(w.running(), func(a *meeting.AdmitRequest) { a.Participant.Claims.AuthorizerID = "ada" }), ErrConflict, 1},
		{"as it is, last", w.place(w.running()), nil, 2},
	}
	for _, c := range cases[1:] {
		q.waiting <- c.place
	}
	q.round(cases[0].place)
	for _, c := range cases {
		<-c.place.done
		err := c.place.err
		if unique, _ := constraintViolation(err); unique || (err == nil && c.place.session == nil) {
			err = ErrConflict
		}
		if err == nil {
			c.place.onCommit()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		w.counted(c.place.req.SessionID, c.participants)
	}
}

func TestAnAbandonedRequestIsNotAdmitted(t *testing.T) {
	w := newTestDB(t, pgtest.URL(t))
	q := w.admitQueueOf()
	given, stored := w.place(w.running()), w.place(w.running())
	ctx, cancel := context.WithCancel(context.Background())
	queued := make(chan error)
	go func() { queued <- q.take(ctx, given) }()
	first := <-q.waiting
	cancel()
	wantError(t, <-queued, context.Canceled)
	q.waiting <- stored
	q.round(first)
	<-stored.done
	w.must(stored.err)
	stored.onCommit()
	w.counted(given.req.SessionID, 1)
	w.counted(stored.req.SessionID, 2)
}

func TestAStoppedQueueAdmitsNobody(t *testing.T) {
	w := newTestDB(t, pgtest.URL(t))
	q := newAdmitQueue(w.engine.(*postgresEngine))
	q.stop()
	p := w.place(w.running())
	for range 100 {
		// It may still have found room in the queue, where nobody looks any more.
		wantError(t, q.take(context.Background(), p), errClosed)
	}
	w.counted(p.req.SessionID, 1)
}

// running is a meeting that somebody is in.
func (w *testDB) running() *meeting.Meeting {
	w.t.Helper()
	m := w.meeting()
	w.join(m, "Ada")
	return m
}
