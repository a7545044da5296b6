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
	answer centrifuge.RPCCallback
}

// receive takes a request from a line. Requests of one line run one after the
// other, aside from the goroutine that reads: a slow one holds up no pong.
func (h *Hub) receive(l *line, e centrifuge.RPCEvent, answer centrifuge.RPCCallback) {
	if err := h.enqueue(l, request{e.Method, e.Data, answer}); err != nil {
		answer(centrifuge.RPCReply{}, h.refusal(err))
	}
}

// enqueue keeps a copy of the request: its bytes are used again once this returns.
func (h *Hub) enqueue(l *line, r request) error {
	cost := 1
	if r.method != "command" {
		cost = stateCost
	}
	now, seat := time.Now(), l.now()
	wait := h.asking.Take(cmp.Or(seat.Person, l.seatID), cost, now)
	if wait == 0 {
		wait = h.askedIn.Take(seat.allowance(r.method), cost, now)
	}
	if wait > 0 {
		return &CommandError{Code: codeRateLimited, Message: "RATE_LIMITED", RetryAfter: wait}
	}
	if !h.held.add(l.seatID, len(r.data)) {
		return errQueueFull
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var refused error
	switch {
	case l.closing != nil:
		refused = errClosing
	case len(l.queue) >= maxQueued:
		refused = errQueueFull
	}
	if refused != nil {
		h.held.remove(l.seatID, len(r.data))
		return refused
	}
	r.data = bytes.Clone(r.data)
	l.queue = append(l.queue, r)
	if !l.busy {
		l.busy = true
		go h.work(l)
	}
	return nil
}

// allowance names those who use up the same allowance of the seat's session: a waiting
// room full of strangers holds up nobody inside, attendees hold up no host, and their
// commands keep nobody who comes from reading the state of the meeting.
func (s *Seat) allowance(method string) string {
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

// work carries out a line's requests until none is left or the line closes.
func (h *Hub) work(l *line) {
	for {
		l.mu.Lock()
		if l.closing != nil || len(l.queue) == 0 {
			l.busy = false
			if l.closing != nil && l.client != nil {
				l.client.Disconnect(*l.closing)
			}
			for _, r := range l.queue {
				h.held.remove(l.seatID, len(r.data))
			}
			l.queue = nil
			l.mu.Unlock()
			return
		}
		r := l.queue[0]
		l.queue = l.queue[1:]
		l.mu.Unlock()
		raw, err := h.carryOut(l, r)
		h.held.remove(l.seatID, len(r.data))
		if errors.Is(err, ErrDrop) {
			l.drop()
		}
		if err != nil {
			r.answer(centrifuge.RPCReply{}, h.refusal(err))
			continue
		}
		r.answer(centrifuge.RPCReply{Data: raw}, nil)
	}
}

func (h *Hub) carryOut(l *line, r request) (raw json.RawMessage, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), backendTime)
	defer cancel()
	defer recoverTo(&err)
	switch r.method {
	case "snapshot":
		raw, err = h.backend.Snapshot(ctx, l.now(), r.data)
	case "chat":
		raw, err = h.backend.Chat(ctx, l.now(), r.data)
	case "command":
		raw, err = h.command(ctx, l, r.data)
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
		return &centrifuge.Error{Code: refused.Code, Message: refused.words()}
	case errors.As(err, &protocol):
		return protocol
	}
	h.log.Error("command failed", "error", err)
	return &centrifuge.Error{Code: codeInternal, Message: "INTERNAL_ERROR"}
}

func (h *Hub) command(ctx context.Context, l *line, data []byte) (json.RawMessage, error) {
	c, err := readCommand(data)
	if err != nil {
		return nil, err
	}
	return h.answered.once(ctx, l.seatID, c.RequestID, func() (raw json.RawMessage, err error) {
		defer recoverTo(&err)
		result, err := h.backend.Command(ctx, l.now(), c)
		if err != nil {
			return nil, err
		}
		return plainjson.Marshal(result)
	})
}

// words are the message with the time to wait, in whole seconds.
func (e *CommandError) words() string {
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
