package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// Refusals that the channel makes itself.
const (
	codeParameters  = 1002
	codeInternal    = 1005
	codeRateLimited = 1006
)

func (h *Hub) rpc(line *connection, e centrifuge.RPCEvent, answer centrifuge.RPCCallback) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	if !line.limit.Allow() {
		answer(centrifuge.RPCReply{}, &centrifuge.Error{Code: codeRateLimited, Message: "RATE_LIMITED"})
		return
	}
	var raw json.RawMessage
	var err error
	switch e.Method {
	case "snapshot":
		raw, err = h.backend.Snapshot(ctx, line.seat)
	case "command":
		raw, err = h.command(ctx, line, e.Data)
	default:
		answer(centrifuge.RPCReply{}, centrifuge.ErrorMethodNotFound)
		return
	}
	if err != nil {
		answer(centrifuge.RPCReply{}, h.refusal(err))
		return
	}
	answer(centrifuge.RPCReply{Data: raw}, nil)
}

func (h *Hub) refusal(err error) *centrifuge.Error {
	var refused *CommandError
	if errors.As(err, &refused) {
		return &centrifuge.Error{Code: refused.Code, Message: refused.Message}
	}
	h.log.Error("a request over the control channel failed", "error", err)
	return &centrifuge.Error{Code: codeInternal, Message: "INTERNAL_ERROR"}
}

func (h *Hub) command(ctx context.Context, line *connection, data []byte) (json.RawMessage, error) {
	var c Command
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, &CommandError{codeParameters, "INVALID_PARAMETERS: the command is not a JSON object"}
	}
	if c.RequestID == "" || len(c.RequestID) > 64 {
		return nil, &CommandError{codeParameters, "INVALID_PARAMETERS: requestId: 1 to 64 characters"}
	}
	h.mu.Lock()
	memory := h.answered[line.seat.ID]
	h.mu.Unlock()
	if memory == nil {
		return nil, &CommandError{1003, "IMPROPER_MEETING_STATE: closed"}
	}
	return memory.once(ctx, c.RequestID, func() (json.RawMessage, error) {
		result, err := h.backend.Command(ctx, line.seat, c)
		if err != nil {
			return nil, err
		}
		return json.Marshal(result)
	})
}

// requests remembers a seat's answers, so that a repeated request runs once.
type requests struct {
	mu    sync.Mutex
	known map[string]*request
	order []string
}

type request struct {
	done chan struct{}
	at   time.Time
	raw  json.RawMessage
	err  error
}

func newRequests() *requests { return &requests{known: map[string]*request{}} }

func (r *requests) once(ctx context.Context, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	now := time.Now()
	r.mu.Lock()
	for len(r.order) > 0 && (len(r.order) >= maxRequests || now.Sub(r.known[r.order[0]].at) > requestMemory) {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
	if first, ok := r.known[id]; ok {
		r.mu.Unlock()
		select {
		case <-first.done:
			return first.raw, first.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	mine := &request{done: make(chan struct{}), at: now}
	r.known[id] = mine
	r.order = append(r.order, id)
	r.mu.Unlock()
	defer close(mine.done)
	mine.raw, mine.err = run()
	return mine.raw, mine.err
}
