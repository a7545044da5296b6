package livekit

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/media"
)

// Signalling implements media.Engine: the proxy, and behind it a proxy to LiveKit.
func (e *external) Signalling(guard media.Guard) http.Handler {
	e.postJoin.guard.Store(&guard)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(e.target)
			// Rewrite has dropped what earlier hops may have claimed; the proxy set it.
			r.Out.Header.Set("X-Forwarded-For", r.In.Header.Get("X-Forwarded-For"))
		},
		Transport: e.http,
		ModifyResponse: func(r *http.Response) error {
			for name := range r.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					r.Header.Del(name)
				}
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				e.log.Error("could not reach external LiveKit", "error", redact(err.Error()))
			}
			refuse(w, http.StatusServiceUnavailable, "media engine unavailable")
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return &authProxy{
		track: e.track, limiter: newConnectLimiter(e.perAddress), conns: e.conns,
		keys: e.keys, guard: guard, ensure: e.EnsureRoom, apply: e.UpdatePermission, find: e.find, log: e.log,
		pass: func(w http.ResponseWriter, r *http.Request, grant media.Grant, _ time.Time) {
			token, err := e.forLiveKit(grant)
			if err != nil {
				refuse(w, http.StatusServiceUnavailable, "media engine unavailable")
				return
			}
			// In a header, so that LiveKit's access log does not keep it.
			r.Header.Set("Authorization", "Bearer "+token)
			proxy.ServeHTTP(w, r)
		},
	}
}
