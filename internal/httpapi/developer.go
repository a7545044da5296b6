package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// World is the developer's view of the demo world.
type World interface {
	// Describe lists the demo world, secrets included.
	Describe(ctx context.Context) (WorldView, error)
	// Sign makes a Meeting SDK signature; a *FieldErrors names what is wrong.
	Sign(ctx context.Context, in SignRequest) (SignResponse, error)
	// Mint makes a ZAK, OBF or registrant token; a *FieldErrors names what is wrong.
	Mint(ctx context.Context, in TokenRequest) (string, error)
}

// WorldView is the demo world as `GET /dev/v1/world` shows it.
type WorldView struct {
	Accounts []WorldAccount `json:"accounts"`
	Apps     []WorldApp     `json:"apps"`
	Users    []WorldUser    `json:"users"`
	Meetings []WorldMeeting `json:"meetings"`
	Defaults WorldDefaults  `json:"defaults"`
}

// WorldAccount is one account of the demo world.
type WorldAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// WorldApp is one app with its credentials.
type WorldApp struct {
	Name      string `json:"name"`
	Account   string `json:"account"`
	SDKKey    string `json:"sdkKey"`
	SDKSecret string `json:"sdkSecret"`
	Published bool   `json:"published"`
	Enabled   bool   `json:"enabled"`
}

// WorldUser is one user.
type WorldUser struct {
	// HostKey makes a participant the host of a meeting of this user.
	HostKey string `json:"hostKey"`
	ID      string `json:"id"`
	Email   string `json:"email"`
	Account string `json:"account"`
	Role    string `json:"role"`
}

// WorldMeeting is one meeting.
type WorldMeeting struct {
	Number   string `json:"number"`
	Topic    string `json:"topic"`
	Type     string `json:"type"`
	Password string `json:"password"`
	Host     string `json:"host"`
	Account  string `json:"account"`
}

// WorldDefaults names an app and a meeting of one account that anyone can join at once.
type WorldDefaults struct {
	SDKKey        string `json:"sdkKey"`
	SDKSecret     string `json:"sdkSecret"`
	MeetingNumber string `json:"meetingNumber"`
	Password      string `json:"password"`
	HostEmail     string `json:"hostEmail"`
	WebinarNumber string `json:"webinarNumber"`
}

// SignRequest is the request of the well-known sample auth endpoint.
type SignRequest struct {
	MeetingNumber     string
	Role              *int
	ExpirationSeconds *int
	VideoWebRTCMode   *int
	SDKKey            string
}

// SignResponse is its answer.
type SignResponse struct {
	Signature string `json:"signature"`
	SDKKey    string `json:"sdkKey"`
}

// TokenRequest asks for a user's or registrant's token.
type TokenRequest struct {
	Kind          string `json:"kind"`
	User          string `json:"user"`
	MeetingNumber string `json:"-"`
	TTLSeconds    *int   `json:"ttlSeconds"`
	SDKKey        string `json:"sdkKey"`
	Email         string `json:"email"`
	FirstName     string `json:"firstName"`
}

// FieldError names a property of a request and what is wrong with it.
type FieldError struct {
	Property string `json:"property"`
	Reason   string `json:"reason"`
}

// FieldErrors are all faults of a request.
type FieldErrors struct {
	Errors []FieldError `json:"errors"`
}

func (e *FieldErrors) Error() string {
	var parts []string
	for _, f := range e.Errors {
		parts = append(parts, f.Property+": "+f.Reason)
	}
	return strings.Join(parts, "; ")
}

// developer mounts the developer's API.
func (a *api) developer(t *router) {
	mount := func(pattern string, next http.HandlerFunc) {
		route := Route{Pattern: pattern, Audience: Developer}
		switch methodOf(pattern) {
		case http.MethodGet, http.MethodOptions:
		default:
			route.MaxBody = maxDeveloperBody
		}
		t.handle(route, next)
	}
	mount("/dev/", notFound)
	mount("GET /dev/v1/world", a.world)
	mount("/dev/v1/signature", acrossOrigins(a.sign))
	mount("POST /{$}", acrossOrigins(a.sign))
	mount("OPTIONS /{$}", acrossOrigins(a.sign))
	mount("POST /dev/v1/tokens", a.tokens)
	mount("POST /dev/v1/diagnose", a.diagnose)
	mount("GET /dev/v1/attempts", a.attempts)
	mount("GET /dev/v1/attempts/{id}", a.attempt)
	mount("GET /dev/v1/clock", a.clock)
	mount("PUT /dev/v1/clock", a.moveClock)
	mount("DELETE /dev/v1/clock", a.resetClock)
	mount("GET /dev/v1/faults", a.faults)
	mount("POST /dev/v1/faults", a.addFault)
	mount("DELETE /dev/v1/faults", a.clearFaults)
	mount("DELETE /dev/v1/faults/{id}", a.removeFault)
	mount("GET /dev/v1/scenarios", a.listScenarios)
	mount("POST /dev/v1/scenarios/{code}", a.playScenario)
	mount("GET /dev/v1/memory", a.memory)
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusNotFound, problem{Message: "there is no such endpoint"})
}

