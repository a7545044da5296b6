package livekit

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/mediatransportutil/pkg/rtcconfig"
	"github.com/livekit/protocol/codecs/mime"

	"github.com/anteroom/anteroom/internal/media"
)

// roomIdleSeconds is how long LiveKit keeps a room nobody is in. Long, because the
// meeting decides when its room ends; finite, so that a lost EndRoom cannot leak it.
const roomIdleSeconds = 3600

// enabledCodecs are those that pages send. LiveKit reads the first bytes of each packet
// of every codec that it has agreed upon, in a goroutine where a fault ends the process,
// as a VP9 packet without a payload does in v1.13.5. What no page sends is not agreed upon.
var enabledCodecs = []config.CodecSpec{
	{Mime: mime.MimeTypeOpus.String()},
	{Mime: mime.MimeTypeRED.String()},
	{Mime: mime.MimeTypeVP8.String()},
	{Mime: mime.MimeTypeH264.String()},
	{Mime: mime.MimeTypeRTX.String()},
}

// liveKitConfig makes LiveKit's configuration of ours, all but the port.
func liveKitConfig(cfg media.Config) (*config.Config, error) {
	e := cfg.Embedded
	// A first node_ip and port keep NewConfig from looking for addresses; it is
	// called for its deep copy of the defaults.
	conf, err := config.NewConfig("rtc:\n  udp_port: 1\n  node_ip: 127.0.0.1\n", true, nil, nil)
	if err != nil {
		return nil, err
	}
	conf.Port = 0
	conf.Keys = map[string]string{cfg.APIKey: cfg.APISecret}
	conf.Room.AutoCreate = false
	conf.Room.EmptyTimeout = roomIdleSeconds
	conf.Room.DepartureTimeout = roomIdleSeconds
	conf.Room.EnableRemoteUnmute = false
	conf.Room.EnabledCodecs = enabledCodecs
	conf.EnableDataTracks = false

	rtc := &conf.RTC
	rtc.TCPPort = 0
	relayOverTCP := false
	for _, t := range e.TURNServers {
		relayOverTCP = relayOverTCP || t.Protocol != "udp"
		rtc.TURNServers = append(rtc.TURNServers, turnServer(t))
	}
	fallback := e.TCPFallback || relayOverTCP
	rtc.AllowTCPFallback = &fallback
	rtc.STUNServers = append([]string{}, e.STUNServers...)
	if e.LoopbackOnly {
		rtc.EnableLoopbackCandidate = true
		rtc.IPs.Includes = []string{"127.0.0.1/32"}
	}
	if err := setNodeIP(rtc, e); err != nil {
		return nil, err
	}
	return conf, nil
}

func setNodeIP(rtc *config.RTCConfig, e media.EmbeddedConfig) error {
	switch {
	case e.UseExternalIP:
		rtc.UseExternalIP = true
		rtc.NodeIP = rtcconfig.NodeIP{}
		if err := rtc.Validate(false); err != nil {
			return fmt.Errorf("public address not found by STUN: %w", err)
		}
		return nil
	case e.NodeIP != "":
		rtc.NodeIP = nodeIP(e.NodeIP)
		return nil
	case e.LoopbackOnly:
		return nil
	}
	// Set by hand rather than left to LiveKit, which would then ask STUN servers of
	// third parties on its own.
	addrs, err := rtcconfig.GetLocalIPAddresses(true, true, nil, nil)
	if err != nil {
		return fmt.Errorf("no address of this host found: %w", err)
	}
	for _, a := range addrs {
		if ip := net.ParseIP(a); ip != nil && ip.To4() != nil {
			rtc.NodeIP = nodeIP(a)
			rtc.EnableLoopbackCandidate = ip.IsLoopback()
			return nil
		}
	}
	if len(addrs) == 0 {
		return errors.New("no address of this host found")
	}
	rtc.NodeIP = nodeIP(addrs[0])
	return nil
}

func nodeIP(s string) rtcconfig.NodeIP {
	if ip := net.ParseIP(s); ip != nil && ip.To4() == nil {
		return rtcconfig.NodeIP{V6: s}
	}
	return rtcconfig.NodeIP{V4: s}
}

// discardPort is RFC 863's: what is sent there is thrown away.
const discardPort = "9"

// setPort completes the configuration with the port.
func setPort(conf *config.Config, e media.EmbeddedConfig, port int) {
	conf.RTC.UDPPort = rtcconfig.PortRange{Start: port}
	if len(e.STUNServers) == 0 && len(e.TURNServers) == 0 {
		// Given none, LiveKit would tell browsers to ask STUN servers of third parties.
		// Nothing listens at this one, and needs not: the engine learns a browser's address
		// from the packets it sends. It must not be our own media port, since browsers take
		// all that comes from a STUN server's address for its answers and drop the media.
		conf.RTC.STUNServers = []string{net.JoinHostPort(conf.RTC.NodeIP.PrimaryIP(), discardPort)}
	}
}

func turnServer(t media.TURNServer) config.TURNServer {
	host := t.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return config.TURNServer{
		Host: host, Port: t.Port, Protocol: t.Protocol,
		Username: t.Username, Credential: t.Credential,
		Secret: t.Secret, TTL: int(t.TTL.Seconds()),
	}
}
