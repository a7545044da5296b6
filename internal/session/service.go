// Package session is what happens in meetings: the gate admits people, who, act
// and leave. It knows no SQL, HTTP or LiveKit.
package session

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Times that rule a participant's life, in real time.
const (
	// JoinRetention is how long a join's outcome is returned again for its joinId.
	JoinRetention = 60 * time.Second
	// MediaTokenLife is how long a media token is accepted; the participant behind
	// it is checked each time all the same.
	MediaTokenLife = 24 * time.Hour
)

// Times rule how long what nobody is behind is kept, in real time. Zero means the
// usual time.
type Times struct {
	// Lost is how long a participant outlives its page's last sign of life, 60 s.
	Lost time.Duration
	// Departing is how long it outlives a page that was unloaded, so that a reload
	// takes it back, 10 s.
	Departing time.Duration
	// Empty is how long a session without live participants is kept open, 5 min.
	Empty time.Duration
}

// complete fills in the usual times.
func (t Times) complete() Times {
	return Times{
		Lost: cmp.Or(t.Lost, 60*time.Second), Departing: cmp.Or(t.Departing, 10*time.Second), Empty: cmp.Or(t.Empty, 5*time.Minute),
	}
}

// Repository is the storage that sessions need.
type Repository interface {
	Meeting(ctx context.Context, id string) (*meeting.Meeting, error)
	Account(ctx context.Context, id string) (*account.Account, error)
	User(ctx context.Context, id string) (*account.User, error)
	// Session returns a session by id, live or ended.
	Session(ctx context.Context, id string) (*meeting.Session, error)
	// Admit returns ErrConflict when the session is no longer as the gate saw it.
	Admit(context.Context, meeting.AdmitRequest) (meeting.Admitted, error)
	// ResumeParticipant moves a live participant to its next generation; a digest that is
	// not nil becomes its SignatureDigest.
	ResumeParticipant(ctx context.Context, participantID string, generation int, leaseUntil time.Time, digest []byte) (meeting.Admitted, error)
	Participant(ctx context.Context, id string) (*meeting.Participant, error)
	LiveParticipants(ctx context.Context, sessionID string) ([]*meeting.Participant, error)
	// Presenters are the live participants of hosts, co-hosts and panelists.
	Presenters(ctx context.Context, sessionID string) ([]*meeting.Participant, error)
	// HeldParticipants are the participants that were put on hold, live or not: those that
	// are, and those with a HeldTo.
	HeldParticipants(ctx context.Context, sessionID string) ([]*meeting.Participant, error)
	// ChatHistory returns a page of what a participant may read, oldest first, and
	// whether there is more before.
	ChatHistory(ctx context.Context, sessionID, participantID string, as meeting.Reader, page meeting.ChatPage) (found []meeting.ChatMessage, more bool, err error)
	// Mutate runs fn with the live session under its lock; fn may run again when
	// the transaction is tried again. It returns ErrNotFound for a session that is
	// over.
	Mutate(ctx context.Context, sessionID string, fn func(meeting.Tx) error) error
	RenewLeases(ctx context.Context, participantIDs []string, until time.Time) error
	ExpiredParticipants(ctx context.Context, now time.Time, limit int) ([]*meeting.Participant, error)
	// PresentParticipants returns live participants that nobody has noted as lost, by
	// id, from the one after the given id on.
	PresentParticipants(ctx context.Context, after string, limit int) ([]*meeting.Participant, error)
	// Placements returns the places of those of the participants that are live, by
	// participant.
	Placements(ctx context.Context, participantIDs []string) (map[string]meeting.Placement, error)
	// DueSessions returns live sessions whose EndsBy has come at now.
	DueSessions(ctx context.Context, now time.Time, limit int) ([]*meeting.Session, error)
	// LiveParticipantByRequest returns the live participant that a request added,
	// by its RequestKey; nil if there is none.
	LiveParticipantByRequest(ctx context.Context, key string) (*meeting.Participant, error)
	// EmptySessions returns live sessions without live participants, unchanged since
	// before.
	EmptySessions(ctx context.Context, before time.Time, limit int) ([]*meeting.Session, error)
}

// ControlChannel is the control channel to the pages.
type ControlChannel interface {
	Token(participantID string, generation int) (string, error)
	// Publish sends to everybody inside. Callers publish in revision order.
	Publish(sessionID string, revision int64, event string, data any)
	// Send sends to one participant only; revision 0 changes nothing in the session.
	Send(participantID string, revision int64, event string, data any)
	// Position is where the session's events stand: whoever is admitted now
	// recovers nothing from before.
	Position(sessionID string) meeting.Position
	// Erase keeps what a session's channel, or the channels of the participants if
	// some are named, have carried from being recovered.
	Erase(sessionID string, participantIDs ...string)
	// Admit and Hold move a participant's connection in and out of the session's
	// channel.
	Admit(participantIDs ...string)
	Hold(participantID string)
	// SetHost reports whether a participant is a host or co-host now.
	SetHost(participantID string, host bool)
	// Close ends a participant's connections of generations below keep; zero ends all.
	Close(participantID string, keep int, code CloseCode)
	// Disconnect breaks a participant's connections; a page that is still there comes
	// back by itself.
	Disconnect(participantID string)
	// Connected returns the participants who are connected on this node.
	Connected() []string
	// ConnectedAnywhere returns those of all nodes; an error if one that lives has
	// not said.
	ConnectedAnywhere(ctx context.Context) ([]string, error)
}

