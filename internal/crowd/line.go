package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// answerTime bounds the wait for the answer to a command.
const answerTime = 30 * time.Second

// line is one connection of a participant's control channel, as docs/protocol
// describes it. It keeps nothing of what it is told, and does not reconnect.
type line struct {
	socket *websocket.Conn
	// silence ends a connection on which nothing comes for so long; 0 waits for ever.
	silence time.Duration
	// told is called with frames that bring events; may be nil.
	told func([]byte)
	// closed is closed with the socket; why says by what.
	closed chan struct{}

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	why     error
}

// reply is a frame of the server, as far as it is read.
type reply struct {
	ID      int
	Connect *struct{ Subs map[string]subscription }
	RPC     *struct{ Data json.RawMessage }
	Error   *struct {
		Code    int
		Message string
	}
}

// refusedError is a refusal of the server.
type refusedError struct {
	code    int
	message string
}

func (e *refusedError) Error() string { return fmt.Sprintf("%d %s", e.code, e.message) }

// openLine connects and waits until the server has taken the token.
func openLine(ctx context.Context, to *Endpoint, told func([]byte)) (*line, error) {
	l := &line{told: told}
	_, err := l.open(ctx, to, nil)
	return l, err
}

// open connects, recovers the channels from the positions, and returns what the server
// replied once it has taken the token.
func (l *line) open(ctx context.Context, to *Endpoint, from map[string]position) (map[string]subscription, error) {
	socket, response, err := websocket.DefaultDialer.DialContext(ctx, to.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("control channel: %w", err)
	}
	_ = response.Body.Close()
	l.socket, l.closed, l.waiting = socket, make(chan struct{}), map[int]chan reply{}
	go l.read()
	subs := map[string]any{}
	for channel, at := range from {
		subs[channel] = map[string]any{"recover": true, "epoch": at.Epoch, "offset": at.Offset}
	}
	r, err := l.ask(ctx, map[string]any{"connect": map[string]any{"token": to.Token, "subs": subs}})
	if err == nil && r.Connect == nil {
		err = errors.New("the answer to connect says nothing")
	}
	if err != nil {
		_ = socket.Close()
		return nil, fmt.Errorf("control channel: %w", err)
	}
	return r.Connect.Subs, nil
}

func (l *line) close() { _ = l.socket.Close() }

// command carries out a command of the control channel.
func (l *line) command(ctx context.Context, kind string, data any) error {
	return l.commandAs(ctx, uuid.NewString(), kind, data)
}

// commandAs is command with a request id, under which it runs once however often it is sent.
func (l *line) commandAs(ctx context.Context, requestID, kind string, data any) error {
	_, err := l.rpc(ctx, "command", map[string]any{"requestId": requestID, "type": kind, "data": data})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// rpc calls a method of the control channel and answers its data.
func (l *line) rpc(ctx context.Context, method string, data any) (json.RawMessage, error) {
	r, err := l.ask(ctx, map[string]any{"rpc": map[string]any{"method": method, "data": data}})
	if err != nil || r.RPC == nil {
		return nil, err
	}
	return r.RPC.Data, nil
}

func (l *line) ask(ctx context.Context, request map[string]any) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	came := make(chan reply, 1)
	l.mu.Lock()
	l.next++
	id := l.next
	l.waiting[id] = came
	request["id"] = id
	err := l.socket.WriteJSON(request)
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.waiting, id)
		l.mu.Unlock()
	}()
	if err != nil {
		return reply{}, err
	}
	select {
	case r := <-came:
		if r.Error != nil {
			return r, &refusedError{r.Error.Code, r.Error.Message}
		}
		return r, nil
	case <-l.closed:
		return reply{}, l.reason()
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
}

// reason is why the line is closed; nil while it is open.
func (l *line) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

func (l *line) read() {
	defer close(l.closed)
	for {
		var err error
		if l.silence > 0 {
			err = l.socket.SetReadDeadline(time.Now().Add(l.silence))
		}
		var message []byte
		if err == nil {
			_, message, err = l.socket.ReadMessage()
		}
		if err != nil {
			l.mu.Lock()
			l.why = fmt.Errorf("the line was closed: %w", err)
			l.mu.Unlock()
			return
		}
		for one := range bytes.SplitSeq(message, []byte("\n")) {
			switch {
			case string(one) == "{}":
				l.mu.Lock()
				err = errors.Join(err, l.socket.WriteMessage(websocket.TextMessage, one))
				l.mu.Unlock()
			// Most of what 300 participants are told is about others, and need not be read.
			case bytes.HasPrefix(one, []byte(`{"id":`)):
				var r reply
				if json.Unmarshal(one, &r) == nil {
					l.answer(r)
				}
			case l.told != nil:
				l.told(one)
			}
		}
	}
}

func (l *line) answer(r reply) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if waiting := l.waiting[r.ID]; waiting != nil {
		waiting <- r
	}
}
