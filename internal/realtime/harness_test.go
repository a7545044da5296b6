package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// testTimeout bounds every wait of these tests; none of them waits that long
// unless it fails.
const testTimeout = 15 * time.Second

// fakeBackend is a Backend with participants that tests put there.
type fakeBackend struct {
	mu           sync.Mutex
	participants map[string]Participant
	connect      func(ParticipantRef) error
	command      func(context.Context, Participant, Command) (Result, error)
	snapshot     func(Participant) (json.RawMessage, error)
	leave        func(Participant)
	left         chan Participant
	connected    chan ParticipantRef
	confirmed    chan ParticipantRef
}

func newFakeBackend(participants ...Participant) *fakeBackend {
	b := &fakeBackend{participants: map[string]Participant{}, left: make(chan Participant, 1024), connected: make(chan ParticipantRef, 1024), confirmed: make(chan ParticipantRef, 1024)}
	for _, s := range participants {
		b.participants[s.ID] = s
	}
	return b
}

func (b *fakeBackend) Connect(_ context.Context, ref ParticipantRef) (Participant, error) {
	b.mu.Lock()
	participant, ok := b.participants[ref.ParticipantID]
	hook := b.connect
	b.mu.Unlock()
	if hook != nil {
		if err := hook(ref); err != nil {
			return Participant{}, err
		}
	}
	switch {
	case !ok:
		return Participant{}, fmt.Errorf("wrapped: %w", &Closed{CodeGone})
	case ref.Generation != participant.Generation:
		return Participant{}, &Closed{CodeTakenOver}
	}
	b.connected <- ref
	return participant, nil
}

func (b *fakeBackend) Confirm(_ context.Context, ref ParticipantRef) error {
	b.confirmed <- ref
	return nil
}

func (b *fakeBackend) Placements(_ context.Context, ids []string) (map[string]Placement, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	placements := map[string]Placement{}
	for _, id := range ids {
		if participant, live := b.participants[id]; live {
			placements[id] = Placement{participant.Generation, participant.Waiting}
		}
	}
	return placements, nil
}

func (b *fakeBackend) remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.participants, id)
}

func (b *fakeBackend) Disconnected(_ context.Context, participant Participant) {
	if b.leave != nil {
		b.leave(participant)
	}
	b.left <- participant
}

func (b *fakeBackend) Chat(context.Context, Participant, json.RawMessage) (json.RawMessage, error) {
	return json.RawMessage(`{"chat":[]}`), nil
}

func (b *fakeBackend) Snapshot(_ context.Context, participant Participant, _ json.RawMessage) (json.RawMessage, error) {
	if b.snapshot != nil {
		return b.snapshot(participant)
	}
	return json.Marshal(map[string]any{"revision": 7, "self": participant.UserID, "waiting": participant.Waiting})
}

func (b *fakeBackend) Command(ctx context.Context, participant Participant, c Command) (Result, error) {
	if b.command == nil {
		return Result{Revision: 1}, nil
	}
	return b.command(ctx, participant, c)
}

func (b *fakeBackend) put(s Participant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.participants[s.ID] = s
}

func participantNamed(id string) Participant {
	return Participant{ID: id, SessionID: "s1", MeetingID: "m1", UserID: 16778240, Generation: 1}
}

var testKey = bytes.Repeat([]byte("k"), 32)

// startHub starts a hub with an HTTP server before it.
func startHub(t testing.TB, b Backend, change ...func(*Config)) (*Hub, *httptest.Server) {
	t.Helper()
	config := Config{TokenKey: testKey, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for _, c := range change {
		c(&config)
	}
	h, err := New(config, b)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h.Handler())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		defer cancel()
		_ = h.Shutdown(ctx, 0)
		server.Close()
	})
	return h, server
}

