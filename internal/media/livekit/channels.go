package livekit

import (
	"context"
	"errors"
	"strconv"

	"github.com/livekit/livekit-server/pkg/rtc"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/telemetry"
	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
)

// maxChannels is how many data channels a page may open on one peer connection, for which
// LiveKit keeps 64 KB each. Pages open three, of which they use none; some versions of
// Safari open three more whenever they resume a session.
const maxChannels = 16

// joinListener is LiveKit's telemetry, and tells who has joined before LiveKit reads any
// description of theirs.
type joinListener struct {
	telemetry.TelemetryService
	joined func(room lk.RoomName, identity lk.ParticipantIdentity)
}

// ParticipantJoined implements telemetry.TelemetryService.
func (a *joinListener) ParticipantJoined(ctx context.Context, room *lk.Room, participant *lk.ParticipantInfo, client *lk.ClientInfo, meta *lk.AnalyticsClientMeta, event bool, guard *telemetry.ReferenceGuard) {
	if event { // the first time, not when a signalling connection has resumed the session
		a.joined(lk.RoomName(room.GetName()), lk.ParticipantIdentity(participant.GetIdentity()))
	}
	a.TelemetryService.ParticipantJoined(ctx, room, participant, client, meta, event, guard)
}

// limitConnections ends the session of a participant who opens too many data channels, or
// sends or reports about too many sources. It also drops RTP packets that LiveKit must not
// read, and limits what all agents of a peer connection receive beside media.
func (e *embedded) limitConnections(room lk.RoomName, identity lk.ParticipantIdentity) {
	r := e.running.Load().rooms.GetRoom(context.Background(), room)
	if r == nil {
		return
	}
	p := r.GetParticipant(identity)
	if p == nil {
		return
	}
	connections, err := peerConnectionsOf(p)
	if err != nil {
		e.log.Error("data channels and sources are not limited", "error", err)
		return
	}
	skips := newSkips()
	for side, connection := range connections {
		forget := e.monitor.channels.limit(connection)
		p.AddOnClose("channel bytes "+strconv.Itoa(side), func(types.LocalParticipant) { forget() })
		end := func(why string) {
			e.log.Info("media connection ended, "+why, "room", room, "identity", identity)
			r.RemoveParticipant(identity, p.ID(), types.ParticipantCloseReasonServiceRequestRemoveParticipant)
		}
		limitChannelsOf(connection, func() { end("too many data channels") })
		if err := limitSourcesOf(connection, skips, func() { end("too many sources") }); err != nil {
			e.log.Error("sources are not limited", "error", err)
		}
	}
}

// limitChannelsOf ends the transport of a connection's data channels when the other side
// opens one too many, and then calls end. Channels are accepted one at a time: until both
// have returned, no other is.
func limitChannelsOf(connection *webrtc.PeerConnection, end func()) {
	transport, opened := connection.SCTP(), 0
	transport.OnDataChannelOpened(func(*webrtc.DataChannel) {
		if opened++; opened > maxChannels {
			_ = transport.Stop()
			end()
		}
	})
}

// peerConnectionsOf are the one or two of a participant. An error means that this LiveKit is
// built otherwise.
func peerConnectionsOf(p types.LocalParticipant) (out []*webrtc.PeerConnection, err error) {
	participant, ok := p.(*rtc.ParticipantImpl)
	if !ok || participant.TransportManager == nil {
		return nil, errors.New("LiveKit's participants have no transports of the type that is expected")
	}
	for _, side := range []string{"publisher", "subscriber"} {
		transport, err := unexported[rtc.PCTransport](participant.TransportManager, side)
		if err != nil {
			return nil, err
		}
		if transport == nil { // one connection is for both
			continue
		}
		connection, err := unexported[webrtc.PeerConnection](transport, "pc")
		if err != nil {
			return nil, err
		}
		if connection == nil {
			return nil, errors.New("LiveKit's " + side + " has no connection")
		}
		out = append(out, connection)
	}
	if len(out) == 0 {
		return nil, errors.New("LiveKit's participant has no connection")
	}
	return out, nil
}
