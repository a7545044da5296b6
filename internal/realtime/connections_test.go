package realtime

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"
)

func TestPingFindsADeadConnection(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	h, server := startHub(t, b, func(c *Config) { c.PingInterval, c.PongTimeout = time.Second, 500*time.Millisecond })
	relay := startRelay(t, server)
	enter(t, relay.address(), token(t, h, "a", 1), nil)
	relay.silence()
	begun := time.Now()
	if left := await(t, b.left, "the dead line to be noticed"); left.ID != "a" {
		t.Errorf("%+v", left)
	}
	// A first ping may come at once, or an interval later.
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("noticed after %s", took)
	}
	if len(h.Connected()) != 0 {
		t.Errorf("still connected: %v", h.Connected())
	}
}

// A page that falls silent is off the screen within eight seconds, of which its
// media take one.
func TestDefaultPingsFindADeadConnectionInTime(t *testing.T) {
	config := Config{TokenKey: testKey}
	if err := config.complete(); err != nil {
		t.Fatal(err)
	}
	if took := config.PingInterval + config.PongTimeout; took > 7*time.Second {
		t.Errorf("a dead line is noticed after %s", took)
	}
}

func TestPongsKeepAConnection(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	h, server := startHub(t, b, func(c *Config) { c.PingInterval, c.PongTimeout = time.Second, 300*time.Millisecond })
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	select {
	case code := <-p.closed:
		t.Errorf("closed with %d", code)
	case <-time.After(2500 * time.Millisecond):
	}
}

func TestDisconnectedIsReportedOncePerGeneration(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("z"))
	h, server := startHub(t, b)
	quiet := func(why string) {
		t.Helper()
		// Another participant's end comes after whatever would have been told before.
		z := enter(t, server.URL, token(t, h, "z", 1), nil)
		_ = z.conn.Close()
		if left := await(t, b.left, "the other participant's end"); left.ID != "z" {
			t.Fatalf("%s: notified of %+v", why, left)
		}
	}
	first, second := enter(t, server.URL, token(t, h, "a", 1), nil), enter(t, server.URL, token(t, h, "a", 1), nil)
	conns := func(n int) func() bool {
		return func() bool { h.mu.Lock(); defer h.mu.Unlock(); return len(h.connections["a"]) == n }
	}
	_ = first.conn.Close()
	until(t, "the first line's end", conns(1))
	quiet("one of two lines is gone")
	_ = second.conn.Close()
	if left := await(t, b.left, "the last line's end"); left.ID != "a" || left.Generation != 1 {
		t.Errorf("notified of %+v", left)
	}

	// Taken over: the older generation's connection is closed, and not told.
	old := enter(t, server.URL, token(t, h, "a", 1), nil)
	participant := participantNamed("a")
	participant.Generation = 2
	b.put(participant)
	newer := enter(t, server.URL, token(t, h, "a", 2), nil)
	h.Close("a", 2, CodeTakenOver)
	old.mustClose(CodeTakenOver)
	until(t, "the older line's end", conns(1))
	quiet("the older generation is gone")
	if got := newer.call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("the newer line: %+v", got)
	}
	_ = newer.conn.Close()
	if left := await(t, b.left, "the newer line's end"); left.Generation != 2 {
		t.Errorf("notified of %+v", left)
	}
}

// What is ordered between the backend's look at the participant and the connection
// being open must not be lost.
func TestOrdersDuringConnect(t *testing.T) {
	for name, c := range map[string]struct {
		waiting bool
		order   func(*Hub)
		inside  bool
		code    uint32
	}{
		"admitted": {true, func(h *Hub) { h.Admit("a") }, true, 0},
		"held":     {false, func(h *Hub) { h.Hold("a") }, false, 0},
		"both":     {false, func(h *Hub) { h.Hold("a"); h.Admit("a") }, true, 0},
		"removed":  {false, func(h *Hub) { h.Close("a", 0, CodeRemoved) }, false, CodeRemoved},
		"taken":    {false, func(h *Hub) { h.Close("a", 2, CodeTakenOver) }, false, CodeTakenOver},
	} {
		t.Run(name, func(t *testing.T) {
			participant := participantNamed("a")
			participant.Waiting = c.waiting
			b := newFakeBackend(participant)
			looked, proceed := make(chan struct{}, 1), make(chan struct{})
			b.connect = func(ParticipantRef) error { looked <- struct{}{}; <-proceed; return nil }
			h, server := startHub(t, b)
			p := dial(t, server.URL)
			reply := p.send(connectRequest(token(t, h, "a", 1), nil))
			await(t, looked, "the look at the participant")
			c.order(h)
			close(proceed)
			if c.code != 0 {
				p.mustClose(c.code)
				return
			}
			got := await(t, reply, "the answer")
			if got.Connect == nil {
				t.Fatalf("%+v", got)
			}
			if _, inside := got.Connect.Subs["session:s1"]; inside != c.inside {
				t.Errorf("inside: %v, want %v", inside, c.inside)
			}
		})
	}
}

