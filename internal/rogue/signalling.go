// Package rogue is a client for tests that keeps to no rules: it speaks the media
// server's signalling, its media and the control channel by hand, and says what a
// page of ours never would.
package rogue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// Signalling is an open signalling connection.
type Signalling struct {
	conn    *websocket.Conn
	writing sync.Mutex
	// Extensions are what the server agreed to.
	Extensions string
}

// RefusedError is the answer of a server that opened no WebSocket.
type RefusedError struct{ Status int }

func (e *RefusedError) Error() string { return fmt.Sprintf("refused with status %d", e.Status) }

// OpenSignalling connects to the media door of the server at base, an http or ws
// address, and offers to compress. Query may add to the usual parameters or replace them.
func OpenSignalling(ctx context.Context, base, token string, query url.Values) (*Signalling, error) {
	q := url.Values{"access_token": {token}, "auto_subscribe": {"1"}, "protocol": {"16"}, "sdk": {"go"}, "version": {"1"}}
	for name, values := range query {
		q[name] = values
	}
	address := "ws" + strings.TrimPrefix(strings.TrimPrefix(base, "http"), "ws") + "/rtc?" + q.Encode()
	dialer := websocket.Dialer{EnableCompression: true}
	conn, response, err := dialer.DialContext(ctx, address, nil)
	if errors.Is(err, websocket.ErrBadHandshake) {
		_ = response.Body.Close()
		return nil, &RefusedError{response.StatusCode}
	}
	if err != nil {
		return nil, err
	}
	return &Signalling{conn: conn, Extensions: response.Header.Get("Sec-WebSocket-Extensions")}, nil
}

// Validate asks the door by plain HTTP, as pages do after a failure, and returns the status.
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

// SendBytes sends a message of the type as it is.
func (s *Signalling) SendBytes(messageType int, message []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.conn.WriteMessage(messageType, message)
}

// Frame is a WebSocket frame made by hand.
type Frame struct {
	// First is the first byte: 0x80 for the last of a message, 0x40 for a compressed
	// one, and the opcode.
	First byte
	// Length is what the header says, the length of Payload if zero.
	Length int
	// Payload is sent with a mask of zeros, which leaves it as it is.
	Payload []byte
}

// SendFrames writes frames past every check of a library.
func (s *Signalling) SendFrames(frames ...Frame) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	for _, f := range frames {
		length := f.Length
		if length == 0 {
			length = len(f.Payload)
		}
		header := binary.BigEndian.AppendUint64([]byte{f.First, 0x80 | 127}, uint64(length))
		if f.First&0x08 != 0 {
			header = []byte{f.First, 0x80 | byte(length)}
		}
		if _, err := s.conn.NetConn().Write(append(append(header, 0, 0, 0, 0), f.Payload...)); err != nil {
			return err
		}
	}
	return nil
}

// Receive waits for the server's next message.
func (s *Signalling) Receive() (*lk.SignalResponse, error) {
	_, message, err := s.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	response := &lk.SignalResponse{}
	return response, proto.Unmarshal(message, response)
}

// Ended reads until the server ends the connection, and returns its code and reason.
func (s *Signalling) Ended() (code int, reason string, err error) {
	for {
		if _, err := s.Receive(); err != nil {
			return closing(err)
		}
	}
}

func closing(err error) (int, string, error) {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return closed.Code, closed.Text, nil
	}
	return 0, "", err
}

// Close drops the line without a word.
func (s *Signalling) Close() { _ = s.conn.Close() }
