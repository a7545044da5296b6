package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/plainjson"
	"github.com/anteroom/anteroom/internal/session"
)

// accepted is the answer to an admitted join.
type accepted struct {
	MeetingStatus int                     `json:"meetingStatus"`
	ErrorCode     int                     `json:"errorCode"`
	ErrorMessage  *string                 `json:"errorMessage"`
	Name          string                  `json:"name"`
	AttemptID     string                  `json:"attemptId"`
	State         string                  `json:"state"`
	Participant   session.ParticipantView `json:"participant"`
	Meeting       session.Info            `json:"meeting"`
	Snapshot      *session.Snapshot       `json:"snapshot"`
	ResumeToken   string                  `json:"resumeToken"`
	Media         *endpoint               `json:"media"`
	Realtime      endpoint                `json:"realtime"`
	Limits        limits                  `json:"limits"`
	ReasonStyle   string                  `json:"reasonStyle,omitempty"`
	Warnings      []string                `json:"warnings,omitempty"`
}

// checked is the answer to a check that nothing refuses.
type checked struct {
	MeetingStatus int     `json:"meetingStatus"`
	ErrorCode     int     `json:"errorCode"`
	ErrorMessage  *string `json:"errorMessage"`
	Name          string  `json:"name"`
	AttemptID     string  `json:"attemptId"`
	State         string  `json:"state"`
	// Role is the one that the joiner would have.
	Role string `json:"role"`
	// Resumes reports that the page would take an own earlier participant over.
	Resumes  bool           `json:"resumes"`
	Meeting  checkedMeeting `json:"meeting"`
	Warnings []string       `json:"warnings,omitempty"`
}

type checkedMeeting struct {
	Topic   string `json:"topic"`
	Webinar bool   `json:"webinar"`
}

func checkOf(o *session.Outcome) checked {
	c := checked{
		MeetingStatus: 1, Name: "SUCCESS", AttemptID: o.AttemptID, State: "checked", Role: string(o.Verdict.Admission.Role),
		Resumes: o.Verdict.Admission.Resumes != nil, Warnings: o.Verdict.Warnings,
	}
	if o.Meeting != nil {
		c.Meeting = checkedMeeting{o.Meeting.Topic, o.Meeting.IsWebinar()}
	}
	return c
}

type endpoint struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

type limits struct {
	Capacity         int `json:"capacity"`
	ChatLength       int `json:"chatLength"`
	ReconnectSeconds int `json:"reconnectSeconds"`
}

func (a *api) join(w http.ResponseWriter, r *http.Request) {
	body := rawBody(r)
	attempt := admission.DecodeAttempt(body, admission.Meta{
		RemoteIP: clientIP(r), Origin: r.Header.Get("Origin"), UserAgent: r.UserAgent(),
	})
	outcome := a.Sessions.Join(r.Context(), attempt, body)
	if attempt.Check && outcome.Verdict.Admitted() {
		writeJSON(w, http.StatusOK, checkOf(outcome))
		return
	}
	if outcome.Accepted == nil {
		refusal := outcome.Verdict.Refusal(admission.RefusalOptions{
			AttemptID: outcome.AttemptID, Development: a.Development, App: outcome.App, Meeting: outcome.Meeting, Now: a.Clock.Now(),
		})
		a.refuse(w, r, outcome.Verdict.HTTPStatus(), refusal)
		return
	}
	in := outcome.Accepted
	response := accepted{
		MeetingStatus: 2, Name: "SUCCESS", AttemptID: outcome.AttemptID, State: "joined",
		Participant: in.Participant, Meeting: in.Session, Snapshot: in.Snapshot, ResumeToken: in.ResumeToken,
		Realtime: endpoint{a.socketURL(r) + "/realtime", in.RealtimeToken},
		Limits:   limits{in.Capacity, session.MaxChatLength, int(a.ReconnectTime / time.Second)},
		Warnings: outcome.Verdict.Warnings,
	}
	if in.Waiting {
		response.State = "waiting"
	} else {
		response.Media = &endpoint{a.socketURL(r), in.MediaToken}
	}
	if outcome.App != nil {
		response.ReasonStyle = outcome.App.ReasonStyle
	}
	writeJSON(w, http.StatusOK, response)
}