func TestConnectedReturnsConnectedParticipants(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	h, server := startHub(t, b)
	if got := h.Connected(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	enter(t, server.URL, token(t, h, "a", 1), nil)
	enter(t, server.URL, token(t, h, "a", 1), nil)
	p := enter(t, server.URL, token(t, h, "b", 1), nil)
	until(t, "two participants", func() bool { return len(h.Connected()) == 2 })
	_ = p.conn.Close()
	await(t, b.left, "the end of a connection")
	if got := h.Connected(); fmt.Sprint(got) != "[a]" {
		t.Errorf("%v", got)
	}
}

func TestConnectionsOfAParticipantAreBounded(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	var pages []*page
	for range maxConnections + 2 {
		pages = append(pages, enter(t, server.URL, token(t, h, "a", 1), nil))
	}
	pages[0].mustClose(3504)
	pages[1].mustClose(3504)
	if got := pages[2].call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("%+v", got.Error)
	}
}

func TestShutdownDisconnectsPagesAndNotifiesTheBackend(t *testing.T) {
	for _, spread := range []time.Duration{0, 50 * time.Millisecond} {
		b := newFakeBackend(participantNamed("a"), participantNamed("b"))
		h, server := startHub(t, b)
		pages := []*page{enter(t, server.URL, token(t, h, "a", 1), nil), enter(t, server.URL, token(t, h, "b", 1), nil)}
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		defer cancel()
		if err := h.Shutdown(ctx, spread); err != nil {
			t.Error(err)
		}
		if len(b.left) != 2 {
			t.Errorf("the backend was notified of %d lines before Shutdown came back", len(b.left))
		}
		for _, p := range pages {
			p.mustClose(centrifuge.DisconnectShutdown.Code) // below 3500: pages reconnect by themselves
		}
		if err := h.Shutdown(ctx, spread); err != nil {
			t.Errorf("a second Shutdown: %v", err)
		}
	}
}

func TestShutdownSpreadsTheMoveOfItsPages(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	h, server := startHub(t, b)
	enter(t, server.URL, token(t, h, "a", 1), nil)
	enter(t, server.URL, token(t, h, "b", 1), nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.Shutdown(ctx, time.Hour) }()
	until(t, "the first page's end", func() bool { return len(h.Connected()) == 1 })
	cancel() // out of time: the others go at once
	_ = await(t, done, "the shutdown")
	until(t, "the end of the other", func() bool { return len(h.Connected()) == 0 })
}

func TestNoConnectionOpensDuringShutdown(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	h, server := startHub(t, b)
	looked, proceed := make(chan struct{}, 1), make(chan struct{})
	b.connect = func(ParticipantRef) error { looked <- struct{}{}; <-proceed; return nil }
	coming := dial(t, server.URL)
	coming.send(connectRequest(token(t, h, "a", 1), nil))
	await(t, looked, "a connection that is opening")
	late := dial(t, server.URL)
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.Shutdown(ctx, 0) }()
	until(t, "the shutdown's begin", func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.stopping != nil })
	late.send(connectRequest(token(t, h, "b", 1), nil))
	late.mustClose(centrifuge.DisconnectShutdown.Code)
	close(proceed)
	coming.mustClose(centrifuge.DisconnectShutdown.Code)
	if err := await(t, done, "the shutdown"); err != nil {
		t.Error(err)
	}
}

func TestUnusableConfigurations(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"short key":          func(c *Config) { c.TokenKey = c.TokenKey[:31] },
		"negative history":   func(c *Config) { c.HistorySize = -1 },
		"no history time":    func(c *Config) { c.HistoryTTL = time.Millisecond },
		"hasty pings":        func(c *Config) { c.PingInterval = time.Millisecond },
		"late pongs":         func(c *Config) { c.PongTimeout = time.Minute },
		"unreadable Redis":   func(c *Config) { c.Redis = "redis://user:pa%zzss@host" },
		"Redis without port": func(c *Config) { c.Redis = "just-a-name" },
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{TokenKey: testKey}
			change(&config)
			h, err := New(config, newFakeBackend())
			if err == nil {
				t.Fatalf("accepted: %+v", h.config)
			}
			if name == "unreadable Redis" && containsAny(err.Error(), "user", "zzss") {
				t.Errorf("repeats the address: %v", err)
			}
		})
	}
}

// Connections of one participant wait for each other; only so many do.
func TestConnectingPagesOfAParticipantAreBounded(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	begun, goOn := make(chan string, 2*maxConnecting), make(chan struct{})
	b.connect = func(ref ParticipantRef) error {
		begun <- ref.ParticipantID
		if ref.ParticipantID == "a" {
			<-goOn
		}
		return nil
	}
	h, server := startHub(t, b)
	t.Cleanup(func() { close(goOn) })
	const more = 3
	ended := make(chan int, maxConnecting+more)
	for range maxConnecting + more {
		p := dial(t, server.URL)
		p.send(connectRequest(token(t, h, "a", 1), nil))
		go func() { ended <- <-p.closed }()
	}
	await(t, begun, "the first connection")
	for range more {
		await(t, ended, "the end of a connection too many")
	}
	select {
	case code := <-ended:
		t.Errorf("one that may wait ended with %d", code)
	default:
	}
	enter(t, server.URL, token(t, h, "b", 1), nil) // others are not in the way
}
