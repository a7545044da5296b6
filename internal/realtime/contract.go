package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Config is what a Hub is made of. Only TokenKey has no default.
type Config struct {
	// TokenKey signs connection tokens; at least 32 bytes.
	TokenKey []byte
	// Redis is the address of a Redis that several nodes share, as host:port or
	// as a redis://, rediss://, redis+sentinel:// or redis+cluster:// URL; empty
	// means one node.
	Redis string
	// RedisPrefix starts every key and channel in Redis; "anteroom" by default.
	RedisPrefix string
	Logger      *slog.Logger
	// HistorySize and HistoryTTL bound what a page that lost its connection can
	// recover, for each channel: 256 events and two minutes by default. The TTL
	// counts in whole seconds, at least one.
	HistorySize int
	HistoryTTL  time.Duration
	// PingInterval and PongTimeout find a dead connection: 3 s and 2.75 s by
	// default. The interval counts in whole seconds, at least one; the timeout
	// must be shorter.
	PingInterval time.Duration
	PongTimeout  time.Duration
	// NodeGone, which may be nil, is called when another node has died: it has been
	// silent for four seconds.
	NodeGone func()
	// AllowOrigin reports whether a page of another origin may connect. Nil allows
	// every origin: the token, not a cookie, says who a page is.
	AllowOrigin func(*http.Request) bool
}

// Limits that hold for every connection.
const (
	maxMessage      = 64 << 10
	maxQueued       = 64                 // commands of one connection that wait for their turn
	maxPendingBytes = 2 * maxMessage     // bytes of all commands of one participant that wait or are carried out
	maxConnections  = 4                  // connections of one participant on one node
	maxConnecting   = 2 * maxConnections // those that connect or end at the same time
	maxClientQueue  = 4 << 20
	maxRequestID    = 64
	// A channel's history, which a page that comes back is sent at once, shrinks
	// to historyBytes over the size of each event. Of events of all sizes it is
	// then a few times historyBytes at the most, well below maxClientQueue.
	historyBytes = 256 << 10

	// What a participant may ask for, on this node; reading the state of the
	// meeting counts for stateCost commands. All of a session together may ask
	// for so much that thirty of them can use up what is theirs: see Participant.sessionLimitKey.
	commandsPerSec = 30
	commandBurst   = 60
	// How often a participant connects: pages try again eight times a minute at the most.
	connectsPerSec = 1
	connectBurst   = 30
	// A connection that sends more than it may, of whatever kind, is closed before
	// it has its response: replies wait for a reader, in memory.
	readPerSec    = 200
	readBurst     = 1000
	sessionPerSec = 1000
	sessionBurst  = 5000
	stateCost     = 5

	// resultRetention is longer than a page without a connection keeps its place,
	// and so longer than it repeats a request.
	resultRetention = 2 * time.Minute
	// Remembered results of one participant, and those of all on this node. Above
	// the latter each keeps only so much as minResultBytes.
	maxResultBytes       = 64 << 10
	maxResultBytesOfNode = 64 << 20
	minResultBytes       = 4 << 10
	// resultCost is what a result takes beside its bytes.
	resultCost = 256

	backendTime = 15 * time.Second
	// closeGrace is how long a closing connection may still wait for the answer of
	// the command that it is carrying.
	closeGrace = time.Second
	// watchInterval is how often connections that were given up are looked for.
	watchInterval = 500 * time.Millisecond
	// pruneInterval is how often results that are too old are forgotten.
	pruneInterval = 10 * time.Second
	// placementCheckInterval is how often connections are compared with what the backend
	// knows.
	placementCheckInterval = 5 * time.Second
	// peerTime is how long other nodes are waited for.
	peerTime = time.Second
)

// ParticipantRef names a page's participant as its token does.
type ParticipantRef struct {
	ParticipantID string
	Generation    int
}

// Participant is a connected participant.
type Participant struct {
	ID, SessionID, MeetingID string
	UserID                   int64
	// LimiterKey is whose allowance the participant uses: that of a verified identity in its
	// meeting, of the participant which the participant had before, or its own. Empty stands
	// for its own.
	LimiterKey string
	// Generation counts the pages that the participant has had.
	Generation int
	// Waiting participants hear their own channel, not the session's.
	Waiting bool
	// Host is set for hosts and co-hosts.
	Host bool
	// Entered is where the session's channel stood when the participant was
	// admitted: what was published before is not recovered.
	Entered Position
}

// Placement is where a live participant belongs.
type Placement struct {
	Generation int
	Waiting    bool
}

// Position is how far a channel has come.
type Position struct {
	Epoch  string
	Offset uint64
}

// Unknown is a position of which nothing is recovered.
var Unknown = Position{Offset: math.MaxUint64}

// Command is something a page asks for.
type Command struct {
	RequestID string          `json:"requestId"`
	Type      string          `json:"type"`
	Data      json.RawMessage `json:"data"`
}

// Result answers a command.
type Result struct {
	// Revision is the session's after the command.
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

// EventRefresh is the type of the event that asks pages for a snapshot: an event
// before it was lost.
const EventRefresh = "session.refresh"

// CommandError refuses a command or a reading with a code of the contract,
// 1001 to 1006.
type CommandError struct {
	Code    uint32
	Message string
	// RetryAfter is when a limit lets the next request pass; zero for other refusals.
	RetryAfter time.Duration
}

func (e *CommandError) Error() string { return e.Message }

// Closed refuses a connection for good with a closing code of the contract, 4501
// to 4508.
type Closed struct{ Code uint32 }

func (e *Closed) Error() string { return "closed with " + strconv.FormatUint(uint64(e.Code), 10) }

// ErrDisconnect is what a Backend returns to break the connection without a close
// frame, as a cut cable would; the page comes back by itself.
var ErrDisconnect = errors.New("the connection is to be closed")

// Backend is what the channel asks of the meetings behind it. Its methods are
// called from several goroutines, each with a context of limited time. For one
// participant on one node Connect and Disconnected never run at the same time, so
// neither can overtake the other.
type Backend interface {
	// Connect accepts a connection; a *Closed refuses it for good, any other error
	// lets the page try again.
	Connect(ctx context.Context, ref ParticipantRef) (Participant, error)
	// Confirm reports that the participant's page is connected to another node after
	// all, although Disconnected was called. It counts as no further connection.
	Confirm(ctx context.Context, ref ParticipantRef) error
	// Placements returns where those of the participants that are live belong, by
	// participant.
	Placements(ctx context.Context, participantIDs []string) (map[string]Placement, error)
	// Disconnected reports that the last connection of this generation is gone, on
	// every node, and no newer generation has one.
	Disconnected(ctx context.Context, participant Participant)
	// Snapshot is the meeting as the participant sees it, and what follows on a page
	// of it; a *CommandError refuses. The data is the request's, nil for the first
	// page.
	Snapshot(ctx context.Context, participant Participant, data json.RawMessage) (json.RawMessage, error)
	// Chat is a page of older messages; a *CommandError refuses.
	Chat(ctx context.Context, participant Participant, data json.RawMessage) (json.RawMessage, error)
	// Command carries out a command; a *CommandError refuses. Commands of one
	// connection run one after the other, in the order in which they were sent.
	Command(ctx context.Context, participant Participant, c Command) (Result, error)
}
