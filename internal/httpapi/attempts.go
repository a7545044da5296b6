package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/anteroom/anteroom/errcode"
)

// Attempts reads the log of joins.
type Attempts interface {
	// List returns recorded joins, newest first, and the cursor of the next page.
	List(ctx context.Context, q AttemptQuery) (found []AttemptView, next string, err error)
	// Get returns one recorded join with every rule's verdict; nil if there is none.
	Get(ctx context.Context, id string) (*AttemptView, error)
}

// AttemptQuery chooses recorded joins.
type AttemptQuery struct {
	// Limit is 1 to 500; 0 means 50.
	Limit   int
	Cursor  string
	Code    *errcode.Code
	Meeting string
}

// AttemptView is one recorded join, without any secret.
type AttemptView struct {
	ID            string    `json:"id"`
	At            time.Time `json:"at"`
	MeetingNumber string    `json:"meetingNumber"`
	Code          int       `json:"code"`
	Name          string    `json:"name"`
	Cause         string    `json:"cause,omitempty"`
	View          string    `json:"view,omitempty"`
	App           string    `json:"app,omitempty"`
	UserName      string    `json:"userName,omitempty"`
	RemoteIP      string    `json:"remoteIp,omitempty"`
	JoinID        string    `json:"joinId,omitempty"`
	// Skipped is how many joins from the same network, which no app had signed either,
	// were not recorded since the one before.
	Skipped int             `json:"skipped,omitempty"`
	Request json.RawMessage `json:"request,omitempty"`
	Verdict json.RawMessage `json:"verdict,omitempty"`
}

func (a *api) attempts(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	faults := &FieldErrors{}
	q := AttemptQuery{Cursor: clip(query.Get("cursor"), 64), Meeting: clip(query.Get("meeting"), 16)}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 500 {
			faults.Errors = append(faults.Errors, FieldError{"limit", "must be 1 to 500"})
		}
		q.Limit = n
	}
	if text := query.Get("code"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			faults.Errors = append(faults.Errors, FieldError{"code", "must be a number"})
		}
		code := errcode.Code(n)
		q.Code = &code
	}
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	found, next, err := a.Attempts.List(r.Context(), q)
	if err != nil {
		a.developerError(w, err)
		return
	}
	var cursor *string
	if next != "" {
		cursor = &next
	}
	writeJSON(w, http.StatusOK, map[string]any{"attempts": found, "next": cursor})
}

func (a *api) attempt(w http.ResponseWriter, r *http.Request) {
	found, err := a.Attempts.Get(r.Context(), clip(r.PathValue("id"), 64))
	if err != nil {
		a.developerError(w, err)
		return
	}
	if found == nil {
		writeJSON(w, http.StatusNotFound, problem{Message: "there is no attempt with this ID; old attempts are deleted"})
		return
	}
	writeJSON(w, http.StatusOK, found)
}
