package httpapi

import (
	"encoding/json"
	"net/http"
	"time"
)

// DevClock is the injected clock as developers move it.
type DevClock interface {
	// Show returns what the clock shows.
	Show() ClockView
	// Move changes it; a *FieldErrors says why it cannot be changed so.
	Move(ClockChange) (ClockView, error)
	// Reset shows real time again, for the enforcement dates too.
	Reset() ClockView
}

// ClockView is what the clock shows at one instant.
type ClockView struct {
	// Now is the clock's time, RealNow that of the clock which it moves against:
	// the machine's, or the one a Go test has given.
	Now     time.Time `json:"now"`
	RealNow time.Time `json:"realNow"`
	// Offset is Now less RealNow, as a Go duration.
	Offset string `json:"offset"`
	Frozen bool   `json:"frozen"`
	// Policy is the time at which the enforcement dates are looked at.
	Policy PolicyClock `json:"policy"`
}

// PolicyClock is the enforcement dates' view of the time.
type PolicyClock struct {
	Now time.Time `json:"now"`
	// Offset is Now less the clock's.
	Offset string `json:"offset"`
}

// ClockChange asks for another time; what is zero or nil stays as it is.
type ClockChange struct {
	Now     time.Time
	Advance time.Duration
	Frozen  *bool
	// PolicyOnly moves the enforcement dates' view alone.
	PolicyOnly bool
}

func (a *api) clock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.DevClock.Show())
}

func (a *api) resetClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.DevClock.Reset())
}

func (a *api) moveClock(w http.ResponseWriter, r *http.Request) {
	fields, err := readFields(r)
	if err != nil {
		a.developerError(w, err)
		return
	}
	faults := &FieldErrors{}
	change := ClockChange{
		Now: fields.instant("now", faults), Advance: fields.duration("advance", faults), Frozen: fields.boolean("frozen", faults),
	}
	switch fields.text("scope", faults) {
	case "", "all":
	case "policy":
		change.PolicyOnly = true
	default:
		faults.add("scope", `must be "all" or "policy"`)
	}
	_, now := fields.given("now")
	_, advance := fields.given("advance")
	switch {
	case now && advance:
		faults.add("advance", "cannot be given together with now")
	case change.PolicyOnly && change.Frozen != nil:
		faults.add("frozen", "cannot be used with the scope policy: the enforcement dates stop only with the whole clock")
	case !now && !advance && change.Frozen == nil:
		faults.add("body", "pass now, advance or frozen")
	}
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	view, err := a.DevClock.Move(change)
	if err != nil {
		a.developerError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, view)
}

func (e *FieldErrors) add(property, reason string) {
	e.Errors = append(e.Errors, FieldError{property, reason})
}

// instant reads an RFC 3339 time; the zero time if it is not given.
func (f fields) instant(name string, faults *FieldErrors) time.Time {
	text := f.text(name, faults)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		faults.add(name, `must be a time such as "2026-03-02T00:00:00Z"`)
	}
	return t
}

// duration reads a Go duration; zero if it is not given.
func (f fields) duration(name string, faults *FieldErrors) time.Duration {
	text := f.text(name, faults)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		faults.add(name, `must be a duration such as "90s", "26h" or "-30m"`)
	}
	return d
}

// boolean reads true or false; nil if it is not given.
func (f fields) boolean(name string, faults *FieldErrors) *bool {
	raw, ok := f.given(name)
	if !ok {
		return nil
	}
	var b bool
	if json.Unmarshal(raw, &b) != nil {
		faults.add(name, "must be true or false")
	}
	return &b
}
