package session

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
)

// Limits of wrong passcodes for one meeting: from one address, from one network, and from
// everywhere.
const (
	PasscodeTries        = admission.PasscodeTries
	PasscodeNetworkTries = admission.PasscodeNetworkTries
	PasscodeMeetingTries = admission.PasscodeMeetingTries
	PasscodeWindow       = 5 * time.Minute
	maxPasscodeKeys      = 100_000
)

// SharedTries counts wrong tries where all nodes see them.
type SharedTries interface {
	// CountTry notes one more try under a name. It answers how many there are since
	// the first one that is not older than the window, and when that one was.
	CountTry(ctx context.Context, name string, now time.Time, window time.Duration) (count int, since time.Time, err error)
	// TakeBackTries forgets so many tries.
	TakeBackTries(ctx context.Context, name string, count int) error
}

// PasscodeThrottle counts wrong passcodes for each meeting: per address, per network, and
// from everywhere. Too many within five minutes close the door until the window has
// passed. An address is a whole /64 in IPv6. A network is a /24, or a /48 in IPv6: what
// one customer has, who can so close the door for the network only, and not for all.
//
// Counts are kept in memory: 100,000 of them, each with the tries of ten browsers, take
// some 70 MB at most. Where nodes share them, each wrong try is also counted
// there and its answer is believed, so that a right passcode costs nothing.
type PasscodeThrottle struct {
	secret string // what is guessed: "passcode" or "host key"
	clock  clockwork.Clock
	shared SharedTries // nil where this node is alone
	log    *slog.Logger
	mu     sync.Mutex
	tries  map[passcodeKey]*passcodeTries
}

// passcodeKey is an address, a network or a participant, and a meeting; without an
// address it is all of them.
type passcodeKey struct{ address, meeting string }

// quota is how many wrong guesses a key has.
type quota struct {
	key  passcodeKey
	most int
}

// name is what nodes count a key's tries under.
func (t *PasscodeThrottle) name(k passcodeKey) string {
	return t.secret + " " + k.meeting + " " + k.address
}

type passcodeTries struct {
	count int
	since time.Time
	// by counts the tries of each browser, which forgets its own when it succeeds.
	by map[browserKey]int
}

// browserKey stands for the id that a browser says it has. Ids are up to 512 bytes long,
// and strangers choose them.
type browserKey [16]byte

func browserOf(deviceID string) browserKey {
	sum := sha256.Sum256([]byte(deviceID))
	return browserKey(sum[:16])
}

// NewPasscodeThrottle makes an empty throttle; shared is nil where no other node
// counts.
func NewPasscodeThrottle(clock clockwork.Clock, shared SharedTries, log *slog.Logger) *PasscodeThrottle {
	return newThrottle("passcode", clock, shared, log)
}

func newThrottle(secret string, clock clockwork.Clock, shared SharedTries, log *slog.Logger) *PasscodeThrottle {
	return &PasscodeThrottle{secret: secret, clock: clock, shared: shared, log: log, tries: map[passcodeKey]*passcodeTries{}}
}

// passcodeKeys are what a wrong passcode counts for, the narrowest first.
type passcodeKeys struct{ address, network, meeting passcodeKey }

func keysOf(a *admission.Attempt) passcodeKeys {
	return passcodeKeys{
		address: passcodeKey{limit.Group(a.RemoteIP), a.MeetingNumber},
		network: passcodeKey{limit.Network(a.RemoteIP), a.MeetingNumber},
		meeting: passcodeKey{"", a.MeetingNumber},
	}
}

// PasscodeCounts are the wrong passcodes of lately for one meeting, and how long the
// door stays closed if they are too many. FromAddress is at least PasscodeTries if the
// network's are too many.
type PasscodeCounts struct {
	FromAddress, ForMeeting              int
	AddressRetryAfter, MeetingRetryAfter time.Duration
}

