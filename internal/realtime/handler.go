package realtime

import (
	"net/http"
	"path"
	"time"

	"github.com/centrifugal/centrifuge"
)

// Handler serves the channel, at any prefix: the WebSocket at the prefix itself
// (/realtime) and, for pages behind something that blocks WebSockets, HTTP
// streaming at <prefix>/stream with commands posted to <prefix>/emulation.
// Server-sent events are left out: they would carry the token in the URL.
func (h *Hub) Handler() http.Handler {
	ping := centrifuge.PingPongConfig{PingInterval: h.config.PingInterval, PongTimeout: h.config.PongTimeout}
	socket := centrifuge.NewWebsocketHandler(h.node, centrifuge.WebsocketConfig{
		CheckOrigin: h.allowed, MessageSizeLimit: maxMessage, UseWriteBufferPool: true,
		WriteTimeout: 3 * time.Second, PingPongConfig: ping,
	})
	stream := h.crossOrigin(centrifuge.NewHTTPStreamHandler(h.node, centrifuge.HTTPStreamConfig{
		MaxRequestBodySize: maxMessage, PingPongConfig: ping,
	}))
	emulation := h.crossOrigin(centrifuge.NewEmulationHandler(h.node, centrifuge.EmulationConfig{MaxRequestBodySize: maxMessage}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path.Base(r.URL.Path) {
		case "stream":
			stream.ServeHTTP(w, r)
		case "emulation":
			emulation.ServeHTTP(w, r)
		default:
			socket.ServeHTTP(w, r)
		}
	})
}

func (h *Hub) allowed(r *http.Request) bool {
	return h.config.AllowOrigin == nil || h.config.AllowOrigin(r)
}

// crossOrigin lets scripts of allowed origins read what a fetch answers.
func (h *Hub) crossOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			if !h.allowed(r) {
				http.Error(w, "pages of this origin may not connect", http.StatusForbidden)
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Headers", "content-type")
			w.Header().Add("Vary", "Origin")
		}
		next.ServeHTTP(w, r)
	})
}
