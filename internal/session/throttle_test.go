package session

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jonboulle/clockwork"
)

func TestTriesAreCountedBeforeTheyAreJudged(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	throttle := NewPasscodeThrottle(clock)
	key := passcodeKey{"host", ""}
	var judged atomic.Int32
	var guesses sync.WaitGroup
	for range 10 * PasscodeTries {
		guesses.Go(func() {
			if throttle.count(key, PasscodeTries) {
				judged.Add(1)
			}
		})
	}
	guesses.Wait()
	if judged.Load() != PasscodeTries {
		t.Errorf("%d tries are judged, want %d", judged.Load(), PasscodeTries)
	}
	throttle.takeBack(key)
	if !throttle.count(key, PasscodeTries) || throttle.count(key, PasscodeTries) {
		t.Error("one try was taken back: one more is judged, and no second one")
	}
	clock.Advance(PasscodeWindow)
	if !throttle.count(key, PasscodeTries) {
		t.Error("the time is over, and no try is judged")
	}
}