// CloseCode is the reason that a page gets when its connection is closed for good.
type CloseCode uint32

// The closing codes of docs/protocol/control-channel.md.
const (
	CloseEnded          CloseCode = 4501
	CloseRemoved        CloseCode = 4502
	CloseTakenOver      CloseCode = 4503
	CloseGone           CloseCode = 4504
	CloseAuthorizerLeft CloseCode = 4506
	CloseBadToken       CloseCode = 4507
	CloseTimeUp         CloseCode = 4508
	CloseNotAdmitted    CloseCode = 4509
)

// Recorder stores the joins that were attempted. It never blocks.
type Recorder interface {
	Record(JoinRecord)
}

// JoinRecord is one decided join, for the log of attempts.
type JoinRecord struct {
	ID            string
	At            time.Time
	Attempt       *admission.Attempt
	Verdict       *admission.Verdict
	App           *account.App
	SessionID     string
	ParticipantID string
}

// Config is what a Service is made of.
type Config struct {
	Gate       *admission.Gate
	Loader     admission.Loader
	Repository Repository
	Media      media.Engine
	Channel    ControlChannel
	// LastHeard returns when media packets of a participant were last received, zero for
	// one without a media connection; not ok where that is not known. Nil knows nothing.
	LastHeard func(room, identity string) (at time.Time, ok bool)
	Recorder  Recorder
	// Clock rules the gate; leases run on real time.
	Clock clockwork.Clock
	// RealTime is the time that leases run on, the same for all nodes whatever their
	// own clocks say; time.Now if nil.
	RealTime func() time.Time
	// ResumeKey signs resume tokens.
	ResumeKey []byte
	// NewID and NewAttemptID make unique ids; attempt ids sort by time.
	NewID, NewAttemptID func() string
	Logger              *slog.Logger
	// PasscodeLimiter counts wrong passcodes; nil counts none.
	PasscodeLimiter *AttemptLimiter
	// SharedAttempts counts wrong host keys for all nodes; nil where this node is alone.
	SharedAttempts SharedAttempts
	// JoinsPerMinute is how many anonymous participants may join by one app in a
	// minute, from one address or with one signature, where the app sets no limit of
	// its own; 0 sets none.
	JoinsPerMinute int
	Times          Times
}

// Service runs meetings.
type Service struct {
	Config
	idempotency *idempotencyCache
	// hostKeyLimiter counts wrong host keys, as PasscodeLimiter does wrong passcodes.
	hostKeyLimiter *AttemptLimiter
	// joinBuckets counts anonymous joins by app, for each signature and address.
	joinBuckets limit.Buckets
	// rejoinRates counts how often each participant comes back, by Participant.LimiterKey.
	rejoinRates *limit.Rates
	connections connections
	// chatRates is how much each participant may write.
	chatRates    *limit.Rates
	sessionLocks [64]sync.Mutex
	// rosters are the participants that were last read for snapshots of large meetings.
	rosters rosters
	// held are the participants that were on hold, as they were last read for pages of
	// chat.
	held  rosters
	tasks taskQueue
	// warmMedia starts the media engine at the first admitted join, so that it is
	// up when the page connection attempt.
	warmMedia sync.Once
	// due wakes the sweeper; stopped is closed when it has ended.
	due     chan struct{}
	stopped chan struct{}
	// nodeGone reports to the sweeper that another node has died.
	nodeGone chan struct{}
	storage  storageHealth
}

// New makes a Service.
func New(c Config) *Service {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.RealTime == nil {
		c.RealTime = time.Now
	}
	c.Times = c.Times.complete()
	return &Service{
		Config: c, idempotency: newIdempotencyCache(JoinRetention), hostKeyLimiter: newAttemptLimiter("host key", c.Clock, c.SharedAttempts, c.Logger),
		rejoinRates: limit.NewRates(rejoinsPerSecond, rejoinBurst), connections: newConnections(), chatRates: limit.NewRates(writePerSec, writeBurst),
		due: make(chan struct{}, 1), stopped: make(chan struct{}), nodeGone: make(chan struct{}, 1),
	}
}

// lockSession holds the lock under which a session's changes are made and
// published, so that events leave in revision order.
func (s *Service) lockSession(sessionID string) func() {
	var h uint32 = 2166136261
	for i := range len(sessionID) {
		h = (h ^ uint32(sessionID[i])) * 16777619
	}
	mu := &s.sessionLocks[h%uint32(len(s.sessionLocks))]
	mu.Lock()
	return mu.Unlock
}
