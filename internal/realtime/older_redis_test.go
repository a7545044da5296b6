package realtime

import (
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

// A Redis that comes back with less than pages have heard would send them events which
// they take for old ones. They fetch the state of the meeting instead, on every node.
func TestPagesStartOverWhenRedisComesBackOlder(t *testing.T) {
	t.Parallel()
	redis := redistest.StartServer(t)
	ask := askRedis(t, redis.Address)
	b := newFakeBackend(participantNamed("a"), participantNamed("b"), participantNamed("away"))
	withRedis := func(c *Config) { c.Redis = redis.Address }
	one, first := startHub(t, b, withRedis)
	two, second := startHub(t, b, withRedis)
	until(t, "both nodes to know each other", func() bool { return len(one.heartbeat.nodes()) == 2 && len(two.heartbeat.nodes()) == 2 })
	pages := []*page{enter(t, first.URL, token(t, one, "a", 1), nil), enter(t, second.URL, token(t, two, "b", 1), nil)}
	away := enter(t, first.URL, token(t, one, "away", 1), nil)
	publishMany(t, one, 1, 5)
	saved := one.heartbeat.position()
	if reply := ask("SAVE"); reply != "+OK" {
		t.Fatal(reply)
	}
	publishMany(t, one, 6, 20)
	for _, p := range append(pages, away) {
		for range 20 {
			p.event()
		}
	}
	_ = away.conn.Close()
	until(t, "heartbeats after the snapshot", func() bool { return one.heartbeat.position().Offset > saved.Offset+4 })
	redis.Kill()
	redis.Start()
	for _, p := range pages {
		p.mustClose(centrifuge.DisconnectShutdown.Code)
	}
	// More than the pages had heard: by its position alone, the rest would look complete.
	publishMany(t, two, 21, 60)
	for i, from := range append(pages, away) {
		h, url, participant := one, first.URL, []string{"a", "b", "away"}[i]
		if i == 1 {
			h, url = two, second.URL
		}
		back := enter(t, url, token(t, h, participant, 1), map[string]position{"session:s1": from.position("session:s1", 20)})
		if sub := back.sub.Subs["session:s1"]; sub.Recovered || len(sub.Publications) > 0 {
			t.Errorf("%s recovers %d events from before", participant, len(sub.Publications))
		}
		publishMany(t, h, 61+i, 61+i)
		if _, e := back.event(); e.Revision != int64(61+i) {
			t.Errorf("%s hears %+v", participant, e)
		}
	}
}

func TestRedisHasGoneBack(t *testing.T) {
	t.Parallel()
	type at = centrifuge.StreamPosition
	for name, c := range map[string]struct {
		before, sent at
		want         bool
	}{
		"the first":          {at{}, at{Offset: 7, Epoch: "a"}, false},
		"the next":           {at{Offset: 7, Epoch: "a"}, at{Offset: 8, Epoch: "a"}, false},
		"after others":       {at{Offset: 7, Epoch: "a"}, at{Offset: 12, Epoch: "a"}, false},
		"the same":           {at{Offset: 7, Epoch: "a"}, at{Offset: 7, Epoch: "a"}, true},
		"older":              {at{Offset: 7, Epoch: "a"}, at{Offset: 3, Epoch: "a"}, true},
		"without a memory":   {at{Offset: 7, Epoch: "a"}, at{Offset: 1, Epoch: "b"}, true},
		"with another epoch": {at{Offset: 7, Epoch: "a"}, at{Offset: 9, Epoch: "b"}, true},
	} {
		p := newHeartbeat("me", nil, time.Now())
		p.stored(at{}, c.before)
		if got := p.stored(p.position(), c.sent); got != c.want || p.position() != c.sent {
			t.Errorf("%s: %v, at %+v", name, got, p.position())
		}
	}
	p := newHeartbeat("me", nil, time.Now())
	p.passed(at{Offset: 9, Epoch: "a"})
	p.stored(at{}, at{Offset: 4, Epoch: "a"})
	before := p.position()
	p.passed(at{Offset: 6, Epoch: "a"}) // another node's, sent after this one's
	if p.stored(before, at{Offset: 5, Epoch: "a"}) || p.position().Offset != 6 {
		t.Errorf("the order of two heartbeats looks like a loss: %+v", p.position())
	}
	p.passed(at{Offset: 6, Epoch: "a"})
	if !p.stored(p.position(), at{Offset: 6, Epoch: "a"}) {
		t.Error("what another node's heartbeat had reached is not compared")
	}
}
