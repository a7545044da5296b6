package httpapi

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/admission"
)

// Audience is who a route is for. It decides which checks and headers stand
// before the route.
type Audience int

const (
	// Anyone is for the files and calls that pages of every origin use. They
	// carry no cookies.
	Anyone Audience = iota
	// OwnPage is for the pages that this server shows.
	OwnPage
	// Developer is for the developer's API: it answers to this machine's names
	// and to pages of this machine only.
	Developer
	// Socket is for long-lived connections. Their handlers set deadlines of
	// their own and lift them once they know who is connected.
	Socket
	// Service is for calls of other servers, which prove who they are. Where these have a
	// body, the handler judges the header before it reads on.
	Service
	// Operator is for the operator's tools, which come through the admin socket.
	Operator
)

// Route is one mounted route.
type Route struct {
	// Pattern is as http.ServeMux reads it.
	Pattern  string
	Audience Audience
	// MaxBody is the largest request body, in bytes; 0 means that none is used. A
	// small one that comes all the same is ignored, but not where sockets are.
	MaxBody int
}

// checksHeaderFirst reports that the handler judges the header of a request before it reads
// the body, whose size and time are bounded all the same.
func (r *Route) checksHeaderFirst() bool { return r.Audience == Service && r.MaxBody > 0 }

// Handler is the whole HTTP face.
type Handler struct {
	routes []Route
	serve  http.Handler
}

// Routes are all mounted routes, in the order of their mounting. Nothing else
// is served.
func (h *Handler) Routes() []Route { return h.routes }

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.serve.ServeHTTP(w, r) }

// router mounts routes. No route can be mounted without the checks of its audience.
type router struct {
	api    *api
	mux    *http.ServeMux
	routes []Route
}

func (t *router) handle(route Route, next http.HandlerFunc) {
	t.routes = append(t.routes, route)
	var h http.Handler = next
	switch route.Audience {
	case Developer:
		h = t.api.thisMachine(h)
	case Anyone, OwnPage, Socket, Service, Operator:
	}
	t.mux.Handle(route.Pattern, t.api.bounded(route, h))
}

// handleSocket mounts a handler that reads bodies and sets deadlines by itself.
// A body of 0 bytes at most is still refused here.
func (t *router) handleSocket(pattern string, maxBody int, next http.Handler) {
	t.handle(Route{Pattern: pattern, Audience: Socket, MaxBody: maxBody}, next.ServeHTTP)
}

const (
	// bodyTime is how long the body of a request may take to arrive.
	bodyTime = 15 * time.Second
	// writeTime is how long a page may take to read one piece of an response.
	writeTime = 30 * time.Second
	// writePiece is the size of such a piece, in bytes.
	writePiece = 256 << 10
	// maxIgnored is the largest body, in bytes, of a call that needs none.
	maxIgnored = 4096
)

// body is a request body that has arrived.
type body struct {
	bytes.Reader
	raw []byte
}

func (*body) Close() error { return nil }

// rawBody is the whole body of a request. It may be used until the handler returns.
func rawBody(r *http.Request) []byte {
	if b, ok := r.Body.(*body); ok {
		return b.raw
	}
	return nil
}

var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// bounded reads the body before the handler runs, in bounded time and size, and
// bounds the time that the response may take to be read.
func (a *api) bounded(route Route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		deadline := http.NewResponseController(w)
		if route.Audience == Socket {
			if route.MaxBody == 0 && r.ContentLength != 0 {
				tooLarge(a, w, r, route)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		out := &timedWriter{ResponseWriter: w, deadline: deadline}
		defer out.extend() // for what the server sends after the handler
		if route.checksHeaderFirst() {
			if r.ContentLength > int64(route.MaxBody) {
				tooLarge(a, out, r, route)
				return
			}
			_ = deadline.SetReadDeadline(time.Now().Add(bodyTime))
			r.Body = http.MaxBytesReader(out, r.Body, int64(route.MaxBody))
			next.ServeHTTP(out, r)
			return
		}
		if r.ContentLength != 0 {
			buffer := bodies.Get().(*[]byte)
			defer func() {
				if cap(*buffer) <= 64<<10 {
					bodies.Put(buffer)
				}
			}()
			raw, ok := a.receive(out, r, route, *buffer, deadline)
			if !ok {
				return
			}
			*buffer = raw
			arrived := &body{raw: raw}
			arrived.Reset(raw)
			r.Body = arrived
		}
		// The limits were for the request. A page that waits long for its response
		// is not gone, and each piece of the response has a time of its own.
		_ = deadline.SetReadDeadline(time.Time{})
		_ = deadline.SetWriteDeadline(time.Time{})
		next.ServeHTTP(out, r)
	})
}

// receive reads a body into the buffer; false if the request is answered already.
func (a *api) receive(w http.ResponseWriter, r *http.Request, route Route, buffer []byte, deadline *http.ResponseController) ([]byte, bool) {
	most := int64(max(route.MaxBody, maxIgnored))
	if r.ContentLength > most {
		tooLarge(a, w, r, route)
		return nil, false
	}
	_ = deadline.SetReadDeadline(time.Now().Add(bodyTime))
	raw, err := readAll(buffer[:0], http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		tooLarge(a, w, r, route)
		return nil, false
	case err != nil:
		w.Header().Set("Connection", "close")
		writeJSON(w, http.StatusRequestTimeout, problem{Message: "the request did not arrive"})
		return nil, false
	}
	return raw, true
}

// tooLarge refuses a body that is not read. What is on its way is not waited for.
func tooLarge(a *api, w http.ResponseWriter, r *http.Request, route Route) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Second))
	if route.Audience == Anyone {
		crossOrigin(w.Header())
	}
	if route.Pattern == joinPattern {
		a.refuse(w, r, http.StatusRequestEntityTooLarge, admission.TooLarge(MaxJoinBody, a.NewAttemptID()))
		return
	}
	writeJSON(w, http.StatusRequestEntityTooLarge, problem{Message: "the request is too large"})
}

// timedWriter gives each piece of an response its time.
type timedWriter struct {
	http.ResponseWriter
	deadline *http.ResponseController
}

func (w *timedWriter) extend() { _ = w.deadline.SetWriteDeadline(time.Now().Add(writeTime)) }

func (w *timedWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		w.extend()
		var wrote int
		wrote, err = w.ResponseWriter.Write(p[:min(len(p), writePiece)])
		n += wrote
		p = p[wrote:]
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// The policies of answers that say nothing of their own. Pages set a wider one.
const (
	strictPolicy   = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	strictReferrer = "no-referrer"
)

// secured sets on every response, those of the router itself too, what protects it.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Content-Security-Policy"] = strictPolicyHeader
		h["X-Content-Type-Options"] = nosniffHeader
		h["Referrer-Policy"] = strictReferrerHeader
		next.ServeHTTP(w, r)
	})
}

// Shared by all responses: nobody appends to them.
var (
	strictPolicyHeader   = []string{strictPolicy}
	nosniffHeader        = []string{"nosniff"}
	strictReferrerHeader = []string{strictReferrer}
)

// methodOf is the method of a pattern, or "" if it takes all.
func methodOf(pattern string) string {
	method, _, found := strings.Cut(pattern, " ")
	if !found {
		return ""
	}
	return method
}
