package httpapi

import (
	"net/http"
	"time"
)

// How long a connection may take for what it does.
const (
	headerTimeout   = 10 * time.Second
	requestTimeout  = 15 * time.Second
	responseTimeout = time.Minute
	idleTimeout     = 2 * time.Minute
)

// NewServer makes a server whose connections end when a request does not arrive or
// an answer is not read. Handlers move the times for requests and returns where
// they know better; a connection that becomes a WebSocket is rid of them.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: responseTimeout, IdleTimeout: idleTimeout,
		HTTP2: &http.HTTP2Config{WriteByteTimeout: responseTimeout, SendPingTimeout: idleTimeout / 4, PingTimeout: headerTimeout},
		// Requests about the server as a whole get the headers of all other answers.
		DisableGeneralOptionsHandler: true,
	}
}
