package realtime

import (
	"bytes"
	"errors"
	"io"
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
			if r.ProtoMajor == 1 && r.Method != http.MethodOptions {
				w = &finalResponse{w}
			}
			stream.ServeHTTP(w, r)
		case "emulation":
			emulation.ServeHTTP(w, r)
		default:
			socket.ServeHTTP(w, r)
		}
	})
}

// finalResponse is the only answer of its connection: a stream has it to itself. Without
// that, the connection of a page that never says who it is would stay open for as long
// as others may be idle.
type finalResponse struct{ http.ResponseWriter }

func (w *finalResponse) WriteHeader(status int) {
	w.Header().Set("Connection", "close")
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *finalResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (h *Hub) allowed(r *http.Request) bool {
	return h.config.AllowOrigin == nil || h.config.AllowOrigin(r)
}

// bodyTime is how long the body of a request may take to arrive.
const bodyTime = 10 * time.Second

// crossOrigin lets scripts of allowed origins read what a fetch answers, and
// bounds what they send.
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
		body, err := readBody(w, r)
		if err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
				return
			}
			w.Header().Set("Connection", "close")
			http.Error(w, "the request could not be read", http.StatusRequestTimeout)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// readBody reads a request's body in bounded time. Once it is there the limit is lifted
// for what follows: a stream stays open for as long as its page does. Otherwise it stays:
// the server waits for the rest of a body before it answers.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	deadline := http.NewResponseController(w)
	_ = deadline.SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err == nil {
		_ = deadline.SetReadDeadline(time.Time{})
	}
	return body, err
}
