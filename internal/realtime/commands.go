package realtime

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/plainjson"
)

// Refusals that the channel makes itself.
const (
	codeParameters  = 1002
	codeState       = 1003
	codeInternal    = 1005
	codeRateLimited = 1006
)

var (
	errQueueFull = &CommandError{Code: codeRateLimited, Message: "RATE_LIMITED", RetryAfter: time.Second}
	errClosing   = &CommandError{Code: codeState, Message: "IMPROPER_MEETING_STATE: closed"}
)

// request is an RPC of a page.
type request struct {
	method string
	data   []byte
	reply  centrifuge.RPCCallback
}

// receive takes a request from a connection. Requests of one connection run one
// after the other, aside from the goroutine that reads: a slow one holds up no
// pong.
func (h *Hub) receive(conn *connection, e centrifuge.RPCEvent, reply centrifuge.RPCCallback) {
	if err := h.enqueue(conn, request{e.Method, e.Data, reply}); err != nil {
		reply(centrifuge.RPCReply{}, h.refusal(err))
	}
}

// enqueue copies the request: its bytes are used again once this returns.
func (h *Hub) enqueue(conn *connection, r request) error {
	cost := 1
	if r.method != "command" {
		cost = stateCost
	}
	now, participant := time.Now(), conn.current()
	wait := h.asking.Take(cmp.Or(participant.LimiterKey, conn.participantID), cost, now)
	if wait == 0 {
		wait = h.askedIn.Take(participant.sessionLimitKey(r.method), cost, now)
	}
	if wait > 0 {
		return &CommandError{Code: codeRateLimited, Message: "RATE_LIMITED", RetryAfter: wait}
	}
	if !h.pendingBytes.add(conn.participantID, len(r.data)) {
		return errQueueFull
	}
	conn.mu.Lock()
	defer conn.mu.Unlock()
	var refused error
	switch {
	case conn.closing != nil:
		refused = errClosing
	case len(conn.queue) >= maxQueued:
		refused = errQueueFull
	}
	if refused != nil {
		h.pendingBytes.remove(conn.participantID, len(r.data))
		return refused
	}
	r.data = bytes.Clone(r.data)
	conn.queue = append(conn.queue, r)
	if !conn.busy {
		conn.busy = true
		go h.runQueue(conn)
	}
	return nil
}

// sessionLimitKey names those who use up the same allowance of the participant's session: a
// waiting room full of strangers holds up nobody inside, attendees hold up no host, and
// their commands keep nobody who comes from reading the state of the meeting.
func (s *Participant) sessionLimitKey(method string) string {
	switch {
	case s.Waiting:
		return "waiting " + s.SessionID
	case s.Host:
		return "hosts " + s.SessionID
	case method != "command":
		return "reading " + s.SessionID
	}
	return s.SessionID
}

// runQueue carries out a connection's requests until none is left or the connection
// closes.
func (h *Hub) runQueue(conn *connection) {
	for {
		conn.mu.Lock()
		if conn.closing != nil || len(conn.queue) == 0 {
			conn.busy = false
			if conn.closing != nil && conn.client != nil {
				conn.client.Disconnect(*conn.closing)
			}
			for _, r := range conn.queue {
				h.pendingBytes.remove(conn.participantID, len(r.data))
			}
			conn.queue = nil
			conn.mu.Unlock()
			return
		}
		r := conn.queue[0]
		conn.queue = conn.queue[1:]
		conn.mu.Unlock()
		raw, err := h.execute(conn, r)
		h.pendingBytes.remove(conn.participantID, len(r.data))
		if errors.Is(err, ErrDisconnect) {
			conn.disconnect()
		}
		if err != nil {
			r.reply(centrifuge.RPCReply{}, h.refusal(err))
			continue
		}
		r.reply(centrifuge.RPCReply{Data: raw}, nil)
	}
}

func (h *Hub) execute(conn *connection, r request) (raw json.RawMessage, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), backendTime)
	defer cancel()
	defer recoverTo(&err)
	switch r.method {
	case "snapshot":
		raw, err = h.backend.Snapshot(ctx, conn.current(), r.data)
	case "chat":
		raw, err = h.backend.Chat(ctx, conn.current(), r.data)
	case "command":
		raw, err = h.command(ctx, conn, r.data)
	default:
		return nil, centrifuge.ErrorMethodNotFound
	}
	if err == nil && len(raw) == 0 {
		// An empty answer would be a broken frame.
		raw = json.RawMessage("null")
	}
	return raw, err
}

// recoverTo keeps one request's fault from taking every meeting down.
func recoverTo(err *error) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("panic: %v", fault)
	}
}

func (h *Hub) refusal(err error) *centrifuge.Error {
	var refused *CommandError
	var protocol *centrifuge.Error
	switch {
	case errors.As(err, &refused):
		return &centrifuge.Error{Code: refused.Code, Message: refused.text()}
	case errors.As(err, &protocol):
		return protocol
	}
	h.log.Error("command failed", "error", err)
	return &centrifuge.Error{Code: codeInternal, Message: "INTERNAL_ERROR"}
}

func (h *Hub) command(ctx context.Context, conn *connection, data []byte) (json.RawMessage, error) {
	c, err := readCommand(data)
	if err != nil {
		return nil, err
	}
	return h.results.once(ctx, conn.participantID, c.RequestID, func() (raw json.RawMessage, err error) {
		defer recoverTo(&err)
		result, err := h.backend.Command(ctx, conn.current(), c)
		if err != nil {
			return nil, err
		}
		return plainjson.Marshal(result)
	})
}

// text are the message with the time to wait, in whole seconds.
func (e *CommandError) text() string {
	if e.RetryAfter <= 0 {
		return e.Message
	}
	return fmt.Sprintf("%s: retryAfter %d", e.Message, int64(math.Ceil(e.RetryAfter.Seconds())))
}

func readCommand(data []byte) (Command, error) {
	var c Command
	if err := json.Unmarshal(data, &c); err != nil {
		return c, &CommandError{Code: codeParameters, Message: "INVALID_PARAMETERS: the command is not a valid JSON object"}
	}
	if c.RequestID == "" || len(c.RequestID) > maxRequestID {
		return c, &CommandError{Code: codeParameters, Message: fmt.Sprintf("INVALID_PARAMETERS: requestId: 1 to %d characters", maxRequestID)}
	}
	if c.Type == "" || len(c.Type) > maxRequestID {
		return c, &CommandError{Code: codeParameters, Message: fmt.Sprintf("INVALID_PARAMETERS: type: 1 to %d characters", maxRequestID)}
	}
	return c, nil
}
