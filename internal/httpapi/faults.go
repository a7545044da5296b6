package httpapi

import (
	"context"
	"net/http"
	"time"
)

// Faults are the faults that developers inject.
type Faults interface {
	// Add makes a fault active; a *FieldErrors says why it makes no sense.
	Add(ctx context.Context, in FaultRequest) (FaultView, error)
	// List returns the active faults, the oldest first.
	List() []FaultView
	// Remove ends one fault; false if there is none of that id.
	Remove(id string) bool
	// Clear ends all.
	Clear()
}

// FaultRequest asks for a fault.
type FaultRequest struct {
	Point, Kind, MeetingNumber string
	// UserID is a participant's number; nil means everybody.
	UserID *int
	// Count is nil for the default of the point.
	Count *int
	Delay time.Duration
}

// FaultView is an active fault.
type FaultView struct {
	ID            string `json:"id"`
	Point         string `json:"point"`
	Kind          string `json:"kind"`
	MeetingNumber string `json:"meetingNumber,omitempty"`
	UserID        int64  `json:"userId,omitempty"`
	// Count and Remaining are null for a fault that stays until it is removed.
	Count     *int `json:"count"`
	Remaining *int `json:"remaining"`
	// Delay is a Go duration.
	Delay string `json:"delay,omitempty"`
}

func (a *api) faults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"faults": a.Faults.List()})
}

func (a *api) addFault(w http.ResponseWriter, r *http.Request) {
	fields, err := readFields(r)
	if err != nil {
		a.developerError(w, err)
		return
	}
	faults := &FieldErrors{}
	in := FaultRequest{
		Point: fields.text("point", faults), Kind: fields.text("kind", faults), MeetingNumber: fields.digits("meetingNumber", faults),
		UserID: fields.integer("userId", faults), Count: fields.integer("count", faults), Delay: fields.duration("delay", faults),
	}
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	view, err := a.Faults.Add(r.Context(), in)
	if err != nil {
		a.developerError(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, view)
}

func (a *api) clearFaults(w http.ResponseWriter, _ *http.Request) {
	a.Faults.Clear()
	w.WriteHeader(http.StatusNoContent)
}

func (a *api) removeFault(w http.ResponseWriter, r *http.Request) {
	if !a.Faults.Remove(r.PathValue("id")) {
		writeJSON(w, http.StatusNotFound, problem{Message: "there is no active fault with this ID"})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
