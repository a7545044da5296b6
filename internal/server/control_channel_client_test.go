package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/anteroom/anteroom/anteroomtest"
)

// testTimeout is how long a test waits for what must come.
const testTimeout = 20 * time.Second

// event is one publication that a page received.
type event struct {
	Revision int64           `json:"revision"`
	Type     string          `json:"type"`
	Data     json.RawMessage `json:"data"`
	channel  string
}

// page is the control channel of one joined page, spoken by hand: the JSON
// protocol of Centrifuge, as far as it is needed.
type page struct {
	t      *testing.T
	token  string
	url    string
	socket *websocket.Conn
	mu     sync.Mutex
	next   int
	wait   map[int]chan reply
	events chan event
	closed chan int
	// subs are the channels' positions, for recovery.
	subs map[string]position
}

type position struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
}

type reply struct {
	ID      int `json:"id"`
	Connect *struct {
		Subs map[string]struct {
			position
			Recovered    bool `json:"recovered"`
			Publications []publication
		}
	}
	RPC   *struct{ Data json.RawMessage }
	Error *struct {
		Code    int
		Message string
	}
	Push *struct {
		Channel     string
		Pub         *publication
		Subscribe   *struct{ position }
		Unsubscribe *struct{}
	}
}

type publication struct {
	Data   json.RawMessage
	Offset uint64
}

// enter joins and brings the page's connection up.
func enter(t *testing.T, s *anteroomtest.Server, j anteroomtest.Join) (*page, anteroomtest.JoinResponse) {
	t.Helper()
	a := s.Join(j)
	expect(t, a, 0, "")
	p := lineOf(t, a)
	if code := p.connect(); code != 0 {
		t.Fatalf("the connection was closed with %d", code)
	}
	return p, a
}

// lineOf is the page of an answered join, before it connects.
func lineOf(t *testing.T, a anteroomtest.JoinResponse) *page {
	return &page{t: t, token: a.Realtime.Token, url: a.Realtime.URL, events: make(chan event, 1024), subs: map[string]position{}}
}

// connect opens the connection, recovering what was missed; it returns the closing
// code of a connection that is refused for good, else 0.
func (p *page) connect() int {
	p.t.Helper()
	socket, response, err := websocket.DefaultDialer.Dial(p.url, nil)
	if err != nil {
		p.t.Fatalf("no line: %v", err)
	}
	response.Body.Close()
	p.mu.Lock()
	p.socket, p.wait, p.closed = socket, map[int]chan reply{}, make(chan int, 1)
	subs := map[string]any{}
	for name, at := range p.subs {
		subs[name] = map[string]any{"recover": true, "epoch": at.Epoch, "offset": at.Offset}
	}
	p.mu.Unlock()
	p.t.Cleanup(func() { _ = socket.Close() })
	go p.read(socket, p.closed)
	reply, code := p.ask(map[string]any{"connect": map[string]any{"token": p.token, "subs": subs}})
	if code != 0 {
		return code
	}
	if reply.Connect == nil {
		p.t.Fatalf("the connection was refused: %+v", reply.Error)
	}
	for name, sub := range reply.Connect.Subs {
		if _, again := p.subs[name]; again && !sub.Recovered {
			p.events <- event{Type: "not recovered", channel: name}
		}
		for _, pub := range sub.Publications {
			p.take(name, pub)
		}
		p.mu.Lock()
		p.subs[name] = sub.position
		p.mu.Unlock()
	}
	return 0
}

func (p *page) read(socket *websocket.Conn, closed chan int) {
	for {
		_, raw, err := socket.ReadMessage()
		if err != nil {
			var end *websocket.CloseError
			code := -1
			if errors.As(err, &end) {
				code = end.Code
			}
			closed <- code
			close(closed)
			return
		}
		for _, line := range bytes.Split(raw, []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				p.heard(socket, line)
			}
		}
	}
}

