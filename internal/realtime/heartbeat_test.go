package realtime

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

func TestSilenceOfNodes(t *testing.T) {
	start := time.Unix(0, 0)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	p := newHeartbeat("me", nil, start)
	look := func(seconds float64, wantTurned bool, wantGone ...string) {
		t.Helper()
		_, turned, gone := p.evaluate(at(seconds))
		if slices.Sort(gone); turned != wantTurned || fmt.Sprint(gone) != fmt.Sprint(wantGone) {
			t.Errorf("after %v s: turned %v, gone %v; want %v, %v", seconds, turned, gone, wantTurned, wantGone)
		}
	}
	p.beat("me", at(1))
	p.beat("a", at(1))
	p.beat("b", at(1))
	p.beat("me", at(4))
	p.beat("b", at(4))
	look(5, false)
	p.beat("me", at(5.5))
	look(5.5, false, "a")
	// Cut off: nobody else is judged, and they get time once it is over.
	look(8, false)
	look(10.6, true)
	look(20, false)
	if !p.isIsolated() {
		t.Error("not deaf after 14 seconds")
	}
	p.beat("me", at(21))
	look(21, true)
	p.beat("me", at(23))
	look(23.9, false)
	p.beat("me", at(24.5))
	look(24.5, false, "b")
	if nodes := p.nodes(); len(nodes) != 1 || p.isIsolated() {
		t.Errorf("%v, deaf %v", nodes, p.isIsolated())
	}
}

func TestANodeThatIsCutOffFromRedisSendsItsPagesAway(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	relay := startRelayTo(t, &net.UnixAddr{Net: "unix", Name: strings.TrimPrefix(redis, "unix://")})
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	gone := make(chan struct{}, 8)
	cutOff, server := startHub(t, b, func(c *Config) { c.Redis = relay.listener.Addr().String() })
	whole, other := startHub(t, b, func(c *Config) {
		c.Redis = redis
		c.NodeGone = func() { gone <- struct{}{} }
	})
	p := enter(t, server.URL, token(t, cutOff, "a", 1), nil)
	enter(t, other.URL, token(t, whole, "b", 1), nil)
	until(t, "both nodes to know each other", func() bool { return len(whole.heartbeat.nodes()) == 2 && len(cutOff.heartbeat.nodes()) == 2 })
	participants, err := whole.ConnectedAnywhere(t.Context())
	if slices.Sort(participants); err != nil || fmt.Sprint(participants) != "[a b]" {
		t.Errorf("%v %v", participants, err)
	}
	relay.silence()
	await(t, gone, "the other node to notice")
	p.mustClose(3001)
	if err := cutOff.Check(); !errors.Is(err, ErrIsolated) {
		t.Errorf("the node that hears nothing says %v", err)
	}
	if err := whole.Check(); err != nil {
		t.Errorf("the other one says %v", err)
	}
	late := dial(t, server.URL)
	late.send(connectRequest(token(t, cutOff, "a", 1), nil))
	late.mustClose(3001)
	begin := time.Now()
	if participants, err := whole.ConnectedAnywhere(t.Context()); err != nil || fmt.Sprint(participants) != "[b]" || time.Since(begin) >= peerTime {
		t.Errorf("after the cut: %v %v in %s", participants, err, time.Since(begin))
	}
	begin = time.Now()
	if whole.Admit("a", "b"); time.Since(begin) >= peerTime {
		t.Errorf("after the cut, the node that is gone is waited for, for %s", time.Since(begin))
	}
	relay.resume()
	until(t, "the node to hear again", func() bool { return cutOff.Check() == nil })
	enter(t, server.URL, token(t, cutOff, "a", 1), nil)
	publishMany(t, whole, 1, 2)
}
