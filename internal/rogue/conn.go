package rogue

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gorilla/websocket"
)

// Conn is a control channel that reads nothing unless it is told to.
type Conn struct{ *Socket }

// OpenConn connects to the control channel with a token. Since asks to be notified
// of a session's past from its beginning. The connection closes when ctx ends.
func OpenConn(ctx context.Context, address, token string, sessions ...string) (*Conn, error) {
	socket, err := Open(ctx, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, socket.Close)
	l := &Conn{socket}
	connect := map[string]any{"token": token}
	if len(sessions) > 0 {
		subs := map[string]any{}
		for _, session := range sessions {
			subs["session:"+session] = map[string]any{"recover": true, "epoch": "", "offset": 0}
		}
		connect["subs"] = subs
	}
	return l, l.Write(map[string]any{"id": 1, "connect": connect})
}

// Write sends a request, whose answer nobody waits for.
func (l *Conn) Write(request any) error {
	raw, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return l.SendBytes(websocket.TextMessage, raw)
}

// Command asks for a command.
func (l *Conn) Command(id int, requestID, kind string, data any) error {
	return l.Write(map[string]any{"id": id, "rpc": map[string]any{"method": "command", "data": map[string]any{
		"requestId": requestID, "type": kind, "data": data,
	}}})
}

// Pong responds to the server's pings, whether they were read or not.
func (l *Conn) Pong() error { return l.SendBytes(websocket.TextMessage, []byte("{}")) }

// Drain reads until the connection ends, answers pings, and returns what was read.
func (l *Conn) Drain() (bytes int) {
	for {
		message, err := l.ReceiveBytes()
		if err != nil {
			return bytes
		}
		bytes += len(message)
		for one := range strings.SplitSeq(string(message), "\n") {
			if one == "{}" {
				_ = l.Pong()
			}
		}
	}
}
