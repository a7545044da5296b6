package livekit

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
)

// record is one of DTLS, of which the header counts.
func record(kind byte, length int) []byte {
	out := []byte{kind, 254, 253, 0, 1, 0, 0, 0, 0, 0, 7}
	return append(binary.BigEndian.AppendUint16(out, uint16(length)), make([]byte, length)...)
}

func TestBytesForDataChannelsAreCounted(t *testing.T) {
	const application, handshake = 23, 22
	for _, test := range []struct {
		name   string
		packet []byte
		want   int // for data channels
		rest   int // of a handshake
	}{
		{"nothing", nil, 0, 0},
		{"STUN", append([]byte{0, 1, 0, 84}, make([]byte, 100)...), 0, 0},
		{"TURN", append([]byte{64, 0}, make([]byte, 100)...), 0, 0},
		{"media", append([]byte{128, 111}, make([]byte, 100)...), 0, 0},
		{"a change of ciphers", record(20, 1), 0, 14},
		{"an alert", record(21, 2), 0, 15},
		{"a handshake", record(handshake, 500), 0, 513},
		{"a handshake in several records", bytes.Repeat(record(handshake, 100), 5), 0, 565},
		{"data", record(application, 100), 113, 0},
		{"no data", record(application, 0), 13, 0},
		{"data several times", bytes.Repeat(record(application, 100), 5), 565, 0},
		{"data behind a handshake", append(record(handshake, 50), record(application, 100)...), 113, 63},
		{"data before a handshake", append(record(application, 100), record(handshake, 50)...), 113, 63},
		{"with a connection id", record(25, 100), 113, 0},
		{"of the next version", record(47, 100), 113, 0},
		{"of the highest kind", record(63, 100), 113, 0},
		{"a kind of no packet behind a handshake", append(record(handshake, 50), record(200, 100)...), 113, 63},
		{"a record cut short", record(handshake, 100)[:50], 50, 0},
		{"a header cut short", record(handshake, 0)[:12], 12, 0},
		{"one byte", []byte{handshake}, 1, 0},
		{"a byte behind a record", append(record(handshake, 50), 0), 1, 63},
		{"data cut short behind a handshake", append(record(handshake, 50), record(application, 100)[:60]...), 60, 63},
		{"cut short behind data", append(record(application, 50), record(handshake, 100)[:60]...), 123, 0},
	} {
		if n, rest := bytesIn(test.packet); n != test.want || rest != test.rest {
			t.Errorf("%s: %d bytes for channels, %d of a handshake, want %d and %d", test.name, n, rest, test.want, test.rest)
		}
	}
}

// FuzzChannelBytes demands that a record with data counts, whatever stands before and
// behind it, and that nothing counts twice.
func FuzzChannelBytes(f *testing.F) {
	f.Add([]byte{22, 20}, uint16(100), []byte{})
	f.Add([]byte{}, uint16(0), []byte{22, 254, 253})
	f.Add([]byte{23, 25, 63}, uint16(1), record(22, 4))
	f.Add([]byte{128}, uint16(20), record(23, 9))
	f.Fuzz(func(t *testing.T, before []byte, length uint16, behind []byte) {
		var packet []byte
		for _, kind := range before {
			packet = append(packet, record(kind, int(length%97))...)
		}
		data := record(23, int(length))
		packet = append(append(packet, data...), behind...)
		n, rest := bytesIn(packet)
		if packet[0] < 20 || packet[0] > 63 {
			if n != 0 || rest != 0 {
				t.Fatalf("%d bytes in what is not DTLS", n)
			}
			return
		}
		if n < len(data) || n+rest != len(packet) {
			t.Fatalf("%d bytes count, and %d of a handshake, of %d with %d of data", n, rest, len(packet), len(data))
		}
		if behind, _ := bytesIn(behind); behind > n {
			t.Fatalf("%d bytes count, %d of them behind", n, behind)
		}
	})
}

// packetsLike is a connection on which the same packet comes so many times.
type packetsLike struct {
	net.PacketConn
	packet []byte
	left   int
}

func (c *packetsLike) ReadFrom(b []byte) (int, net.Addr, error) {
	n, address, err := c.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(address), err
}

func (c *packetsLike) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	if c.left == 0 {
		return 0, netip.AddrPort{}, net.ErrClosed
	}
	c.left--
	return copy(b, c.packet), addressOfNobody, nil
}

func (c *packetsLike) WriteToAddrPort([]byte, netip.AddrPort) (int, error) { return 0, nil }

