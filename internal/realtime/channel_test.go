package realtime

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestConnectSnapshotAndEventsInOrder(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	a, b := enter(t, server.URL, token(t, h, "a", 1), nil), enter(t, server.URL, token(t, h, "b", 1), nil)
	if a.sub.Ping != 3 {
		t.Errorf("the server promises a ping each %d s, want 3", a.sub.Ping)
	}
	for _, channel := range []string{"session:s1", "seat:a"} {
		if _, ok := a.sub.Subs[channel]; !ok {
			t.Errorf("not subscribed to %s: %v", channel, a.sub.Subs)
		}
	}
	if len(a.sub.Subs) != 2 {
		t.Errorf("subscribed to %v", a.sub.Subs)
	}
	got := a.call(rpc("snapshot", map[string]any{}))
	if got.Error != nil || string(got.RPC.Data) != `{"revision":7,"self":16778240,"waiting":false}` {
		t.Errorf("snapshot: %+v", got)
	}
	for i := range 100 {
		if err := h.Publish("s1", Event{Revision: int64(8 + i), Type: "session.updated", Data: map[string]any{"n": i}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.PublishToParticipant("b", Event{Type: "seat.muted", Data: map[string]any{"byUserId": 1}}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*page{a, b} {
		for i := range 100 {
			if channel, e := p.event(); channel != "session:s1" || e.Revision != int64(8+i) || e.Type != "session.updated" {
				t.Fatalf("event %d: %s %+v", i, channel, e)
			}
		}
	}
	if channel, e := b.event(); channel != "seat:b" || e.Type != "seat.muted" || e.Revision != 0 {
		t.Errorf("%s %+v", channel, e)
	}
	// What is a's next event was not b's.
	if err := h.PublishToParticipant("a", Event{Type: "seat.held", Data: struct{}{}}); err != nil {
		t.Fatal(err)
	}
	if channel, e := a.event(); channel != "seat:a" || e.Type != "seat.held" {
		t.Errorf("a heard %s %+v", channel, e)
	}
}

func TestPublishRefusesWhatIsNotJSON(t *testing.T) {
	h, _ := startHub(t, newFakeBackend())
	if err := h.Publish("s1", Event{Type: "odd", Data: make(chan int)}); err == nil {
		t.Error("a channel was published")
	}
}

func publishMany(t *testing.T, h *Hub, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		if err := h.Publish("s1", Event{Revision: int64(i), Type: "participant.updated", Data: struct{}{}}); err != nil {
			t.Errorf("revision %d: %v", i, err)
		}
	}
}

func TestRecoversEverythingAfterACut(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	h, server := startHub(t, b)
	relay := startRelay(t, server)
	p := enter(t, relay.address(), token(t, h, "a", 1), nil)

	// Cut while events are on their way: what the page took is up to chance.
	go publishMany(t, h, 1, 50)
	var taken []int64
	for len(taken) < 20 {
		_, e := p.event()
		taken = append(taken, e.Revision)
	}
	relay.cut()
	await(t, p.closed, "the cut")
	for push := range p.pushes {
		if push.Pub != nil {
			taken = append(taken, eventOf(t, push.Pub.Data).Revision)
		}
	}
	if left := await(t, b.left, "the backend to be notified"); left.ID != "a" || left.Generation != 1 {
		t.Errorf("notified of %+v", left)
	}
	again := enter(t, relay.address(), token(t, h, "a", 1), map[string]position{
		"session:s1": p.position("session:s1", len(taken)), "seat:a": p.position("seat:a", 0),
	})
	sub := again.sub.Subs["session:s1"]
	if !sub.Recovered {
		t.Fatalf("not recovered: %+v", sub)
	}
	for _, publication := range sub.Publications {
		taken = append(taken, eventOf(t, publication.Data).Revision)
	}
	for len(taken) < 50 {
		_, e := again.event()
		taken = append(taken, e.Revision)
	}
	for i, revision := range taken {
		if revision != int64(i+1) {
			t.Fatalf("event %d has revision %d: %v", i, revision, taken)
		}
	}
	publishMany(t, h, 51, 51)
	if _, e := again.event(); e.Revision != 51 {
		t.Errorf("after the recovery comes revision %d", e.Revision)
	}
}

func TestOverflowIsNotRecovered(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")), func(c *Config) { c.HistorySize = 10 })
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	_ = p.conn.Close()
	publishMany(t, h, 1, 10)
	since := map[string]position{"session:s1": p.position("session:s1", 0)}
	if sub := enter(t, server.URL, token(t, h, "a", 1), since).sub.Subs["session:s1"]; !sub.Recovered || len(sub.Publications) != 10 {
		t.Errorf("10 of 10 kept events: recovered %v, %d events", sub.Recovered, len(sub.Publications))
	}
	publishMany(t, h, 11, 11)
	if sub := enter(t, server.URL, token(t, h, "a", 1), since).sub.Subs["session:s1"]; sub.Recovered || len(sub.Publications) != 0 {
		t.Errorf("10 of 11 kept events: recovered %v, %d events", sub.Recovered, len(sub.Publications))
	}
	since["session:s1"] = position{Recover: true, Epoch: "another life", Offset: 3}
	if sub := enter(t, server.URL, token(t, h, "a", 1), since).sub.Subs["session:s1"]; sub.Recovered {
		t.Error("recovered from another life of the server")
	}
}

func TestWaitingParticipantIsAdmittedAndHeld(t *testing.T) {
	waiting := participantNamed("w")
	waiting.Waiting = true
	h, server := startHub(t, newFakeBackend(waiting))
	// It asks for the session's channel and does not get it.
	p := enter(t, server.URL, token(t, h, "w", 1), map[string]position{"session:s1": {Recover: true}})
	if _, ok := p.sub.Subs["session:s1"]; ok || len(p.sub.Subs) != 1 {
		t.Fatalf("a waiting participant is subscribed to %v", p.sub.Subs)
	}
	publishMany(t, h, 1, 3)
	h.Admit("w")
	h.Admit("w")
	if err := h.PublishToParticipant("w", Event{Type: "seat.admitted", Data: struct{}{}}); err != nil {
		t.Fatal(err)
	}
	publishMany(t, h, 4, 4)
	if got := await(t, p.pushes, "the subscription"); got.Channel != "session:s1" || got.Subscribe == nil {
		t.Fatalf("%+v", got)
	}
	if channel, e := p.event(); channel != "seat:w" || e.Type != "seat.admitted" {
		t.Errorf("%s %+v", channel, e)
	}
	if channel, e := p.event(); channel != "session:s1" || e.Revision != 4 {
		t.Errorf("%s %+v", channel, e)
	}
	if got := p.call(rpc("snapshot", nil)); got.Error != nil || !strings.Contains(string(got.RPC.Data), `"waiting":false`) {
		t.Errorf("an admitted participant's snapshot: %+v", got)
	}
	h.Hold("w")
	publishMany(t, h, 5, 5)
	if err := h.PublishToParticipant("w", Event{Type: "seat.held", Data: struct{}{}}); err != nil {
		t.Fatal(err)
	}
	if got := await(t, p.pushes, "the end of the subscription"); got.Channel != "session:s1" || got.Unsubscribe == nil {
		t.Fatalf("%+v", got)
	}
	if channel, e := p.event(); channel != "seat:w" || e.Type != "seat.held" {
		t.Errorf("a held participant heard %s %+v", channel, e)
	}
	h.Admit("nobody")
	h.Hold("nobody")
}

func TestPagesMayNotAskForChannels(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	for name, request := range map[string]map[string]any{
		"subscribe":      {"subscribe": map[string]any{"channel": "seat:b"}},
		"publish":        {"publish": map[string]any{"channel": "session:s1", "data": map[string]any{}}},
		"history":        {"history": map[string]any{"channel": "session:s1", "limit": 10}},
		"presence":       {"presence": map[string]any{"channel": "session:s1"}},
		"presence stats": {"presence_stats": map[string]any{"channel": "session:s1"}},
		"unknown method": rpc("delete_everything", nil),
	} {
		t.Run(name, func(t *testing.T) {
			p := enter(t, server.URL, token(t, h, "a", 1), nil)
			if got := p.call(request); got.Error == nil {
				t.Errorf("allowed: %+v", got)
			}
		})
	}
}

func TestRefusedConnections(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	b.put(Participant{ID: "new", SessionID: "s1", Generation: 2})
	h, server := startHub(t, b)
	expired, err := h.Token("a", 1, -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		token string
		code  uint32
	}{
		"no token":            {"", CodeBadToken},
		"rubbish":             {"rubbish", CodeBadToken},
		"expired":             {expired, CodeBadToken},
		"older generation":    {token(t, h, "new", 1), CodeTakenOver},
		"no such participant": {token(t, h, "gone", 1), CodeGone},
	} {
		t.Run(name, func(t *testing.T) {
			p := dial(t, server.URL)
			p.send(connectRequest(c.token, nil))
			p.mustClose(c.code)
		})
	}
	t.Run("fault of the server", func(t *testing.T) {
		b.connect = func(ParticipantRef) error { return errors.New("the database sleeps") }
		got := dial(t, server.URL).call(connectRequest(token(t, h, "a", 1), nil))
		if got.Error == nil || !got.Error.Temporary {
			t.Errorf("a page is not told to try again: %+v", got)
		}
		if len(h.Connected()) != 0 {
			t.Errorf("connected: %v", h.Connected())
		}
	})
}

func TestClosingCodes(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	for _, code := range []uint32{CodeEnded, CodeRemoved, CodeTakenOver, CodeGone, CodeAuthorizerLeft, CodeBadToken} {
		a, b := enter(t, server.URL, token(t, h, "a", 1), nil), enter(t, server.URL, token(t, h, "b", 1), nil)
		h.Close("a", 0, code)
		h.Close("a", 0, CodeGone)
		a.mustClose(code)
		if got := b.call(rpc("snapshot", nil)); got.Error != nil {
			t.Errorf("the other participant's connection: %+v", got)
		}
		h.CloseSession("another", CodeGone)
		h.CloseSession("s1", code)
		b.mustClose(code)
	}
}

func TestLastEventComesBeforeTheEnd(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	if err := h.Publish("s1", Event{Revision: 9, Type: "session.ended", Data: map[string]string{"reason": "ended_by_host"}}); err != nil {
		t.Fatal(err)
	}
	h.CloseSession("s1", CodeEnded)
	p.mustClose(CodeEnded)
	if _, e := p.event(); e.Type != "session.ended" {
		t.Errorf("%+v", e)
	}
}

func TestLargeSnapshotArrives(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	big, err := json.Marshal(strings.Repeat("x", 2<<20))
	if err != nil {
		t.Fatal(err)
	}
	b.snapshot = func(Participant) (json.RawMessage, error) { return big, nil }
	h, server := startHub(t, b)
	if got := enter(t, server.URL, token(t, h, "a", 1), nil).call(rpc("snapshot", nil)); got.RPC == nil || len(got.RPC.Data) != len(big) {
		t.Error("a snapshot of 2 MB did not arrive")
	}
}
