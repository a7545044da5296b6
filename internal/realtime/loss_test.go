package realtime

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

// A node that is cut off from Redis, for less than it takes to count as cut off, misses
// to tell the others what it did. They find out, without any later event.
func TestAShortCutLosesNothing(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	relay := startRelayTo(t, &net.UnixAddr{Net: "unix", Name: strings.TrimPrefix(redis, "unix://")})
	waiting, older := participantNamed("admitted"), participantNamed("older")
	waiting.Waiting = true
	b := newFakeBackend(participantNamed("removed"), participantNamed("held"), participantNamed("stays"), participantNamed("near"), participantNamed("away"), waiting, older)
	cut, near := startHub(t, b, func(c *Config) { c.Redis = relay.listener.Addr().String() })
	whole, server := startHub(t, b, func(c *Config) { c.Redis = redis })
	until(t, "both nodes to know each other", func() bool { return len(whole.heartbeat.nodes()) == 2 && len(cut.heartbeat.nodes()) == 2 })
	pages := map[string]*page{"near": enter(t, near.URL, token(t, cut, "near", 1), nil)}
	for _, id := range []string{"removed", "held", "stays", "away", "admitted", "older"} {
		pages[id] = enter(t, server.URL, token(t, whole, id, 1), nil)
	}
	publishMany(t, whole, 1, 1)
	for _, id := range []string{"near", "stays", "away"} {
		pages[id].event()
	}

	relay.silence()
	_ = pages["away"].conn.Close()
	b.remove("removed")
	waiting.Waiting = false
	b.put(waiting)
	held := participantNamed("held")
	held.Waiting = true
	b.put(held)
	older.Generation = 2
	b.put(older)
	lost := make(chan error, 2)
	go func() { lost <- cut.Publish("s1", Event{Revision: 2, Type: "participant.removed"}) }()
	go func() { lost <- cut.PublishToParticipant("stays", Event{Revision: 2, Type: "seat.muted"}) }()
	go cut.Close("removed", 0, CodeRemoved)
	go cut.Close("older", 2, CodeTakenOver)
	go cut.Admit("admitted")
	go cut.Hold("held")
	until(t, "the silence to be noticed", func() bool {
		cut.heartbeat.mu.Lock()
		defer cut.heartbeat.mu.Unlock()
		return time.Since(cut.heartbeat.lastHeard[cut.heartbeat.self]) > resubscribeAfter
	})
	relay.resume()
	for range cap(lost) {
		if err := await(t, lost, "an event's failure"); err == nil {
			t.Fatal("Redis took an event while it was cut off")
		}
	}

	channels := map[string]bool{}
	for range 2 {
		channel, e := pages["stays"].event()
		if channels[channel] = true; e.Type != EventRefresh || e.Revision != 0 {
			t.Errorf("%s: %+v", channel, e)
		}
	}
	if !channels["session:s1"] || !channels["seat:stays"] {
		t.Errorf("asked to refresh in %v", channels)
	}
	if _, e := pages["near"].event(); e.Type != EventRefresh {
		t.Errorf("on the node itself: %+v", e)
	}
	again := enter(t, server.URL, token(t, whole, "away", 1), map[string]position{"session:s1": pages["away"].position("session:s1", 1)})
	if sub := again.sub.Subs["session:s1"]; sub.Recovered && len(sub.Publications) != 1 {
		t.Errorf("who was away recovers %+v", sub)
	}

	for _, id := range []string{"removed", "older", "held", "admitted"} {
		pages[id].mustClose(centrifuge.DisconnectForceReconnect.Code)
	}
	for id, code := range map[string]uint32{"removed": CodeGone, "older": CodeTakenOver} {
		back := dial(t, server.URL)
		back.send(connectRequest(token(t, whole, id, 1), nil))
		back.mustClose(code)
	}
	for id, inside := range map[string]bool{"held": false, "admitted": true} {
		back := enter(t, server.URL, token(t, whole, id, 1), nil)
		if _, hears := back.sub.Subs["session:s1"]; hears != inside {
			t.Errorf("%s hears the meeting: %v", id, hears)
		}
	}
	select {
	case code := <-pages["stays"].closed:
		t.Errorf("a page that is where it belongs was closed with %d", code)
	default:
	}
}

// An order that is on its way is no reason to break a connection.
func TestAConnectionIsClosedOnlyIfItStaysMisplaced(t *testing.T) {
	t.Parallel()
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	h, server := startHub(t, b)
	for _, id := range []string{"a", "b"} {
		enter(t, server.URL, token(t, h, id, 1), nil)
	}
	until(t, "both lines", func() bool { return len(h.Connected()) == 2 })
	for _, id := range []string{"a", "b"} {
		participant := participantNamed(id)
		participant.Waiting = true
		b.put(participant)
	}
	misplaced := h.reconcilePlacements(nil)
	if len(misplaced) != 2 {
		t.Fatalf("%d lines are misplaced", len(misplaced))
	}
	h.Hold("a") // arrives late
	if misplaced = h.reconcilePlacements(misplaced); len(misplaced) != 0 {
		t.Errorf("%d lines are misplaced for the first time", len(misplaced))
	}
	until(t, "the other line's end", func() bool { return len(h.Connected()) == 1 })
	if left := h.Connected(); left[0] != "a" {
		t.Errorf("%v is connected", left)
	}
}

func TestLostChannelsAreBounded(t *testing.T) {
	var m missedEvents
	for i := range maxMissedChannels {
		if !m.add(participantChannel(string(rune('a' + i)))) {
			t.Fatal(i)
		}
	}
	if m.add("one more") || !m.add(participantChannel("a")) || len(m.channels) != maxMissedChannels {
		t.Errorf("%d channels are noted", len(m.channels))
	}
	for range maxMissedChannels {
		m.take()
	}
	if channel, ok := m.take(); ok {
		t.Errorf("%q is left", channel)
	}
}
