// Package rogue is a client for tests that keeps to no rules: it speaks the media
// server's signalling, its media and the control channel by hand, and says what a
// page of ours never would.
package rogue

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// Signalling is an open signalling connection.
type Signalling struct{ *Socket }

// OpenSignalling connects to the media proxy of the server at base, an http or ws
// address. Query may add to the usual parameters or replace them.
func OpenSignalling(ctx context.Context, base, token string, query url.Values) (*Signalling, error) {
	q := url.Values{"access_token": {token}, "auto_subscribe": {"1"}, "protocol": {"16"}, "sdk": {"go"}, "version": {"1"}}
	for name, values := range query {
		q[name] = values
	}
	socket, err := Open(ctx, base+"/rtc?"+q.Encode())
	if err != nil {
		return nil, err
	}
	return &Signalling{socket}, nil
}

// Validate asks the proxy by plain HTTP, as pages do after a failure, and returns the
// status.
func Validate(ctx context.Context, base, token string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/rtc/validate?access_token="+url.QueryEscape(token), nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// Send sends one request.
func (s *Signalling) Send(request *lk.SignalRequest) error {
	message, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	return s.SendBytes(websocket.BinaryMessage, message)
}

// Receive waits for the server's next message.
func (s *Signalling) Receive() (*lk.SignalResponse, error) {
	message, err := s.ReceiveBytes()
	if err != nil {
		return nil, err
	}
	response := &lk.SignalResponse{}
	return response, proto.Unmarshal(message, response)
}
