package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// Orders that travel to every node.
const (
	commandAdmit      = "admit"
	commandHold       = "hold"
	commandClose      = "close"
	commandSetHost    = "lead"
	queryConnected    = "holds"
	queryParticipants = "seats"
)

// clusterCommand is what one node sends to the others, and to itself.
type clusterCommand struct {
	Participant  string   `json:"seat,omitempty"`
	Participants []string `json:"seats,omitempty"`
	Session      string   `json:"session,omitempty"`
	// Generation bounds: connections below it are closed, or connections from it
	// on are asked for.
	Generation int    `json:"generation,omitempty"`
	Code       uint32 `json:"code,omitempty"`
	// Host is the participant's role from now on.
	Host bool `json:"host,omitempty"`
}

// Admit lets connections of waiting participants hear their session, on every node.
// When it returns they do, so what is published after it reaches them. Connections
// that come up later are placed by what Backend.Connect answers.
func (h *Hub) Admit(participantIDs ...string) {
	h.moveParticipants(commandAdmit, clusterCommand{Participants: participantIDs})
}

// Hold stops a participant's connections from receiving the session, on every
// node. When it returns they hear it no more.
func (h *Hub) Hold(participantID string) {
	h.moveParticipants(commandHold, clusterCommand{Participants: []string{participantID}})
}

// SetHost counts what a participant asks for among the hosts' requests, or no longer, on
// every node. Connections that come up later are counted by what Backend.Connect answers.
func (h *Hub) SetHost(participantID string, host bool) {
	h.notifyNodes(commandSetHost, clusterCommand{Participant: participantID, Host: host})
}

func (h *Hub) moveParticipants(op string, cmd clusterCommand) {
	if !h.shared {
		h.reconcileSubscriptions(h.setWantSubscribed(op, cmd))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), peerTime)
	defer cancel()
	if _, err := h.askNodes(ctx, op, cmd); err != nil {
		h.log.Warn("not all nodes moved the participants", "order", op, "participants", len(cmd.Participants), "error", err)
	}
}

// Close ends a participant's connections of generations below keepGeneration, on
// every node; zero ends all of them. The code is one of 4501 to 4508.
func (h *Hub) Close(participantID string, keepGeneration int, code uint32) {
	h.notifyNodes(commandClose, clusterCommand{Participant: participantID, Generation: keepGeneration, Code: code})
}

// CloseSession ends every connection of a session, on every node, those of waiting
// participants included. The code is one of 4501 to 4508.
func (h *Hub) CloseSession(sessionID string, code uint32) {
	h.notifyNodes(commandClose, clusterCommand{Session: sessionID, Code: code})
}

func (h *Hub) notifyNodes(op string, cmd clusterCommand) {
	if !h.shared {
		h.reported(op, cmd)
		return
	}
	raw, err := json.Marshal(cmd)
	if err == nil {
		err = h.node.Notify(op, raw, "")
	}
	if err != nil {
		h.log.Error("could not notify other nodes", "order", op, "error", err)
	}
}

// connectedOnOtherNode reports whether another node holds a connection of the
// participant, of the connection's generation or a newer one. A node that does not
// answer holds none: a participant shown as reconnecting by mistake costs less than a
// stale participant.
func (h *Hub) connectedOnOtherNode(conn *connection) bool {
	if !h.shared {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), peerTime)
	defer cancel()
	results, err := h.askNodes(ctx, queryConnected, clusterCommand{Participant: conn.participantID, Generation: conn.generation})
	if err != nil {
		h.log.Warn("not all nodes reported whether the participant is connected", "participant", conn.participantID, "error", err)
	}
	for node, result := range results {
		if node != h.node.ID() && result.Code == 1 {
			return true
		}
	}
	return false
}

