package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// recorder keeps decided joins in the store's log. The record's details are
// written out by the store's own goroutine, not while the page waits.
//
// Of joins that anybody can make as often as they like, because no app has signed them,
// a limit has refused them or their page did not wait for the answer, it keeps a few a
// minute from each address, each with the number of those that it left out before. So it
// does with refused joins that an app has signed, where one address, network or app makes
// very many: a signature can be used again and again.
type recorder struct {
	store *store.Store
	log   *joinLog
	// noisePerMinute is how much noise is kept from one network.
	noisePerMinute int
	noise          limit.Buckets
	// refusals counts refused joins that an app has signed, by address, network and app.
	refusals limit.Buckets
	mu       sync.Mutex
	skipped  map[string]int
	leftOut  atomic.Int64
}

// Noise that is kept from one network in a minute. Developers look at every join.
const (
	noiseInProduction  = 20
	noiseInDevelopment = 6000
	// refusalsPerNoise is how many refused joins that an app has signed are kept from one
	// address in a minute for each that is noise; from one network and of one app it is
	// some times as many.
	refusalsPerNoise  = 30
	refusalsOfNetwork = 4
	refusalsOfApp     = 8
)

// maxSkipped bounds of how many sources the left-out noise is counted: 10,000 names of
// at most 71 bytes, with about 1.5 MB in all.
const maxSkipped = 10_000

// attemptDetail is what is stored of an attempt beside its columns.
type attemptDetail struct {
	Request admission.Redacted `json:"request"`
	Verdict *admission.Verdict `json:"verdict"`
}

func (r *recorder) Record(a session.JoinRecord) {
	r.log.write(&a)
	record := store.AttemptRecord{
		ID: a.ID, At: a.At, MeetingNumber: a.Attempt.MeetingNumber, View: a.Attempt.View, UserName: a.Attempt.UserName,
		RemoteIP: a.Attempt.RemoteIP, JoinID: a.Attempt.JoinID, SessionID: a.SessionID, ParticipantID: a.ParticipantID, Name: "SUCCESS",
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
	}
	source := r.noiseSource(&a)
	if source == "" {
		r.store.RecordAttempt(record)
		return
	}
	record.Noise = true
	if r.noise.Take(a.At, r.noisePerMinute, source) > 0 {
		r.skip(source, 1)
		return
	}
	record.Skipped = r.unskip(source)
	if !r.store.RecordAttempt(record) {
		r.skip(source, record.Skipped+1)
	}
}

// noiseSource names what a join that is noise is counted with: its address, and whether
// an app has signed it, so that strangers do not hide what members of an app do. It is
// empty for a join that is kept.
func (r *recorder) noiseSource(a *session.JoinRecord) string {
	d, group := a.Verdict.Decision, limit.Group(a.Attempt.RemoteIP)
	switch {
	case d == nil:
		return ""
	case !a.Verdict.Believed:
		return group
	case d.Status == http.StatusTooManyRequests, d.Cancelled(), r.isFrequentlyRefused(a, group):
		return "signed " + group
	}
	return ""
}

// isFrequentlyRefused counts a refused join that an app has signed, and reports whether
// there were too many.
func (r *recorder) isFrequentlyRefused(a *session.JoinRecord, group string) bool {
	most := refusalsPerNoise * r.noisePerMinute
	return r.refusals.Take(a.At, most, group) > 0 ||
		r.refusals.Take(a.At, refusalsOfNetwork*most, limit.Network(a.Attempt.RemoteIP)) > 0 ||
		a.App != nil && r.refusals.Take(a.At, refusalsOfApp*most, "app "+a.App.ID) > 0
}

// skip notes joins from a source that are left out, one more than before.
func (r *recorder) skip(source string, count int) {
	r.leftOut.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.skipped[source]; !known && len(r.skipped) >= maxSkipped {
		return // the sum is enough
	}
	if r.skipped == nil {
		r.skipped = map[string]int{}
	}
	r.skipped[source] += count
}

// unskip takes the number of joins from a source that were left out.
func (r *recorder) unskip(source string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := r.skipped[source]
	delete(r.skipped, source)
	return count
}

// sizeOf is about how many bytes an attempt holds.
func sizeOf(a *admission.Attempt) int {
	const fixed = 2048 // its fields, and the verdict's
	return fixed + len(a.Signature) + len(a.ZAK) + len(a.OBFToken) + len(a.TK) + len(a.RecordingToken) + len(a.ResumeToken)
}

// dropReporter logs joins that were not recorded, of each once.
type dropReporter struct {
	log               *slog.Logger
	reported, leftOut int64
}

// count takes the number of joins that were not recorded since the start.
func (d *dropReporter) count(dropped int64) {
	if dropped > d.reported {
		d.log.Warn("join attempts not recorded", "not_recorded", dropped-d.reported, "since_start", dropped)
		d.reported = dropped
	}
}

// noise takes how many joins that were noise were left out of the log.
func (d *dropReporter) noise(leftOut int64) {
	if leftOut > d.leftOut {
		d.log.Warn("joins that are unsigned or over a limit came faster than they are recorded", "left_out", leftOut-d.leftOut, "since_start", leftOut)
		d.leftOut = leftOut
	}
}
