package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"
)

// passedOf sends requests over each of the pages in turn and counts those that pass.
func passedOf(t *testing.T, pages []*page, prefix string, count int) (passed int) {
	t.Helper()
	var replies []chan frame
	for i := range count {
		replies = append(replies, pages[i%len(pages)].send(command(fmt.Sprint(prefix, i), "seat.hand", nil)))
	}
	for _, reply := range replies {
		got := await(t, reply, "an answer")
		switch {
		case got.Error == nil:
			passed++
		case got.Error.Code != 1006 || !strings.HasPrefix(got.Error.Message, "RATE_LIMITED: retryAfter "):
			t.Errorf("%+v", got.Error)
		}
	}
	return passed
}

// Several connections of one participant, at once and one after the other, have one
// allowance.
func TestTheLimitIsTheParticipants(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	begun := time.Now()
	var pages []*page
	for range maxConnections {
		pages = append(pages, enter(t, server.URL, token(t, h, "a", 1), nil))
	}
	passed := passedOf(t, pages, "at once", 400)
	for i := range 3 {
		p := enter(t, server.URL, token(t, h, "a", 1), nil)
		passed += passedOf(t, []*page{p}, fmt.Sprint("again", i), 60)
		_ = p.conn.Close()
	}
	if most := commandBurst + 1 + int(commandsPerSec*time.Since(begun).Seconds()); passed > most {
		t.Errorf("%d commands passed, at most %d may", passed, most)
	}
}

// flood sends as many commands as each of so many participants may, and checks that no
// more pass than their session may have.
func flood(t *testing.T, h *Hub, url string, participants int) {
	t.Helper()
	begun, passed := time.Now(), 0
	for i := range participants {
		p := enter(t, url, token(t, h, fmt.Sprint(i), 1), nil)
		passed += passedOf(t, []*page{p}, "x", commandBurst)
		_ = p.conn.Close()
	}
	if most := sessionBurst + 1 + int(sessionPerSec*time.Since(begun).Seconds()); passed > most {
		t.Errorf("%d commands passed, at most %d may", passed, most)
	}
}

func TestASessionHasALimitOfItsOwn(t *testing.T) {
	const many = 2 * sessionBurst / commandBurst
	var participants []Participant
	for i := range many {
		participants = append(participants, participantNamed(fmt.Sprint(i)))
	}
	elsewhere := participantNamed("elsewhere")
	elsewhere.SessionID = "s2"
	host := participantNamed("host")
	host.Host = true
	h, server := startHub(t, newFakeBackend(append(participants, elsewhere, host, participantNamed("late"))...))
	flood(t, h, server.URL, many)
	if got := enter(t, server.URL, token(t, h, "elsewhere", 1), nil).call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("another session is limited, too: %+v", got.Error)
	}
	// Hosts act, and whoever comes reads the state of the meeting.
	for _, participant := range []string{"host", "late"} {
		if got := enter(t, server.URL, token(t, h, participant, 1), nil).call(rpc("snapshot", nil)); got.Error != nil {
			t.Errorf("a snapshot for %s is refused: %+v", participant, got.Error)
		}
	}
	p := enter(t, server.URL, token(t, h, "host", 1), nil)
	if passed := passedOf(t, []*page{p}, "host", 40); passed != 40 {
		t.Errorf("%d of 40 commands of the host passed", passed)
	}
}

// Participants of one person have one allowance, one after the other.
func TestTheLimitIsThePersons(t *testing.T) {
	first, second := participantNamed("first"), participantNamed("second")
	first.LimiterKey, second.LimiterKey = "m user:kim", "m user:kim"
	h, server := startHub(t, newFakeBackend(first, second))
	begun, passed := time.Now(), 0
	for _, participant := range []string{"first", "second"} {
		p := enter(t, server.URL, token(t, h, participant, 1), nil)
		passed += passedOf(t, []*page{p}, participant, commandBurst)
		_ = p.conn.Close()
	}
	if most := commandBurst + 1 + int(commandsPerSec*time.Since(begun).Seconds()); passed > most {
		t.Errorf("%d commands passed, at most %d may", passed, most)
	}
}