func token(t testing.TB, h *Hub, participant string, generation int) string {
	t.Helper()
	text, err := h.Token(participant, generation, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The frames of the JSON protocol, as far as these tests read them.
type (
	frame struct {
		ID      uint32                          `json:"id"`
		Error   *frameError                     `json:"error"`
		Connect *connectResult                  `json:"connect"`
		RPC     *struct{ Data json.RawMessage } `json:"rpc"`
		Push    *push                           `json:"push"`
		Publish json.RawMessage                 `json:"publish"`
	}
	frameError struct {
		Code      uint32 `json:"code"`
		Message   string `json:"message"`
		Temporary bool   `json:"temporary"`
	}
	connectResult struct {
		Client  string               `json:"client"`
		Session string               `json:"session"`
		Node    string               `json:"node"`
		Ping    int                  `json:"ping"`
		Subs    map[string]subResult `json:"subs"`
	}
	subResult struct {
		Epoch        string        `json:"epoch"`
		Offset       uint64        `json:"offset"`
		Recovered    bool          `json:"recovered"`
		Publications []publication `json:"publications"`
	}
	publication struct {
		Offset uint64          `json:"offset"`
		Data   json.RawMessage `json:"data"`
	}
	push struct {
		Channel     string                 `json:"channel"`
		Pub         *publication           `json:"pub"`
		Subscribe   *subResult             `json:"subscribe"`
		Unsubscribe *struct{ Code uint32 } `json:"unsubscribe"`
		Disconnect  *struct{ Code uint32 } `json:"disconnect"`
	}
	position struct {
		Recover bool   `json:"recover"`
		Epoch   string `json:"epoch"`
		Offset  uint64 `json:"offset"`
	}
)

func (e *frameError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

// page is a client of the channel.
type page struct {
	t      testing.TB
	conn   *websocket.Conn
	sub    connectResult
	pushes chan push
	closed chan int // the closing code

	writing sync.Mutex
	mu      sync.Mutex
	next    uint32
	waiting map[uint32]chan frame
}

func dial(t testing.TB, address string) *page {
	t.Helper()
	conn, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(address, "http")+"/realtime", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	p := &page{t: t, conn: conn, pushes: make(chan push, 8192), closed: make(chan int, 1), waiting: map[uint32]chan frame{}}
	go p.read()
	t.Cleanup(func() { _ = conn.Close() })
	return p
}

// enter connects and fails the test if that is refused.
func enter(t testing.TB, address, token string, since map[string]position) *page {
	t.Helper()
	p := dial(t, address)
	got := p.call(connectRequest(token, since))
	if got.Error != nil || got.Connect == nil {
		t.Fatalf("not connected: %+v", got)
	}
	p.sub = *got.Connect
	return p
}

func connectRequest(token string, since map[string]position) map[string]any {
	connect := map[string]any{"token": token}
	if since != nil {
		connect["subs"] = since
	}
	return map[string]any{"connect": connect}
}

func (p *page) read() {
	for {
		_, message, err := p.conn.ReadMessage()
		if err != nil {
			code := 0
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				code = closed.Code
			}
			p.closed <- code
			close(p.pushes)
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(message))
		for {
			var f frame
			if err := decoder.Decode(&f); err != nil {
				break
			}
			p.take(f)
		}
	}
}

func (p *page) take(f frame) {
	switch {
	case f.Push != nil:
		p.pushes <- *f.Push
	case f.ID == 0:
		p.write([]byte("{}"))
	default:
		p.mu.Lock()
		waiting := p.waiting[f.ID]
		delete(p.waiting, f.ID)
		p.mu.Unlock()
		if waiting != nil {
			waiting <- f
		}
	}
}

func (p *page) write(raw []byte) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_ = p.conn.WriteMessage(websocket.TextMessage, raw)
}

// send sends a request and returns where its reply will come.
func (p *page) send(request map[string]any) chan frame {
	reply := make(chan frame, 1)
	p.mu.Lock()
	p.next++
	request["id"] = p.next
	p.waiting[p.next] = reply
	p.mu.Unlock()
	raw, err := json.Marshal(request)
	if err != nil {
		p.t.Error(err)
	}
	p.write(raw)
	return reply
}

func (p *page) call(request map[string]any) frame {
	p.t.Helper()
	return await(p.t, p.send(request), "a reply")
}

func rpc(method string, data any) map[string]any {
	return map[string]any{"rpc": map[string]any{"method": method, "data": data}}
}

func command(id, kind string, data any) map[string]any {
	return rpc("command", map[string]any{"requestId": id, "type": kind, "data": data})
}

// event waits for the next event on any channel.
func (p *page) event() (channel string, e Event) {
	p.t.Helper()
	for {
		got := await(p.t, p.pushes, "an event")
		if got.Pub == nil {
			continue
		}
		return got.Channel, eventOf(p.t, got.Pub.Data)
	}
}

func (p *page) mustClose(code uint32) {
	p.t.Helper()
	if got := await(p.t, p.closed, "the connection's end"); got != int(code) {
		p.t.Fatalf("closed with %d, want %d", got, code)
	}
}

// position is where the page stands on a channel after it took so many events.
func (p *page) position(channel string, taken int) position {
	sub := p.sub.Subs[channel]
	return position{Recover: true, Epoch: sub.Epoch, Offset: sub.Offset + uint64(taken)}
}

func eventOf(t testing.TB, raw json.RawMessage) (e Event) {
	t.Helper()
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return e
}

func await[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case got, ok := <-from:
		if !ok {
			t.Fatalf("the connection ended while waiting for %s", what)
		}
		return got
	case <-time.After(testTimeout):
		t.Fatalf("no sign of %s in %s", what, testTimeout)
		panic("unreachable")
	}
}

// until asks again and again; for what has no signal of its own.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(testTimeout)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s did not happen in %s", what, testTimeout)
		}
	}
}

// relay is a TCP proxy that can be cut, or fall silent while its connections
// stay open.
type relay struct {
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
	silent   bool
}

func startRelay(t testing.TB, server *httptest.Server) *relay {
	t.Helper()
	return startRelayTo(t, server.Listener.Addr())
}

func startRelayTo(t testing.TB, target net.Addr) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener}
	t.Cleanup(func() { _ = listener.Close(); r.cut() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(target.Network(), target.String())
			if err != nil {
				_ = in.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, in, out)
			r.mu.Unlock()
			go r.pass(in, out)
			go r.pass(out, in)
		}
	}()
	return r
}

func (r *relay) address() string { return "http://" + r.listener.Addr().String() }

func (r *relay) pass(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			_ = to.Close()
			return
		}
		r.mu.Lock()
		silent := r.silent
		r.mu.Unlock()
		if silent {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// resume ends silence; what was lost meanwhile stays lost, and so do its connections.
func (r *relay) resume() {
	r.mu.Lock()
	r.silent = false
	r.mu.Unlock()
	r.cut()
}

// cut breaks every connection that there is.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

func (r *relay) silence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent = true
}

func textLogger(to io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }
