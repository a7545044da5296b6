package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// Orders that travel to every node.
const (
	orderAdmit = "admit"
	orderHold  = "hold"
	orderClose = "close"
	orderLead  = "lead"
	// orderStartOver tells that Redis has gone back.
	orderStartOver = "start over"
	askHolds       = "holds"
	askSeats       = "seats"
)

// order is what one node tells the others, and itself.
type order struct {
	Seat    string `json:"seat,omitempty"`
	Session string `json:"session,omitempty"`
	// Generation bounds: lines below it are closed, or lines from it on are
	// asked for.
	Generation int    `json:"generation,omitempty"`
	Code       uint32 `json:"code,omitempty"`
	// Host is the seat's role from now on.
	Host bool `json:"host,omitempty"`
}

// Admit lets a waiting seat's lines hear the session, on every node. When it
// returns they do, so what is published after it reaches them. Lines that come
// up later are placed by what Backend.Connect answers.
func (h *Hub) Admit(seatID, sessionID string) {
	h.move(orderAdmit, order{Seat: seatID, Session: sessionID})
}

// Hold keeps a seat's lines from hearing the session, on every node. When it
// returns they hear it no more.
func (h *Hub) Hold(seatID, sessionID string) {
	h.move(orderHold, order{Seat: seatID, Session: sessionID})
}

// Lead counts what a seat asks for among the hosts' requests, or no longer, on every node.
// Lines that come up later are counted by what Backend.Connect answers.
func (h *Hub) Lead(seatID string, host bool) {
	h.tell(orderLead, order{Seat: seatID, Host: host})
}

func (h *Hub) move(op string, o order) {
	if !h.shared {
		h.settleAll(h.placed(op, o))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), peerTime)
	defer cancel()
	if _, err := h.survey(ctx, op, o); err != nil {
		h.log.Warn("not all nodes moved the seat", "order", op, "seat", o.Seat, "error", err)
	}
}

// Close ends a seat's lines of generations below keepGeneration, on every node;
// zero ends all of them. The code is one of 4501 to 4508.
func (h *Hub) Close(seatID string, keepGeneration int, code uint32) {
	h.tell(orderClose, order{Seat: seatID, Generation: keepGeneration, Code: code})
}

// CloseSession ends every line of a session, on every node, those of waiting
// seats included. The code is one of 4501 to 4508.
func (h *Hub) CloseSession(sessionID string, code uint32) {
	h.tell(orderClose, order{Session: sessionID, Code: code})
}

func (h *Hub) tell(op string, o order) {
	if !h.shared {
		h.told(op, o)
		return
	}
	raw, err := json.Marshal(o)
	if err == nil {
		err = h.node.Notify(op, raw, "")
	}
	if err != nil {
		h.log.Error("could not notify other nodes", "order", op, "error", err)
	}
}

// elsewhere says whether another node holds a line of the seat, of the line's
// generation or a newer one. A node that does not answer holds none: a seat
// shown as reconnecting by mistake costs less than a ghost.
func (h *Hub) elsewhere(l *line) bool {
	if !h.shared {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), peerTime)
	defer cancel()
	results, err := h.survey(ctx, askHolds, order{Seat: l.seatID, Generation: l.generation})
	if err != nil {
		h.log.Warn("not all nodes answered whether they hold the seat", "seat", l.seatID, "error", err)
	}
	for node, result := range results {
		if node != h.node.ID() && result.Code == 1 {
			return true
		}
	}
	return false
}

// ConnectedAnywhere answers the seats whose line is up on any node, in no order. It
// is an error if a node that lives does not answer.
func (h *Hub) ConnectedAnywhere(ctx context.Context) ([]string, error) {
	if !h.shared {
		return h.Connected(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	// Each is asked by itself: asked together, Centrifuge also waits for nodes that died
	// a moment ago.
	nodes := h.pulse.nodes()
	seats, faults := make([][]string, len(nodes)), make([]error, len(nodes))
	var asked sync.WaitGroup
	for i, node := range nodes {
		asked.Go(func() {
			results, err := h.node.Survey(ctx, askSeats, []byte("{}"), node)
			if err != nil {
				faults[i] = fmt.Errorf("node %s does not answer: %w", node, err)
				return
			}
			faults[i] = json.Unmarshal(results[node].Data, &seats[i])
		})
	}
	asked.Wait()
	return slices.Concat(seats...), errors.Join(faults...)
}

func (h *Hub) survey(ctx context.Context, op string, o order) (map[string]centrifuge.SurveyResult, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return h.node.Survey(ctx, op, raw, "")
}

func (h *Hub) notified(e centrifuge.NotificationEvent) {
	var o order
	if json.Unmarshal(e.Data, &o) == nil {
		h.told(e.Op, o)
	}
}

func (h *Hub) told(op string, o order) {
	switch op {
	case orderClose:
		h.closed(o)
	case orderStartOver:
		h.startOver()
	case orderLead:
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, l := range h.lines[o.Seat] {
			l.lead(o.Host)
		}
	}
}

func (h *Hub) surveyed(e centrifuge.SurveyEvent, reply centrifuge.SurveyCallback) {
	var o order
	if err := json.Unmarshal(e.Data, &o); err != nil {
		reply(centrifuge.SurveyReply{})
		return
	}
	switch e.Op {
	case orderAdmit, orderHold:
		// Placed at once, in the order of arrival; settled aside, because
		// subscribing waits for Redis and must not hold up the next order.
		lines := h.placed(e.Op, o)
		go func() {
			h.settleAll(lines)
			reply(centrifuge.SurveyReply{})
		}()
	case askHolds:
		h.mu.Lock()
		held := holds(h.lines[o.Seat], o.Generation)
		h.mu.Unlock()
		var code uint32
		if held {
			code = 1
		}
		reply(centrifuge.SurveyReply{Code: code})
	case askSeats:
		raw, err := json.Marshal(h.Connected())
		if err != nil {
			h.log.Error("the connected seats cannot be written", "error", err)
		}
		reply(centrifuge.SurveyReply{Data: raw})
	default:
		reply(centrifuge.SurveyReply{})
	}
}

// placed orders a seat's lines in or out of the session and answers them.
func (h *Hub) placed(op string, o order) []*line {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines := make([]*line, 0, len(h.lines[o.Seat]))
	for _, l := range h.lines[o.Seat] {
		l.order(op == orderAdmit)
		lines = append(lines, l)
	}
	return lines
}

func (h *Hub) settleAll(lines []*line) {
	for _, l := range lines {
		h.settle(l)
	}
}

// closed ends the lines of this node that the order means.
func (h *Hub) closed(o order) {
	h.mu.Lock()
	var old []*line
	if o.Seat == "" {
		old = h.linesWhere(func(l *line) bool { return l.now().SessionID == o.Session })
	} else {
		for _, l := range h.lines[o.Seat] {
			if o.Generation == 0 || l.generation < o.Generation {
				old = append(old, l)
			}
		}
	}
	h.mu.Unlock()
	if o.Seat != "" && o.Generation == 0 {
		h.answered.leave(o.Seat)
	}
	for _, l := range old {
		l.close(disconnect(o.Code))
	}
}

// linesWhere picks lines; h.mu is held.
func (h *Hub) linesWhere(pick func(*line) bool) []*line {
	var picked []*line
	for _, lines := range h.lines {
		for _, l := range lines {
			if pick(l) {
				picked = append(picked, l)
			}
		}
	}
	return picked
}

func afterGrace(f func()) { time.AfterFunc(closeGrace, f) }
