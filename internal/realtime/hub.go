// Package realtime is the control channel: events to pages, commands from them,
// recovery after a lost line. It is built on Centrifuge; the contract is
// docs/protocol/control-channel.md.
package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	"golang.org/x/time/rate"
)

// Config is what a Hub is made of.
type Config struct {
	// TokenKey signs connection tokens; at least 32 bytes.
	TokenKey []byte
	// Redis is the address of a Redis that several nodes share; empty means one node.
	Redis  string
	Logger *slog.Logger
	// HistorySize and HistoryTTL bound what can be recovered: 256 events and
	// two minutes by default.
	HistorySize int
	HistoryTTL  time.Duration
}

// Limits of one connection.
const (
	pingInterval   = 4 * time.Second
	pongTimeout    = 3 * time.Second
	maxMessage     = 64 << 10
	commandsPerSec = 30
	commandBurst   = 60
	requestMemory  = 10 * time.Minute
	maxRequests    = 512
	commandTime    = 15 * time.Second
)

// SeatRef names a page's seat as its token does.
type SeatRef struct {
	SeatID     string
	Generation int
}

// Seat is a seat with a line.
type Seat struct {
	ID, SessionID, MeetingID string
	UserID                   int64
	Generation               int
	Waiting                  bool
}

// Command is something a page asks for.
type Command struct {
	RequestID string          `json:"requestId"`
	Type      string          `json:"type"`
	Data      json.RawMessage `json:"data"`
}

// Result answers a command.
type Result struct {
	Revision int64           `json:"revision"`
	Result   json.RawMessage `json:"result,omitempty"`
}

// Event is one publication. Revision 0 marks an event that changes nothing in
// the session.
type Event struct {
	Revision int64  `json:"revision"`
	Type     string `json:"type"`
	Data     any    `json:"data"`
}

// CommandError refuses a command with a code of the contract.
type CommandError struct {
	Code    uint32
	Message string
}

func (e *CommandError) Error() string { return e.Message }

// Closed refuses a line for good with a closing code of the contract.
type Closed struct{ Code uint32 }

func (e *Closed) Error() string { return "closed with " + strconv.FormatUint(uint64(e.Code), 10) }

// Backend is what the channel asks of the meetings behind it.
type Backend interface {
	// Connect lets a line up; a *Closed refuses it for good.
	Connect(ctx context.Context, ref SeatRef) (Seat, error)
	// Disconnected tells that the last line of this generation is gone.
	Disconnected(ctx context.Context, seat Seat)
	// Snapshot is the meeting as the seat sees it; a *CommandError refuses.
	Snapshot(ctx context.Context, seat Seat) (json.RawMessage, error)
	// Command carries out a command; a *CommandError refuses.
	Command(ctx context.Context, seat Seat, c Command) (Result, error)
}

// Hub is the running control channel.
type Hub struct {
	config  Config
	backend Backend
	node    *centrifuge.Node
	log     *slog.Logger

	mu       sync.Mutex
	lines    map[string]map[string]*connection // seat, then connection
	answered map[string]*requests              // per seat
}

// connection is one page's line.
type connection struct {
	client *centrifuge.Client
	seat   Seat
	limit  *rate.Limiter
}

// New starts a control channel.
func New(config Config, backend Backend) (*Hub, error) {
	if len(config.TokenKey) < 32 {
		return nil, fmt.Errorf("the control channel's token key has %d bytes, at least 32 are needed", len(config.TokenKey))
	}
	if config.HistorySize == 0 {
		config.HistorySize = 256
	}
	if config.HistoryTTL == 0 {
		config.HistoryTTL = 2 * time.Minute
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	h := &Hub{config: config, backend: backend, log: config.Logger, lines: map[string]map[string]*connection{}, answered: map[string]*requests{}}
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel: centrifuge.LogLevelError, HistoryMetaTTL: time.Hour,
		LogHandler: func(e centrifuge.LogEntry) { h.log.Warn("control channel: " + e.Message) },
	})
	if err != nil {
		return nil, fmt.Errorf("the control channel cannot start: %w", err)
	}
	h.node = node
	if config.Redis != "" {
		if err := h.useRedis(config.Redis); err != nil {
			return nil, err
		}
	}
	node.OnConnecting(h.connecting)
	node.OnConnect(h.connected)
	if err := node.Run(); err != nil {
		return nil, fmt.Errorf("the control channel cannot start: %w", err)
	}
	return h, nil
}

