package livekit

import (
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"
)

// A peer connection may bring so many bytes for its data channels, which nobody here uses
// once they are open: Pion returns some of what may come with thousands of packets. Pages
// send 1.2 KB to connect, some hundred bytes more to open channels again, and then about
// 80 bytes each half minute.
const (
	channelBytesAtOnce    = 4096
	channelBytesPerSecond = 8
)

// Pion keeps the messages of a handshake until the connection ends, and takes more of them
// after it. A peer connection may bring so many bytes of them; pages send 2 KB, and some of
// that again where packets are lost.
const (
	handshakeBytesAtOnce    = 32 << 10
	handshakeBytesPerSecond = 16
)

// dtlsBytes are those that a peer connection may bring.
type dtlsBytes struct{ channels, handshake *rate.Limiter }

func newDTLSBytes() *dtlsBytes {
	return &dtlsBytes{
		channels:  rate.NewLimiter(channelBytesPerSecond, channelBytesAtOnce),
		handshake: rate.NewLimiter(handshakeBytesPerSecond, handshakeBytesAtOnce),
	}
}

// allow reports whether a packet may be received.
func (d *dtlsBytes) allow(packet []byte) bool {
	channels, handshake := bytesIn(packet)
	now := time.Now()
	return (channels == 0 || d.channels.AllowN(now, channels)) && (handshake == 0 || d.handshake.AllowN(now, handshake))
}

// channelBytes are those of all ICE agents. The zero value is ready for use.
type channelBytes struct {
	mu     sync.Mutex
	agents map[string]*agentBytes // by their user name fragments
}

// agentBytes drops the packets of an ICE agent that are too many for data channels or a
// handshake.
type agentBytes struct {
	allowed atomic.Pointer[dtlsBytes]
	users   int // under the mutex of channelBytes
}

// use returns what an agent may receive, until release.
func (c *channelBytes) use(ufrag string) *agentBytes {
	c.mu.Lock()
	defer c.mu.Unlock()
	agent := c.agents[ufrag]
	if agent == nil {
		agent = &agentBytes{}
		agent.allowed.Store(newDTLSBytes())
		if c.agents == nil {
			c.agents = map[string]*agentBytes{}
		}
		c.agents[ufrag] = agent
	}
	agent.users++
	return agent
}

func (c *channelBytes) release(ufrag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if agent := c.agents[ufrag]; agent != nil {
		if agent.users--; agent.users == 0 {
			delete(c.agents, ufrag)
		}
	}
}

// allow reports whether a packet may be received.
func (a *agentBytes) allow(packet []byte) bool { return a.allowed.Load().allow(packet) }

// bytesIn counts the bytes in a packet that are for data channels, the records of DTLS that
// hold application data, and those of a handshake, with alerts and changes of ciphers. Media
// have packets of their own. What cannot be told counts as data.
func bytesIn(packet []byte) (channels, handshake int) {
	const header = 13
	if len(packet) == 0 || packet[0] < 20 || packet[0] > 63 { // not DTLS: RFC 7983
		return 0, 0
	}
	for len(packet) > 0 {
		length := header
		if len(packet) >= header {
			length += int(binary.BigEndian.Uint16(packet[header-2:]))
		}
		if length > len(packet) {
			return channels + len(packet), handshake
		}
		switch packet[0] {
		case 20, 21, 22: // change of ciphers, alert, handshake
			handshake += length
		default:
			channels += length
		}
		packet = packet[length:]
	}
	return channels, handshake
}

// connectionBytes makes all agents of a peer connection share what it may bring: each
// restart of ICE begins another.
type connectionBytes struct {
	all     *channelBytes
	allowed *dtlsBytes

	mu    sync.Mutex
	ufrag string // of the latest agent
	ended bool
}

// limit bounds what a connection brings, until it has ended.
func (c *channelBytes) limit(connection *webrtc.PeerConnection) (end func()) {
	bytes := &connectionBytes{all: c, allowed: newDTLSBytes()}
	connection.OnSignalingStateChange(func(webrtc.SignalingState) {
		bytes.mu.Lock()
		defer bytes.mu.Unlock()
		if local := connection.LocalDescription(); local != nil {
			bytes.use(ufragIn(local.SDP))
		}
	})
	return bytes.end
}

// ufragIn is the user name fragment of the ICE agent that a description is about.
func ufragIn(sdp string) string {
	_, after, _ := strings.Cut(sdp, "a=ice-ufrag:")
	ufrag, _, _ := strings.Cut(after, "\r\n")
	return ufrag
}

// use is called under the mutex.
func (c *connectionBytes) use(ufrag string) {
	if c.ended || ufrag == c.ufrag {
		return
	}
	c.all.use(ufrag).allowed.Store(c.allowed)
	c.all.release(c.ufrag)
	c.ufrag = ufrag
}

func (c *connectionBytes) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.all.release(c.ufrag)
	}
	c.ended = true
}
