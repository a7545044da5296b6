package livekit

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Limits of a signalling connection.
const (
	// maxSignalBytes bounds a message of the page, in one frame or several. Most are
	// tiny; an offer describes every picture and sound that the page receives, with
	// about 2.5 KB for each, and so passes 64 KiB from some 25 people on.
	maxSignalBytes = 1 << 20
	// listSignalBytes bounds the messages that hold lists of tracks or participants, and
	// shortSignalBytes the rest: one ICE candidate has some 300 bytes.
	listSignalBytes  = 64 << 10
	shortSignalBytes = 1 << 10
	// maxPendingSignalBytes bounds what all connections of one participant have sent of
	// messages that are not complete.
	maxPendingSignalBytes = maxSignalBytes + 2*listSignalBytes
	// maxSignalFrames bounds the frames of one message.
	maxSignalFrames = 64
	// signalSilence is how long a page may say nothing: LiveKit pings it every ten
	// seconds, and browsers answer by themselves.
	signalSilence = 45 * time.Second
	// signalWrite is how long a page may take to receive what is sent to it.
	signalWrite = 15 * time.Second
	// readPart is how much of a frame is read at a time.
	readPart = 16 << 10
	// maxKeptBuffer is how large a buffer an idle connection keeps.
	maxKeptBuffer = 4 << 10
	// lingerTime and lingerBytes bound what is still read after a refusal, so that the
	// page learns the reason before the connection is gone.
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// refusal ends a signalling connection with a code and a reason for the page.
type refusal struct {
	code   int
	reason string
}

func (r *refusal) Error() string { return r.reason }

// frame is the WebSocket frame that says it.
func (r *refusal) frame() []byte {
	body := websocket.FormatCloseMessage(r.code, r.reason)
	return append([]byte{0x80 | websocket.CloseMessage, byte(len(body))}, body...)
}

var (
	errFrame     = &refusal{websocket.CloseProtocolError, "malformed WebSocket frame"}
	errTooBig    = &refusal{websocket.CloseMessageTooBig, "signalling message too long"}
	errNotBinary = &refusal{websocket.CloseUnsupportedData, "signalling messages are binary"}
)

// errDropped is a check's answer for a message that LiveKit need not see.
var errDropped = errors.New("message dropped")

// inspection is what is asked about the messages of a page.
type inspection struct {
	// check decides about a complete message, and returns what is handed on of it.
	check func(message []byte) ([]byte, error)
	// hold notes that so many bytes more, or less, are kept of an incomplete message,
	// and reports whether that is allowed.
	hold func(bytes int) bool
	// opened, if there is one, gets the connection that the request has become.
	opened func(*inspectedConn)
}

// inspected hands w on so that by sees each message of a page once its request
// has become a WebSocket. Whoever serves the WebSocket behind it notices nothing.
func inspected(w http.ResponseWriter, by inspection) http.ResponseWriter {
	return &inspectedWriter{w, by}
}

type inspectedWriter struct {
	http.ResponseWriter
	by inspection
}

// Hijack implements http.Hijacker.
func (w *inspectedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c := &inspectedConn{Conn: conn, in: rw.Reader, inspection: w.by}
	if w.by.opened != nil {
		w.by.opened(c)
	}
	return c, bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)), nil
}

// inspectedConn hands on a page's WebSocket messages, each in one frame and after
// the check only. What LiveKit sends passes, all but its tokens.
type inspectedConn struct {
	net.Conn
	inspection
	in *bufio.Reader

	message []byte // room for a header, and the message so far, without masks
	count   int    // its frames
	control [maxControlFrame]byte
	ready   []byte // what may be read now; part of message or control
	ended   bool

	writing  sync.Mutex
	sent     frameTracker
	held     []byte // the beginning of a frame, too short to know what it is
	dropping bool   // the present frame
	// closeMessage waits for the end of the frame that is being sent.
	closeMessage []byte
	silent       bool // the close frame is out, nothing follows it
}

