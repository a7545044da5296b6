package session

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestTasksOfASessionRunInOrder(t *testing.T) {
	var tq taskQueue
	const many = 200
	order := map[string][]int{}
	var mu sync.Mutex
	var done sync.WaitGroup
	for i := range many {
		for _, session := range []string{"a", "b"} {
			done.Add(1)
			tq.enqueue(session, fmt.Sprint(i), func() {
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
				t.Fatalf("%s: task %d came as number %d", session, got[i], i)
			}
		}
	}
}

func TestASlowTaskDelaysItsSessionOnly(t *testing.T) {
	var tq taskQueue
	release, slow, other := make(chan struct{}), make(chan struct{}), make(chan struct{})
	tq.enqueue("a", "", func() { <-release; close(slow) })
	tq.enqueue("b", "", func() { close(other) })
	<-other
	select {
	case <-slow:
		t.Fatal("the task did not wait")
	default:
	}
	close(release)
	<-slow
}

// What one participant causes again and again holds up nobody else's tasks.
func TestATaskThatIsQueuedAgainRunsOnce(t *testing.T) {
	var tq taskQueue
	release, done := make(chan struct{}), make(chan struct{})
	tq.enqueue("a", "first", func() { <-release })
	var order []string
	for i := range 5000 {
		tq.enqueue("a", "mallory", func() { order = append(order, fmt.Sprint("mallory ", i)) })
	}
	tq.enqueue("a", "remove ann", func() { order = append(order, "ann") })
	tq.enqueue("a", "mallory", func() { order = append(order, "mallory at last") })
	tq.enqueue("a", "end", func() { close(done) })
	close(release)
	<-done
	if want := []string{"mallory at last", "ann"}; !slices.Equal(order, want) {
		t.Errorf("carried out %d tasks, %.80q..., want %q", len(order), order[:min(3, len(order))], want)
	}
}

func TestTasksOfASessionAreBounded(t *testing.T) {
	var tq taskQueue
	release, done, carriedOut := make(chan struct{}), make(chan struct{}), 0
	started := make(chan struct{})
	tq.enqueue("a", "first", func() { close(started); <-release })
	<-started
	full := 0
	for i := range maxTasks + 500 {
		if tq.enqueue("a", fmt.Sprint(i), func() { carriedOut++ }) {
			full++
		}
	}
	tq.enqueue("a", "end", func() { close(done) })
	close(release)
	<-done
	if carriedOut != maxTasks-1 || full != 500 {
		t.Errorf("%d tasks were carried out and %d dropped, want %d and 500", carriedOut, full, maxTasks-1)
	}
}