func (p *page) heard(socket *websocket.Conn, line []byte) {
	if string(line) == "{}" {
		p.mu.Lock()
		_ = socket.WriteMessage(websocket.TextMessage, []byte("{}"))
		p.mu.Unlock()
		return
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		p.t.Errorf("not understood: %s", line)
		return
	}
	switch {
	case r.Push != nil && r.Push.Pub != nil:
		p.take(r.Push.Channel, *r.Push.Pub)
	case r.Push != nil && r.Push.Subscribe != nil:
		p.mu.Lock()
		p.subs[r.Push.Channel] = r.Push.Subscribe.position
		p.mu.Unlock()
	case r.Push != nil && r.Push.Unsubscribe != nil:
		p.mu.Lock()
		delete(p.subs, r.Push.Channel)
		p.mu.Unlock()
	case r.ID != 0:
		p.mu.Lock()
		waiting := p.wait[r.ID]
		p.mu.Unlock()
		if waiting != nil {
			waiting <- r
		}
	}
}

func (p *page) take(channel string, pub publication) {
	var e event
	if err := json.Unmarshal(pub.Data, &e); err != nil {
		p.t.Errorf("odd event: %s", pub.Data)
		return
	}
	e.channel = channel
	p.mu.Lock()
	at := p.subs[channel]
	at.Offset = pub.Offset
	p.subs[channel] = at
	p.mu.Unlock()
	p.events <- e
}

func (p *page) ask(command map[string]any) (reply, int) {
	p.t.Helper()
	p.mu.Lock()
	p.next++
	command["id"] = p.next
	waiting := make(chan reply, 1)
	p.wait[p.next] = waiting
	raw, err := json.Marshal(command)
	if err == nil {
		err = p.socket.WriteMessage(websocket.TextMessage, raw)
	}
	closed := p.closed
	p.mu.Unlock()
	if err != nil {
		p.t.Fatalf("the connection broke: %v", err)
	}
	select {
	case r := <-waiting:
		return r, 0
	case code := <-closed:
		return reply{}, code
	case <-time.After(testTimeout):
		p.t.Fatal("no reply over the connection")
		return reply{}, 0
	}
}

// rpc asks and returns the data, or the error's code.
func (p *page) rpc(method string, data any) (json.RawMessage, int, string) {
	p.t.Helper()
	r, code := p.ask(map[string]any{"rpc": map[string]any{"method": method, "data": data}})
	switch {
	case code != 0:
		return nil, code, "closed"
	case r.Error != nil:
		return nil, r.Error.Code, r.Error.Message
	case r.RPC == nil:
		p.t.Fatalf("odd answer %+v", r)
	}
	return r.RPC.Data, 0, ""
}

// command carries out a command that must succeed.
func (p *page) command(kind string, data any) json.RawMessage {
	p.t.Helper()
	raw, code, message := p.rpc("command", map[string]any{"requestId": uuid.NewString(), "type": kind, "data": data})
	// A page that leaves is closed in the course of it.
	if code != 0 && kind != "seat.leave" && kind != "session.end" {
		p.t.Fatalf("%s was refused: %d %s", kind, code, message)
	}
	return raw
}

// refused carries out a command that must be refused with the code.
func (p *page) refused(kind string, data any, want int) {
	p.t.Helper()
	_, code, message := p.rpc("command", map[string]any{"requestId": uuid.NewString(), "type": kind, "data": data})
	if code != want {
		p.t.Fatalf("%s: want %d, got %d %s", kind, want, code, message)
	}
}

// await returns the next event of the type, skipping others.
func (p *page) await(kind string) event {
	p.t.Helper()
	limit := time.After(testTimeout)
	for {
		select {
		case e := <-p.events:
			if e.Type == kind {
				return e
			}
		case <-limit:
			p.t.Fatalf("%s never came", kind)
		}
	}
}

// awaitClose returns the code with which the connection was closed.
func (p *page) awaitClose() int {
	p.t.Helper()
	select {
	case code := <-p.closed:
		return code
	case <-time.After(testTimeout):
		p.t.Fatal("the connection stays open")
		return 0
	}
}

// cut breaks the connection without a close frame.
func (p *page) cut() {
	_ = p.socket.NetConn().Close()
	<-p.closed
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
