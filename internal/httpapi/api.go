// Package httpapi is Anteroom's HTTP face: the join, the developer's API, the
// served SDK and the pages. It holds no rule of its own; domain errors are
// mapped to the wire here, once.
package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/web"
)

// Sessions is what the HTTP face asks of meetings.
type Sessions interface {
	Join(ctx context.Context, a *admission.Attempt, body []byte) *session.Outcome
	// DryRun returns what a join would come to, without entering.
	DryRun(ctx context.Context, a *admission.Attempt) admission.Diagnosis
	Leave(ctx context.Context, resumeToken string) error
	// Depart notes that a page is being unloaded.
	Depart(ctx context.Context, resumeToken string) error
	MediaFor(ctx context.Context, resumeToken string) (string, error)
}

// Config is what the HTTP face is made of.
type Config struct {
	Sessions Sessions
	// Realtime serves the control channel at /realtime.
	Realtime http.Handler
	// Signalling serves /rtc and below, behind the media proxy.
	Signalling http.Handler
	// MediaWebhook takes an external media server's events.
	MediaWebhook http.Handler
	// World is the developer's view of the demo world; nil in production mode,
	// where everything below /dev returns 404.
	World World
	// Attempts is the log of joins, for the developer's API and the operator's tools.
	Attempts Attempts
	// DevClock is the clock as developers move it; development mode only.
	DevClock DevClock
	// Faults are the injected faults; development mode only.
	Faults Faults
	// Scenarios sets up what developers ask for.
	Scenarios Scenarios
	// Development adds evidence to refusals.
	Development bool
	// AllowedHosts are Host header names the developer's API answers to beside
	// loopback names.
	AllowedHosts []string
	// PublicURL is the server's address as pages see it, without a trailing
	// slash; empty means: as the request says.
	PublicURL string
	// TrustedProxies are the networks whose forwarding headers are believed now; nil
	// means none.
	TrustedProxies func() []netip.Prefix
	// Files are the files of the built browser code, and Package is its npm package; see
	// package web.
	Files   *web.Archive
	Package []byte
	// Ready returns nil once joins are served, in bounded time and at little cost, for
	// anybody may ask.
	Ready        func() error
	Clock        clockwork.Clock
	NewAttemptID func() string
	Logger       *slog.Logger
	// ReconnectTime is how long a page tries to come back before it gives up with
	// 4001, in whole seconds.
	ReconnectTime time.Duration
}

type api struct {
	Config
	store    *assetStore
	tarballs struct {
		sync.Mutex
		packed map[string]*asset
	}
}

// joinPattern is the route of joins.
const joinPattern = "POST /sdk/v1/join"

// Largest bodies, in bytes.
const (
	// MaxJoinBody is that of a join request. A page sends some 10 KB.
	MaxJoinBody = 256 << 10
	// maxTokenBody is that of a call which carries a resume token and nothing else.
	maxTokenBody     = 4096
	maxDeveloperBody = 1 << 20
	// maxWebhookBody is that of a report about one participant or room. LiveKit sends some
	// 2 KB.
	maxWebhookBody = 64 << 10
	// maxSocketBody is that of the control channel's HTTP form, which reads it itself.
	maxSocketBody = 64 << 10
)

// New makes the whole HTTP face.
func New(c Config) *Handler {
	a := &api{Config: c}
	a.tarballs.packed = map[string]*asset{}
	t := &router{api: a, mux: http.NewServeMux()}
	t.handle(Route{joinPattern, Anyone, MaxJoinBody}, anyOrigin(a.join))
	t.handle(Route{"POST /sdk/v1/leave", Anyone, maxTokenBody}, anyOrigin(a.leave))
	t.handle(Route{"POST /sdk/v1/goodbye", Anyone, maxTokenBody}, anyOrigin(a.depart))
	t.handle(Route{"POST /sdk/v1/media", Anyone, maxTokenBody}, anyOrigin(a.media))
	t.handle(Route{"OPTIONS /sdk/v1/", Anyone, 0}, anyOrigin(http.NotFound))
	t.handleSocket("/realtime", 0, c.Realtime)
	t.handleSocket("/realtime/", 0, c.Realtime)
	t.handleSocket("/realtime/stream", maxSocketBody, c.Realtime)
	t.handleSocket("/realtime/emulation", maxSocketBody, c.Realtime)
	t.handleSocket("/rtc", 0, c.Signalling)
	t.handleSocket("/rtc/", 0, c.Signalling)
	t.handle(Route{"POST /media/webhook", Service, maxWebhookBody}, c.MediaWebhook.ServeHTTP)
	t.handle(Route{"GET /healthz", Service, 0}, a.alive)
	t.handle(Route{"GET /readyz", Service, 0}, a.ready)
	a.assets(t)
	a.pages(t)
	if c.World != nil {
		a.developer(t)
	}
	return &Handler{routes: t.routes, serve: secured(a.withClientAddress(a.logged(a.recovered(t.mux))))}
}

// alive reports that the process serves requests, and nothing more: whoever restarts
// a process that does not answer must not do so because a database is away.
func (a *api) alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// tokenBodyTimeout is the deadline of what pages ask for with their resume token.
const tokenBodyTimeout = 10 * time.Second

// ready reports whether new joins are to be sent here. What is in the way is for
// the log: anybody may ask.
func (a *api) ready(w http.ResponseWriter, _ *http.Request) {
	if err := a.Ready(); err != nil {
		a.Logger.Warn("not ready", "error", err)
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// anyOrigin lets pages of any origin call: these calls use no cookies. An app
// may keep a list of its own; that is the gate's to check.
func anyOrigin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "POST")
			h.Set("Access-Control-Allow-Headers", "content-type")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next(w, r)
	}
}

// recovered turns a panic into a response without a stack trace; the log has it.
func (a *api) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				a.Logger.Error("request panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				a.refuse(w, r, http.StatusServiceUnavailable, admission.Internal(a.NewAttemptID()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
