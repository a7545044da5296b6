package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// line is one page's connection. It is known from before the backend is asked
// about its seat, so that an order that is given meanwhile is not lost.
type line struct {
	id         string
	seatID     string
	generation int
	serial     uint64
	// displaced, guarded by Hub.mu, is set when newer lines of the seat took the
	// line's place; it stays known until it has ended.
	displaced bool
	// rises closes risen: when the line is up, and when it broke before it was.
	rises func()
	risen chan struct{}

	mu     sync.Mutex
	client *centrifuge.Client // nil until the line is up
	seated bool               // seat is what the backend answered
	seat   Seat
	// ordered is the last order to move in or out of the session; nil without one.
	ordered *bool
	// led is the last order of whether the seat is a host; nil without one.
	led     *bool
	closing *centrifuge.Disconnect
	queue   []request
	busy    bool

	// settling lets one goroutine at a time bring inside to what was ordered.
	settling sync.Mutex
	inside   bool
}

func newLine(id string, ref SeatRef) *line {
	l := &line{id: id, seatID: ref.SeatID, generation: ref.Generation, risen: make(chan struct{})}
	l.rises = sync.OnceFunc(func() { close(l.risen) })
	return l
}

func (l *line) up() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client != nil
}

// now is the seat as it is known now.
func (l *line) now() Seat {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seat
}

func (h *Hub) connecting(ctx context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	var none centrifuge.ConnectReply
	asked := h.asked.take(e.ClientID)
	ref, ok := h.readToken(e.Token)
	if !ok {
		return none, disconnect(CodeBadToken)
	}
	if h.connects.Take(ref.SeatID, 1, time.Now()) > 0 {
		return none, centrifuge.DisconnectConnectionClosed // the page tries again, later each time
	}
	giveBack, ok := h.turns.takeOf(ref.SeatID, maxConnecting)
	if !ok {
		return none, centrifuge.DisconnectConnectionClosed
	}
	defer giveBack()
	l := newLine(e.ClientID, ref)
	if stopping := h.register(l); stopping != nil {
		return none, *stopping
	}
	limited, cancel := context.WithTimeout(ctx, backendTime)
	seat, err := h.backend.Connect(limited, ref)
	cancel()
	if err != nil {
		h.unregister(l)
		h.open.Done()
		var closed *Closed
		if errors.As(err, &closed) {
			return none, disconnect(closed.Code)
		}
		if errors.Is(err, ErrDrop) {
			return none, centrifuge.DisconnectConnectionClosed
		}
		if ctx.Err() == nil { // the page has not gone meanwhile
			h.log.Error("could not confirm connection", "seat", ref.SeatID, "error", err)
		}
		return none, centrifuge.ErrorInternal
	}
	// A line that breaks before it is up has no OnDisconnect.
	context.AfterFunc(ctx, func() {
		l.rises()
		h.gone(l)
	})
	early := asked.before(sessionChannel(seat.SessionID), seat.Entered)
	channels := map[string]centrifuge.SubscribeOptions{seatChannel(seat.ID): h.subscription()}
	if l.sit(seat) {
		inside := h.subscription()
		inside.EnableRecovery = inside.EnableRecovery && !early
		channels[sessionChannel(seat.SessionID)] = inside
	}
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: seat.ID}, Subscriptions: channels,
		Storage: map[string]any{"line": l},
	}, nil
}

// sit puts the seat on its line and says whether it starts inside the session.
func (l *line) sit(seat Seat) (inside bool) {
	l.settling.Lock()
	defer l.settling.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seat, l.seated = seat, true
	if l.ordered != nil {
		// Younger than what the backend has read.
		l.seat.Waiting = !*l.ordered
	}
	if l.led != nil {
		l.seat.Host = *l.led
	}
	l.inside = !l.seat.Waiting
	return l.inside
}

func (h *Hub) connected(client *centrifuge.Client) {
	storage, release := client.AcquireStorage()
	l, ok := storage["line"].(*line)
	release(storage)
	if !ok {
		client.Disconnect(centrifuge.DisconnectServerError)
		return
	}
	client.OnRPC(func(e centrifuge.RPCEvent, answer centrifuge.RPCCallback) { h.receive(l, e, answer) })
	client.OnDisconnect(func(centrifuge.DisconnectEvent) { h.gone(l) })
	l.mu.Lock()
	l.client = client
	closing := l.closing
	l.mu.Unlock()
	l.rises()
	if closing != nil {
		client.Disconnect(*closing)
		return
	}
	h.settle(l)
}

// register makes a line known; it answers the reason why no line is let up any
// more. A seat with too many lines loses its oldest one.
func (h *Hub) register(l *line) (stopping *centrifuge.Disconnect) {
	if h.pulse.isDeaf() {
		return &centrifuge.DisconnectShutdown // the page tries again, and may reach another node
	}
	h.mu.Lock()
	if h.stopping != nil {
		defer h.mu.Unlock()
		return h.stopping
	}
	h.serial++
	l.serial = h.serial
	lines := h.lines[l.seatID]
	if lines == nil {
		lines = map[string]*line{}
		h.lines[l.seatID] = lines
	}
	lines[l.id] = l
	h.open.Add(1)
	oldest := displace(lines)
	h.mu.Unlock()
	if oldest != nil {
		oldest.close(centrifuge.DisconnectConnectionLimit)
	}
	return nil
}

