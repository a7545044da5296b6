package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// connection is one page's connection. It is known from before the backend is asked
// about its participant, so that an order that is given meanwhile is not lost.
type connection struct {
	id            string
	participantID string
	generation    int
	serial        uint64
	// evicted, guarded by Hub.mu, is set when newer connections of the participant
	// took the connection's place; it stays known until it has ended.
	evicted bool
	// markReady closes ready: when the connection is open, and when it broke before it
	// was.
	markReady func()
	ready     chan struct{}

	mu          sync.Mutex
	client      *centrifuge.Client // nil until the connection is open
	bound       bool               // participant is what the backend answered
	participant Participant
	// wantSubscribed is the last order to move in or out of the session; nil without one.
	wantSubscribed *bool
	// isHost is the last order of whether the participant is a host; nil without one.
	isHost  *bool
	closing *centrifuge.Disconnect
	queue   []request
	busy    bool

	// reconciling lets one goroutine at a time bring inside to what was ordered.
	reconciling sync.Mutex
	subscribed  bool
}

func newConnection(id string, ref ParticipantRef) *connection {
	conn := &connection{id: id, participantID: ref.ParticipantID, generation: ref.Generation, ready: make(chan struct{})}
	conn.markReady = sync.OnceFunc(func() { close(conn.ready) })
	return conn
}

func (conn *connection) isUp() bool {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.client != nil
}

// current is the participant as it is known now.
func (conn *connection) current() Participant {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return conn.participant
}

func (h *Hub) onConnecting(ctx context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	var none centrifuge.ConnectReply
	asked := h.recoveries.take(e.ClientID)
	ref, ok := h.readToken(e.Token)
	if !ok {
		return none, disconnect(CodeBadToken)
	}
	if h.connectRates.Take(ref.ParticipantID, 1, time.Now()) > 0 {
		return none, centrifuge.DisconnectConnectionClosed // the page tries again, later each time
	}
	release, ok := h.participantLocks.tryLock(ref.ParticipantID, maxConnecting)
	if !ok {
		return none, centrifuge.DisconnectConnectionClosed
	}
	defer release()
	conn := newConnection(e.ClientID, ref)
	if stopping := h.register(conn); stopping != nil {
		return none, *stopping
	}
	limited, cancel := context.WithTimeout(ctx, backendTime)
	participant, err := h.backend.Connect(limited, ref)
	cancel()
	if err != nil {
		h.unregister(conn)
		h.open.Done()
		var closed *Closed
		if errors.As(err, &closed) {
			return none, disconnect(closed.Code)
		}
		if errors.Is(err, ErrDisconnect) {
			return none, centrifuge.DisconnectConnectionClosed
		}
		if ctx.Err() == nil { // the page has not gone meanwhile
			h.log.Error("could not confirm connection", "participant", ref.ParticipantID, "error", err)
		}
		return none, centrifuge.ErrorInternal
	}
	// A connection that breaks before it is up has no OnDisconnect.
	context.AfterFunc(ctx, func() {
		conn.markReady()
		h.connectionLost(conn)
	})
	early := asked.before(sessionChannel(participant.SessionID), participant.Entered)
	channels := map[string]centrifuge.SubscribeOptions{participantChannel(participant.ID): h.subscription()}
	if conn.bind(participant) {
		inside := h.subscription()
		inside.EnableRecovery = inside.EnableRecovery && !early
		channels[sessionChannel(participant.SessionID)] = inside
	}
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: participant.ID}, Subscriptions: channels,
		Storage: map[string]any{"connection": conn},
	}, nil
}

// bind puts the participant on its connection and reports whether it starts inside the
// session.
func (conn *connection) bind(participant Participant) (inside bool) {
	conn.reconciling.Lock()
	defer conn.reconciling.Unlock()
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.participant, conn.bound = participant, true
	if conn.wantSubscribed != nil {
		// Younger than what the backend has read.
		conn.participant.Waiting = !*conn.wantSubscribed
	}
	if conn.isHost != nil {
		conn.participant.Host = *conn.isHost
	}
	conn.subscribed = !conn.participant.Waiting
	return conn.subscribed
}

func (h *Hub) onConnect(client *centrifuge.Client) {
	storage, release := client.AcquireStorage()
	conn, ok := storage["connection"].(*connection)
	release(storage)
	if !ok {
		client.Disconnect(centrifuge.DisconnectServerError)
		return
	}
	client.OnRPC(func(e centrifuge.RPCEvent, reply centrifuge.RPCCallback) { h.receive(conn, e, reply) })
	client.OnDisconnect(func(centrifuge.DisconnectEvent) { h.connectionLost(conn) })
	conn.mu.Lock()
	conn.client = client
	closing := conn.closing
	conn.mu.Unlock()
	conn.markReady()
	if closing != nil {
		client.Disconnect(*closing)
		return
	}
	h.reconcileSubscription(conn)
}

// register makes a connection known; it returns the reason why no connection is
// let up any more. A participant with too many connections loses its oldest one.
func (h *Hub) register(conn *connection) (stopping *centrifuge.Disconnect) {
	if h.heartbeat.isIsolated() {
		return &centrifuge.DisconnectShutdown // the page tries again, and may reach another node
	}
	h.mu.Lock()
	if h.stopping != nil {
		defer h.mu.Unlock()
		return h.stopping
	}
	h.serial++
	conn.serial = h.serial
	conns := h.connections[conn.participantID]
	if conns == nil {
		conns = map[string]*connection{}
		h.connections[conn.participantID] = conns
	}
	conns[conn.id] = conn
	h.open.Add(1)
	oldest := evictOldest(conns)
	h.mu.Unlock()
	if oldest != nil {
		oldest.close(centrifuge.DisconnectConnectionLimit)
	}
	return nil
}

