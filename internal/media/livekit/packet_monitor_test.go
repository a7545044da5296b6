package livekit

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/stun/v3"
	"github.com/pion/webrtc/v4"

	"github.com/anteroom/anteroom/internal/rogue"
)

// packetsFrom is a connection on which one packet after the other has come.
type packetsFrom struct {
	net.PacketConn
	addresses []netip.AddrPort
}

func (c *packetsFrom) ReadFrom(b []byte) (int, net.Addr, error) {
	n, address, err := c.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(address), err
}

func (c *packetsFrom) ReadFromAddrPort([]byte) (int, netip.AddrPort, error) {
	if len(c.addresses) == 0 {
		return 0, netip.AddrPort{}, net.ErrClosed
	}
	first := c.addresses[0]
	c.addresses = c.addresses[1:]
	return 1, first, nil
}

func (c *packetsFrom) WriteToAddrPort([]byte, netip.AddrPort) (int, error) { return 0, nil }

func (c *packetsFrom) Close() error { return nil }

// muxOf is a mux with one connection.
type muxOf struct {
	ice.UDPMux
	conn net.PacketConn
}

func (m muxOf) GetConn(string, net.Addr) (net.PacketConn, error) { return m.conn, nil }

func TestAnAgentAcceptsFewAddresses(t *testing.T) {
	at := func(port int) netip.AddrPort {
		return netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(port))
	}
	for _, way := range []string{"with allocations", "without"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				packets := &packetsFrom{}
				mux := muxOf{conn: packets}
				if way == "with allocations" {
					mux.conn = struct{ net.PacketConn }{packets}
				}
				monitor := &packetMonitor{}
				conn, err := monitor.wrap(mux).GetConn("", nil)
				if err != nil {
					t.Fatal(err)
				}
				come := func(ports ...int) (passed int) {
					for _, port := range ports {
						packets.addresses = append(packets.addresses, at(port))
					}
					fast, ok := conn.(ice.AddrPortReaderWriter)
					for {
						if ok {
							_, _, err = fast.ReadFromAddrPort(make([]byte, 1))
						} else {
							_, _, err = conn.ReadFrom(make([]byte, 1))
						}
						if err != nil {
							return passed
						}
						passed++
					}
				}
				many := make([]int, 1000)
				for i := range many {
					many[i] = i + 1
				}
				if passed := come(many...); passed != maxAddresses {
					t.Fatalf("%d of 1000 addresses passed", passed)
				}
				if passed := come(1, 500, maxAddresses, 1, 501); passed != 3 {
					t.Errorf("%d of 3 packets from known addresses passed", passed)
				}
				// Whoever has moved gets in again.
				time.Sleep(addressEvery)
				if passed := come(500, 500, 501); passed != 2 {
					t.Errorf("%d of 2 packets from one more address passed", passed)
				}
				kept := 0
				monitor.addresses.Range(func(any, any) bool { kept++; return true })
				if kept != maxAddresses+1 {
					t.Errorf("%d addresses are kept", kept)
				}
				if err := conn.Close(); err != nil {
					t.Fatal(err)
				}
				monitor.addresses.Range(func(address, _ any) bool { t.Errorf("%v is kept", address); return true })
			})
		})
	}
}

// remoteCandidates counts the addresses that ICE knows of a participant.
func remoteCandidates(t *testing.T, room, identity string) (count int) {
	t.Helper()
	r := sharedEngine.engine.running.Load().rooms.GetRoom(context.Background(), lk.RoomName(room))
	connections, err := peerConnectionsOf(r.GetParticipant(lk.ParticipantIdentity(identity)))
	if err != nil {
		t.Fatal(err)
	}
	for _, connection := range connections {
		for _, stats := range connection.GetStats() {
			if candidate, ok := stats.(webrtc.ICECandidateStats); ok && candidate.Type == webrtc.StatsTypeRemoteCandidate {
				count++
			}
		}
	}
	return count
}

// Checks of connectivity from any number of addresses leave few candidates behind, and the
// media flow on.
func TestChecksFromManyAddressesLeaveFewCandidates(t *testing.T) {
	room := roomOf(t)
	ann, eve := joinMedia(t, fullGrant(room, "ann")), joinMedia(t, fullGrant(room, "eve"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := eve.Hears(longTimeout(t), track.ID, 0); err != nil {
		t.Fatal(err)
	}
	message, to, err := eve.Check(lk.SignalTarget_SUBSCRIBER)
	if err != nil {
		t.Fatal(err)
	}
	for _, network := range []string{"udp4", "tcp4"} {
		if network == "tcp4" { // which has a frame
			message = framed(message)
		}
		before := remoteCandidates(t, room, "eve")
		sockets := make([]net.Conn, 300)
		for i := range sockets {
			if sockets[i], err = net.Dial(network, to.String()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = sockets[i].Close() })
			if _, err := sockets[i].Write(message); err != nil {
				t.Fatal(err)
			}
			if i < 10 {
				answered(t, sockets[i])
			}
		}
		// When a known one is answered again, the others have come.
		if _, err := sockets[0].Write(message); err != nil {
			t.Fatal(err)
		}
		answered(t, sockets[0])
		if network == "tcp4" {
			var over atomic.Int32
			for _, socket := range sockets {
				go func() {
					if err := ended(socket); err == nil {
						over.Add(1)
					}
				}()
			}
			eventually(t, "the connections from addresses too many end", func() bool {
				return int(over.Load()) >= len(sockets)-maxAddresses
			})
		}
		if got := remoteCandidates(t, room, "eve") - before; got < 10 || got > 100 {
			t.Errorf("ICE knows %d addresses more after checks from %d over %s", got, len(sockets), network)
		}
	}
	if _, err := eve.Hears(longTimeout(t), track.ID, eve.Heard(track.ID)+10); err != nil {
		t.Error(err)
	}
}

func TestMediaFlowOverTCP(t *testing.T) {
	room := roomOf(t)
	ann := joinMedia(t, fullGrant(room, "ann"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	grant := fullGrant(room, "eve")
	sharedEngine.guard.admit(grant)
	eve, err := rogue.JoinMediaOverTCP(longTimeout(t), sharedEngine.server.URL, tokenFor(t, sharedEngine.engine, grant))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(eve.Close)
	if _, err := eve.Hears(longTimeout(t), track.ID, 10); err != nil {
		t.Fatal(err)
	}
}

// A connection over TCP for an agent that is not there is not kept.
func TestConnectionsOverTCPForNobodyEnd(t *testing.T) {
	message, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername("nobody:here"))
	if err != nil {
		t.Fatal(err)
	}
	open := func() int {
		l := sharedEngine.engine.running.Load().overTCP.listener
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.from["127.0.0.1"]
	}
	before := open()
	sockets := make([]net.Conn, 50)
	for i := range sockets {
		if sockets[i], err = net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(sharedEngine.engine.running.Load().port))); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = sockets[i].Close() })
		if _, err := sockets[i].Write(framed(message.Raw)); err != nil {
			t.Fatal(err)
		}
	}
	for _, socket := range sockets {
		if err := ended(socket); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "no connection is counted any more", func() bool { return open() <= before })
}

// framed is a packet as it is sent over TCP.
func framed(packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
}

// ended waits until the server has ended a connection.
func ended(socket net.Conn) error {
	if err := socket.SetReadDeadline(time.Now().Add(testTimeout)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, socket)
	if errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

func answered(t *testing.T, socket net.Conn) {
	t.Helper()
	if err := socket.SetReadDeadline(time.Now().Add(testTimeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := socket.Read(make([]byte, 1500)); err != nil {
		t.Fatal(err)
	}
}