func (a *api) refuse(w http.ResponseWriter, r *http.Request, status int, refusal admission.Refusal) {
	if !a.Development {
		// What was seen is for the operator, whoever made the refusal.
		refusal.Evidence, refusal.AlsoFailing = "", nil
	}
	writeJSON(w, statusFor(r, status), refusal)
}

// statusFor is the HTTP status of a refusal. Browsers write every other status
// than a success to the console, where it looks like a fault of the page; the
// web SDK asks for 200 and reads the refusal's own fields.
func statusFor(r *http.Request, status int) int {
	if r.URL.Query().Get("status") == "200" {
		return http.StatusOK
	}
	return status
}

// leave leaves.
func (a *api) leave(w http.ResponseWriter, r *http.Request) {
	a.leaveOrDepart(w, r, a.Sessions.Leave, "could not remove participant", "the server could not process the leave request now; it removes the participant shortly")
}

// depart notes that a page is being unloaded.
func (a *api) depart(w http.ResponseWriter, r *http.Request) {
	a.leaveOrDepart(w, r, a.Sessions.Depart, "could not record goodbye", "the server could not process the request now")
}

// leaveOrDepart carries out what a page asks for while it goes. It is made for
// navigator.sendBeacon, so it takes any content type and never reports whether the
// participant was still there.
func (a *api) leaveOrDepart(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, resumeToken string) error, logged, message string) {
	token, ok := readResumeToken(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), tokenBodyTimeout)
	defer cancel()
	if err := do(ctx, token); err != nil {
		if r.Context().Err() == nil { // the page has not gone meanwhile
			a.Logger.Error(logged, "error", err)
		}
		writeJSON(w, http.StatusServiceUnavailable, problem{Message: message})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// media returns a fresh media token for a participant that is inside.
func (a *api) media(w http.ResponseWriter, r *http.Request) {
	token, ok := readResumeToken(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), tokenBodyTimeout)
	defer cancel()
	fresh, err := a.Sessions.MediaFor(ctx, token)
	switch {
	case errors.Is(err, session.ErrNotFound):
		writeJSON(w, statusFor(r, http.StatusForbidden), problem{Message: "this participant is not in the meeting"})
	case err != nil:
		if r.Context().Err() == nil {
			a.Logger.Error("could not create media token", "error", err)
		}
		writeJSON(w, statusFor(r, http.StatusServiceUnavailable), problem{Message: "the media server is unavailable"})
	default:
		writeJSON(w, http.StatusOK, map[string]endpoint{"media": {a.socketURL(r), fresh}})
	}
}

type problem struct {
	Message string `json:"message"`
}

func readResumeToken(w http.ResponseWriter, r *http.Request) (string, bool) {
	var in struct {
		ResumeToken string `json:"resumeToken"`
	}
	if err := json.Unmarshal(rawBody(r), &in); err != nil || in.ResumeToken == "" {
		writeJSON(w, http.StatusBadRequest, problem{Message: "resumeToken: missing or not a string"})
		return "", false
	}
	return in.ResumeToken, true
}

func readAll(into []byte, from io.Reader) ([]byte, error) {
	for {
		if len(into) == cap(into) {
			into = append(into, 0)[:len(into)]
		}
		n, err := from.Read(into[len(into):cap(into)])
		into = into[:len(into)+n]
		if errors.Is(err, io.EOF) {
			return into, nil
		}
		if err != nil {
			return into, err
		}
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := plainjson.Marshal(v)
	if err != nil {
		http.Error(w, `{"message":"the response could not be written"}`, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	// Without it a larger response goes out in chunks, with a flush for each.
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

var (
	jsonType = []string{"application/json; charset=utf-8"}
	noStore  = []string{"no-store"}
)

// socketURL is where this server's WebSockets are, seen from the page.
func (a *api) socketURL(r *http.Request) string {
	if a.PublicURL != "" {
		return "ws" + strings.TrimPrefix(a.PublicURL, "http")
	}
	if secure(r) {
		return "wss://" + r.Host
	}
	return "ws://" + r.Host
}

// origin is this server's address as the page used it.
func (a *api) origin(r *http.Request) string {
	if a.PublicURL != "" {
		return a.PublicURL
	}
	if secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