// evictOldest marks the oldest of too many connections and returns it, else nil.
// Those that were marked before and have not ended yet do not count.
func evictOldest(conns map[string]*connection) *connection {
	var oldest *connection
	count := 0
	for _, conn := range conns {
		if conn.evicted {
			continue
		}
		count++
		if oldest == nil || conn.serial < oldest.serial {
			oldest = conn
		}
	}
	if count <= maxConnections {
		return nil
	}
	oldest.evicted = true
	return oldest
}

// unregister forgets a connection. It reports whether the connection was known,
// and whether the participant has another one here of the same or a newer
// generation.
func (h *Hub) unregister(conn *connection) (known, another bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	conns := h.connections[conn.participantID]
	if conns[conn.id] != conn {
		return false, false
	}
	delete(conns, conn.id)
	if len(conns) == 0 {
		delete(h.connections, conn.participantID)
	}
	return true, hasConnection(conns, conn.generation)
}

func hasConnection(conns map[string]*connection, generation int) bool {
	for _, conn := range conns {
		if conn.generation >= generation {
			return true
		}
	}
	return false
}

// connectionLost forgets a connection; the last one of its generation is reported to the
// backend.
func (h *Hub) connectionLost(conn *connection) {
	defer h.participantLocks.lock(conn.participantID)()
	known, another := h.unregister(conn)
	if !known {
		return
	}
	defer h.open.Done()
	if another || h.connectedOnOtherNode(conn) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), backendTime)
	defer cancel()
	h.backend.Disconnected(ctx, conn.current())
	// The page may have reached another node after that was asked, and connected there
	// before the participant counted as lost.
	if h.connectedOnOtherNode(conn) {
		if err := h.backend.Confirm(ctx, ParticipantRef{ParticipantID: conn.participantID, Generation: conn.generation}); err != nil {
			h.log.Debug("could not confirm the connection to another node", "participant", conn.participantID, "error", err)
		}
	}
}

// watch notices connections that Centrifuge has given up. It says so itself only
// when the closing handshake is over, which a dead connection makes five seconds
// longer.
func (h *Hub) watch() {
	tick, tidy := time.NewTicker(watchInterval), time.NewTicker(pruneInterval)
	defer tick.Stop()
	defer tidy.Stop()
	for {
		select {
		case now := <-tidy.C:
			h.results.prune(now)
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		h.mu.Lock()
		given := h.connectionsWhere(func(conn *connection) bool {
			if !conn.isUp() {
				return false
			}
			_, kept := h.node.Hub().UserConnections(conn.participantID)[conn.id]
			return !kept
		})
		h.mu.Unlock()
		for _, conn := range given {
			go h.connectionLost(conn)
		}
	}
}

// reconcileSubscription brings the connection's subscription to what was ordered last. A
// page may have read that it is connected a moment before the connection is; that is waited
// for.
func (h *Hub) reconcileSubscription(conn *connection) {
	conn.reconciling.Lock()
	defer conn.reconciling.Unlock()
	conn.mu.Lock()
	seated := conn.bound
	conn.mu.Unlock()
	if !seated {
		return
	}
	<-conn.ready
	conn.mu.Lock()
	client, participant := conn.client, conn.participant
	conn.mu.Unlock()
	if client == nil || conn.subscribed == !participant.Waiting {
		return
	}
	channel := sessionChannel(participant.SessionID)
	if participant.Waiting {
		client.Unsubscribe(channel)
		conn.subscribed = false
		return
	}
	err := client.Subscribe(channel, centrifuge.WithRecovery(true), centrifuge.WithPositioning(true))
	if err != nil && !errors.Is(err, centrifuge.ErrorAlreadySubscribed) {
		// The page comes back at once and is subscribed then.
		h.log.Warn("could not admit connection; the page reconnects", "participant", participant.ID, "error", err)
		client.Disconnect(centrifuge.DisconnectForceReconnect)
		return
	}
	conn.subscribed = true
}

// setWantSubscribed moves the connection in or out of the session at the next reconciliation.
func (conn *connection) setWantSubscribed(inside bool) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.wantSubscribed = &inside
	conn.participant.Waiting = !inside
}

// setHost notes whether the participant is a host from now on.
func (conn *connection) setHost(host bool) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.isHost, conn.participant.Host = &host, host
}

// close ends the connection. The answer of the command that it is carrying goes
// out before, if that does not take long. The first reason stands.
func (conn *connection) close(reason centrifuge.Disconnect) {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.closing != nil {
		return
	}
	conn.closing = &reason
	client := conn.client
	switch {
	case client == nil:
	case conn.busy:
		afterGrace(func() { client.Disconnect(reason) })
	default:
		client.Disconnect(reason)
	}
}

// Disconnect breaks a participant's connections of this node as a cut cable would.
// Pages come back by themselves.
func (h *Hub) Disconnect(participantID string) {
	h.mu.Lock()
	conns := make([]*connection, 0, len(h.connections[participantID]))
	for _, conn := range h.connections[participantID] {
		conns = append(conns, conn)
	}
	h.mu.Unlock()
	for _, conn := range conns {
		conn.disconnect()
	}
}

// disconnect ends the connection at once; what it is carrying is not answered.
func (conn *connection) disconnect() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.closing == nil {
		conn.closing = &centrifuge.DisconnectConnectionClosed
	}
	if conn.client != nil {
		conn.client.Disconnect(centrifuge.DisconnectConnectionClosed)
	}
}
