package server

import (
	"context"
	"log/slog"

	"github.com/anteroom/anteroom/internal/session"
)

// joinLog writes decided joins into the operator's log: refused and cancelled ones at info,
// admitted ones at debug.
type joinLog struct{ log *slog.Logger }

func (j *joinLog) write(a *session.JoinRecord) {
	d := a.Verdict.Decision
	if d == nil {
		if j.log.Enabled(context.Background(), slog.LevelDebug) {
			j.log.Debug("join admitted", append(named(a), "session", a.SessionID, "participant", a.ParticipantID, "role", a.Verdict.Admission.Role)...)
		}
		return
	}
	said := append(named(a), "code", int(d.Code), "name", d.Name, "cause", d.Cause, "address", a.Attempt.RemoteIP)
	// The number of lines is limited by message and place: joins that no app has signed,
	// or whose page has gone, push no other join out.
	switch {
	case d.Cancelled():
		j.log.Info("join cancelled", said...)
	case !a.Verdict.Believed:
		j.log.Info("unsigned join refused", said...)
	default:
		j.log.Info("join refused", said...)
	}
}

// named is what identifies a join in the log. Its meeting number is what the page has
// sent, unless it holds more than digits: it could be a link with a passcode in it.
func named(a *session.JoinRecord) []any {
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
