package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	r, now := NewRates(5, 20), time.Now()
	for i := range 20 {
		if wait := r.Take("a", 1, now); wait != 0 {
			t.Fatalf("the %d. of a burst of 20 waits %s", i, wait)
		}
	}
	if wait := r.Take("a", 5, now); wait != time.Second {
		t.Errorf("waits %s for five at five a second", wait)
	}
	if r.Take("b", 20, now) != 0 || r.Take("a", 5, now.Add(time.Second)) != 0 || r.Take("a", 1, now.Add(time.Second)) == 0 {
		t.Error("the allowance does not come back by itself, or to another key")
	}
	for i := range 1000 {
		r.Take(fmt.Sprint(i), 1, now.Add(time.Second))
	}
	if r.Take("a", 1, now.Add(time.Minute)); len(r.keys) != 1 {
		t.Errorf("%d keys are known, want the one that has asked lately", len(r.keys))
	}
}

func TestAskingForAWaitTakesNothing(t *testing.T) {
	r, now := NewRates(1, 2), time.Now()
	for range 5 {
		if wait := r.Wait("ann", 1, now); wait != 0 {
			t.Fatal(wait)
		}
	}
	r.Take("ann", 2, now)
	for range 2 {
		if wait := r.Wait("ann", 1, now.Add(400*time.Millisecond)).Round(time.Millisecond); wait != 600*time.Millisecond {
			t.Fatal(wait)
		}
	}
	if wait := r.Take("ann", 1, now.Add(time.Second)); wait != 0 {
		t.Fatal(wait)
	}
}
