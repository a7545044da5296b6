package loadgen

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

// replyTimeout bounds the wait for the answer to a command.
const replyTimeout = 30 * time.Second

// channel is one connection of a participant's control channel, as docs/protocol
// describes it. It keeps nothing of what it receives, and does not reconnect.
type channel struct {
	socket *websocket.Conn
	// silence ends a connection on which nothing comes for so long; 0 waits for ever.
	silence time.Duration
	// onFrame is called with frames that bring events; may be nil.
	onFrame func([]byte)
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

// openChannel connects and waits until the server has taken the token.
func openChannel(ctx context.Context, to *Endpoint, onFrame func([]byte)) (*channel, error) {
	c := &channel{onFrame: onFrame}
	_, err := c.open(ctx, to, nil)
	return c, err
}

// open connects, recovers the channels from the positions, and returns what the server
// replied once it has taken the token.
func (c *channel) open(ctx context.Context, to *Endpoint, from map[string]position) (map[string]subscription, error) {
	socket, response, err := websocket.DefaultDialer.DialContext(ctx, to.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("control channel: %w", err)
	}
	_ = response.Body.Close()
	c.socket, c.closed, c.waiting = socket, make(chan struct{}), map[int]chan reply{}
	go c.read()
	subs := map[string]any{}
	for channel, at := range from {
		subs[channel] = map[string]any{"recover": true, "epoch": at.Epoch, "offset": at.Offset}
	}
	r, err := c.ask(ctx, map[string]any{"connect": map[string]any{"token": to.Token, "subs": subs}})
	if err == nil && r.Connect == nil {
		err = errors.New("the reply to connect is empty")
	}
	if err != nil {
		_ = socket.Close()
		return nil, fmt.Errorf("control channel: %w", err)
	}
	return r.Connect.Subs, nil
}

func (c *channel) close() { _ = c.socket.Close() }

// command carries out a command of the control channel.
func (c *channel) command(ctx context.Context, kind string, data any) error {
	return c.commandAs(ctx, uuid.NewString(), kind, data)
}

// commandAs is command with a request id, under which it runs once however often it is sent.
func (c *channel) commandAs(ctx context.Context, requestID, kind string, data any) error {
	_, err := c.rpc(ctx, "command", map[string]any{"requestId": requestID, "type": kind, "data": data})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// rpc calls a method of the control channel and returns its data.
func (c *channel) rpc(ctx context.Context, method string, data any) (json.RawMessage, error) {
	r, err := c.ask(ctx, map[string]any{"rpc": map[string]any{"method": method, "data": data}})
	if err != nil || r.RPC == nil {
		return nil, err
	}
	return r.RPC.Data, nil
}

func (c *channel) ask(ctx context.Context, request map[string]any) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	came := make(chan reply, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.waiting[id] = came
	request["id"] = id
	err := c.socket.WriteJSON(request)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
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
	case <-c.closed:
		return reply{}, c.reason()
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
}

// reason is why the connection is closed; nil while it is open.
func (c *channel) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

func (c *channel) read() {
	defer close(c.closed)
	for {
		var err error
		if c.silence > 0 {
			err = c.socket.SetReadDeadline(time.Now().Add(c.silence))
		}
		var message []byte
		if err == nil {
			_, message, err = c.socket.ReadMessage()
		}
		if err != nil {
			c.mu.Lock()
			c.why = fmt.Errorf("the connection was closed: %w", err)
			c.mu.Unlock()
			return
		}
		for one := range bytes.SplitSeq(message, []byte("\n")) {
			switch {
			case string(one) == "{}":
				c.mu.Lock()
				err = errors.Join(err, c.socket.WriteMessage(websocket.TextMessage, one))
				c.mu.Unlock()
			// Most of what 300 participants receive is about others, and need not be read.
			case bytes.HasPrefix(one, []byte(`{"id":`)):
				var r reply
				if json.Unmarshal(one, &r) == nil {
					c.onReply(r)
				}
			case c.onFrame != nil:
				c.onFrame(one)
			}
		}
	}
}

func (c *channel) onReply(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiting := c.waiting[r.ID]; waiting != nil {
		waiting <- r
	}
}