// A role that changes while a connection is up counts from then on, on whichever node.
func TestARoleIsKnownOnEachNode(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	one, two, _, second := twoNodes(t, b)
	enter(t, second.URL, token(t, two, "a", 1), nil)
	is := func(host bool) func() bool {
		return func() bool {
			two.mu.Lock()
			defer two.mu.Unlock()
			for _, conn := range two.connections["a"] {
				return conn.current().Host == host
			}
			return false
		}
	}
	one.SetHost("a", true)
	until(t, "the participant is a host's", is(true))
	one.SetHost("a", false)
	until(t, "the participant is an attendee's", is(false))
}

// Erasing for many participants asks Redis for many at a time, and each of them once.
func TestManyChannelsAreErased(t *testing.T) {
	h, _ := startHub(t, newFakeBackend())
	ids := make([]string, 3*redisConcurrency)
	for i := range ids {
		ids[i] = fmt.Sprint("seat", i)
		if err := h.PublishToParticipant(ids[i], Event{Type: "chat.message", Data: "psst"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Erase("s1", ids...); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		kept, err := h.node.History(participantChannel(id), centrifuge.WithLimit(centrifuge.NoLimit))
		if err != nil || len(kept.Publications) != 0 {
			t.Fatalf("%s keeps %d events: %v", id, len(kept.Publications), err)
		}
	}
}

// A waiting room full of strangers holds up nobody inside.
func TestWaitingParticipantsHaveALimitOfTheirOwn(t *testing.T) {
	const many = 2 * sessionBurst / commandBurst
	participants := []Participant{participantNamed("inside")}
	for i := range many {
		participant := participantNamed(fmt.Sprint(i))
		participant.Waiting = true
		participants = append(participants, participant)
	}
	h, server := startHub(t, newFakeBackend(participants...))
	flood(t, h, server.URL, many)
	inside := enter(t, server.URL, token(t, h, "inside", 1), nil)
	if got := passedOf(t, []*page{inside}, "x", commandBurst); got != commandBurst {
		t.Errorf("%d of %d commands from inside passed", got, commandBurst)
	}
}

func TestResultsAreBoundedInBytes(t *testing.T) {
	c := newIdempotencyCache(nil, false, nil)
	large := json.RawMessage(`"` + strings.Repeat("x", 16<<10) + `"`)
	reply := func(participant, id string) {
		_, _ = c.once(context.Background(), participant, id, func() (json.RawMessage, error) { return large, nil })
	}
	for i := range 1000 {
		reply("a", fmt.Sprint(i))
	}
	if c.bytes > maxResultBytes || c.participants["a"].bytes != c.bytes {
		t.Errorf("%d bytes are remembered of one participant (%d of all), at most %d may", c.participants["a"].bytes, c.bytes, maxResultBytes)
	}
	if _, first := c.claim("a", "999", time.Now()); first {
		t.Error("the newest response is forgotten")
	}
	for participant := range 2 * maxResultBytesOfNode / maxResultBytes {
		for i := range 3 {
			reply(fmt.Sprint("seat", participant), fmt.Sprint(i))
		}
	}
	if c.bytes > maxResultBytesOfNode+len(large)*2 {
		t.Errorf("%d bytes are remembered, at most %d may", c.bytes, maxResultBytesOfNode)
	}
	for participant := range c.participants {
		c.forget(participant)
	}
	if c.bytes != 0 {
		t.Errorf("%d bytes are left of nobody", c.bytes)
	}
}

func TestResultsGoWithTheParticipant(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	if got := p.call(command("x", "seat.hand", nil)); got.Error != nil {
		t.Fatal(got.Error)
	}
	h.Close("a", 0, CodeGone)
	p.mustClose(CodeGone)
	h.results.mu.Lock()
	defer h.results.mu.Unlock()
	if len(h.results.participants) != 0 {
		t.Error("answers of a participant who has gone are remembered")
	}
}

// large publishes so many events of a size.
func publishLarge(t *testing.T, h *Hub, count, size int) {
	t.Helper()
	text := strings.Repeat("<", size)
	for i := range count {
		if err := h.Publish("s1", Event{Revision: int64(i + 1), Type: "chat.message", Data: text}); err != nil {
			t.Fatal(err)
		}
	}
}

// Somebody who floods the history keeps nobody from coming back.
func TestARecoveryIsBoundedInBytes(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	_ = p.conn.Close()
	since := map[string]position{"session:s1": p.position("session:s1", 0)}
	publishLarge(t, h, 250, 4096)
	publishLarge(t, h, 250, 16<<10)
	for _, participant := range []string{"a", "b"} {
		again := enter(t, server.URL, token(t, h, participant, 1), since)
		if got := again.call(rpc("snapshot", nil)); got.Error != nil {
			t.Fatal(got.Error)
		}
		total := 0
		for _, publication := range again.sub.Subs["session:s1"].Publications {
			total += len(publication.Data)
		}
		if total > maxClientQueue/2 {
			t.Errorf("%d bytes were recovered", total)
		}
	}
	kept, err := h.node.History("session:s1", centrifuge.WithLimit(centrifuge.NoLimit))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, publication := range kept.Publications {
		if strings.Contains(string(publication.Data), `\u003c`) {
			t.Fatal("what is served as JSON is escaped as if it were HTML")
		}
		total += len(publication.Data)
	}
	if total > 8*historyBytes {
		t.Errorf("a channel keeps %d bytes", total)
	}
}

// A page that reads nothing for a while loses its connection once, and then comes
// back to the meeting as it is.
func TestASlowReaderComesBack(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	through := startRelay(t, server)
	slow := enter(t, through.address(), token(t, h, "a", 1), nil)
	since := map[string]position{"session:s1": slow.position("session:s1", 0)}
	through.silence()
	until(t, "the slow connection is given up", func() bool {
		publishLarge(t, h, 100, 16<<10)
		return len(h.Connected()) == 0
	})
	again := enter(t, server.URL, token(t, h, "a", 1), since)
	if sub := again.sub.Subs["session:s1"]; sub.Recovered || len(sub.Publications) != 0 {
		t.Errorf("recovered %v with %d events", sub.Recovered, len(sub.Publications))
	}
	if got := again.call(rpc("snapshot", nil)); got.Error != nil {
		t.Fatal(got.Error)
	}
	publishMany(t, h, 7, 7)
	if _, e := again.event(); e.Revision != 7 {
		t.Errorf("hears %+v", e)
	}
}

func TestNothingIsRecoveredFromBeforeTheEntry(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	h, server := startHub(t, b)
	publishMany(t, h, 1, 5)
	entered, err := h.Position("s1")
	if err != nil {
		t.Fatal(err)
	}
	late := participantNamed("late")
	late.Entered = entered
	b.put(late)
	publishMany(t, h, 6, 7)
	for offset, want := range map[uint64]int{0: 0, 4: 0, 5: 2, 6: 1, 7: 0} {
		// Without an epoch, the library recovers from whichever there is.
		for _, epoch := range []string{entered.Epoch, ""} {
			since := map[string]position{"session:s1": {Recover: true, Epoch: epoch, Offset: offset}}
			sub := enter(t, server.URL, token(t, h, "late", 1), since).sub.Subs["session:s1"]
			if len(sub.Publications) != want || sub.Recovered != (offset >= 5) {
				t.Errorf("from %d of epoch %q: recovered %v, %d events, want %d", offset, epoch, sub.Recovered, len(sub.Publications), want)
			}
		}
		h.recoveries.mu.Lock()
		if len(h.recoveries.asked) != 0 {
			t.Error("what was asked is kept")
		}
		h.recoveries.mu.Unlock()
	}
	many := map[string]position{}
	for i := range maxPositions + 1 {
		many[fmt.Sprint("session:", i)] = position{Recover: true}
	}
	p := dial(t, server.URL)
	p.send(connectRequest(token(t, h, "late", 1), many))
	p.mustClose(3501)
}

func TestWhatIsErasedIsNotRecovered(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	_ = p.conn.Close()
	since := map[string]position{"session:s1": p.position("session:s1", 0), "seat:a": p.position("seat:a", 0)}
	publishMany(t, h, 1, 3)
	if err := h.PublishToParticipant("a", Event{Type: "chat.message", Data: "psst"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Erase("s1"); err != nil {
		t.Fatal(err)
	}
	if err := h.Erase("s1", "a"); err != nil {
		t.Fatal(err)
	}
	publishMany(t, h, 4, 4)
	again := enter(t, server.URL, token(t, h, "a", 1), since)
	for channel, sub := range again.sub.Subs {
		if sub.Recovered || len(sub.Publications) != 0 {
			t.Errorf("%s: recovered %v with %d events", channel, sub.Recovered, len(sub.Publications))
		}
	}
	publishMany(t, h, 5, 5)
	if _, e := again.event(); e.Revision != 5 {
		t.Errorf("hears %+v", e)
	}
}

// What waits to be carried out is bounded in bytes, over all connections of a
// participant.
func TestWaitingCommandsAreBoundedInBytes(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	release := make(chan struct{})
	b.command = func(_ context.Context, participant Participant, _ Command) (Result, error) {
		if participant.ID == "a" {
			<-release
		}
		return Result{Revision: 1}, nil
	}
	h, server := startHub(t, b)
	rest := strings.Repeat("x", maxMessage/2)
	var replies []chan frame
	for line := range maxConnections {
		p := enter(t, server.URL, token(t, h, "a", 1), nil)
		for i := range 3 {
			replies = append(replies, p.send(command(fmt.Sprint(line, " ", i), "seat.hand", map[string]any{"rest": rest})))
		}
		// Answered after all that was sent before.
		_ = p.call(map[string]any{"history": map[string]any{"channel": "x"}})
	}
	h.pendingBytes.mu.Lock()
	bytes := h.pendingBytes.bytes["a"]
	h.pendingBytes.mu.Unlock()
	if bytes > maxPendingBytes || bytes < maxPendingBytes/2 {
		t.Errorf("%d bytes of commands wait, at most %d may", bytes, maxPendingBytes)
	}
	if got := enter(t, server.URL, token(t, h, "b", 1), nil).call(command("x", "seat.hand", map[string]any{"rest": rest})); got.Error != nil {
		t.Errorf("somebody else is refused: %v", got.Error)
	}
	close(release)
	done := 0
	for _, reply := range replies {
		switch got := await(t, reply, "an answer"); {
		case got.Error == nil:
			done++
		case got.Error.Code != codeRateLimited:
			t.Error(got.Error)
		}
	}
	if most := maxPendingBytes / len(rest); done == 0 || done > most {
		t.Errorf("%d commands were carried out, want 1 to %d", done, most)
	}
	until(t, "nothing is counted any more", func() bool {
		h.pendingBytes.mu.Lock()
		defer h.pendingBytes.mu.Unlock()
		return len(h.pendingBytes.bytes) == 0
	})
}

// What a connection asks for is bounded before it is looked at: each of it has an answer,
// which waits for a reader.
func TestFloodsEndTheConnection(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	other := enter(t, server.URL, token(t, h, "b", 1), nil)
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	many := []byte(strings.Repeat(`{"id":9,"history":{"channel":"session:s1","limit":1000}}`+"\n", 200))
	for range 5 * readBurst / 200 {
		p.write(many)
	}
	p.mustClose(centrifuge.DisconnectTooManyRequests.Code)
	if got := other.call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("somebody else pays for it: %v", got.Error)
	}
	if got := enter(t, server.URL, token(t, h, "a", 1), nil).call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("the participant does not come back: %v", got.Error)
	}
}

// Everybody else is notified of each who comes and goes: nobody does so all the time.
func TestAParticipantConnectsSoOften(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	begun, connected := time.Now(), 0
	for range 3 * connectBurst {
		p := dial(t, server.URL)
		reply := p.send(connectRequest(token(t, h, "a", 1), nil))
		select {
		case got := <-reply:
			if got.Connect != nil {
				connected++
			}
		case code := <-p.closed:
			if code >= 3500 {
				t.Fatalf("refused for good with %d", code)
			}
		case <-time.After(testTimeout):
			t.Fatal("no answer")
		}
		_ = p.conn.Close()
	}
	if most := connectBurst + 1 + int(connectsPerSec*time.Since(begun).Seconds()); connected < connectBurst || connected > most {
		t.Errorf("connected %d times, want %d to %d", connected, connectBurst, most)
	}
	enter(t, server.URL, token(t, h, "b", 1), nil)
}
