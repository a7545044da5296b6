package session

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestErrandsOfASessionKeepTheirOrder(t *testing.T) {
	var e errands
	const many = 200
	order := map[string][]int{}
	var mu sync.Mutex
	var done sync.WaitGroup
	for i := range many {
		for _, session := range []string{"a", "b"} {
			done.Add(1)
			e.give(session, fmt.Sprint(i), func() {
				defer done.Done()
				mu.Lock()
				defer mu.Unlock()
				order[session] = append(order[session], i)
			})
		}
	}
	done.Wait()
	for session, got := range order {
		for i := range many {
			if got[i] != i {
				t.Fatalf("%s: errand %d came as number %d", session, got[i], i)
			}
		}
	}
}

func TestASlowErrandHoldsUpItsSessionAlone(t *testing.T) {
	var e errands
	release, slow, other := make(chan struct{}), make(chan struct{}), make(chan struct{})
	e.give("a", "", func() { <-release; close(slow) })
	e.give("b", "", func() { close(other) })
	<-other
	select {
	case <-slow:
		t.Fatal("the errand did not wait")
	default:
	}
	close(release)
	<-slow
}

// What one participant causes again and again holds up nobody else's errands.
func TestAnErrandThatIsGivenAgainIsCarriedOutOnce(t *testing.T) {
	var e errands
	release, done := make(chan struct{}), make(chan struct{})
	e.give("a", "first", func() { <-release })
	var order []string
	for i := range 5000 {
		e.give("a", "mallory", func() { order = append(order, fmt.Sprint("mallory ", i)) })
	}
	e.give("a", "remove ann", func() { order = append(order, "ann") })
	e.give("a", "mallory", func() { order = append(order, "mallory at last") })
	e.give("a", "end", func() { close(done) })
	close(release)
	<-done
	if want := []string{"mallory at last", "ann"}; !slices.Equal(order, want) {
		t.Errorf("carried out %d errands, %.80q..., want %q", len(order), order[:min(3, len(order))], want)
	}
}

func TestErrandsOfASessionAreBounded(t *testing.T) {
	var e errands
	release, done, carriedOut := make(chan struct{}), make(chan struct{}), 0
	started := make(chan struct{})
	e.give("a", "first", func() { close(started); <-release })
	<-started
	full := 0
	for i := range maxErrands + 500 {
		if e.give("a", fmt.Sprint(i), func() { carriedOut++ }) {
			full++
		}
	}
	e.give("a", "end", func() { close(done) })
	close(release)
	<-done
	if carriedOut != maxErrands-1 || full != 500 {
		t.Errorf("%d errands were carried out and %d dropped, want %d and 500", carriedOut, full, maxErrands-1)
	}
}
