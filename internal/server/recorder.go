package server

import (
	"encoding/json"
	"log/slog"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// recorder keeps decided joins in the store's log. The record's details are
// written out by the store's own goroutine, not while the page waits.
type recorder struct{ store *store.Store }

// attemptDetail is what is kept of an attempt beside its columns.
type attemptDetail struct {
	Request admission.Redacted `json:"request"`
	Verdict *admission.Verdict `json:"verdict"`
}

func (r *recorder) Record(a session.Attempted) {
	record := store.AttemptRecord{
		ID: a.ID, At: a.At, MeetingNumber: a.Attempt.MeetingNumber, View: a.Attempt.View, UserName: a.Attempt.UserName,
		RemoteIP: a.Attempt.RemoteIP, JoinID: a.Attempt.JoinID, SessionID: a.SessionID, SeatID: a.SeatID, Name: "SUCCESS",
		MakeDetail: func() []byte {
			raw, err := json.Marshal(attemptDetail{Request: admission.Redact(a.Attempt, a.Verdict), Verdict: a.Verdict})
			if err != nil {
				return nil
			}
			return raw
		},
	}
	if a.App != nil {
		record.AppID, record.AppName = a.App.ID, a.App.Name
	}
	if d := a.Verdict.Decision; d != nil {
		record.Code, record.Name, record.Cause = int(d.Code), d.Name, d.Cause
	}
	r.store.RecordAttempt(record)
}

// drops tells a log of joins that were not recorded, of each once.
type drops struct {
	log  *slog.Logger
	told int64
}

// count takes the number of joins that were not recorded since the start.
func (d *drops) count(dropped int64) {
	if dropped > d.told {
		d.log.Warn("join attempts not recorded", "not_recorded", dropped-d.told, "since_start", dropped)
		d.told = dropped
	}
}
