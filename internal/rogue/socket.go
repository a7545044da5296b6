package rogue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// Socket is an open WebSocket.
type Socket struct {
	conn    *websocket.Conn
	writing sync.Mutex
	// Extensions are what the server agreed to.
	Extensions string
}

// RefusedError is the answer of a server that opened no WebSocket.
type RefusedError struct{ Status int }

func (e *RefusedError) Error() string { return fmt.Sprintf("refused with status %d", e.Status) }

// Open connects to an http or ws address, and offers to compress.
func Open(ctx context.Context, address string) (*Socket, error) {
	dialer := websocket.Dialer{EnableCompression: true}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(strings.TrimPrefix(address, "http"), "ws"), nil)
	if errors.Is(err, websocket.ErrBadHandshake) {
		_ = response.Body.Close()
		return nil, &RefusedError{response.StatusCode}
	}
	if err != nil {
		return nil, err
	}
	return &Socket{conn: conn, Extensions: response.Header.Get("Sec-WebSocket-Extensions")}, nil
}

// SendBytes sends a message of the type as it is.
func (s *Socket) SendBytes(messageType int, message []byte) error {
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
func (s *Socket) SendFrames(frames ...Frame) error {
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

// ReceiveBytes waits for the server's next message.
func (s *Socket) ReceiveBytes() ([]byte, error) {
	_, message, err := s.conn.ReadMessage()
	return message, err
}

// Ended reads until the server ends the connection, and returns its code and reason.
func (s *Socket) Ended() (code int, reason string, err error) {
	for {
		if _, err := s.ReceiveBytes(); err != nil {
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

// Close drops the connection without a word.
func (s *Socket) Close() { _ = s.conn.Close() }
