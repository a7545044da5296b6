package livekit

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/pion/ice/v4"
	"golang.org/x/time/rate"
)

// An ICE agent hears from so many addresses, and of another one each addressEvery: Pion
// keeps a candidate for each until the agent ends, and compares it with all others. A
// browser has some of each of its network interfaces; a change of the network, after which
// it restarts ICE, begins another agent.
const (
	maxAddresses = 64
	addressEvery = time.Minute
)

// packetMonitor knows when packets were last received from which address. It stands
// between LiveKit's ICE and its UDP sockets; a packet costs a look at the clock and
// an atomic store.
type packetMonitor struct {
	addresses sync.Map // netip.AddrPort to *atomic.Int64, in nanoseconds of Unix time
	// channels limits what arrives for data channels.
	channels channelBytes
}

// lastReceived is when a packet came from one of the addresses; not ok if none was ever
// received from there.
func (h *packetMonitor) lastReceived(addresses []netip.AddrPort) (at time.Time, ok bool) {
	for _, address := range addresses {
		if known, found := h.addresses.Load(address); found {
			if heard := time.Unix(0, known.(*atomic.Int64).Load()); heard.After(at) {
				at, ok = heard, true
			}
		}
	}
	return at, ok
}

// lastFrom is last for connections. Of one that has gone over to TCP nothing is known, for its
// packets do not pass here.
func (h *packetMonitor) lastFrom(connections []*types.ICEConnectionInfo) (at time.Time, ok bool) {
	for _, connection := range connections {
		if connection.Type == types.ICEConnectionTypeTCP {
			return time.Time{}, false
		}
	}
	return h.lastReceived(addressesOf(connections))
}

// wrap puts the monitor before the connections of an ICE mux.
func (h *packetMonitor) wrap(mux ice.UDPMux) ice.UDPMux { return monitoredMux{mux, h} }

type monitoredMux struct {
	ice.UDPMux
	monitor *packetMonitor
}

// GetConn implements ice.UDPMux.
func (m monitoredMux) GetConn(ufrag string, address net.Addr) (net.PacketConn, error) {
	conn, err := m.UDPMux.GetConn(ufrag, address)
	if err != nil {
		return nil, err
	}
	monitored := newMonitoredConn(conn, ufrag, m.monitor, &m.monitor.channels)
	if fast, ok := conn.(ice.AddrPortReaderWriter); ok {
		return &monitoredFastConn{monitoredConn: monitored, fast: fast}, nil
	}
	return monitored, nil
}

// monitoredConn is the packets of one ICE agent.
type monitoredConn struct {
	net.PacketConn
	monitor *packetMonitor

	mu    sync.Mutex
	known map[netip.AddrPort]*atomic.Int64 // what it has added to the monitor
	more  *rate.Limiter                    // allows others
	// latest is where the last packet came from, the usual place of the next one.
	latest atomic.Pointer[lastPacket]

	channels *agentBytes
	release  func()
}

func newMonitoredConn(conn net.PacketConn, ufrag string, to *packetMonitor, channels *channelBytes) *monitoredConn {
	return &monitoredConn{
		PacketConn: conn, monitor: to, more: rate.NewLimiter(rate.Every(addressEvery), maxAddresses),
		channels: channels.use(ufrag), release: sync.OnceFunc(func() { channels.release(ufrag) }),
	}
}

type lastPacket struct {
	address netip.AddrPort
	at      *atomic.Int64
}

// record notes that a packet has come, unless it is from one address too many.
func (c *monitoredConn) record(address netip.AddrPort) (ok bool) {
	now := time.Now()
	if latest := c.latest.Load(); latest != nil && latest.address == address {
		latest.at.Store(now.UnixNano())
		return true
	}
	plain := plainAddress(address)
	c.mu.Lock()
	at := c.known[plain]
	if at == nil {
		if !c.more.AllowN(now, 1) {
			c.mu.Unlock()
			return false
		}
		at = &atomic.Int64{}
		if c.known == nil {
			c.known = map[netip.AddrPort]*atomic.Int64{}
		}
		c.known[plain] = at
	}
	c.mu.Unlock()
	at.Store(now.UnixNano())
	c.monitor.addresses.Store(plain, at)
	c.latest.Store(&lastPacket{address, at})
	return true
}

// ReadFrom implements net.PacketConn.
func (c *monitoredConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, address, err := c.PacketConn.ReadFrom(b)
		from, ok := address.(*net.UDPAddr)
		if err != nil || !ok || c.record(from.AddrPort()) && c.channels.allow(b[:n]) {
			return n, address, err
		}
	}
}

// Close implements net.PacketConn.
func (c *monitoredConn) Close() error {
	c.mu.Lock()
	for address, at := range c.known {
		c.monitor.addresses.CompareAndDelete(address, at)
	}
	c.mu.Unlock()
	c.release()
	return c.PacketConn.Close()
}

// monitoredFastConn keeps the way without allocations that pion takes where it can.
type monitoredFastConn struct {
	*monitoredConn
	fast ice.AddrPortReaderWriter
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (c *monitoredFastConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, address, err := c.fast.ReadFromAddrPort(b)
		if err != nil || c.record(address) && c.channels.allow(b[:n]) {
			return n, address, err
		}
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (c *monitoredFastConn) WriteToAddrPort(b []byte, address netip.AddrPort) (int, error) {
	return c.fast.WriteToAddrPort(b, address)
}
