package httpapi

import (
	"net/http"
	"time"
)

// How long a connection may take for what it does.
const (
	headerTime  = 10 * time.Second
	requestTime = 15 * time.Second
	answerTime  = time.Minute
	idleTime    = 2 * time.Minute
)

// NewServer makes a server whose connections end when a request does not arrive or
// an answer is not read. Handlers move the times for requests and answers where
// they know better; a connection that becomes a WebSocket is rid of them.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		HTTP2: &http.HTTP2Config{WriteByteTimeout: answerTime, SendPingTimeout: idleTime / 4, PingTimeout: headerTime},
		// Requests about the server as a whole get the headers of all other answers.
		DisableGeneralOptionsHandler: true,
	}
}
