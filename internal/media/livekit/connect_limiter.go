package livekit

import (
	"errors"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/anteroom/anteroom/internal/limit"
)

// Limits of one participant at the proxy. A page has one connection; others are
// left over from connections that broke, until they are noticed.
const (
	maxConnections = 4
	connectsPerSec = 1
	connectBurst   = 30
	// LiveKit keeps each session in memory for a minute, however short it was. Pages
	// whose connection broke resume the session that they have; they begin a new one
	// when that fails, which takes them seconds, and when they are loaded again.
	sessionsPerSec = 0.1
	sessionBurst   = 4
	// requestsPerSec bound the requests that ask for rights, in units: unmuting is one, and
	// publishing publishCost, for LiveKit keeps what it takes.
	requestsPerSec = 2
	requestBurst   = 120
	publishCost    = 4
	// A page describes what it sends whenever that changes, and returns each of LiveKit's
	// descriptions, of which at most seven come in a second. The units are of up to 64
	// media sections: LiveKit works through each of them, and a page of a large meeting
	// has one for every sound and picture that it receives.
	descriptionsPerSec = 25
	descriptionBurst   = 150
	// Of candidates there are some thirty for each of two connections, and as many when
	// the network changes. LiveKit keeps them as long as the connection they belong to
	// has not been described, and their addresses after that. The units are of up to
	// 256 bytes, and each new one in a description is one. A restart of ICE is ten.
	candidatesPerSec = 2
	candidateBurst   = 1200
	// Pages change a track that they have published when a filter is turned on or off, and
	// everybody is notified, even of no change.
	changesPerSec = 2
	changeBurst   = 30
	// Who may receive a track is reported again whenever somebody comes, and looked at
	// for everybody who receives it. Each person for whom that changes is a unit;
	// LiveKit begins or stops to send them the tracks.
	permissionUpdatesPerSec = 10
	permissionUpdateBurst   = 300
	everybodyCost           = 30
	// Pages know the tracks of others from LiveKit, which is a moment ahead of us. After a
	// restart beside a LiveKit of its own, we have heard of none.
	unknownIDsPerSec = 1
	unknownIDBurst   = 2048
	// signalsPerSec bound the rest, in units of up to 1 KiB: a page that comes to a large
	// meeting asks for every sound, one by one.
	signalsPerSec = 200
	signalBurst   = 5000
)

// connectLimiter counts the connections of each participant and from each address, open and
// tried, and what is asked on them.
type connectLimiter struct {
	// perAddress is how many connections from one address may be open, and how many may
	// be tried in a minute; 0 means no limit.
	perAddress   int
	attempts     *limit.Rates
	sessions     *limit.Rates
	attemptsFrom limit.Buckets
	requests     *limit.Rates
	// The rest counts the messages of each participant, and guessed the ids in them that
	// belong to no track known here.
	descriptions, candidates, trackChanges, permissionUpdates, messages, unknownIDs *limit.Rates

	mu           sync.Mutex
	open         map[string]int
	openFrom     map[string]int
	pendingBytes map[string]int
}

// purpose is what a request at the proxy wants.
type purpose int

const (
	// purposeStart begins a session in LiveKit.
	purposeStart purpose = iota
	// purposeResume goes on with one, or is told to begin a new one.
	purposeResume
	// purposeQuery asks whether one could begin, and begins none.
	purposeQuery
)

func newConnectLimiter(perAddress int) *connectLimiter {
	return &connectLimiter{
		perAddress: perAddress, attempts: limit.NewRates(connectsPerSec, connectBurst),
		sessions: limit.NewRates(sessionsPerSec, sessionBurst), requests: limit.NewRates(requestsPerSec, requestBurst),
		descriptions: limit.NewRates(descriptionsPerSec, descriptionBurst), candidates: limit.NewRates(candidatesPerSec, candidateBurst),
		trackChanges: limit.NewRates(changesPerSec, changeBurst), permissionUpdates: limit.NewRates(permissionUpdatesPerSec, permissionUpdateBurst),
		messages: limit.NewRates(signalsPerSec, signalBurst), unknownIDs: limit.NewRates(unknownIDsPerSec, unknownIDBurst),
		open: map[string]int{}, openFrom: map[string]int{}, pendingBytes: map[string]int{},
	}
}

