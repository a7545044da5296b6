package livekit

import (
	"errors"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/anteroom/anteroom/internal/limit"
)

// Limits of one participant at the door. A page has one connection; others are left
// over from lines that broke, until they are noticed.
const (
	maxLines     = 4
	knocksPerSec = 1
	knockBurst   = 30
	// LiveKit keeps each session in memory for a minute, however short it was. Pages
	// whose line broke resume the session that they have; they begin a new one when that
	// fails, which takes them seconds, and when they are loaded again.
	sessionsPerSec = 0.1
	sessionBurst   = 4
	// asksPerSec bound the requests that ask for rights, in units: unmuting is one, and
	// publishing publishCost, for LiveKit keeps what it takes.
	asksPerSec  = 2
	askBurst    = 120
	publishCost = 4
	// A page describes what it sends whenever that changes, and answers each of LiveKit's
	// descriptions, of which at most seven come in a second. The units are of up to 64
	// media sections: LiveKit works through each of them, and a page of a large meeting
	// has one for every sound and picture that it receives.
	describesPerSec = 25
	describeBurst   = 150
	// Of candidates there are some thirty for each of two connections, and as many when
	// the network changes. LiveKit keeps them as long as the connection they belong to
	// has not been described, and their addresses after that. The units are of up to
	// 256 bytes, and each new one in a description is one. A restart of ICE is ten.
	candidatesPerSec = 2
	candidateBurst   = 1200
	// Pages change a track that they have published when a filter is turned on or off, and
	// everybody is told, even of no change.
	changesPerSec = 2
	changeBurst   = 30
	// Who may receive a track is told again whenever somebody comes, and looked at for
	// everybody who receives it. Each person for whom that changes is a unit; LiveKit
	// begins or stops to send them the tracks.
	audiencesPerSec = 10
	audienceBurst   = 300
	everybodyCost   = 30
	// Pages know the tracks of others from LiveKit, which is a moment ahead of us. After a
	// restart beside a LiveKit of its own, we have heard of none.
	guessesPerSec = 1
	guessBurst    = 2048
	// signalsPerSec bound the rest, in units of up to 1 KiB: a page that comes to a large
	// meeting asks for every sound, one by one.
	signalsPerSec = 200
	signalBurst   = 5000
)

// knocks counts the connections of each participant and from each address, open and
// tried, and what is asked on them.
type knocks struct {
	// perAddress is how many connections from one address may be open, and how many may
	// be tried in a minute; 0 means no limit.
	perAddress int
	tries      *limit.Rates
	sessions   *limit.Rates
	triesFrom  limit.Buckets
	asked      *limit.Rates
	// The rest counts the messages of each participant, and guessed the ids in them that
	// belong to no track known here.
	described, candidates, changed, audiences, said, guessed *limit.Rates

	mu       sync.Mutex
	open     map[string]int
	openFrom map[string]int
	held     map[string]int
}

// purpose is what a request at the door wants.
type purpose int

const (
	// toBegin begins a session in LiveKit.
	toBegin purpose = iota
	// toResume goes on with one, or is told to begin a new one.
	toResume
	// toAsk asks whether one could begin, and begins none.
	toAsk
)

func newKnocks(perAddress int) *knocks {
	return &knocks{
		perAddress: perAddress, tries: limit.NewRates(knocksPerSec, knockBurst),
		sessions: limit.NewRates(sessionsPerSec, sessionBurst), asked: limit.NewRates(asksPerSec, askBurst),
		described: limit.NewRates(describesPerSec, describeBurst), candidates: limit.NewRates(candidatesPerSec, candidateBurst),
		changed: limit.NewRates(changesPerSec, changeBurst), audiences: limit.NewRates(audiencesPerSec, audienceBurst),
		said: limit.NewRates(signalsPerSec, signalBurst), guessed: limit.NewRates(guessesPerSec, guessBurst),
		open: map[string]int{}, openFrom: map[string]int{}, held: map[string]int{},
	}
}

// asks counts a request for rights.
func (k *knocks) asks(who string, cost int, now time.Time) (ok bool) {
	return k.asked.Take(who, cost, now) == 0
}

// says counts a message, which LiveKit would have to work through.
func (k *knocks) says(who string, message []byte, before *saidBefore, now time.Time) error {
	kind, _, _ := protowire.ConsumeTag(message)
	switch kind {
	case offerSignal, answerSignal, syncSignal:
		said, err := descriptionsIn(message)
		if err != nil {
			return err
		}
		return taken(k.described.Take(who, 1+said.work/unitOfSections, now) == 0 &&
			k.candidates.Take(who, before.describeICE(kind, said), now) == 0)
	case trickleSignal:
		return taken(k.candidates.Take(who, 1+len(message)>>8, now) == 0)
	case audioSignal, videoSignal:
		return taken(k.changed.Take(who, 1, now) == 0)
	case audienceSignal:
		cost, err := before.changeReceivers(message)
		if err != nil {
			return err
		}
		if k.audiences.Take(who, cost, now) > 0 {
			return errManySignals
		}
	}
	return taken(k.said.Take(who, 1+len(message)>>10, now) == 0)
}

func taken(ok bool) error {
	if !ok {
		return errManySignals
	}
	return nil
}

// holder returns what counts the bytes of incomplete messages on one connection, and
// reports whether its participant may have so many. From free on it may have none.
func (k *knocks) holder(who string) (hold func(bytes int) bool, free func()) {
	held, freed := 0, false
	add := func(bytes int) {
		held += bytes
		if k.held[who] += bytes; k.held[who] == 0 {
			delete(k.held, who)
		}
	}
	hold = func(bytes int) bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		if freed || bytes > 0 && k.held[who]+bytes > maxSignalsHeld {
			return false
		}
		add(bytes)
		return true
	}
	return hold, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		add(-held)
		freed = true
	}
}

// Who has too many connections. The texts go to the browser.
var (
	errManyLines     = errors.New("too many media connections of this participant")
	errManyAddresses = errors.New("too many media connections from this address")
)

// tooSoon is one of these, and how long nothing else can be expected.
type tooSoon struct {
	error
	wait time.Duration
}

func (e *tooSoon) Unwrap() error { return e.error }

// freeing is how long connections are waited for that are about to be found broken.
const freeing = time.Second

// enter counts a try, the new session that it may begin, and a connection that is open
// until done is called, unless there are too many of one of them: then it returns a
// tooSoon.
func (k *knocks) enter(who, address string, what purpose, now time.Time) (done func(), err error) {
	if wait := k.tries.Take(who, 1, now); wait > 0 {
		return nil, &tooSoon{errManyLines, wait}
	}
	from := limit.Group(address)
	if k.perAddress > 0 {
		if wait := k.triesFrom.Take(now, k.perAddress, from); wait > 0 {
			return nil, &tooSoon{errManyAddresses, wait}
		}
	}
	var wait time.Duration
	switch what {
	case toBegin:
		wait = k.sessions.Take(who, 1, now)
	case toAsk:
		wait = k.sessions.Wait(who, 1, now)
	}
	if wait > 0 {
		return nil, &tooSoon{errManyLines, wait}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.open[who] == maxLines:
		return nil, &tooSoon{errManyLines, freeing}
	case k.perAddress > 0 && k.openFrom[from] >= k.perAddress:
		return nil, &tooSoon{errManyAddresses, freeing}
	}
	k.open[who]++
	k.openFrom[from]++
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		release(k.open, who)
		release(k.openFrom, from)
	}, nil
}

func release(open map[string]int, key string) {
	if open[key]--; open[key] == 0 {
		delete(open, key)
	}
}
