package realtime

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

// twoNodes starts two hubs over one Redis, each with the same backend.
func twoNodes(t *testing.T, b Backend) (one, two *Hub, first, second *httptest.Server) {
	t.Helper()
	address := redistest.Start(t)
	withRedis := func(c *Config) { c.Redis = address }
	one, first = startHub(t, b, withRedis)
	two, second = startHub(t, b, withRedis)
	for _, h := range []*Hub{one, two} {
		until(t, "the nodes' acquaintance", func() bool {
			info, err := h.node.Info()
			return err == nil && len(info.Nodes) == 2
		})
	}
	return one, two, first, second
}

func TestTwoNodes(t *testing.T) {
	waiting := participantNamed("w")
	waiting.Waiting = true
	b := newFakeBackend(participantNamed("a"), participantNamed("b"), participantNamed("c"), waiting)
	var runs atomic.Int64
	b.command = func(_ context.Context, _ Participant, c Command) (Result, error) {
		run := runs.Add(1)
		switch c.Type {
		case "refused":
			return Result{}, &CommandError{Code: 1004, Message: fmt.Sprintf("INVALID_OPERATION: run %d", run)}
		case "fault once":
			if run == 1 {
				return Result{}, context.Canceled
			}
		}
		return Result{Revision: run}, nil
	}
	one, two, first, second := twoNodes(t, b)
	a := enter(t, first.URL, token(t, one, "a", 1), nil)

	t.Run("events reach pages of both, in order", func(t *testing.T) {
		p := enter(t, second.URL, token(t, one, "b", 1), nil)
		publishMany(t, two, 1, 30)
		publishMany(t, one, 31, 60)
		for _, page := range []*page{a, p} {
			seen := map[int64]bool{}
			last := map[bool]int64{}
			for range 60 {
				_, e := page.event()
				if seen[e.Revision] || e.Revision <= last[e.Revision > 30] {
					t.Fatalf("revision %d twice or late", e.Revision)
				}
				seen[e.Revision], last[e.Revision > 30] = true, e.Revision
			}
		}
		_ = p.conn.Close()
		await(t, b.left, "the end of a connection")
		publishMany(t, one, 61, 70)
		again := enter(t, first.URL, token(t, two, "b", 1), map[string]position{"session:s1": p.position("session:s1", 60)})
		if sub := again.sub.Subs["session:s1"]; !sub.Recovered || len(sub.Publications) != 10 {
			t.Errorf("on the other node: recovered %v, %d events", sub.Recovered, len(sub.Publications))
		}
		two.Close("b", 0, CodeRemoved)
		again.mustClose(CodeRemoved)
		await(t, b.left, "the end of a connection")
	})

	t.Run("admitted and held from the other node", func(t *testing.T) {
		p := enter(t, second.URL, token(t, one, "w", 1), nil)
		one.Admit("w")
		publishMany(t, one, 71, 71)
		if got := await(t, p.pushes, "the subscription"); got.Subscribe == nil {
			t.Fatalf("%+v", got)
		}
		if _, e := p.event(); e.Revision != 71 {
			t.Errorf("%+v", e)
		}
		one.Hold("w")
		publishMany(t, one, 72, 72)
		if got := await(t, p.pushes, "the end of the subscription"); got.Unsubscribe == nil {
			t.Fatalf("%+v", got)
		}
		_ = p.conn.Close()
		await(t, b.left, "the end of a connection")
	})

	t.Run("a connection to the other node keeps a participant", func(t *testing.T) {
		here, there := enter(t, first.URL, token(t, one, "c", 1), nil), enter(t, second.URL, token(t, one, "c", 1), nil)
		_ = here.conn.Close()
		until(t, "the connection's end", func() bool { return len(one.Connected()) == 1 })
		one.participantLocks.lock("c")() // once the other node has been asked, too
		_ = there.conn.Close()
		if left := await(t, b.left, "the last line's end"); left.ID != "c" {
			t.Errorf("%+v", left)
		}
		until(t, "the other line's end", func() bool { return len(two.Connected()) == 0 })
		if len(b.left) != 0 {
			t.Errorf("notified twice: %+v", <-b.left)
		}
	})

	t.Run("a repeated request runs once", func(t *testing.T) {
		there := enter(t, second.URL, token(t, two, "a", 1), nil)
		runs.Store(0)
		for range 2 {
			for _, p := range []*page{a, there} {
				if got := p.call(command("x", "plain", nil)); got.RPC == nil || string(got.RPC.Data) != `{"revision":1}` {
					t.Errorf("%+v %+v", got.Error, got.RPC)
				}
			}
		}
		runs.Store(0)
		for _, p := range []*page{a, there} {
			if got := p.call(command("y", "refused", nil)); got.Error == nil || got.Error.Code != 1004 || !strings.HasSuffix(got.Error.Message, "run 1") {
				t.Errorf("%+v", got.Error)
			}
		}
		runs.Store(0)
		if got := a.call(command("z", "fault once", nil)); got.Error == nil || got.Error.Code != 1005 {
			t.Errorf("%+v", got.Error)
		}
		for _, p := range []*page{there, a} {
			if got := p.call(command("z", "fault once", nil)); got.RPC == nil || string(got.RPC.Data) != `{"revision":2}` {
				t.Errorf("%+v %+v", got.Error, got.RPC)
			}
		}
		two.CloseSession("s1", CodeEnded)
		a.mustClose(CodeEnded)
		there.mustClose(CodeEnded)
	})
}

