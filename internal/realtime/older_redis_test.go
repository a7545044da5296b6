package realtime

import (
	"net"
	"strings"
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
	saved := one.rollbacks.position(heartbeatChannel)
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
	until(t, "heartbeats after the snapshot", func() bool { return one.rollbacks.position(heartbeatChannel) > saved+4 })
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

// position is how far a channel has come, as the node knows it.
func (d *rollbackDetector) position(channel string) uint64 {
	last, _ := d.publishing(channel)
	return last.known
}

// hearsSoon waits until a node hears itself again after Redis was away.
func hearsSoon(t *testing.T, hubs ...*Hub) {
	t.Helper()
	for _, h := range hubs {
		start := time.Now()
		until(t, "the node to hear itself", func() bool { return h.heartbeat.receivedSince(start) && !h.heartbeat.isIsolated() })
	}
}

// A replica that takes over may lack a few milliseconds: some events, but no heartbeat.
func TestPagesStartOverWhenRedisLosesNoHeartbeat(t *testing.T) {
	t.Parallel()
	redis := redistest.StartServer(t)
	ask := askRedis(t, redis.Address)
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	withRedis := func(c *Config) { c.Redis = redis.Address }
	one, first := startHub(t, b, withRedis)
	two, second := startHub(t, b, withRedis)
	until(t, "both nodes to know each other", func() bool { return len(one.heartbeat.nodes()) == 2 && len(two.heartbeat.nodes()) == 2 })
	a := enter(t, first.URL, token(t, one, "a", 1), nil)
	// The other page is in no channel that loses anything, and its node cannot tell.
	elsewhere := participantNamed("b")
	elsewhere.SessionID = "s2"
	b.put(elsewhere)
	other := enter(t, second.URL, token(t, two, "b", 1), nil)
	publishMany(t, one, 1, 5)
	before := one.rollbacks.position(heartbeatChannel)
	until(t, "a heartbeat, so that the next one is some time away", func() bool { return one.rollbacks.position(heartbeatChannel) > before })
	if reply := ask("SAVE"); reply != "+OK" {
		t.Fatal(reply)
	}
	publishMany(t, one, 6, 6)
	for range 6 {
		a.event()
	}
	redis.Kill()
	redis.Start()
	hearsSoon(t, one, two)
	publishMany(t, one, 7, 7)
	a.mustClose(centrifuge.DisconnectShutdown.Code)
	other.mustClose(centrifuge.DisconnectShutdown.Code)
	back := enter(t, first.URL, token(t, one, "a", 1), map[string]position{"session:s1": a.position("session:s1", 6)})
	if sub := back.sub.Subs["session:s1"]; sub.Recovered {
		t.Error("a page recovers from before")
	}
	publishMany(t, one, 8, 8)
	if _, e := back.event(); e.Revision != 8 {
		t.Errorf("heard %+v", e)
	}
}

// Each time that Redis loses data counts, however soon it follows.
func TestPagesStartOverEachTimeRedisComesBackOlder(t *testing.T) {
	t.Parallel()
	redis := redistest.StartServer(t)
	ask := askRedis(t, redis.Address)
	one, first := startHub(t, newFakeBackend(participantNamed("a")), func(c *Config) { c.Redis = redis.Address })
	p := enter(t, first.URL, token(t, one, "a", 1), nil)
	publishMany(t, one, 1, 5)
	if reply := ask("SAVE"); reply != "+OK" {
		t.Fatal(reply)
	}
	publishMany(t, one, 6, 6)
	for range 6 {
		p.event()
	}
	for revision := 7; revision < 13; revision += 2 {
		redis.Kill()
		redis.Start()
		publishUntilTaken(t, one, revision)
		p.mustClose(centrifuge.DisconnectShutdown.Code)
		hearsSoon(t, one)
		p = enter(t, first.URL, token(t, one, "a", 1), nil)
		publishMany(t, one, revision+1, revision+1)
		for {
			if _, e := p.event(); e.Revision == int64(revision+1) {
				break
			} else if e.Type != EventRefresh {
				t.Fatalf("heard %+v", e)
			}
		}
	}
}

// publishUntilTaken publishes an event as soon as Redis takes it.
func publishUntilTaken(t *testing.T, h *Hub, revision int) {
	t.Helper()
	until(t, "Redis to take an event", func() bool {
		return h.Publish("s1", Event{Revision: int64(revision), Type: "chat.message"}) == nil
	})
}

// A node may reach Redis again long after the others.
func TestANodeThatComesLaterStartsOverToo(t *testing.T) {
	t.Parallel()
	redis := redistest.StartServer(t)
	ask := askRedis(t, redis.Address)
	relay := startRelayTo(t, &net.UnixAddr{Net: "unix", Name: strings.TrimPrefix(redis.Address, "unix://")})
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	one, first := startHub(t, b, func(c *Config) { c.Redis = redis.Address })
	two, second := startHub(t, b, func(c *Config) { c.Redis = relay.listener.Addr().String() })
	until(t, "both nodes to know each other", func() bool { return len(one.heartbeat.nodes()) == 2 && len(two.heartbeat.nodes()) == 2 })
	near, late := enter(t, first.URL, token(t, one, "a", 1), nil), enter(t, second.URL, token(t, two, "b", 1), nil)
	publishMany(t, one, 1, 5)
	if reply := ask("SAVE"); reply != "+OK" {
		t.Fatal(reply)
	}
	publishMany(t, one, 6, 20)
	for _, p := range []*page{near, late} {
		for range 20 {
			p.event()
		}
	}
	relay.silence()
	redis.Kill()
	redis.Start()
	publishUntilTaken(t, one, 21)
	near.mustClose(centrifuge.DisconnectShutdown.Code)
	// Now the late node finds positions that continue what it knows.
	for _, channel := range []string{heartbeatChannel, sessionChannel("s1")} {
		for one.rollbacks.position(channel) == 0 || two.rollbacks.position(channel) >= one.rollbacks.position(channel) {
			if _, err := one.node.Publish(channel, []byte(one.node.ID()), centrifuge.WithHistory(1, time.Minute)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond) // until it has arrived
		}
	}
	relay.resume()
	late.mustClose(centrifuge.DisconnectShutdown.Code)
	if !two.rollbacks.isRecent() {
		t.Error("the late node lets pages recover from before")
	}
	until(t, "the nodes to agree", func() bool { return one.rollbacks.tags(time.Now())[tagEra] == two.rollbacks.tags(time.Now())[tagEra] })
	// A node that starts now knows it from the others.
	three, _ := startHub(t, b, func(c *Config) { c.Redis = redis.Address })
	until(t, "a new node to know it", three.rollbacks.isRecent)
}

func TestRollbacks(t *testing.T) {
	t.Parallel()
	type at = centrifuge.StreamPosition
	const channel = "session:s1"
	detector := func() (d *rollbackDetector, eras func() uint64) {
		d = newRollbackDetector(func() {})
		return d, func() uint64 {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.era
		}
	}
	for name, c := range map[string]struct {
		channel      string
		before, next at
		want         uint64
	}{
		"the next":                       {channel, at{Offset: 7, Epoch: "a"}, at{Offset: 8, Epoch: "a"}, 0},
		"a later one":                    {channel, at{Offset: 7, Epoch: "a"}, at{Offset: 12, Epoch: "a"}, 0},
		"the same":                       {channel, at{Offset: 7, Epoch: "a"}, at{Offset: 7, Epoch: "a"}, 1},
		"an older one":                   {channel, at{Offset: 7, Epoch: "a"}, at{Offset: 3, Epoch: "a"}, 1},
		"an older one of the nodes":      {heartbeatChannel, at{Offset: 7, Epoch: "a"}, at{Offset: 3, Epoch: "a"}, 1},
		"a channel that begins anew":     {channel, at{Offset: 7, Epoch: "a"}, at{Offset: 1, Epoch: "b"}, 0},
		"a Redis without a memory":       {heartbeatChannel, at{Offset: 7, Epoch: "a"}, at{Offset: 1, Epoch: "b"}, 1},
		"another epoch of a larger size": {heartbeatChannel, at{Offset: 7, Epoch: "a"}, at{Offset: 9, Epoch: "b"}, 1},
		"without history":                {channel, at{Offset: 7, Epoch: "a"}, at{}, 0},
	} {
		d, eras := detector()
		d.hear(c.channel, c.before)
		if d.hear(c.channel, c.next); eras() != c.want {
			t.Errorf("heard %s: era %d", name, eras())
		}
		if c.next == (at{}) {
			continue
		}
		d, eras = detector()
		d.hear(c.channel, c.before)
		last, era := d.publishing(c.channel)
		if d.published(c.channel, last, era, c.next); eras() != c.want {
			t.Errorf("published %s: era %d", name, eras())
		}
		d.hear(c.channel, c.next)
		if d.hear(c.channel, at{Offset: c.next.Offset + 1, Epoch: c.next.Epoch}); eras() != c.want {
			t.Errorf("what follows %s: era %d", name, eras())
		}
	}

	d, eras := detector()
	d.hear(channel, at{Offset: 1, Epoch: "a"})
	first, era := d.publishing(channel)
	second, _ := d.publishing(channel)
	d.published(channel, second, era, at{Offset: 3, Epoch: "a"})
	d.published(channel, first, era, at{Offset: 2, Epoch: "a"}) // answered later
	d.hear(channel, at{Offset: 2, Epoch: "a"})
	if d.hear(channel, at{Offset: 3, Epoch: "a"}); eras() != 0 {
		t.Error("the order of two answers looks like a loss")
	}
	d.overlap()
	d.hear(channel, at{Offset: 3, Epoch: "a"})
	d.hear(channel, at{Offset: 2, Epoch: "a"})
	if d.hear("left", at{Offset: 3, Epoch: "a"}); eras() != 0 {
		t.Error("what two connections hear looks like a loss")
	}
	d.endOverlap(func(c string) bool { return c == channel })
	if len(d.channels) != 1 {
		t.Errorf("%d channels are remembered", len(d.channels))
	}

	// One loss that several nodes notice, in any way, is one era.
	last, era := d.publishing(channel)
	now := time.Now()
	d.adopt(map[string]string{tagEra: "1", tagEraAge: "10"}, now)
	d.published(channel, last, era, at{Offset: 2, Epoch: "a"})
	d.adopt(map[string]string{tagEra: "1", tagEraAge: "5"}, now)
	if d.adopt(nil, now); eras() != 1 || !d.isRecent() {
		t.Errorf("era %d, recent %v", eras(), d.isRecent())
	}
	if tags := d.tags(now); tags[tagEra] != "1" || tags[tagEraAge] != "10" {
		t.Errorf("%v", tags)
	}
	d.adopt(map[string]string{tagEra: "7", tagEraAge: "3600000"}, now)
	if eras() != 7 || d.isRecent() {
		t.Errorf("of long ago: era %d, recent %v", eras(), d.isRecent())
	}
}