func (h *Hub) useRedis(address string) error {
	shard, err := centrifuge.NewRedisShard(h.node, centrifuge.RedisShardConfig{Address: address})
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	broker, err := centrifuge.NewRedisBroker(h.node, centrifuge.RedisBrokerConfig{Prefix: "anteroom", Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	h.node.SetBroker(broker)
	return nil
}

// Handler serves the WebSocket of the channel. Pages of any origin may connect:
// the token, not a cookie, says who they are.
func (h *Hub) Handler() http.Handler {
	return centrifuge.NewWebsocketHandler(h.node, centrifuge.WebsocketConfig{
		CheckOrigin:      func(*http.Request) bool { return true },
		MessageSizeLimit: maxMessage, UseWriteBufferPool: true, WriteTimeout: 3 * time.Second,
		PingPongConfig: centrifuge.PingPongConfig{PingInterval: pingInterval, PongTimeout: pongTimeout},
	})
}

func sessionChannel(id string) string { return "session:" + id }
func seatChannel(id string) string    { return "seat:" + id }

func subscription() centrifuge.SubscribeOptions {
	return centrifuge.SubscribeOptions{EnableRecovery: true, EnablePositioning: true}
}

func (h *Hub) connecting(ctx context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	ref, ok := h.readToken(e.Token)
	if !ok {
		return centrifuge.ConnectReply{}, disconnect(CodeBadToken)
	}
	seat, err := h.backend.Connect(ctx, ref)
	if err != nil {
		if closed, ok := err.(*Closed); ok { //nolint:errorlint // Connect's contract
			return centrifuge.ConnectReply{}, disconnect(closed.Code)
		}
		h.log.Error("a line could not be let up", "error", err)
		return centrifuge.ConnectReply{}, centrifuge.ErrorInternal
	}
	channels := map[string]centrifuge.SubscribeOptions{seatChannel(seat.ID): subscription()}
	if !seat.Waiting {
		channels[sessionChannel(seat.SessionID)] = subscription()
	}
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: seat.ID}, Subscriptions: channels,
		Storage: map[string]any{"seat": seat},
	}, nil
}

func (h *Hub) connected(client *centrifuge.Client) {
	storage, release := client.AcquireStorage()
	seat, _ := storage["seat"].(Seat)
	release(storage)
	line := &connection{client: client, seat: seat, limit: rate.NewLimiter(commandsPerSec, commandBurst)}
	h.mu.Lock()
	if h.lines[seat.ID] == nil {
		h.lines[seat.ID] = map[string]*connection{}
	}
	h.lines[seat.ID][client.ID()] = line
	if h.answered[seat.ID] == nil {
		h.answered[seat.ID] = newRequests()
	}
	h.mu.Unlock()
	client.OnRPC(func(e centrifuge.RPCEvent, answer centrifuge.RPCCallback) {
		// A slow command must not hold up the line's pings.
		go h.rpc(line, e, answer)
	})
	client.OnDisconnect(func(centrifuge.DisconnectEvent) { h.gone(line) })
}

// gone forgets a line; the last one of its generation is told to the backend.
func (h *Hub) gone(line *connection) {
	last := true
	h.mu.Lock()
	lines := h.lines[line.seat.ID]
	delete(lines, line.client.ID())
	for _, other := range lines {
		if other.seat.Generation >= line.seat.Generation {
			last = false
		}
	}
	if len(lines) == 0 {
		delete(h.lines, line.seat.ID)
	}
	h.mu.Unlock()
	if last {
		h.backend.Disconnected(context.Background(), line.seat)
	}
}

// Publish tells everybody inside a session. Events of a session must be
// published in the order of their revisions: callers hold the session's lock.
func (h *Hub) Publish(sessionID string, e Event) error {
	return h.publish(sessionChannel(sessionID), e)
}

// PublishSeat speaks to one seat alone.
func (h *Hub) PublishSeat(seatID string, e Event) error { return h.publish(seatChannel(seatID), e) }

func (h *Hub) publish(channel string, e Event) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = h.node.Publish(channel, raw, centrifuge.WithHistory(h.config.HistorySize, h.config.HistoryTTL))
	return err
}

// Admit lets a waiting seat's lines hear the session.
func (h *Hub) Admit(seatID, sessionID string) {
	if err := h.node.Subscribe(seatID, sessionChannel(sessionID), centrifuge.WithRecovery(true), centrifuge.WithPositioning(true)); err != nil {
		h.log.Error("a line could not be admitted", "error", err)
	}
}

// Hold keeps a seat's lines from hearing the session.
func (h *Hub) Hold(seatID, sessionID string) {
	if err := h.node.Unsubscribe(seatID, sessionChannel(sessionID)); err != nil {
		h.log.Error("a line could not be held", "error", err)
	}
}

// Close ends a seat's lines of generations below keep; zero ends all of them.
func (h *Hub) Close(seatID string, keep int, code uint32) {
	if keep == 0 {
		h.mu.Lock()
		delete(h.answered, seatID)
		h.mu.Unlock()
		if err := h.node.Disconnect(seatID, centrifuge.WithCustomDisconnect(disconnect(code))); err != nil {
			h.log.Error("a line could not be closed", "error", err)
		}
		return
	}
	h.mu.Lock()
	var old []*connection
	for _, line := range h.lines[seatID] {
		if line.seat.Generation < keep {
			old = append(old, line)
		}
	}
	h.mu.Unlock()
	for _, line := range old {
		line.client.Disconnect(disconnect(code))
	}
}

// Connected answers the seats whose line is up on this node.
func (h *Hub) Connected() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]string, 0, len(h.lines))
	for id := range h.lines {
		ids = append(ids, id)
	}
	return ids
}

// Shutdown closes every line with the code and stops the channel.
func (h *Hub) Shutdown(ctx context.Context, code uint32) error {
	h.mu.Lock()
	var all []*connection
	for _, lines := range h.lines {
		for _, line := range lines {
			all = append(all, line)
		}
	}
	h.mu.Unlock()
	for _, line := range all {
		line.client.Disconnect(disconnect(code))
	}
	return h.node.Shutdown(ctx)
}