// Read implements net.Conn.
func (c *inspectedConn) Read(p []byte) (int, error) {
	for len(c.ready) == 0 {
		if c.ended {
			return 0, io.EOF
		}
		if err := c.readFrame(); err != nil {
			c.ended = true
			var refused *refusal
			if !errors.As(err, &refused) {
				return 0, err
			}
			c.refuse(refused)
		}
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// readFrame reads one frame, and makes the message ready that it ends. A frame's length
// is believed only below the limit.
func (c *inspectedConn) readFrame() error {
	if err := c.Conn.SetReadDeadline(time.Now().Add(signalSilence)); err != nil {
		return err
	}
	h, err := readFrameHeader(c.in)
	if err != nil {
		return err
	}
	if h.isControl() {
		n := copy(c.control[:], h.raw())
		if _, err := io.ReadFull(c.in, c.control[n:n+h.length]); err != nil {
			return err
		}
		c.ready = c.control[:n+h.length]
		return nil
	}
	if c.count == 0 {
		c.message = append(c.message[:0], make([]byte, maxFrameHeader)...)
	}
	switch {
	case (c.count == 0) == (h.opcode == opContinuation):
		return errFrame
	case c.count == 0 && h.opcode != websocket.BinaryMessage:
		return errNotBinary
	case c.count == maxSignalFrames || h.length > maxSignalBytes-len(c.message[maxFrameHeader:]):
		return errTooBig
	}
	c.count++
	// Room is made for what has come, not for what is announced.
	for left := h.length; left > 0; {
		part := min(left, readPart)
		if !c.hold(part) {
			return errTooBig
		}
		at := len(c.message)
		c.message = append(c.message, make([]byte, part)...)
		if _, err := io.ReadFull(c.in, c.message[at:]); err != nil {
			return err
		}
		h.unmask(c.message[at:], h.length-left)
		left -= part
		if payload := c.message[maxFrameHeader:]; len(payload) > maxMessageBytes(payload) {
			return errTooBig
		}
	}
	if !h.final {
		return nil
	}
	payload := c.message[maxFrameHeader:]
	c.hold(-len(payload))
	passed, err := c.check(payload)
	if err == nil {
		c.message = append(c.message[:maxFrameHeader], passed...)
		c.ready = withHeader(c.message)
	}
	if c.count = 0; cap(c.message) > maxKeptBuffer {
		c.message = nil
	}
	if errors.Is(err, errDropped) {
		return nil
	}
	return err
}

// refuse sends the close frame with the reason, and reads on for a moment: closing
// a connection with unread bytes would take the reason away from the page.
func (c *inspectedConn) refuse(r *refusal) {
	c.writing.Lock()
	c.closeMessage = r.frame()
	err := c.sendClose()
	c.writing.Unlock()
	if err != nil || c.Conn.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c.in, lingerBytes)
}

// end closes the connection from outside, with a reason for the page unless that has to
// wait for what is being sent.
func (c *inspectedConn) end(r *refusal) {
	if c.writing.TryLock() {
		c.closeMessage = r.frame()
		_ = c.sendClose()
		c.writing.Unlock()
	}
	_ = c.Close()
}

// Write implements net.Conn. Whole frames pass or do not.
func (c *inspectedConn) Write(p []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	n := len(p)
	if len(c.held) > 0 {
		p, c.held = append(c.held, p...), nil
	}
	for len(p) > 0 {
		if c.silent {
			return 0, net.ErrClosed
		}
		if c.sent.between() {
			message, ok := serverMessage(p)
			if !ok {
				c.held = append(c.held, p...)
				break
			}
			c.dropping = isRefreshToken(message)
		}
		part := p[:c.sent.follow(p)]
		p = p[len(part):]
		if err := c.send(part); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (c *inspectedConn) send(part []byte) error {
	if !c.dropping {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(signalWrite)); err != nil {
			return err
		}
		if _, err := c.Conn.Write(part); err != nil {
			return err
		}
	}
	return c.sendClose()
}

// SetWriteDeadline implements net.Conn; the deadline of each write is its own.
func (c *inspectedConn) SetWriteDeadline(time.Time) error { return nil }

// sendClose sends the close message if there is one and no frame is half sent.
func (c *inspectedConn) sendClose() error {
	if c.closeMessage == nil || c.silent || !c.sent.between() {
		return nil
	}
	c.silent = true
	if err := c.Conn.SetWriteDeadline(time.Now().Add(lingerTime)); err != nil {
		return err
	}
	_, err := c.Conn.Write(c.closeMessage)
	return err
}