// thisMachine stands before every route of the developer's API. It refuses names
// that do not mean this machine, so that a page on the internet cannot reach the
// API by pointing its own name here, and it refuses pages of foreign origins: they
// could not read an answer, but what they ask for would be done all the same.
func (a *api) thisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.allowedRequest(r.Host) {
			writeJSON(w, http.StatusForbidden, problem{Message: fmt.Sprintf(
				"the developer API accepts only loopback host names, not %q; start the server with --dev-listen to allow another", clip(r.Host, 80))})
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || !a.allowedRequest(u.Host) {
				writeJSON(w, http.StatusForbidden, problem{Message: "pages of this origin may not use the developer API"})
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (a *api) allowedRequest(hostport string) bool {
	return loopbackName(hostport) || a.allowedHost(hostport)
}

func (a *api) allowedHost(hostport string) bool {
	for _, h := range a.AllowedHosts {
		if strings.EqualFold(h, hostport) || strings.EqualFold(h, hostOnly(hostport)) {
			return true
		}
	}
	return false
}

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopbackName(hostport string) bool {
	host := hostOnly(hostport)
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// acrossOrigins lets pages of this machine, which thisMachine has let through,
// read the response across origins.
func acrossOrigins(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
			h.Set("Access-Control-Allow-Headers", "content-type")
			h.Set("Access-Control-Allow-Methods", "POST")
		}
		switch r.Method {
		case http.MethodOptions:
			w.WriteHeader(http.StatusNoContent)
		case http.MethodPost:
			next(w, r)
		default:
			w.Header().Set("Allow", "POST, OPTIONS")
			writeJSON(w, http.StatusMethodNotAllowed, problem{Message: "POST a JSON object"})
		}
	}
}

func (a *api) world(w http.ResponseWriter, r *http.Request) {
	view, err := a.World.Describe(r.Context())
	if err != nil {
		a.developerError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, view)
}

func (a *api) sign(w http.ResponseWriter, r *http.Request) {
	fields, err := readFields(r)
	if err != nil {
		a.developerError(w, err)
		return
	}
	faults := &FieldErrors{}
	in := SignRequest{
		MeetingNumber: fields.digits("meetingNumber", faults), Role: fields.integer("role", faults),
		ExpirationSeconds: fields.integer("expirationSeconds", faults), VideoWebRTCMode: fields.integer("videoWebRtcMode", faults),
		SDKKey: fields.text("sdkKey", faults),
	}
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	response, err := a.World.Sign(r.Context(), in)
	if err != nil {
		a.developerError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, response)
}

func (a *api) tokens(w http.ResponseWriter, r *http.Request) {
	fields, err := readFields(r)
	if err != nil {
		a.developerError(w, err)
		return
	}
	faults := &FieldErrors{}
	in := TokenRequest{
		Kind: fields.text("kind", faults), User: fields.text("user", faults), MeetingNumber: fields.digits("meetingNumber", faults),
		TTLSeconds: fields.integer("ttlSeconds", faults), SDKKey: fields.text("sdkKey", faults),
		Email: fields.text("email", faults), FirstName: fields.text("firstName", faults),
	}
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	token, err := a.World.Mint(r.Context(), in)
	if err != nil {
		a.developerError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"token": token})
}

func (a *api) developerError(w http.ResponseWriter, err error) {
	var faults *FieldErrors
	switch {
	case errors.As(err, &faults):
		writeJSON(w, http.StatusBadRequest, faults)
	default:
		if !errors.Is(err, context.Canceled) { // the client has not gone meanwhile
			a.Logger.Error("developer API request failed", "error", err)
		}
		writeJSON(w, http.StatusServiceUnavailable, problem{Message: "the server cannot process the request now"})
	}
}

// fields are the properties of a JSON object, read one by one so that each
// fault can be named.
type fields map[string]json.RawMessage

func readFields(r *http.Request) (fields, error) {
	var f fields
	if err := json.Unmarshal(rawBody(r), &f); err != nil {
		return nil, &FieldErrors{Errors: []FieldError{{Property: "body", Reason: "is not a JSON object"}}}
	}
	return f, nil
}

func (f fields) given(name string) (json.RawMessage, bool) {
	raw, ok := f[name]
	return raw, ok && !bytes.Equal(raw, []byte("null")) && !bytes.Equal(raw, []byte(`""`))
}

func (f fields) text(name string, faults *FieldErrors) string {
	raw, ok := f.given(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		faults.Errors = append(faults.Errors, FieldError{name, "must be a string"})
	}
	return s
}

// digits reads a meeting number, which callers send as a number or a string.
func (f fields) digits(name string, faults *FieldErrors) string {
	raw, ok := f.given(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		var n json.Number
		if json.Unmarshal(raw, &n) != nil {
			faults.Errors = append(faults.Errors, FieldError{name, "must be a string or a number"})
			return ""
		}
		s = n.String()
	}
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return -1
		}
		return c
	}, s)
}

// integer reads a whole number, which callers send as a number or a string.
func (f fields) integer(name string, faults *FieldErrors) *int {
	raw, ok := f.given(name)
	if !ok {
		return nil
	}
	text := strings.Trim(string(raw), `"`)
	n, err := strconv.Atoi(text)
	if err != nil {
		faults.Errors = append(faults.Errors, FieldError{name, "must be a whole number"})
		return nil
	}
	return &n
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
