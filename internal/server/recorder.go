package server

import (
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// recorder keeps decided joins in the store's log. The record's details are
// written out by the store's own goroutine, not while the page waits.
//
// Of joins that anybody can make, because no app has signed them, it keeps a few a
// minute from each network, each with the number of those that it left out before.
type recorder struct {
	store *store.Store
	log   *joinLog
	// noisePerMinute is how much noise is kept from one network.
	noisePerMinute int
	noise          limit.Buckets
	mu             sync.Mutex
	skipped        map[string]int
	leftOut        atomic.Int64
}

// Noise that is kept from one network in a minute. Developers look at every join.
const (
	noiseInProduction  = 20
	noiseInDevelopment = 6000
)

// maxSkipped bounds of how many networks the left-out noise is counted.
const maxSkipped = 10_000

// attemptDetail is what is kept of an attempt beside its columns.
type attemptDetail struct {
	Request admission.Redacted `json:"request"`
	Verdict *admission.Verdict `json:"verdict"`
}

func (r *recorder) Record(a session.Attempted) {
	r.log.write(&a)
	record := store.AttemptRecord{
		ID: a.ID, At: a.At, MeetingNumber: a.Attempt.MeetingNumber, View: a.Attempt.View, UserName: a.Attempt.UserName,
		RemoteIP: a.Attempt.RemoteIP, JoinID: a.Attempt.JoinID, SessionID: a.SessionID, SeatID: a.SeatID, Name: "SUCCESS",
		Size: sizeOf(a.Attempt),
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
		record.Noise = !a.Verdict.Believed && d.Code != errcode.ServerError
	}
	if !record.Noise {
		r.store.RecordAttempt(record)
		return
	}
	network := limit.Group(record.RemoteIP)
	if r.noise.Take(a.At, r.noisePerMinute, network) > 0 {
		r.skip(network, 1)
		return
	}
	record.Skipped = r.unskip(network)
	if !r.store.RecordAttempt(record) {
		r.skip(network, record.Skipped+1)
	}
}

// skip notes joins from a network that are left out, one more than before.
func (r *recorder) skip(network string, count int) {
	r.leftOut.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.skipped[network]; !known && len(r.skipped) >= maxSkipped {
		return // the sum is enough
	}
	if r.skipped == nil {
		r.skipped = map[string]int{}
	}
	r.skipped[network] += count
}

// unskip takes the number of joins from a network that were left out.
func (r *recorder) unskip(network string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := r.skipped[network]
	delete(r.skipped, network)
	return count
}

// sizeOf is about how many bytes an attempt holds.
func sizeOf(a *admission.Attempt) int {
	const fixed = 2048 // its fields, and the verdict's
	return fixed + len(a.Signature) + len(a.ZAK) + len(a.OBFToken) + len(a.TK) + len(a.RecordingToken) + len(a.ResumeToken)
}

// drops tells a log of joins that were not recorded, of each once.
type drops struct {
	log           *slog.Logger
	told, leftOut int64
}

// count takes the number of joins that were not recorded since the start.
func (d *drops) count(dropped int64) {
	if dropped > d.told {
		d.log.Warn("join attempts not recorded", "not_recorded", dropped-d.told, "since_start", dropped)
		d.told = dropped
	}
}

// noise takes how many joins that no app had signed were left out of the log.
func (d *drops) noise(leftOut int64) {
	if leftOut > d.leftOut {
		d.log.Warn("joins that no app has signed came faster than they are recorded", "left_out", leftOut-d.leftOut, "since_start", leftOut)
		d.leftOut = leftOut
	}
}
