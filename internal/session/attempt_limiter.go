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
	MaxPasscodeAttempts        = admission.MaxPasscodeAttempts
	MaxNetworkPasscodeAttempts = admission.MaxNetworkPasscodeAttempts
	MaxMeetingPasscodeAttempts = admission.MaxMeetingPasscodeAttempts
	PasscodeWindow             = 5 * time.Minute
	maxAttemptKeys             = 100_000
)

// SharedAttempts counts wrong tries where all nodes see them.
type SharedAttempts interface {
	// CountAttempt notes one more try under a name. It returns how many there are since
	// the first one that is not older than the window, and when that one was.
	CountAttempt(ctx context.Context, name string, now time.Time, window time.Duration) (count int, since time.Time, err error)
	// RefundAttempts forgets so many tries.
	RefundAttempts(ctx context.Context, name string, count int) error
}

// AttemptLimiter counts wrong passcodes for each meeting: per address, per network, and
// from everywhere. Too many within five minutes refuse everyone until the window has
// passed. An address is a whole /64 in IPv6. A network is a /24, or a /48 in IPv6: what
// one customer has, who can so close the proxy for the network only, and not for all.
//
// Counts are kept in memory: 100,000 of them, each with the tries of ten browsers, take
// some 70 MB at most. Where nodes share them, each wrong try is also counted there and
// its result is trusted, so that a right passcode costs nothing.
type AttemptLimiter struct {
	secret   string // what is guessed: "passcode" or "host key"
	clock    clockwork.Clock
	shared   SharedAttempts // nil where this node is alone
	log      *slog.Logger
	mu       sync.Mutex
	attempts map[attemptKey]*attemptCount
}

// attemptKey is an address, a network or a participant, and a meeting; without an
// address it is all of them.
type attemptKey struct{ address, meeting string }

// quota is how many wrong guesses a key has.
type quota struct {
	key   attemptKey
	limit int
}

// name is what nodes count a key's tries under.
func (l *AttemptLimiter) name(k attemptKey) string {
	return l.secret + " " + k.meeting + " " + k.address
}

