package livekit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/media"
)

// guardTimeout bounds one question to the guard.
const guardTimeout = 5 * time.Second

// authProxy stands before LiveKit's signalling. LiveKit accepts whoever has a token;
// the proxy accepts whoever is still admitted, with the rights of today.
type authProxy struct {
	keys   keys
	guard  media.Guard
	ensure func(ctx context.Context, room string) error
	// apply gives a connected participant its rights.
	apply func(ctx context.Context, grant media.Grant) error
	// find returns what LiveKit knows of a connected participant.
	find func(ctx context.Context, room, identity string) (*lk.ParticipantInfo, error)
	// pass hands an admitted request to LiveKit with the participant's rights. The
	// request holds no credential any more.
	pass func(w http.ResponseWriter, r *http.Request, grant media.Grant, expires time.Time)
	log  *slog.Logger

	track   *tracker
	limiter *connectLimiter
	// conns is nil where the engine itself ends connections without fail.
	conns *openConns
}

// errTakenOver: the token is that of an older page; a newer page has replaced it.
var errTakenOver = fmt.Errorf("%w for this page any more", media.ErrNotAdmitted)

// signallingPaths are the only ones that reach LiveKit. The validate ones are plain
// requests, sent by browsers across origins to learn why a connection failed.
var signallingPaths = map[string]struct{}{
	"/rtc":             {},
	"/rtc/":            {},
	"/rtc/v1":          {},
	"/rtc/validate":    {},
	"/rtc/v1/validate": {},
}

func (p *authProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, ok := signallingPaths[r.URL.Path]; !ok {
		http.NotFound(w, r)
		return
	}
	// Any origin, never with credentials: the token is the only authority here.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch r.Method {
	case http.MethodGet:
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", "GET, OPTIONS")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, "method not allowed")
		return
	}

	t, err := p.keys.check(r)
	if err != nil {
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	}
	forwarded, kind, err := forLiveKit(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	var opened func(*inspectedConn)
	if p.conns != nil {
		conn, leave := p.conns.add(t.key(), t.generation)
		defer leave()
		opened = conn.setConn
	}
	grant, err := p.currentGrant(r.Context(), t)
	if errors.Is(err, media.ErrNotAdmitted) {
		refuse(w, http.StatusForbidden, err.Error())
		return
	}
	if err != nil {
		p.fail(w, r, "media guard", t, err)
		return
	}
	// Only who is a participant is counted, so that there are no more counters than
	// participants.
	done, err := p.limiter.acquire(t.key(), remoteIP(r), kind, time.Now())
	if soon := (*retryAfterError)(nil); errors.As(err, &soon) {
		// A page cannot read why its WebSocket was refused. It asks a validate path.
		w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
		w.Header().Set("Retry-After", strconv.Itoa(int((soon.wait+time.Second-1)/time.Second)))
		refuse(w, http.StatusTooManyRequests, err.Error())
		return
	}
	defer done()
	if err := grant.Validate(); err != nil {
		p.fail(w, r, "grant", t, err)
		return
	}
	if err := p.ensure(r.Context(), t.room); err != nil {
		p.fail(w, r, "room", t, err)
		return
	}
	line := &signalConn{authProxy: p, ctx: r.Context(), token: t, group: limit.Group(remoteIP(r))}
	hold, free := p.limiter.byteCounter(t.key())
	defer free()
	p.pass(inspected(w, inspection{line.check, hold, opened}), forwarded, grant, t.expires)
}

// currentGrant asks the guard. It returns the rights; whom it is about, the token has
// proved.
func (p *authProxy) currentGrant(ctx context.Context, t tokenClaims) (media.Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, guardTimeout)
	defer cancel()
	grant, err := p.guard.Grant(ctx, t.room, t.identity)
	if err == nil && grant.Generation != t.generation {
		err = errTakenOver
	}
	grant.Room, grant.Identity = t.room, t.identity
	return grant, err
}

func (p *authProxy) fail(w http.ResponseWriter, r *http.Request, what string, t tokenClaims, err error) {
	if r.Context().Err() == nil {
		p.log.Error("could not admit media connection", "step", what, "room", t.room, "identity", t.identity, "error", redact(err.Error()))
	}
	refuse(w, http.StatusServiceUnavailable, "media engine unavailable")
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

// forLiveKit copies the request: with no other parameters than pages need, so
// without the token and what would open a second connection under another identity;
// with no extensions of the WebSocket, of which compression would let a small frame
// become a large one; and with the address we saw in place of those LiveKit would
// believe. It also returns what the request wants.
func forLiveKit(r *http.Request) (*http.Request, purpose, error) {
	q, resumes, err := signallingQuery(r.URL.RawQuery)
	if err != nil {
		return nil, 0, err
	}
	kind := purposeStart
	switch {
	case strings.HasSuffix(r.URL.Path, "/validate"):
		kind = purposeQuery
	case resumes:
		kind = purposeResume
	}
	out := r.Clone(r.Context())
	out.URL.RawQuery = q.Encode()
	out.RequestURI = out.URL.RequestURI()
	if out.URL.Path == "/rtc/" {
		out.URL.Path = "/rtc"
	}
	out.URL.RawPath = ""
	out.Header.Del("Authorization")
	out.Header.Del("Cookie")
	out.Header.Del("Sec-WebSocket-Extensions")
	ip := remoteIP(r)
	out.Header.Del("Forwarded")
	out.Header.Set("CF-Connecting-IP", ip)
	out.Header.Set("X-Forwarded-For", ip)
	out.Header.Set("X-Real-IP", ip)
	return out, kind, nil
}

// remoteIP is the page's address, which the server has found out behind proxies.
func remoteIP(r *http.Request) string {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return ip
}
