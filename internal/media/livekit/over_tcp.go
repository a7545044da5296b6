package livekit

import (
	"container/list"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/pionlogger"
	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/media"
)

// Limits of the connections that carry media over TCP. Whoever reaches the port can open
// some; only a packet for an ICE agent, which then hears of it, shows that it is somebody's
// in a meeting.
const (
	maxOverTCP = 10_000
	// tcpPerLine are so many for each signalling connection that an address may have: a
	// page has two agents, and tries each with several addresses of the server.
	tcpPerLine = 4
	// maxUnheard are those that no agent has heard of. When there are more, the oldest
	// ends: a browser sends its first packet as soon as it is connected.
	maxUnheard  = 1000
	unheardTime = 10 * time.Second
	// nobodyTime is how long connections stay open whose agent is not there.
	nobodyTime = time.Second
	// silentTime is more than twice as long as browsers leave a spare connection silent.
	silentTime   = time.Minute
	tcpWriteTime = 10 * time.Second
	// What waits for an agent and, on each connection, for the network.
	tcpPacketsQueued = 50
	tcpBytesQueued   = 1 << 20
	// acceptAgain is how long to wait when there is no descriptor for a connection.
	acceptAgain = 100 * time.Millisecond
)

// listenOverTCP makes the mux for media over TCP, if there are any. LiveKit would make one
// that accepts any number of connections.
func listenOverTCP(cfg media.Config, port int) (*overTCP, error) {
	if !cfg.Embedded.TCPFallback {
		return nil, nil
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(bindHost(cfg.Embedded), strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	return newOverTCP(newTCPListener(listener, tcpPerLine*cfg.ConnectionsPerAddress)), nil
}

// overTCP is a mux for TCP that ends the connections from addresses too many for an agent.
type overTCP struct {
	*ice.TCPMuxDefault
	listener *tcpListener
	channels *channelBytes
}

func newOverTCP(listener *tcpListener) *overTCP {
	return &overTCP{listener: listener, channels: &channelBytes{}, TCPMuxDefault: ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: pionlogger.NewLoggerFactory(logger.GetLogger()).NewLogger("tcp_mux"),
		ReadBufferSize: tcpPacketsQueued, WriteBufferSize: tcpBytesQueued,
		// The listener's connections have a deadline of their own.
		FirstStunBindTimeout: -1,
		// Pages learn the port from an agent that is there; there is no other to wait for.
		AliveDurationForConnFromStun: nobodyTime,
	})}
}

// use lets a room manager, in which no room is yet, send and receive over TCP. Its agents
// may receive channels over UDP and TCP together.
func (m *overTCP) use(config *rtc.WebRTCConfig, channels *channelBytes) {
	m.channels = channels
	config.SettingEngine.SetICETCPMux(m)
	config.SettingEngine.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
}

// GetConnByUfrag implements ice.TCPMux.
func (m *overTCP) GetConnByUfrag(ufrag string, isIPv6 bool, local net.IP) (net.PacketConn, error) {
	conn, err := m.TCPMuxDefault.GetConnByUfrag(ufrag, isIPv6, local)
	if err != nil {
		return nil, err
	}
	return agentOverTCP{newMonitoredConn(conn, ufrag, &packetMonitor{}, m.channels)}, nil // nobody asks when it was heard
}

// agentOverTCP is what one ICE agent hears over TCP.
type agentOverTCP struct{ *monitoredConn }

// ReadFrom implements net.PacketConn. An error is that of all connections: Pion's agent
// reads no more after one, and others may come.
func (c agentOverTCP) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, address, err := c.PacketConn.ReadFrom(b)
		from, ok := address.(*tcpAddress)
		switch {
		case !ok:
			return n, address, err
		case err != nil:
		case c.record(from.AddrPort()):
			from.conn.heard(time.Now())
			if c.channels.allow(b[:n]) {
				return n, from.TCPAddr, nil
			}
		default:
			_ = from.conn.Close()
		}
	}
}

