package session

import (
	"context"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
)

func admitted() *Outcome { return &Outcome{Accepted: &Accepted{}} }

func TestAPageThatWentAwayTakesNoSecondSeat(t *testing.T) {
	t.Parallel()
	m := newAnswerMemory(time.Minute)
	deciding, finish := make(chan struct{}), make(chan struct{})
	first := make(chan *Outcome)
	go func() {
		first <- m.do(context.Background(), answerKey{1}, func() *Outcome {
			close(deciding)
			<-finish
			return admitted()
		})
	}()
	<-deciding
	gone, leave := context.WithCancel(context.Background())
	leave()
	if out := m.do(gone, answerKey{1}, admitted); out != nil {
		t.Fatal("the same join was decided twice")
	}
	close(finish)
	want := <-first
	if got := m.do(context.Background(), answerKey{1}, admitted); got != want {
		t.Fatal("the first answer was not given again")
	}
}

func TestARetryThatSucceededIsRememberedInFull(t *testing.T) {
	t.Parallel()
	m := newAnswerMemory(time.Minute)
	failed := &Outcome{Verdict: admission.Verdict{Decision: &admission.Finding{Code: errcode.ServerError}}}
	if m.do(context.Background(), answerKey{1}, func() *Outcome { return failed }) != failed {
		t.Fatal("another answer")
	}
	want := m.do(context.Background(), answerKey{1}, admitted)
	m.mu.Lock()
	// The time of the failed try is over; that of the later one is not.
	m.queue[0].at = m.queue[0].at.Add(-time.Hour)
	m.forget(time.Now())
	m.mu.Unlock()
	if m.do(context.Background(), answerKey{1}, admitted) != want {
		t.Fatal("the failed try took the answer of the later one with it")
	}
}