// A request whose node has claimed it and does not run it is run by the next attempt: a
// page that repeats it must not wait until its time is up.
func TestAnAbandonedRequestRuns(t *testing.T) {
	t.Parallel()
	b := newFakeBackend(participantNamed("a"))
	var runs atomic.Int64
	b.command = func(context.Context, Participant, Command) (Result, error) { return Result{Revision: runs.Add(1)}, nil }
	one, two, first, second := twoNodes(t, b)
	here, there := enter(t, first.URL, token(t, one, "a", 1), nil), enter(t, second.URL, token(t, one, "a", 1), nil)
	claim := func(id, by string) (channel string) {
		t.Helper()
		channel = fmt.Sprintf("answer:a:%d:%s:0", len(id), id)
		if ok, err := one.results.publishFirst(channel, sharedResult{Claimed: true, By: by}); err != nil || !ok {
			t.Fatal(ok, err)
		}
		return channel
	}
	runsOnce := func(id string) {
		t.Helper()
		runs.Store(0)
		for _, p := range []*page{here, there} {
			if got := p.call(command(id, "plain", nil)); got.RPC == nil || string(got.RPC.Data) != `{"revision":1}` {
				t.Errorf("%s: %+v %+v", id, got.Error, got.RPC)
			}
		}
	}

	// The claim of a node that Redis took, although it did not say so.
	channel := claim("unknown", one.node.ID()+"/1")
	runsOnce("unknown")
	if err := one.results.release(channel, one.node.ID()+"/1"); err != nil {
		t.Fatal(err)
	}
	runsNoMore := func(id string) {
		t.Helper()
		before := runs.Load()
		for _, p := range []*page{here, there} {
			p.call(command(id, "plain", nil))
		}
		if runs.Load() != before {
			t.Errorf("%s runs again", id)
		}
	}
	runsNoMore("unknown")

	// The same, and the page comes back to the other node.
	channel = claim("elsewhere", one.node.ID()+"/2")
	if err := one.results.release(channel, one.node.ID()+"/2"); err != nil {
		t.Fatal(err)
	}
	here, there = there, here
	runsOnce("elsewhere")

	// A claim that comes after its release counts for nothing.
	if err := one.results.release("answer:a:4:late:0", one.node.ID()+"/3"); err != nil {
		t.Fatal(err)
	}
	if ok, err := one.results.publishFirst("answer:a:4:late:0", sharedResult{Claimed: true, By: one.node.ID() + "/3"}); err != nil || ok {
		t.Errorf("%v %v", ok, err)
	}
	runsOnce("late")

	// A node that was killed in the middle.
	claim("killed", "another-node/1")
	runsOnce("killed")

	// A node that lives is waited for.
	by := one.results.begin()
	claim("running", by)
	if two.results.abandoned(by) || one.results.abandoned(by) {
		t.Error("a request that runs counts as abandoned")
	}
	one.results.finish(by)
	if two.results.abandoned(by) || !one.results.abandoned(by) {
		t.Error("only the node itself knows that it does not run a request")
	}
}

// A page that reaches another node while its old one notes the loss is not lost: the old
// node looks again, and reports that the page is there.
func TestAMoveDuringTheLossIsNoticed(t *testing.T) {
	t.Parallel()
	b := newFakeBackend(participantNamed("a"))
	leaving, moved := make(chan struct{}, 8), make(chan struct{})
	b.leave = func(Participant) {
		leaving <- struct{}{}
		<-moved
	}
	one, two, first, second := twoNodes(t, b)
	page := enter(t, first.URL, token(t, one, "a", 1), nil)
	await(t, b.connected, "the first connection")
	_ = page.conn.Close()
	await(t, leaving, "the loss")
	enter(t, second.URL, token(t, two, "a", 1), nil)
	await(t, b.connected, "the connection to the other node")
	close(moved)
	if ref := await(t, b.confirmed, "the confirmation that the page is there"); ref.ParticipantID != "a" || ref.Generation != 1 {
		t.Errorf("%+v", ref)
	}
	if len(b.connected) != 0 {
		t.Error("the confirmation counts as a connection")
	}
}
