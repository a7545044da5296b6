package session

import (
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
			e.give(session, func() {
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
	e.give("a", func() { <-release; close(slow) })
	e.give("b", func() { close(other) })
	<-other
	select {
	case <-slow:
		t.Fatal("the errand did not wait")
	default:
	}
	close(release)
	<-slow
}
