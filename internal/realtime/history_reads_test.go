package realtime

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

func TestAReadOfHistoryIsSharedByWhoeverAskedBeforeItBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reads := newHistoryReads()
		begun, end := make(chan string, 8), make(chan struct{})
		var all sync.WaitGroup
		var mu sync.Mutex
		published, answers := uint64(0), map[uint64]int{}
		ask := func(channel string, since *centrifuge.StreamPosition) {
			all.Go(func() {
				options := centrifuge.HistoryOptions{Filter: centrifuge.HistoryFilter{Since: since}}
				_, top, err := reads.do(channel, options, func(channel string, got centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
					if got != options {
						t.Errorf("%+v is read for %+v", got, options)
					}
					mu.Lock()
					top := centrifuge.StreamPosition{Offset: published}
					mu.Unlock()
					begun <- channel
					<-end
					return nil, top, centrifuge.ErrorUnrecoverablePosition
				})
				if !errors.Is(err, centrifuge.ErrorUnrecoverablePosition) {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				answers[top.Offset]++
			})
			synctest.Wait()
		}
		since := func(offset uint64) *centrifuge.StreamPosition {
			return &centrifuge.StreamPosition{Offset: offset, Epoch: "now"}
		}

		ask("a", since(1))
		mu.Lock()
		published = 1
		mu.Unlock()
		for range 10 {
			ask("a", since(1)) // must see what was published
		}
		if len(begun) != 1 {
			t.Errorf("%d reads run for one position", len(begun))
		}
		ask("a", since(2))
		ask("a", nil)
		ask("b", since(1))
		if len(begun) != 4 {
			t.Errorf("%d reads run for four positions", len(begun))
		}
		close(end)
		all.Wait()
		if len(begun) != 5 || answers[0] != 1 || answers[1] != 13 {
			t.Errorf("%d reads answered %v", len(begun), answers)
		}
		if len(reads.running)+len(reads.next) != 0 {
			t.Errorf("left: %v %v", reads.running, reads.next)
		}
	})
}

// A fault of a read ends the request that asked for it, and no later one.
func TestAReadOfHistoryThatPanicsIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reads, begun := newHistoryReads(), make(chan struct{})
		panicked := make(chan any, 1)
		go func() {
			defer func() { panicked <- recover() }()
			_, _, _ = reads.do("a", centrifuge.HistoryOptions{}, func(string, centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
				<-begun
				panic("broken")
			})
		}()
		synctest.Wait()
		answers := make(chan uint64, 2)
		for range 2 {
			go func() {
				_, top, _ := reads.do("a", centrifuge.HistoryOptions{}, func(string, centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
					return nil, centrifuge.StreamPosition{Offset: 7}, nil
				})
				answers <- top.Offset
			}()
			synctest.Wait()
		}
		close(begun)
		synctest.Wait()
		if fault := <-panicked; fault != "broken" {
			t.Errorf("recovered %v", fault)
		}
		if len(answers) != 2 || <-answers != 7 || <-answers != 7 {
			t.Error("a later read got no answer")
		}
		if len(reads.running)+len(reads.next) != 0 {
			t.Errorf("left: %v %v", reads.running, reads.next)
		}
	})
}

// Nodes of one process may use a Redis each, or reach it over connections of their own.
func TestNodesOfOneProcessReadHistoryEachForItself(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	relay := startRelayTo(t, &net.UnixAddr{Net: "unix", Name: strings.TrimPrefix(redis, "unix://")})
	cut, _ := startHub(t, newFakeBackend(), func(c *Config) { c.Redis = relay.listener.Addr().String() })
	whole, _ := startHub(t, newFakeBackend(), func(c *Config) { c.Redis = redis })
	relay.silence()
	lost := make(chan error, 1)
	go func() {
		_, err := cut.Position("s1")
		lost <- err
	}()
	for range 500 {
		if _, err := whole.Position("s1"); err != nil {
			t.Fatalf("what the other node cannot reach, this one cannot either: %v", err)
		}
	}
	relay.cut()
	if err := await(t, lost, "the failure of the node that is cut off"); err == nil {
		t.Error("it read what it cannot reach")
	}
}
