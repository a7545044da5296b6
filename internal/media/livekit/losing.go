package livekit

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
)

// lookEvery is how often the addresses of those who lose packets are looked up
// again: a connection may move to another one while its packets are lost.
const lookEvery = 50 * time.Millisecond

// errNoLosses is answered where packets cannot be lost.
var errNoLosses = errors.New("this media engine was not started with fault injection for packets")

// losses are the packets that are lost on purpose. They stand between LiveKit's
// ICE and its UDP sockets; while nothing is lost, a packet costs one atomic load.
type losses struct {
	// addresses answers where packets of the identity, or of everybody in the room,
	// come from at the moment.
	addresses func(room, identity string) []netip.AddrPort
	victims   atomic.Pointer[map[netip.AddrPort]*loss]

	mu   sync.Mutex
	list []*loss
	quit chan struct{} // ends looking; nil while nothing is lost
	// refused says why nothing can be lost (any more).
	refused error
}

// loss is one request to lose packets.
type loss struct {
	room, identity string
	lose           func() bool
	ended          atomic.Bool
}

// begin loses packets until the function that it answers is called. Those of
// connections that stand now are lost when it returns.
func (l *losses) begin(room, identity string, lose func() bool) (restore func(), err error) {
	one := &loss{room: room, identity: identity, lose: lose}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused != nil {
		return nil, l.refused
	}
	l.list = append(l.list, one)
	l.look()
	if l.quit == nil {
		l.quit = make(chan struct{})
		go l.keepLooking(l.quit)
	}
	return func() { l.end(one) }, nil
}

func (l *losses) end(one *loss) {
	one.ended.Store(true)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(other *loss) bool { return other == one })
	l.settle()
}

// close ends all losses, and refuses more for the reason.
func (l *losses) close(reason error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.refused = nil, reason
	l.settle()
}

func (l *losses) settle() {
	l.look()
	if len(l.list) == 0 && l.quit != nil {
		close(l.quit)
		l.quit = nil
	}
}

func (l *losses) keepLooking(quit <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.mu.Lock()
			l.look()
			l.mu.Unlock()
		case <-quit:
			return
		}
	}
}

// look finds the addresses of those who lose packets; l.mu is held.
func (l *losses) look() {
	if len(l.list) == 0 {
		l.victims.Store(nil)
		return
	}
	victims := map[netip.AddrPort]*loss{}
	for _, one := range l.list {
		for _, address := range l.addresses(one.room, one.identity) {
			if victims[address] == nil {
				victims[address] = one
			}
		}
	}
	l.victims.Store(&victims)
}

// wrap puts the losses before the connections of an ICE mux.
func (l *losses) wrap(mux ice.UDPMux) ice.UDPMux { return lossyMux{mux, l} }

type lossyMux struct {
	ice.UDPMux
	losses *losses
}

// GetConn implements ice.UDPMux.
func (m lossyMux) GetConn(ufrag string, address net.Addr) (net.PacketConn, error) {
	conn, err := m.UDPMux.GetConn(ufrag, address)
	if err != nil {
		return nil, err
	}
	lossy := &lossyConn{PacketConn: conn, losses: m.losses}
	if fast, ok := conn.(ice.AddrPortReaderWriter); ok {
		return &lossyFastConn{lossyConn: lossy, fast: fast}, nil
	}
	return lossy, nil
}

// lossyConn is the packets of one ICE agent, and so of one participant.
type lossyConn struct {
	net.PacketConn
	losses *losses
	// victim is the loss that has met it: it goes on if the other side moves to
	// another address.
	victim atomic.Pointer[loss]
}

func (c *lossyConn) loses(address netip.AddrPort) bool {
	victims := c.losses.victims.Load()
	if victims == nil {
		return false
	}
	one := (*victims)[plainAddress(address)]
	if one != nil {
		c.victim.Store(one)
	} else if one = c.victim.Load(); one == nil || one.ended.Load() {
		return false
	}
	return one.lose()
}

func (c *lossyConn) losesTo(address net.Addr) bool {
	if c.losses.victims.Load() == nil {
		return false
	}
	udp, ok := address.(*net.UDPAddr)
	return ok && c.loses(udp.AddrPort())
}

// ReadFrom implements net.PacketConn.
func (c *lossyConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, address, err := c.PacketConn.ReadFrom(b)
		if err != nil || !c.losesTo(address) {
			return n, address, err
		}
	}
}

// WriteTo implements net.PacketConn.
func (c *lossyConn) WriteTo(b []byte, address net.Addr) (int, error) {
	if c.losesTo(address) {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, address)
}

// lossyFastConn keeps the way without allocations that pion takes where it can.
type lossyFastConn struct {
	*lossyConn
	fast ice.AddrPortReaderWriter
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (c *lossyFastConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, address, err := c.fast.ReadFromAddrPort(b)
		if err != nil || !c.loses(address) {
			return n, address, err
		}
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (c *lossyFastConn) WriteToAddrPort(b []byte, address netip.AddrPort) (int, error) {
	if c.loses(address) {
		return len(b), nil
	}
	return c.fast.WriteToAddrPort(b, address)
}

func plainAddress(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