// Counts answers how many wrong passcodes were given lately.
func (t *PasscodeThrottle) Counts(a *admission.Attempt) (c PasscodeCounts) {
	if t == nil || a.RemoteIP == "" {
		return c
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts(keysOf(a), t.clock.Now())
}

func (t *PasscodeThrottle) counts(keys passcodeKeys, now time.Time) (c PasscodeCounts) {
	c.FromAddress, c.AddressRetryAfter = t.read(keys.address, now)
	if count, wait := t.read(keys.network, now); count >= PasscodeNetworkTries {
		c.FromAddress, c.AddressRetryAfter = max(c.FromAddress, PasscodeTries), max(c.AddressRetryAfter, wait)
	}
	c.ForMeeting, c.MeetingRetryAfter = t.read(keys.meeting, now)
	return c
}

func (t *PasscodeThrottle) read(key passcodeKey, now time.Time) (int, time.Duration) {
	e := t.tries[key]
	if e == nil || now.Sub(e.since) >= PasscodeWindow {
		return 0, 0
	}
	return e.count, PasscodeWindow - now.Sub(e.since)
}

// judged notes a passcode that the gate has judged. It answers true where the door
// was closed meanwhile, so that the gate must be asked again: guesses that are sent
// all at once, or to several nodes, are not judged all at once.
func (t *PasscodeThrottle) judged(ctx context.Context, a *admission.Attempt, snap *admission.Snapshot, v *admission.Verdict) (closed bool) {
	if t == nil || a.RemoteIP == "" || a.Password == "" || snap.Meeting == nil || snap.Meeting.Passcode == "" || snap.PasscodeFailures >= PasscodeTries {
		return false
	}
	keys := keysOf(a)
	if d := v.Decision; d == nil || d.Code != errcode.WrongMeetingPassword || d.Cause == "throttled" {
		t.mu.Lock()
		defer t.mu.Unlock()
		c := t.counts(keys, t.clock.Now())
		return c.FromAddress >= PasscodeTries || c.ForMeeting >= PasscodeMeetingTries && snap.MeetingPasscodeFailures < PasscodeMeetingTries
	}
	fits := t.countBy(keys.address, PasscodeTries, a.DeviceID) && t.count(keys.network, PasscodeNetworkTries)
	if fits {
		t.count(keys.meeting, math.MaxInt)
	}
	return !fits || t.countShared(ctx, []quota{
		{keys.address, PasscodeTries}, {keys.network, PasscodeNetworkTries}, {keys.meeting, PasscodeMeetingTries},
	})
}

// take counts a guess before it is judged, so that guesses which are sent all at once, or
// to several nodes, are not judged all at once. It counts for each of the quotas, the
// narrowest first; if one is used up, the guess must not be judged. A guess that was
// right is taken back.
func (t *PasscodeThrottle) take(ctx context.Context, quotas []quota) (takeBack func(), ok bool) {
	for i, of := range quotas {
		if !t.count(of.key, of.most) {
			t.takeBack(quotas[:i])
			return nil, false
		}
	}
	if t.countShared(ctx, quotas) {
		return nil, false
	}
	return func() {
		t.takeBack(quotas)
		for _, of := range quotas {
			t.takeBackShared(ctx, of.key, 1)
		}
	}, true
}

// countTime is how long counting a wrong guess for all nodes may take.
const countTime = 5 * time.Second

// countShared counts where all nodes see it, the narrowest quota first, and takes over
// what they saw. It tells whether the door was closed already; then the wider counts stay
// as they are.
func (t *PasscodeThrottle) countShared(ctx context.Context, quotas []quota) (closed bool) {
	if t.shared == nil {
		return false
	}
	// A guess counts although its page has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTime)
	defer cancel()
	for _, of := range quotas {
		key := of.key
		count, since, err := t.shared.CountTry(ctx, t.name(key), t.clock.Now(), PasscodeWindow)
		if err != nil {
			t.log.Warn("wrong "+t.secret+" counted on this node only", "meeting", key.meeting, "error", err)
			return false
		}
		t.mu.Lock()
		if e := t.tries[key]; e != nil && count > e.count {
			e.count, e.since = count, since
		}
		t.mu.Unlock()
		if count > of.most {
			return true
		}
	}
	return false
}

// count notes one wrong try, unless most have been noted already; it says whether
// it did.
func (t *PasscodeThrottle) count(key passcodeKey, most int) bool { return t.countBy(key, most, "") }

func (t *PasscodeThrottle) countBy(key passcodeKey, most int, browser string) bool {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[key]
	if e == nil || now.Sub(e.since) >= PasscodeWindow {
		if len(t.tries) >= maxPasscodeKeys {
			t.sweep(now)
		}
		e = &passcodeTries{since: now}
		key.meeting = strings.Clone(key.meeting) // the join's own holds on to the whole request
		t.tries[key] = e
	}
	if e.count >= most {
		return false
	}
	e.count++
	if browser != "" {
		if e.by == nil {
			e.by = map[browserKey]int{}
		}
		e.by[browserOf(browser)]++ // no more browsers than tries
	}
	return true
}

// takeBack forgets one try of each that was noted before it was judged, and was right or
// is not judged.
func (t *PasscodeThrottle) takeBack(quotas []quota) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, of := range quotas {
		if e := t.tries[of.key]; e != nil && e.count > 0 {
			e.count--
		}
	}
}

// takeBackShared forgets so many tries where all nodes count them.
func (t *PasscodeThrottle) takeBackShared(ctx context.Context, key passcodeKey, count int) {
	if t.shared == nil {
		return
	}
	if err := t.shared.TakeBackTries(ctx, t.name(key), count); err != nil {
		t.log.Warn("tries that were right still count", "of", t.secret, "meeting", key.meeting, "error", err)
	}
}

// sweep makes room: what is over goes, and if nothing is, a part of the counts that
// have closed no door.
func (t *PasscodeThrottle) sweep(now time.Time) {
	for key, e := range t.tries {
		if now.Sub(e.since) >= PasscodeWindow {
			delete(t.tries, key)
		}
	}
	surplus := len(t.tries) - maxPasscodeKeys*9/10
	for _, least := range []int{PasscodeTries, math.MaxInt} {
		for key, e := range t.tries {
			if surplus <= 0 {
				return
			}
			if e.count < least && key.address != "" {
				delete(t.tries, key)
				surplus--
			}
		}
	}
}

// succeeded forgets the wrong tries of the browser that has entered. What others
// behind the same address have used up stays used up.
func (t *PasscodeThrottle) succeeded(ctx context.Context, a *admission.Attempt) {
	if t == nil || a.RemoteIP == "" || a.DeviceID == "" {
		return
	}
	keys := keysOf(a)
	t.mu.Lock()
	own := 0
	if e := t.tries[keys.address]; e != nil {
		own = e.by[browserOf(a.DeviceID)]
		delete(e.by, browserOf(a.DeviceID))
		e.count = max(0, e.count-own)
	}
	for _, key := range []passcodeKey{keys.network, keys.meeting} {
		if e := t.tries[key]; e != nil {
			e.count = max(0, e.count-own)
		}
	}
	t.mu.Unlock()
	if own == 0 {
		return
	}
	for _, key := range []passcodeKey{keys.address, keys.network, keys.meeting} {
		t.takeBackShared(ctx, key, own)
	}
}