func (c *packetsLike) Close() error { return nil }

// What is for data channels passes up to a limit, over all ways that an agent has and over
// all agents of a peer connection; media always pass.
func TestAnAgentReceivesFewBytesForChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		monitor := &packetMonitor{}
		packets := &packetsLike{}
		connOf := func(ufrag string, fast bool) net.PacketConn {
			mux := muxOf{conn: packets}
			if !fast {
				mux.conn = struct{ net.PacketConn }{packets}
			}
			conn, err := monitor.wrap(mux).GetConn(ufrag, nil)
			if err != nil {
				t.Fatal(err)
			}
			return conn
		}
		come := func(conn net.PacketConn, packet []byte) (passed int) {
			packets.packet, packets.left = packet, 1000
			b := make([]byte, 1500)
			for {
				var n int
				var err error
				if fast, ok := conn.(ice.AddrPortReaderWriter); ok {
					n, _, err = fast.ReadFromAddrPort(b)
				} else {
					n, _, err = conn.ReadFrom(b)
				}
				if err != nil {
					return passed
				}
				if n != len(packet) {
					t.Fatalf("%d of %d bytes", n, len(packet))
				}
				passed++
			}
		}
		data, media := record(23, 51), append([]byte{128}, make([]byte, 99)...)
		one, other, another := connOf("one", true), connOf("one", false), connOf("another", true)
		if passed := come(one, data); passed != channelBytesAtOnce/len(data) {
			t.Errorf("%d packets with data passed", passed)
		}
		if passed := come(other, data); passed != 0 {
			t.Errorf("%d packets with data passed over another way", passed)
		}
		if passed := come(another, data); passed != channelBytesAtOnce/len(data) {
			t.Errorf("%d packets with data passed of another agent", passed)
		}
		for _, conn := range []net.PacketConn{one, other, another} {
			if passed := come(conn, media); passed != 1000 {
				t.Errorf("%d of 1000 packets with media passed", passed)
			}
		}
		time.Sleep(time.Minute)
		if passed := come(other, data); passed != 60*channelBytesPerSecond/len(data) {
			t.Errorf("%d packets with data passed after a minute", passed)
		}

		connection := &connectionBytes{all: &monitor.channels, allowed: newDTLSBytes()}
		connection.use("one")
		if passed := come(one, data); passed != channelBytesAtOnce/len(data) {
			t.Errorf("%d packets with data passed of a connection", passed)
		}
		connection.use("another")
		if passed := come(another, data); passed != 0 {
			t.Errorf("%d packets with data passed of another agent of the same connection", passed)
		}
		connection.use("a third") // it is described before it receives
		if passed := come(connOf("a third", true), data); passed != 0 {
			t.Errorf("%d packets with data passed of a third agent", passed)
		}
		handshake := record(22, 1000)
		if passed := come(one, handshake); passed != handshakeBytesAtOnce/len(handshake) {
			t.Errorf("%d packets of a handshake passed", passed)
		}
		if passed := come(another, handshake); passed != 0 {
			t.Errorf("%d packets of a handshake passed of another agent of the same connection", passed)
		}
		if passed := come(one, media); passed != 1000 {
			t.Errorf("%d of 1000 packets with media passed after a handshake", passed)
		}
		for _, ufrag := range []string{"one", "another", "a third"} {
			_ = connOf(ufrag, true).Close()
		}
	})
}

// Nothing is kept of agents that have ended.
func TestBytesForChannelsAreForgotten(t *testing.T) {
	monitor := &packetMonitor{}
	mux := monitor.wrap(muxOf{conn: &packetsLike{}})
	connection := &connectionBytes{all: &monitor.channels, allowed: newDTLSBytes()}
	var conns []net.PacketConn
	for _, ufrag := range []string{"one", "one", "two"} {
		connection.use(ufrag)
		conn, err := mux.GetConn(ufrag, nil)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	if kept := len(monitor.channels.agents); kept != 2 {
		t.Errorf("%d agents are known, not 2", kept)
	}
	for _, conn := range conns {
		_, _ = conn.Close(), conn.Close()
	}
	if kept := len(monitor.channels.agents); kept != 1 {
		t.Errorf("%d agents are known, not only that of the connection", kept)
	}
	connection.end()
	connection.end()
	connection.use("three")
	if kept := len(monitor.channels.agents); kept != 0 {
		t.Errorf("%d agents are kept", kept)
	}
}

func TestAnAgentReceivesFewBytesForChannelsOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux, pipes := overPipes(t, 0)
		conn, err := mux.GetConnByUfrag("here", false, tcpAt("192.0.2.99:7882").IP)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		data, passed := record(23, 1000), 0
		go func() {
			b := make([]byte, 1500)
			for {
				n, _, err := conn.ReadFrom(b)
				if err != nil {
					return
				}
				if bytes.Equal(b[:n], data) {
					passed++
				}
			}
		}()
		far := pipes.from(t, "192.0.2.1:1")
		check(t, far, "here")
		for range 20 {
			_ = far.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := far.Write(framed(data)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if want := channelBytesAtOnce / len(data); passed != want {
			t.Errorf("%d packets with data passed, want %d", passed, want)
		}
	})
}

