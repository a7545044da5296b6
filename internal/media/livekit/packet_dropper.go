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

// pollInterval is how often the addresses of those who lose packets are looked up
// again: a connection may move to another one while its packets are lost.
const pollInterval = 50 * time.Millisecond

// errNoPacketDrops is answered where packets cannot be lost.
var errNoPacketDrops = errors.New("this media engine was not started with fault injection for packets")

// packetDropper are the packets that are lost on purpose. They stand between LiveKit's
// ICE and its UDP sockets; while nothing is lost, a packet costs one atomic load.
type packetDropper struct {
	// addresses returns where packets of the identity, or of everybody in the room,
	// come from at the moment.
	addresses func(room, identity string) []netip.AddrPort
	victims   atomic.Pointer[map[netip.AddrPort]*packetDrop]

	mu   sync.Mutex
	list []*packetDrop
	quit chan struct{} // ends looking; nil while nothing is lost
	// refused says why nothing can be lost (any more).
	refused error
}

// packetDrop is one request to lose packets.
type packetDrop struct {
	room, identity string
	lose           func() bool
	ended          atomic.Bool
}

// begin loses packets until the function that it returns is called. Those of
// connections that stand now are lost when it returns.
func (d *packetDropper) begin(room, identity string, lose func() bool) (restore func(), err error) {
	one := &packetDrop{room: room, identity: identity, lose: lose}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refused != nil {
		return nil, d.refused
	}
	d.list = append(d.list, one)
	d.refresh()
	if d.quit == nil {
		d.quit = make(chan struct{})
		go d.poll(d.quit)
	}
	return func() { d.end(one) }, nil
}

func (d *packetDropper) end(one *packetDrop) {
	one.ended.Store(true)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = slices.DeleteFunc(d.list, func(other *packetDrop) bool { return other == one })
	d.addressesChanged()
}

// close ends all losses, and refuses more for the reason.
func (d *packetDropper) close(reason error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list, d.refused = nil, reason
	d.addressesChanged()
}

func (d *packetDropper) addressesChanged() {
	d.refresh()
	if len(d.list) == 0 && d.quit != nil {
		close(d.quit)
		d.quit = nil
	}
}

func (d *packetDropper) poll(quit <-chan struct{}) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.mu.Lock()
			d.refresh()
			d.mu.Unlock()
		case <-quit:
			return
		}
	}
}

// refresh finds the addresses of those who lose packets; l.mu is held.
func (d *packetDropper) refresh() {
	if len(d.list) == 0 {
		d.victims.Store(nil)
		return
	}
	victims := map[netip.AddrPort]*packetDrop{}
	for _, one := range d.list {
		for _, address := range d.addresses(one.room, one.identity) {
			if victims[address] == nil {
				victims[address] = one
			}
		}
	}
	d.victims.Store(&victims)
}

// wrap puts the losses before the connections of an ICE mux.
func (d *packetDropper) wrap(mux ice.UDPMux) ice.UDPMux { return droppingMux{mux, d} }

type droppingMux struct {
	ice.UDPMux
	dropper *packetDropper
}

// GetConn implements ice.UDPMux.
func (m droppingMux) GetConn(ufrag string, address net.Addr) (net.PacketConn, error) {
	conn, err := m.UDPMux.GetConn(ufrag, address)
	if err != nil {
		return nil, err
	}
	lossy := &droppingConn{PacketConn: conn, dropper: m.dropper}
	if fast, ok := conn.(ice.AddrPortReaderWriter); ok {
		return &droppingFastConn{droppingConn: lossy, fast: fast}, nil
	}
	return lossy, nil
}

// droppingConn is the packets of one ICE agent, and so of one participant.
type droppingConn struct {
	net.PacketConn
	dropper *packetDropper
	// victim is the loss that has met it: it goes on if the other side moves to
	// another address.
	victim atomic.Pointer[packetDrop]
}

func (c *droppingConn) drops(address netip.AddrPort) bool {
	victims := c.dropper.victims.Load()
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

func (c *droppingConn) dropsTo(address net.Addr) bool {
	if c.dropper.victims.Load() == nil {
		return false
	}
	udp, ok := address.(*net.UDPAddr)
	return ok && c.drops(udp.AddrPort())
}

// ReadFrom implements net.PacketConn.
func (c *droppingConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, address, err := c.PacketConn.ReadFrom(b)
		if err != nil || !c.dropsTo(address) {
			return n, address, err
		}
	}
}

// WriteTo implements net.PacketConn.
func (c *droppingConn) WriteTo(b []byte, address net.Addr) (int, error) {
	if c.dropsTo(address) {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, address)
}

// droppingFastConn keeps the way without allocations that pion takes where it can.
type droppingFastConn struct {
	*droppingConn
	fast ice.AddrPortReaderWriter
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (c *droppingFastConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, address, err := c.fast.ReadFromAddrPort(b)
		if err != nil || !c.drops(address) {
			return n, address, err
		}
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (c *droppingFastConn) WriteToAddrPort(b []byte, address netip.AddrPort) (int, error) {
	if c.drops(address) {
		return len(b), nil
	}
	return c.fast.WriteToAddrPort(b, address)
}

func plainAddress(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