// tcpListener accepts so many connections in all and from each address.
type tcpListener struct {
	net.Listener
	perAddress int // 0 means no limit

	mu      sync.Mutex
	closed  bool
	open    int
	from    map[string]int
	unheard *list.List // of *tcpConn, the oldest first
}

func newTCPListener(listener net.Listener, perAddress int) *tcpListener {
	return &tcpListener{Listener: listener, perAddress: perAddress, from: map[string]int{}, unheard: list.New()}
}

// Accept implements net.Listener. Pion accepts nothing more after an error.
func (l *tcpListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, err
		case err != nil:
			time.Sleep(acceptAgain)
			continue
		}
		if accepted := l.enter(conn); accepted != nil {
			return accepted, nil
		}
		_ = conn.Close()
	}
}

// enter is nil if there are too many.
func (l *tcpListener) enter(conn net.Conn) *tcpConn {
	address, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok || conn.SetReadDeadline(time.Now().Add(unheardTime)) != nil {
		return nil
	}
	c := &tcpConn{Conn: conn, listener: l, group: limit.Group(address.IP.String())}
	c.address = &tcpAddress{address, c}
	l.mu.Lock()
	if l.closed || l.open >= maxOverTCP || l.perAddress > 0 && l.from[c.group] >= l.perAddress {
		l.mu.Unlock()
		return nil
	}
	l.open++
	l.from[c.group]++
	c.unheard = l.unheard.PushBack(c)
	var oldest *tcpConn
	if l.unheard.Len() > maxUnheard {
		oldest = l.unheard.Front().Value.(*tcpConn)
	}
	l.mu.Unlock()
	if oldest != nil {
		_ = oldest.Close()
	}
	return c
}

// heard reports that an agent has heard of a connection, or that none will.
func (l *tcpListener) heard(c *tcpConn) {
	if c.unheard != nil {
		l.unheard.Remove(c.unheard)
		c.unheard = nil
	}
}

// Close implements net.Listener. It ends the connections that Pion would wait for.
func (l *tcpListener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	l.closed = true
	var unheard []*tcpConn
	for e := l.unheard.Front(); e != nil; e = e.Next() {
		unheard = append(unheard, e.Value.(*tcpConn))
	}
	l.mu.Unlock()
	for _, c := range unheard {
		_ = c.Close()
	}
	return err
}

// tcpConn is an accepted connection.
type tcpConn struct {
	net.Conn
	listener *tcpListener
	group    string
	address  *tcpAddress
	last     atomic.Int64 // when an agent heard of it, in seconds of Unix time

	// Under the listener's mutex.
	unheard *list.Element // nil once an agent has heard of it
	closed  bool
}

// tcpAddress is where a connection comes from, by which an agent finds the connection.
type tcpAddress struct {
	*net.TCPAddr
	conn *tcpConn
}

// RemoteAddr implements net.Conn.
func (c *tcpConn) RemoteAddr() net.Addr { return c.address }

// heard lets the connection stay open for a while.
func (c *tcpConn) heard(now time.Time) {
	second := now.Unix()
	if c.last.Swap(second) == second {
		return
	}
	c.listener.mu.Lock()
	c.listener.heard(c)
	c.listener.mu.Unlock()
	_ = c.Conn.SetReadDeadline(now.Add(silentTime))
}

// SetReadDeadline implements net.Conn. Pion takes the deadline away after the first
// packet, whoever has sent it; it stays.
func (c *tcpConn) SetReadDeadline(t time.Time) error {
	if t.IsZero() {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// Write implements net.Conn. Pion goes on after an error, which may have been in the middle
// of a packet; the connection ends.
func (c *tcpConn) Write(b []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(tcpWriteTime)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		_ = c.Close()
	}
	return n, err
}

// Close implements net.Conn. Pion closes more than once.
func (c *tcpConn) Close() error {
	l := c.listener
	l.mu.Lock()
	closed := c.closed
	if !closed {
		c.closed = true
		l.heard(c)
		l.open--
		release(l.from, c.group)
	}
	l.mu.Unlock()
	if closed {
		return nil
	}
	return c.Conn.Close()
}
