package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/session"
)

// refusalsPerSecond is how many refused joins have a line in the log each second.
// Joins that no app has signed have as many of their own, so that they push no other
// join out.
const refusalsPerSecond = 10

// joinLog writes decided joins into the operator's log: refused ones at info,
// admitted ones at debug.
type joinLog struct {
	log            *slog.Logger
	signed, others refusalLines
}

func newJoinLog(log *slog.Logger) *joinLog {
	return &joinLog{
		log: log, signed: refusalLines{log: log, after: time.AfterFunc},
		others: refusalLines{log: log, after: time.AfterFunc},
	}
}

// write takes a join. What has no line costs next to nothing: every join comes by.
func (j *joinLog) write(a *session.Attempted) {
	d := a.Verdict.Decision
	if d == nil {
		if j.log.Enabled(context.Background(), slog.LevelDebug) {
			j.log.Debug("join admitted", append(named(a), "session", a.SessionID, "seat", a.SeatID, "role", a.Verdict.Admission.Role)...)
		}
		return
	}
	lines := &j.others
	if a.Verdict.Believed {
		lines = &j.signed
	}
	if lines.take() {
		j.log.Info("join refused", append(named(a), "code", int(d.Code), "name", d.Name, "cause", d.Cause, "address", a.Attempt.RemoteIP)...)
	}
}

// named is what identifies a join in the log. Its meeting number is what the page has
// sent, unless it holds more than digits: it could be a link with a passcode in it.
func named(a *session.Attempted) []any {
	number := a.Attempt.MeetingNumber
	if !digits(number) {
		number = ""
	}
	attrs := []any{"attempt", a.ID, "meeting", number}
	if a.App != nil {
		attrs = append(attrs, "app", a.App.ID)
	}
	return attrs
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) <= 20
}

// refusalLines counts lines. The first of a second begins it; when it is over, those
// that were left out are counted in one line.
type refusalLines struct {
	log   *slog.Logger
	after func(time.Duration, func()) *time.Timer

	mu             sync.Mutex
	running        bool
	lines, leftOut int
}

func (r *refusalLines) take() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.running {
		r.running = true
		r.after(time.Second, r.tell)
	}
	if r.lines < refusalsPerSecond {
		r.lines++
		return true
	}
	r.leftOut++
	return false
}

func (r *refusalLines) tell() {
	r.mu.Lock()
	leftOut := r.leftOut
	r.running, r.lines, r.leftOut = false, 0, 0
	r.mu.Unlock()
	if leftOut > 0 {
		r.log.Info("more joins refused", "left_out", leftOut)
	}
}
