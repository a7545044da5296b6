package livekit

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/gorilla/websocket"
)

// WebSocket frames as RFC 6455 lays them out.
const (
	opContinuation = 0
	// maxFrameHeader is the longest header of a frame from a page.
	maxFrameHeader = 2 + 8 + 4
	// maxControlFrame bounds a control frame of a page; its length is in one byte.
	maxControlFrame = 2 + 4 + 125
)

// frameHeader is the header of a frame from a page.
type frameHeader struct {
	final  bool
	opcode int
	length int
	mask   [4]byte
	bytes  [maxFrameHeader]byte // as received
	size   int
}

func (h *frameHeader) isControl() bool { return h.opcode >= websocket.CloseMessage }

func (h *frameHeader) raw() []byte { return h.bytes[:h.size] }

// unmask takes the mask off a part of the payload, which begins at an offset in it.
func (h *frameHeader) unmask(part []byte, offset int) {
	for i := range part {
		part[i] ^= h.mask[(offset+i)&3]
	}
}

// withHeader makes one binary frame, as a page sends it, of room for a header and the
// payload that follows. Its mask is zero, which changes nothing.
func withHeader(message []byte) []byte {
	header := append(make([]byte, 0, maxFrameHeader), 0x80|websocket.BinaryMessage, 0x80)
	switch length := len(message) - maxFrameHeader; {
	case length > 0xffff:
		header[1] |= 127
		header = binary.BigEndian.AppendUint64(header, uint64(length))
	case length > 125:
		header[1] |= 126
		header = binary.BigEndian.AppendUint16(header, uint16(length))
	default:
		header[1] |= byte(length)
	}
	header = append(header, 0, 0, 0, 0)
	frame := message[maxFrameHeader-len(header):]
	copy(frame, header)
	return frame
}

// readFrameHeader reads the header of a page's frame. Extensions are not
// negotiated, so none of their bits may be set.
func readFrameHeader(in *bufio.Reader) (frameHeader, error) {
	var h frameHeader
	if _, err := io.ReadFull(in, h.bytes[:2]); err != nil {
		return h, err
	}
	h.final, h.opcode = h.bytes[0]&0x80 != 0, int(h.bytes[0]&0x0f)
	if h.bytes[0]&0x70 != 0 || h.bytes[1]&0x80 == 0 {
		return h, errFrame
	}
	lengthBytes, length := 0, uint64(h.bytes[1]&0x7f)
	switch length {
	case 126:
		lengthBytes = 2
	case 127:
		lengthBytes = 8
	}
	h.size = 2 + lengthBytes + 4
	if _, err := io.ReadFull(in, h.bytes[2:h.size]); err != nil {
		return h, err
	}
	switch lengthBytes {
	case 2:
		length = uint64(binary.BigEndian.Uint16(h.bytes[2:]))
	case 8:
		length = binary.BigEndian.Uint64(h.bytes[2:])
	}
	copy(h.mask[:], h.bytes[2+lengthBytes:])
	switch h.opcode {
	case opContinuation, websocket.TextMessage, websocket.BinaryMessage:
		if length > maxSignalBytes {
			return h, errTooBig
		}
	case websocket.CloseMessage, websocket.PingMessage, websocket.PongMessage:
		if !h.final || lengthBytes > 0 {
			return h, errFrame
		}
	default:
		return h, errFrame
	}
	h.length = int(length)
	return h, nil
}

// frameTracker follows what a server sends, from the answer to the handshake on,
// and knows where frames end.
type frameTracker struct {
	headEnd int // how much of the blank line after the handshake's answer was seen
	header  [10]byte
	have    int    // bytes of the present frame's header
	left    uint64 // bytes of its payload to come
}

const blankLine = "\r\n\r\n"

// between reports that no frame is half sent.
func (t *frameTracker) between() bool {
	return t.headEnd == len(blankLine) && t.have == 0 && t.left == 0
}

// follow takes what is sent, up to the end of the present frame or the next, and
// returns how much that is.
func (t *frameTracker) follow(p []byte) int {
	n := 0
	for n < len(p) && (n == 0 || !t.between()) {
		switch {
		case t.headEnd < len(blankLine):
			if p[n] == blankLine[t.headEnd] {
				t.headEnd++
			} else if t.headEnd = 0; p[n] == blankLine[0] {
				t.headEnd = 1
			}
			n++
		case t.left > 0:
			part := min(t.left, uint64(len(p)-n))
			t.left -= part
			n += int(part)
		default:
			t.header[t.have] = p[n]
			t.have++
			n++
			t.endHeader()
		}
	}
	return n
}

// endHeader notes the payload's length once the header is complete.
func (t *frameTracker) endHeader() {
	if t.have < 2 {
		return
	}
	switch short := t.header[1] & 0x7f; {
	case short < 126:
		t.left = uint64(short)
	case short == 126 && t.have == 4:
		t.left = uint64(binary.BigEndian.Uint16(t.header[2:]))
	case short == 127 && t.have == 10:
		t.left = binary.BigEndian.Uint64(t.header[2:])
	default:
		return
	}
	t.have = 0
}

// serverMessage finds the payload of the message that a server's frame begins with.
// It is not ok where p is too short to know; at least two bytes of the payload, or
// all of it, are there otherwise.
func serverMessage(p []byte) (payload []byte, ok bool) {
	if len(p) < 2 {
		return nil, false
	}
	size, length := 2, int(p[1]&0x7f)
	switch length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if len(p) < size+min(length, 2) {
		return nil, false
	}
	if opcode := p[0] & 0x0f; opcode != websocket.BinaryMessage {
		return nil, true
	}
	return p[size:], true
}
