package session

import (
	"context"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
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

func TestTheDoorClosesForGuessesThatAreUnderWay(t *testing.T) {
	t.Parallel()
	throttle := NewPasscodeThrottle(clockwork.NewFakeClock())
	guess := &admission.Attempt{RemoteIP: "192.0.2.1", MeetingNumber: "81234567890", Password: "guess"}
	read := &admission.Snapshot{Meeting: &meeting.Meeting{Number: guess.MeetingNumber, Passcode: "secret"}}
	wrong := &admission.Verdict{Decision: &admission.Finding{Code: errcode.WrongMeetingPassword, Cause: "passcode_wrong"}}
	for range PasscodeTries {
		if throttle.closedMeanwhile(guess, read) {
			t.Fatal("closed too early")
		}
		throttle.observe(guess, wrong)
	}
	if !throttle.closedMeanwhile(guess, read) {
		t.Fatal("a guess that read the count before still passes")
	}
	other := *guess
	other.RemoteIP = "192.0.2.2"
	if throttle.closedMeanwhile(&other, read) {
		t.Fatal("closed to another address")
	}
}
