package livekit

import (
	"context"
	"errors"
	"net/netip"
	"reflect"

	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/livekit-server/pkg/service"
	lk "github.com/livekit/protocol/livekit"
)

// DropPackets implements media.PacketDropper.
func (e *embedded) DropPackets(room, identity string, lose func() bool) (restore func(), err error) {
	if e.losses == nil {
		return nil, errNoLosses
	}
	return e.losses.begin(room, identity, lose)
}

// addresses answers where packets of the identity, or of everybody in the room,
// come from: the candidates of the other side that LiveKit knows, those of
// connections in the making and those it has learnt from packets included.
func (e *embedded) addresses(room, identity string) []netip.AddrPort {
	s := e.running.Load()
	if s == nil {
		return nil
	}
	r := s.rooms.GetRoom(context.Background(), lk.RoomName(room))
	if r == nil {
		return nil
	}
	var out []netip.AddrPort
	for _, p := range r.GetParticipants() {
		if identity != "" && string(p.Identity()) != identity {
			continue
		}
		for _, connection := range p.GetICEConnectionInfo() {
			for _, c := range connection.Remote {
				if ip, err := netip.ParseAddr(c.Candidate.Address); err == nil {
					out = append(out, plainAddress(netip.AddrPortFrom(ip, c.Candidate.Port)))
				}
			}
		}
	}
	return out
}

// loseBehind puts the losses between a room manager, in which no room is yet, and
// its sockets.
func (l *losses) loseBehind(m *service.RoomManager) error {
	config, err := configOf(m)
	if err == nil {
		config.SettingEngine.SetICEUDPMux(l.wrap(config.UDPMux))
	}
	return err
}

// configOf is what a room manager has made of its configuration. LiveKit has no
// way to be given another ICE mux, so an unexported field is looked into. An error
// means that this LiveKit is built otherwise; it works all the same, without losses.
func configOf(m *service.RoomManager) (*rtc.WebRTCConfig, error) {
	field := reflect.ValueOf(m).Elem().FieldByName("rtcConfig")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*rtc.WebRTCConfig]() || field.IsNil() {
		return nil, errors.New("LiveKit's room manager has no rtcConfig of the type that is expected")
	}
	config := (*rtc.WebRTCConfig)(field.UnsafePointer())
	if config.UDPMux == nil {
		return nil, errors.New("LiveKit has no UDP mux")
	}
	return config, nil
}
