package rogue

import (
	"context"
	"net/netip"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/stun/v3"
	"github.com/pion/webrtc/v4"
)

// OpenChannels opens so many data channels on one of the two peer connections, beside
// those of the server, or as many as the server bears. It waits until the first is open.
func (m *Media) OpenChannels(ctx context.Context, of lk.SignalTarget, label string, count int) error {
	connection := m.connection(of)
	first, err := connection.CreateDataChannel(label, nil)
	if err != nil {
		return err
	}
	open := make(chan struct{})
	first.OnOpen(func() { close(open) })
	if connection.RemoteDescription() == nil {
		if err := m.offer(ctx); err != nil {
			return err
		}
	}
	select {
	case <-open:
	case <-ctx.Done():
		return ctx.Err()
	}
	for range count - 1 {
		if _, err := connection.CreateDataChannel(label, nil); err != nil {
			return nil //nolint:nilerr // the server has ended the connection
		}
	}
	return nil
}

func (m *Media) connection(of lk.SignalTarget) *webrtc.PeerConnection {
	if of == lk.SignalTarget_PUBLISHER {
		return m.publisher
	}
	return m.subscriber
}

// Check makes a check of connectivity for one of the two peer connections, and reports
// where the server expects it, over UDP and TCP.
func (m *Media) Check(of lk.SignalTarget) (message []byte, to netip.AddrPort, err error) {
	transport := m.connection(of).SCTP().Transport().ICETransport()
	pair, err := transport.GetSelectedCandidatePair()
	if err != nil {
		return nil, to, err
	}
	local, err := transport.GetLocalParameters()
	if err != nil {
		return nil, to, err
	}
	remote, err := transport.GetRemoteParameters()
	if err != nil {
		return nil, to, err
	}
	ip, err := netip.ParseAddr(pair.Remote.Address)
	if err != nil {
		return nil, to, err
	}
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID,
		stun.NewUsername(remote.UsernameFragment+":"+local.UsernameFragment), ice.AttrControlling(1), ice.PriorityAttr(1),
		stun.NewShortTermIntegrity(remote.Password), stun.Fingerprint)
	if err != nil {
		return nil, to, err
	}
	return check.Raw, netip.AddrPortFrom(ip, pair.Remote.Port), nil
}