// displace marks the oldest of too many lines and answers it, else nil. Those
// that were marked before and have not ended yet do not count.
func displace(lines map[string]*line) *line {
	var oldest *line
	count := 0
	for _, l := range lines {
		if l.displaced {
			continue
		}
		count++
		if oldest == nil || l.serial < oldest.serial {
			oldest = l
		}
	}
	if count <= maxLines {
		return nil
	}
	oldest.displaced = true
	return oldest
}

// unregister forgets a line. It says whether the line was known, and whether
// the seat has another one here of the same or a newer generation.
func (h *Hub) unregister(l *line) (known, another bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines := h.lines[l.seatID]
	if lines[l.id] != l {
		return false, false
	}
	delete(lines, l.id)
	if len(lines) == 0 {
		delete(h.lines, l.seatID)
	}
	return true, holds(lines, l.generation)
}

func holds(lines map[string]*line, generation int) bool {
	for _, l := range lines {
		if l.generation >= generation {
			return true
		}
	}
	return false
}

// gone forgets a line; the last one of its generation is told to the backend.
func (h *Hub) gone(l *line) {
	defer h.turns.take(l.seatID)()
	known, another := h.unregister(l)
	if !known {
		return
	}
	defer h.open.Done()
	if another || h.elsewhere(l) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), backendTime)
	defer cancel()
	h.backend.Disconnected(ctx, l.now())
	// The page may have reached another node after that was asked, and connected there
	// before the seat counted as lost.
	if h.elsewhere(l) {
		if _, err := h.backend.Connect(ctx, SeatRef{SeatID: l.seatID, Generation: l.generation}); err != nil {
			h.log.Debug("could not confirm the connection to another node", "seat", l.seatID, "error", err)
		}
	}
}

// watch notices lines that Centrifuge has given up. It says so itself only when
// the closing handshake is over, which a dead line makes five seconds longer.
func (h *Hub) watch() {
	tick, tidy := time.NewTicker(watchEvery), time.NewTicker(tidyEvery)
	defer tick.Stop()
	defer tidy.Stop()
	for {
		select {
		case now := <-tidy.C:
			h.answered.tidy(now)
		case <-tick.C:
		case <-h.node.NotifyShutdown():
			return
		}
		h.mu.Lock()
		given := h.linesWhere(func(l *line) bool {
			if !l.up() {
				return false
			}
			_, kept := h.node.Hub().UserConnections(l.seatID)[l.id]
			return !kept
		})
		h.mu.Unlock()
		for _, l := range given {
			go h.gone(l)
		}
	}
}

// settle brings the line's subscription to what was ordered last. A page may
// have read that its line is up a moment before the line is; that is waited for.
func (h *Hub) settle(l *line) {
	l.settling.Lock()
	defer l.settling.Unlock()
	l.mu.Lock()
	seated := l.seated
	l.mu.Unlock()
	if !seated {
		return
	}
	<-l.risen
	l.mu.Lock()
	client, seat := l.client, l.seat
	l.mu.Unlock()
	if client == nil || l.inside == !seat.Waiting {
		return
	}
	channel := sessionChannel(seat.SessionID)
	if seat.Waiting {
		client.Unsubscribe(channel)
		l.inside = false
		return
	}
	err := client.Subscribe(channel, centrifuge.WithRecovery(true), centrifuge.WithPositioning(true))
	if err != nil && !errors.Is(err, centrifuge.ErrorAlreadySubscribed) {
		// The page comes back at once and is subscribed then.
		h.log.Warn("could not admit connection; the page reconnects", "seat", seat.ID, "error", err)
		client.Disconnect(centrifuge.DisconnectForceReconnect)
		return
	}
	l.inside = true
}

// order moves the line in or out of the session at the next settle.
func (l *line) order(inside bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ordered = &inside
	l.seat.Waiting = !inside
}

// lead notes whether the seat is a host from now on.
func (l *line) lead(host bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.led, l.seat.Host = &host, host
}

// close ends the line. The answer of the command that it is carrying goes out
// before, if that does not take long. The first reason stands.
func (l *line) close(reason centrifuge.Disconnect) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing != nil {
		return
	}
	l.closing = &reason
	client := l.client
	switch {
	case client == nil:
	case l.busy:
		afterGrace(func() { client.Disconnect(reason) })
	default:
		client.Disconnect(reason)
	}
}

// Drop breaks a seat's lines of this node as a cable that is cut would. Pages
// come back by themselves.
func (h *Hub) Drop(seatID string) {
	h.mu.Lock()
	lines := make([]*line, 0, len(h.lines[seatID]))
	for _, l := range h.lines[seatID] {
		lines = append(lines, l)
	}
	h.mu.Unlock()
	for _, l := range lines {
		l.drop()
	}
}

// drop ends the line at once; what it is carrying is not answered.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing == nil {
		l.closing = &centrifuge.DisconnectConnectionClosed
	}
	if l.client != nil {
		l.client.Disconnect(centrifuge.DisconnectConnectionClosed)
	}
}