type attemptCount struct {
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

// NewAttemptLimiter makes an empty limiter; shared is nil where no other node
// counts.
func NewAttemptLimiter(clock clockwork.Clock, shared SharedAttempts, log *slog.Logger) *AttemptLimiter {
	return newAttemptLimiter("passcode", clock, shared, log)
}

func newAttemptLimiter(secret string, clock clockwork.Clock, shared SharedAttempts, log *slog.Logger) *AttemptLimiter {
	return &AttemptLimiter{secret: secret, clock: clock, shared: shared, log: log, attempts: map[attemptKey]*attemptCount{}}
}

// attemptKeys are what a wrong passcode counts for, the narrowest first.
type attemptKeys struct{ address, network, meeting attemptKey }

func keysOf(a *admission.Attempt) attemptKeys {
	return attemptKeys{
		address: attemptKey{limit.Group(a.RemoteIP), a.MeetingNumber},
		network: attemptKey{limit.Network(a.RemoteIP), a.MeetingNumber},
		meeting: attemptKey{"", a.MeetingNumber},
	}
}

// AttemptCounts are the wrong passcodes of lately for one meeting, and how long attempts
// stay refused if they are too many. FromAddress is at least MaxPasscodeAttempts if the
// network's are too many.
type AttemptCounts struct {
	FromAddress, ForMeeting              int
	AddressRetryAfter, MeetingRetryAfter time.Duration
}

// Counts returns how many wrong passcodes were given lately.
func (l *AttemptLimiter) Counts(a *admission.Attempt) (c AttemptCounts) {
	if l == nil || a.RemoteIP == "" {
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts(keysOf(a), l.clock.Now())
}

func (l *AttemptLimiter) counts(keys attemptKeys, now time.Time) (c AttemptCounts) {
	c.FromAddress, c.AddressRetryAfter = l.read(keys.address, now)
	if count, wait := l.read(keys.network, now); count >= MaxNetworkPasscodeAttempts {
		c.FromAddress, c.AddressRetryAfter = max(c.FromAddress, MaxPasscodeAttempts), max(c.AddressRetryAfter, wait)
	}
	c.ForMeeting, c.MeetingRetryAfter = l.read(keys.meeting, now)
	return c
}

func (l *AttemptLimiter) read(key attemptKey, now time.Time) (int, time.Duration) {
	e := l.attempts[key]
	if e == nil || now.Sub(e.since) >= PasscodeWindow {
		return 0, 0
	}
	return e.count, PasscodeWindow - now.Sub(e.since)
}

// rateLimitedSinceRead notes a passcode that the gate has judged. It returns true where the
// limit was reached meanwhile, so that the gate must be asked again: guesses that are sent all
// at once, or to several nodes, are not judged all at once.
func (l *AttemptLimiter) rateLimitedSinceRead(ctx context.Context, a *admission.Attempt, snap *admission.Snapshot, v *admission.Verdict) (limited bool) {
	if l == nil || a.RemoteIP == "" || a.Password == "" || snap.Meeting == nil || snap.Meeting.Passcode == "" || snap.PasscodeFailures >= MaxPasscodeAttempts {
		return false
	}
	keys := keysOf(a)
	if d := v.Decision; d == nil || d.Code != errcode.WrongMeetingPassword || d.Cause == "throttled" {
		l.mu.Lock()
		defer l.mu.Unlock()
		c := l.counts(keys, l.clock.Now())
		return c.FromAddress >= MaxPasscodeAttempts || c.ForMeeting >= MaxMeetingPasscodeAttempts && snap.MeetingPasscodeFailures < MaxMeetingPasscodeAttempts
	}
	fits := l.countBy(keys.address, MaxPasscodeAttempts, a.DeviceID) && l.count(keys.network, MaxNetworkPasscodeAttempts)
	if fits {
		l.count(keys.meeting, math.MaxInt)
	}
	return !fits || l.countShared(ctx, []quota{
		{keys.address, MaxPasscodeAttempts}, {keys.network, MaxNetworkPasscodeAttempts}, {keys.meeting, MaxMeetingPasscodeAttempts},
	})
}

// reserve counts a guess before it is judged, so that guesses which are sent all at once, or
// to several nodes, are not judged all at once. It counts for each of the quotas, the
// narrowest first; if one is used up, the guess must not be judged. A guess that was
// right is taken back.
func (l *AttemptLimiter) reserve(ctx context.Context, quotas []quota) (refund func(), ok bool) {
	for i, of := range quotas {
		if !l.count(of.key, of.limit) {
			l.refund(quotas[:i])
			return nil, false
		}
	}
	if l.countShared(ctx, quotas) {
		return nil, false
	}
	return func() {
		l.refund(quotas)
		for _, of := range quotas {
			l.refundShared(ctx, of.key, 1)
		}
	}, true
}

// countTimeout is how long counting a wrong guess for all nodes may take.
const countTimeout = 5 * time.Second

// countShared counts where all nodes see it, the narrowest quota first, and takes over
// what they saw. It reports whether the limit was reached already; then the wider counts
// stay as they are.
func (l *AttemptLimiter) countShared(ctx context.Context, quotas []quota) (limited bool) {
	if l.shared == nil {
		return false
	}
	// A guess counts although its page has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTimeout)
	defer cancel()
	for _, of := range quotas {
		key := of.key
		count, since, err := l.shared.CountAttempt(ctx, l.name(key), l.clock.Now(), PasscodeWindow)
		if err != nil {
			l.log.Warn("wrong "+l.secret+" counted on this node only", "meeting", key.meeting, "error", err)
			return false
		}
		l.mu.Lock()
		if e := l.attempts[key]; e != nil && count > e.count {
			e.count, e.since = count, since
		}
		l.mu.Unlock()
		if count > of.limit {
			return true
		}
	}
	return false
}

// count notes one wrong try, unless most have been noted already; it reports
// whether it did.
func (l *AttemptLimiter) count(key attemptKey, most int) bool { return l.countBy(key, most, "") }

func (l *AttemptLimiter) countBy(key attemptKey, most int, browser string) bool {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.attempts[key]
	if e == nil || now.Sub(e.since) >= PasscodeWindow {
		if len(l.attempts) >= maxAttemptKeys {
			l.sweep(now)
		}
		e = &attemptCount{since: now}
		key.meeting = strings.Clone(key.meeting) // the join's own holds on to the whole request
		l.attempts[key] = e
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

// refund forgets one try of each that was noted before it was judged, and was right or
// is not judged.
func (l *AttemptLimiter) refund(quotas []quota) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, of := range quotas {
		if e := l.attempts[of.key]; e != nil && e.count > 0 {
			e.count--
		}
	}
}

// refundShared forgets so many tries where all nodes count them.
func (l *AttemptLimiter) refundShared(ctx context.Context, key attemptKey, count int) {
	if l.shared == nil {
		return
	}
	if err := l.shared.RefundAttempts(ctx, l.name(key), count); err != nil {
		l.log.Warn("tries that were right still count", "of", l.secret, "meeting", key.meeting, "error", err)
	}
}

// sweep makes room: what is over goes, and if nothing is, a part of the counts that
// have reached no limit.
func (l *AttemptLimiter) sweep(now time.Time) {
	for key, e := range l.attempts {
		if now.Sub(e.since) >= PasscodeWindow {
			delete(l.attempts, key)
		}
	}
	surplus := len(l.attempts) - maxAttemptKeys*9/10
	for _, least := range []int{MaxPasscodeAttempts, math.MaxInt} {
		for key, e := range l.attempts {
			if surplus <= 0 {
				return
			}
			if e.count < least && key.address != "" {
				delete(l.attempts, key)
				surplus--
			}
		}
	}
}

// succeeded forgets the wrong tries of the browser that has entered. What others
// behind the same address have used up stays used up.
func (l *AttemptLimiter) succeeded(ctx context.Context, a *admission.Attempt) {
	if l == nil || a.RemoteIP == "" || a.DeviceID == "" {
		return
	}
	keys := keysOf(a)
	l.mu.Lock()
	own := 0
	if e := l.attempts[keys.address]; e != nil {
		own = e.by[browserOf(a.DeviceID)]
		delete(e.by, browserOf(a.DeviceID))
		e.count = max(0, e.count-own)
	}
	for _, key := range []attemptKey{keys.network, keys.meeting} {
		if e := l.attempts[key]; e != nil {
			e.count = max(0, e.count-own)
		}
	}
	l.mu.Unlock()
	if own == 0 {
		return
	}
	for _, key := range []attemptKey{keys.address, keys.network, keys.meeting} {
		l.refundShared(ctx, key, own)
	}
}