// allowRequest counts a request for rights.
func (l *connectLimiter) allowRequest(who string, cost int, now time.Time) (ok bool) {
	return l.requests.Take(who, cost, now) == 0
}

// allowMessage counts a message, which LiveKit would have to work through.
func (l *connectLimiter) allowMessage(who string, message []byte, before *connHistory, now time.Time) error {
	kind, _, _ := protowire.ConsumeTag(message)
	switch kind {
	case offerSignal, answerSignal, syncSignal:
		said, err := descriptionsIn(message)
		if err != nil {
			return err
		}
		return taken(l.descriptions.Take(who, 1+said.work/unitOfSections, now) == 0 &&
			l.candidates.Take(who, before.describeICE(kind, said), now) == 0)
	case trickleSignal:
		return taken(l.candidates.Take(who, 1+len(message)>>8, now) == 0)
	case audioSignal, videoSignal:
		return taken(l.trackChanges.Take(who, 1, now) == 0)
	case permissionSignal:
		cost, err := before.changeReceivers(message)
		if err != nil {
			return err
		}
		if l.permissionUpdates.Take(who, cost, now) > 0 {
			return errTooManySignals
		}
	}
	return taken(l.messages.Take(who, 1+len(message)>>10, now) == 0)
}

func taken(ok bool) error {
	if !ok {
		return errTooManySignals
	}
	return nil
}

// byteCounter returns what counts the bytes of incomplete messages on one connection, and
// reports whether its participant may have so many. From free on it may have none.
func (l *connectLimiter) byteCounter(who string) (hold func(bytes int) bool, free func()) {
	held, freed := 0, false
	add := func(bytes int) {
		held += bytes
		if l.pendingBytes[who] += bytes; l.pendingBytes[who] == 0 {
			delete(l.pendingBytes, who)
		}
	}
	hold = func(bytes int) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		if freed || bytes > 0 && l.pendingBytes[who]+bytes > maxPendingSignalBytes {
			return false
		}
		add(bytes)
		return true
	}
	return hold, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		add(-held)
		freed = true
	}
}

// Who has too many connections. The texts go to the browser.
var (
	errTooManyConnections = errors.New("too many media connections of this participant")
	errTooManyFromAddress = errors.New("too many media connections from this address")
)

// retryAfterError is one of these, and how long nothing else can be expected.
type retryAfterError struct {
	error
	wait time.Duration
}

func (e *retryAfterError) Unwrap() error { return e.error }

// freeing is how long connections are waited for that are about to be found broken.
const freeing = time.Second

// acquire counts a try, the new session that it may begin, and a connection that is open
// until done is called, unless there are too many of one of them: then it returns a
// retryAfterError.
func (l *connectLimiter) acquire(who, address string, what purpose, now time.Time) (done func(), err error) {
	if wait := l.attempts.Take(who, 1, now); wait > 0 {
		return nil, &retryAfterError{errTooManyConnections, wait}
	}
	from := limit.Group(address)
	if l.perAddress > 0 {
		if wait := l.attemptsFrom.Take(now, l.perAddress, from); wait > 0 {
			return nil, &retryAfterError{errTooManyFromAddress, wait}
		}
	}
	var wait time.Duration
	switch what {
	case purposeStart:
		wait = l.sessions.Take(who, 1, now)
	case purposeQuery:
		wait = l.sessions.Wait(who, 1, now)
	}
	if wait > 0 {
		return nil, &retryAfterError{errTooManyConnections, wait}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.open[who] == maxConnections:
		return nil, &retryAfterError{errTooManyConnections, freeing}
	case l.perAddress > 0 && l.openFrom[from] >= l.perAddress:
		return nil, &retryAfterError{errTooManyFromAddress, freeing}
	}
	l.open[who]++
	l.openFrom[from]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		release(l.open, who)
		release(l.openFrom, from)
	}, nil
}

func release(open map[string]int, key string) {
	if open[key]--; open[key] == 0 {
		delete(open, key)
	}
}