// allowedOf is what the connection for publishing may bring, by the agent that it has.
func allowedOf(t *testing.T, room, identity string) (ufrag string, allowed *dtlsBytes) {
	t.Helper()
	r := sharedEngine.engine.running.Load().rooms.GetRoom(t.Context(), lk.RoomName(room))
	connections, err := peerConnectionsOf(r.GetParticipant(lk.ParticipantIdentity(identity)))
	if err != nil {
		t.Fatal(err)
	}
	ufrag = ufragIn(connections[0].LocalDescription().SDP)
	channels := &sharedEngine.engine.monitor.channels
	channels.mu.Lock()
	defer channels.mu.Unlock()
	if agent := channels.agents[ufrag]; agent != nil {
		allowed = agent.allowed.Load()
	}
	return ufrag, allowed
}

// Requests to reset streams, each of which Pion returns every packet of data that
// comes, cost little, before and after a restart of ICE; media flow on.
func TestResetsOfStreamsAreAnsweredSeldom(t *testing.T) {
	room := roomOf(t)
	ann, eve := joinMedia(t, fullGrant(room, "ann")), joinMedia(t, fullGrant(room, "eve"))
	if err := eve.OpenChannels(longTimeout(t), lk.SignalTarget_PUBLISHER, "_reliable", 1); err != nil {
		t.Fatal(err)
	}
	track, err := eve.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := eve.RawSCTP(lk.SignalTarget_PUBLISHER)
	if err != nil {
		t.Fatal(err)
	}
	var packets atomic.Int64
	restore, err := sharedEngine.engine.DropPackets(room, "eve", func() bool { packets.Add(1); return false })
	if err != nil {
		t.Fatal(err)
	}
	defer restore()
	memory := heapMB()
	attack := func() {
		t.Helper()
		for range 100 {
			if err := raw.Resets(10); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			if err := raw.Data(47); err != nil {
				t.Fatal(err)
			}
		}
	}
	attack()
	before, first := allowedOf(t, room, "eve")
	if err := eve.RestartICE(longTimeout(t)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another agent receives what is left", func() bool {
		after, second := allowedOf(t, room, "eve")
		return after != before && second == first
	})
	attack()
	if _, err := ann.Hears(longTimeout(t), track.ID, ann.Heard(track.ID)+100); err != nil {
		t.Error(err)
	}
	if n := packets.Load(); n > 10_000 {
		t.Errorf("%d packets went to and fro", n)
	}
	if more := heapMB() - memory; more > 40 {
		t.Errorf("%d MB more", more)
	}

	after, _ := allowedOf(t, room, "eve")
	if err := sharedEngine.engine.Remove(t.Context(), room, "eve"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing is kept", func() bool {
		channels := &sharedEngine.engine.monitor.channels
		channels.mu.Lock()
		defer channels.mu.Unlock()
		return channels.agents[before] == nil && channels.agents[after] == nil
	})
}

// Of the messages of a handshake that is over few are kept, and media flow on.
func TestFewMessagesOfAHandshakeAreKept(t *testing.T) {
	room := roomOf(t)
	ann, eve := joinMedia(t, fullGrant(room, "ann")), joinMedia(t, fullGrant(room, "eve"))
	track, err := eve.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	heard, err := ann.Hears(longTimeout(t), track.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	memory, sent := heapMB(), 0
	for range 120 {
		if sent, err = eve.SendHandshake(lk.SignalTarget_PUBLISHER, 50, sent); err != nil {
			t.Fatal(err)
		}
		if heard, err = ann.Hears(longTimeout(t), track.ID, heard); err != nil { // the server reads along
			t.Fatal(err)
		}
	}
	if more := heapMB() - memory; more > 20 {
		t.Errorf("%d MB more", more)
	}
}