// ConnectedAnywhere returns the participants who are connected on any node, in no
// order. It is an error if a node that lives does not answer.
func (h *Hub) ConnectedAnywhere(ctx context.Context) ([]string, error) {
	if !h.shared {
		return h.Connected(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	results, err := h.askNodes(ctx, queryParticipants, clusterCommand{})
	faults := []error{err}
	var participants []string
	for _, result := range results {
		var ids []string
		faults = append(faults, json.Unmarshal(result.Data, &ids))
		participants = append(participants, ids...)
	}
	return participants, errors.Join(faults...)
}

// askNodes sends a command to every node that lives, this one included, and returns the
// answers by node. It is an error if one does not answer. Each is asked by itself: asked
// together, Centrifuge also waits for nodes that died up to some seconds ago.
func (h *Hub) askNodes(ctx context.Context, op string, cmd clusterCommand) (map[string]centrifuge.SurveyResult, error) {
	raw, err := json.Marshal(cmd)
	if err != nil {
		return nil, err
	}
	nodes := h.heartbeat.nodes()
	answers, faults := make([]map[string]centrifuge.SurveyResult, len(nodes)), make([]error, len(nodes))
	var asked sync.WaitGroup
	for i, node := range nodes {
		asked.Go(func() {
			if answers[i], faults[i] = h.node.Survey(ctx, op, raw, node); faults[i] != nil {
				faults[i] = fmt.Errorf("node %s does not answer: %w", node, faults[i])
			}
		})
	}
	asked.Wait()
	results := map[string]centrifuge.SurveyResult{}
	for i, answer := range answers {
		if faults[i] == nil {
			maps.Copy(results, answer)
		}
	}
	return results, errors.Join(faults...)
}

func (h *Hub) onNotification(e centrifuge.NotificationEvent) {
	var cmd clusterCommand
	if json.Unmarshal(e.Data, &cmd) == nil {
		h.reported(e.Op, cmd)
	}
}

func (h *Hub) reported(op string, cmd clusterCommand) {
	switch op {
	case commandClose:
		h.closeConnections(cmd)
	case commandSetHost:
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, conn := range h.connections[cmd.Participant] {
			conn.setHost(cmd.Host)
		}
	}
}

func (h *Hub) onSurvey(e centrifuge.SurveyEvent, reply centrifuge.SurveyCallback) {
	var cmd clusterCommand
	if err := json.Unmarshal(e.Data, &cmd); err != nil {
		reply(centrifuge.SurveyReply{})
		return
	}
	switch e.Op {
	case commandAdmit, commandHold:
		// Placed at once, in the order of arrival; settled aside, because
		// subscribing waits for Redis and must not hold up the next order.
		conns := h.setWantSubscribed(e.Op, cmd)
		go func() {
			h.reconcileSubscriptions(conns)
			reply(centrifuge.SurveyReply{})
		}()
	case queryConnected:
		h.mu.Lock()
		held := hasConnection(h.connections[cmd.Participant], cmd.Generation)
		h.mu.Unlock()
		var code uint32
		if held {
			code = 1
		}
		reply(centrifuge.SurveyReply{Code: code})
	case queryParticipants:
		raw, err := json.Marshal(h.Connected())
		if err != nil {
			h.log.Error("could not encode the connected participants", "error", err)
		}
		reply(centrifuge.SurveyReply{Data: raw})
	default:
		reply(centrifuge.SurveyReply{})
	}
}

// setWantSubscribed orders the participants' connections in or out of their session and
// returns them.
func (h *Hub) setWantSubscribed(op string, cmd clusterCommand) []*connection {
	h.mu.Lock()
	defer h.mu.Unlock()
	var conns []*connection
	for _, id := range cmd.Participants {
		for _, conn := range h.connections[id] {
			conn.setWantSubscribed(op == commandAdmit)
			conns = append(conns, conn)
		}
	}
	return conns
}

func (h *Hub) reconcileSubscriptions(conns []*connection) {
	askRedisMany(len(conns), func(i int) { h.reconcileSubscription(conns[i]) })
}

// closeConnections ends the connections of this node that the order means.
func (h *Hub) closeConnections(cmd clusterCommand) {
	h.mu.Lock()
	var old []*connection
	if cmd.Participant == "" {
		old = h.connectionsWhere(func(conn *connection) bool { return conn.current().SessionID == cmd.Session })
	} else {
		for _, conn := range h.connections[cmd.Participant] {
			if cmd.Generation == 0 || conn.generation < cmd.Generation {
				old = append(old, conn)
			}
		}
	}
	h.mu.Unlock()
	if cmd.Participant != "" && cmd.Generation == 0 {
		h.results.forget(cmd.Participant)
	}
	for _, conn := range old {
		conn.close(disconnect(cmd.Code))
	}
}

// connectionsWhere picks connections; h.mu is held.
func (h *Hub) connectionsWhere(pick func(*connection) bool) []*connection {
	var picked []*connection
	for _, conns := range h.connections {
		for _, conn := range conns {
			if pick(conn) {
				picked = append(picked, conn)
			}
		}
	}
	return picked
}

func afterGrace(f func()) { time.AfterFunc(closeGrace, f) }
