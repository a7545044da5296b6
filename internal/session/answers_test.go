package session

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

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
		first <- m.do(context.Background(), answerKey{1}, 100, func() *Outcome {
			close(deciding)
			<-finish
			return admitted()
		})
	}()
	<-deciding
	gone, leave := context.WithCancel(context.Background())
	leave()
	if out := m.do(gone, answerKey{1}, 100, admitted); out != nil {
		t.Fatal("the same join was decided twice")
	}
	close(finish)
	want := <-first
	if got := m.do(context.Background(), answerKey{1}, 100, admitted); got != want {
		t.Fatal("the first answer was not given again")
	}
}

func TestARetryThatSucceededIsRememberedInFull(t *testing.T) {
	t.Parallel()
	m := newAnswerMemory(time.Minute)
	failed := &Outcome{Verdict: admission.Verdict{Decision: &admission.Finding{Code: errcode.ServerError}}}
	if m.do(context.Background(), answerKey{1}, 100, func() *Outcome { return failed }) != failed {
		t.Fatal("another answer")
	}
	want := m.do(context.Background(), answerKey{1}, 100, admitted)
	if m.do(context.Background(), answerKey{1}, 100, admitted) != want {
		t.Fatal("the failed try took the answer of the later one with it")
	}
}

// What anybody can ask, and what failed, pushes no answer out.
func TestNoiseTakesNoRoomOfAnswers(t *testing.T) {
	t.Parallel()
	m := newAnswerMemory(time.Minute)
	want := m.do(t.Context(), answerKey{1}, 100, admitted)
	for i := range 50_000 {
		key := answerKey{2, byte(i), byte(i >> 8)}
		m.do(t.Context(), key, 1<<20, func() *Outcome {
			return &Outcome{Verdict: admission.Verdict{Decision: &admission.Finding{Code: errcode.SignatureInvalid}}}
		})
	}
	if m.do(t.Context(), answerKey{1}, 100, admitted) != want {
		t.Error("an answer was pushed out by joins that nobody has signed")
	}
	if len(m.entries) != 1 || len(m.queue) != 1 {
		t.Errorf("%d entries and %d in the queue for one answer", len(m.entries), len(m.queue))
	}
}

func TestAnswersAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	m := newAnswerMemory(time.Minute)
	// A large meeting: each of its people gets a page of the others.
	crowded := func() *Outcome {
		people := make([]Participant, rosterPage)
		for i := range people {
			people[i].UserName = strings.Repeat("n", 64)
		}
		return &Outcome{Accepted: &Accepted{Snapshot: &Snapshot{
			Participants: people, Chat: []ChatView{{Text: strings.Repeat("t", 4096)}},
		}}}
	}
	one := crowded().bytes() + 100
	for i := range 1000 {
		m.do(t.Context(), answerKey{byte(i), byte(i >> 8)}, 100, crowded)
	}
	if m.bytes > maxAnswerBytes || len(m.entries) > maxAnswerBytes/one || len(m.entries) < maxAnswerBytes/one-1 {
		t.Errorf("%d answers of %d bytes are kept, counted as %d", len(m.entries), one, m.bytes)
	}
	if one < 500*int(unsafe.Sizeof(Participant{})) {
		t.Errorf("an answer of 500 participants counts %d bytes only", one)
	}
}

// Memory is given back although no other join comes.
func TestAnswersGoInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newAnswerMemory(time.Minute)
		m.do(t.Context(), answerKey{1}, 100, admitted)
		time.Sleep(30 * time.Second)
		want := m.do(t.Context(), answerKey{2}, 100, admitted)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if len(m.entries) != 1 || m.do(t.Context(), answerKey{2}, 100, admitted) != want {
			t.Errorf("%d answers are kept after the first one's time", len(m.entries))
		}
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if len(m.entries) != 0 || m.queue != nil || m.bytes != 0 || m.waking {
			t.Errorf("%d answers of %d bytes are kept for ever", len(m.entries), m.bytes)
		}
	})
}
