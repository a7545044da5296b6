package admission

import (
	"math"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// The HTTP statuses of the join response that the catalogue does not know.
const (
	statusOK        = 200
	statusThrottled = 429
	statusServer    = 503
)

// Refusal is the body of a refused join.
type Refusal struct {
	MeetingStatus int          `json:"meetingStatus"`
	ErrorCode     errcode.Code `json:"errorCode"`
	ErrorMessage  string       `json:"errorMessage"`
	Name          string       `json:"name"`
	Cause         string       `json:"cause"`
	Remedy        string       `json:"remedy"`
	Retryable     bool         `json:"retryable"`
	// RetryAfter is in seconds, rounded up; nil where it is not known.
	RetryAfter  *int   `json:"retryAfter"`
	ReasonStyle string `json:"reasonStyle"`
	AttemptID   string `json:"attemptId"`
	Docs        string `json:"docs"`
	// Result says what the page may show: a *WaitingResult with 3008, a
	// *RunningResult with 3711; nil otherwise.
	Result any `json:"result,omitempty"`
	// Evidence and AlsoFailing are reported in development mode only.
	Evidence    string    `json:"evidence,omitempty"`
	AlsoFailing []Finding `json:"alsoFailing,omitempty"`
}

// WaitingResult is the meeting that has not begun.
type WaitingResult struct {
	Topic string `json:"topic"`
	// ScheduleTime is RFC 3339 in UTC; nil where none lies ahead.
	ScheduleTime *string `json:"scheduleTime"`
	Webinar      bool    `json:"webinar,omitempty"`
}

// RunningResult is the host's meeting that is running already. Only hosts and
// alternatives are notified of it.
type RunningResult struct {
	MeetingNumber string `json:"meetingNumber"`
	Topic         string `json:"topic"`
}

// RefusalOptions are what a refusal needs beside the verdict.
type RefusalOptions struct {
	AttemptID string
	// Development adds evidence and every other failing rule.
	Development bool
	// App and Meeting may be nil.
	App     *account.App
	Meeting *meeting.Meeting
	Now     time.Time
}

// reasonStyleName is how Component View words `reason` unless the app says otherwise.
const reasonStyleName = "name"

// Refusal is the wire form of a verdict that refuses. For one that admits it is the
// zero value.
func (v *Verdict) Refusal(o RefusalOptions) Refusal {
	d := v.Decision
	if d == nil {
		return Refusal{}
	}
	r := refusal(d, o.AttemptID)
	if o.App != nil && o.App.ReasonStyle != "" {
		r.ReasonStyle = o.App.ReasonStyle
	}
	if d.Code == errcode.MeetingNotStart && o.Meeting != nil {
		waiting := &WaitingResult{Topic: o.Meeting.Topic, Webinar: o.Meeting.IsWebinar()}
		if start, ok := NextStart(o.Meeting, o.Now); ok {
			text := start.UTC().Format(time.RFC3339)
			waiting.ScheduleTime = &text
		}
		r.Result = waiting
	}
	if o.Development {
		r.Evidence, r.AlsoFailing = d.Evidence, v.AlsoFailing
	}
	return r
}

func refusal(f *Finding, attemptID string) Refusal {
	r := Refusal{
		MeetingStatus: 3, ErrorCode: f.Code, Name: f.Code.Name(), Cause: f.Cause, Remedy: f.Remedy,
		ReasonStyle: reasonStyleName, AttemptID: attemptID, Docs: f.Code.DocsPath(), Result: f.Result,
	}
	r.ErrorMessage = (&errcode.Error{Code: f.Code}).Message()
	r.Retryable = (&errcode.Error{Code: f.Code, Cause: f.Cause}).Retryable()
	if f.RetryAfter > 0 {
		seconds := int(math.Ceil(f.RetryAfter.Seconds()))
		r.RetryAfter = &seconds
	}
	return r
}

// HTTPStatus is the status of the join response.
func (v *Verdict) HTTPStatus() int {
	switch {
	case v.Decision == nil:
		return statusOK
	case v.Decision.Status != 0:
		return v.Decision.Status
	}
	if e, ok := errcode.Lookup(v.Decision.Code); ok {
		return e.HTTPStatus
	}
	return statusServer
}

// TooLarge is the refusal of a request that was not read because it has more than
// most bytes (HTTP 413).
func TooLarge(most int, attemptID string) Refusal {
	f := Finding{Code: errcode.InvalidParameter, Cause: bodyField + "_too_long"}
	f.complete()
	r := refusal(&f, attemptID)
	r.Evidence = "the request has more than " + byteCount(most)
	return r
}

// Internal is the refusal of a join that met a fault of the server (HTTP 503).
func Internal(attemptID string) Refusal {
	return refusal(ServerFault(nil, "internal"), attemptID)
}
