package session

import (
	"math"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
)

// Limits of wrong passcodes from one address for one meeting.
const (
	PasscodeTries   = 10
	PasscodeWindow  = 5 * time.Minute
	maxPasscodeKeys = 100_000
)

// PasscodeThrottle counts wrong passcodes per address and meeting. Ten within
// five minutes close the door for that pair until the window has passed.
type PasscodeThrottle struct {
	clock clockwork.Clock
	mu    sync.Mutex
	tries map[passcodeKey]*passcodeTries
}

type passcodeKey struct{ address, meeting string }

type passcodeTries struct {
	count int
	since time.Time
}

// NewPasscodeThrottle makes an empty throttle.
func NewPasscodeThrottle(clock clockwork.Clock) *PasscodeThrottle {
	return &PasscodeThrottle{clock: clock, tries: map[passcodeKey]*passcodeTries{}}
}

// Failures answers how many wrong passcodes the address has given for the
// meeting lately, and how long until it may try again.
func (t *PasscodeThrottle) Failures(address, number string) (int, time.Duration) {
	if t == nil || address == "" {
		return 0, 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[passcodeKey{address, number}]
	if e == nil {
		return 0, 0
	}
	left := PasscodeWindow - t.clock.Now().Sub(e.since)
	if left <= 0 {
		return 0, 0
	}
	return e.count, left
}

// closedMeanwhile tells that wrong passcodes closed the door after the gate had
// read their number.
func (t *PasscodeThrottle) closedMeanwhile(a *admission.Attempt, snap *admission.Snapshot) bool {
	if t == nil || a.Password == "" || snap.Meeting == nil || snap.Meeting.Passcode == "" || snap.PasscodeFailures >= PasscodeTries {
		return false
	}
	failures, _ := t.Failures(a.RemoteIP, a.MeetingNumber)
	return failures >= PasscodeTries
}

func (t *PasscodeThrottle) observe(a *admission.Attempt, v *admission.Verdict) {
	if t == nil || a.RemoteIP == "" || v.Decision == nil || v.Decision.Code != errcode.WrongMeetingPassword ||
		v.Decision.Cause == "throttled" || v.Decision.Cause == "passcode_missing" {
		return
	}
	t.count(passcodeKey{a.RemoteIP, a.MeetingNumber}, math.MaxInt)
}

// count notes one wrong try, unless most have been noted already; it says whether
// it did.
func (t *PasscodeThrottle) count(key passcodeKey, most int) bool {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[key]
	if e == nil || now.Sub(e.since) >= PasscodeWindow {
		if len(t.tries) >= maxPasscodeKeys {
			t.sweep(now)
		}
		t.tries[key] = &passcodeTries{count: 1, since: now}
		return true
	}
	if e.count >= most {
		return false
	}
	e.count++
	return true
}

// takeBack forgets one try that was noted before it was judged, and was right.
func (t *PasscodeThrottle) takeBack(key passcodeKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.tries[key]; e != nil && e.count > 0 {
		e.count--
	}
}

// sweep forgets what is over; if nothing is, everything goes rather than
// letting memory grow without bound.
func (t *PasscodeThrottle) sweep(now time.Time) {
	for key, e := range t.tries {
		if now.Sub(e.since) >= PasscodeWindow {
			delete(t.tries, key)
		}
	}
	if len(t.tries) >= maxPasscodeKeys {
		clear(t.tries)
	}
}

func (t *PasscodeThrottle) forget(a *admission.Attempt) {
	if t == nil || a.RemoteIP == "" {
		return
	}
	t.mu.Lock()
	delete(t.tries, passcodeKey{a.RemoteIP, a.MeetingNumber})
	t.mu.Unlock()
}
