package livekit

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	lk "github.com/livekit/protocol/livekit"
)

// DropPackets implements media.PacketDropper.
func (e *embedded) DropPackets(room, identity string, lose func() bool) (restore func(), err error) {
	if e.dropper == nil {
		return nil, errNoPacketDrops
	}
	return e.dropper.begin(room, identity, lose)
}

// addresses returns where packets of the identity, or of everybody in the room,
// come from: the candidates of the other side that LiveKit knows, those of
// connections in the making and those it has learnt from packets included.
func (e *embedded) addresses(room, identity string) []netip.AddrPort {
	connections, _ := e.connections(room, identity)
	return addressesOf(connections)
}

// connections are those of the identity, or of everybody in the room; it also
// reports whether anybody who is meant is there.
func (e *embedded) connections(room, identity string) (out []*types.ICEConnectionInfo, connected bool) {
	s := e.running.Load()
	if s == nil {
		return nil, false
	}
	r := s.rooms.GetRoom(context.Background(), lk.RoomName(room))
	if r == nil {
		return nil, false
	}
	for _, p := range r.GetParticipants() {
		if identity == "" || string(p.Identity()) == identity {
			connected = true
			out = append(out, p.GetICEConnectionInfo()...)
		}
	}
	return out, connected
}

func addressesOf(connections []*types.ICEConnectionInfo) (out []netip.AddrPort) {
	for _, connection := range connections {
		for _, c := range connection.Remote {
			if ip, err := netip.ParseAddr(c.Candidate.Address); err == nil {
				out = append(out, plainAddress(netip.AddrPortFrom(ip, c.Candidate.Port)))
			}
		}
	}
	return out
}

// LastHeard implements media.Listener.
func (e *embedded) LastHeard(room, identity string) (at time.Time, ok bool) {
	connections, connected := e.connections(room, identity)
	if !connected {
		return time.Time{}, true
	}
	return e.monitor.lastFrom(connections)
}

// watchPackets puts the losses and the monitor, which has limits, between the room
// manager, in which no room is yet, and its sockets, and gives it the one for TCP.
func (e *embedded) watchPackets(s *server) error {
	config, err := configOf(s.rooms)
	if err != nil {
		return err
	}
	mux := config.UDPMux
	if e.dropper != nil {
		mux = e.dropper.wrap(mux)
	}
	config.SettingEngine.SetICEUDPMux(e.monitor.wrap(mux))
	if s.overTCP != nil {
		s.overTCP.use(config, &e.monitor.channels)
	}
	return nil
}

// configOf is what a room manager has made of its configuration. LiveKit has no
// way to be given another ICE mux. Where this LiveKit is built otherwise it works all the
// same, without losses, without the monitor and over UDP alone.
func configOf(m *service.RoomManager) (*rtc.WebRTCConfig, error) {
	config, err := unexported[rtc.WebRTCConfig](m, "rtcConfig")
	if err != nil {
		return nil, err
	}
	if config == nil || config.UDPMux == nil {
		return nil, errors.New("LiveKit has no UDP mux")
	}
	return config, nil
}
