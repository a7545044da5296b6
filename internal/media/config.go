package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Mode reports where the media engine runs.
type Mode string

// The modes.
const (
	// ModeEmbedded runs LiveKit inside this process. One node only.
	ModeEmbedded Mode = "embedded"
	// ModeExternal uses a LiveKit server or cluster somewhere else.
	ModeExternal Mode = "external"
)

// DefaultReconcileInterval is how often an external engine is asked who is really
// there, unless configured otherwise.
const DefaultReconcileInterval = 10 * time.Second

// minSecretBytes is what LiveKit itself asks for.
const minSecretBytes = 32

// Config describes the media engine of a process.
type Config struct {
	// Mode is ModeEmbedded (also when empty) or ModeExternal.
	Mode Mode
	// APIKey names the signing key of media tokens and APISecret is the key, at least
	// 32 bytes. In embedded mode both may be empty: then they are random, and pages
	// connected before a restart cannot resume their media after it. In external mode
	// both are LiveKit's and required. A secret: never log it.
	APIKey    string
	APISecret string
	// ConnectionsPerAddress is how many signalling connections from one address (of
	// IPv6, one /64) may be open, and how many may be opened in a minute; four times as
	// many connections may carry media over TCP. 0 means no limit.
	ConnectionsPerAddress int
	// Embedded is used in embedded mode only, External in external mode only.
	Embedded EmbeddedConfig
	External ExternalConfig
}

// EmbeddedConfig describes the engine inside this process. Media uses one UDP port
// and, with TCPFallback, the TCP port of the same number; signalling comes through
// the HTTP server and needs no port.
type EmbeddedConfig struct {
	// MediaPort is the UDP (and TCP) port, 1 to 65535. 0 chooses a free one when the
	// engine starts.
	MediaPort int
	// LoopbackOnly binds 127.0.0.1 and nothing else, for dev mode.
	LoopbackOnly bool
	// TCPFallback also listens on TCP, for clients whose network blocks UDP.
	TCPFallback bool
	// NodeIP is the address announced to browsers: the public address of the host or
	// of its one-to-one NAT. Empty: 127.0.0.1 with LoopbackOnly, discovered by STUN
	// with UseExternalIP, otherwise the host's first address. With LoopbackOnly it may
	// be any address of 127.0.0.0/8, for a relay in front of the engine.
	NodeIP string
	// UseExternalIP asks STUNServers for the public address at start. Not together
	// with NodeIP.
	UseExternalIP bool
	// STUNServers are host:port, at most 8; sent to browsers, too. Empty: no third
	// party is asked, neither by the engine nor by browsers.
	STUNServers []string
	// TURNServers are sent to browsers as relays, at most 8.
	TURNServers []TURNServer
	// PacketFaults lets packets be lost on purpose, see PacketDropper. For dev mode:
	// only with LoopbackOnly.
	PacketFaults bool
}

// TURNServer is a relay browsers may use.
type TURNServer struct {
	// Host is a name or an address, Port 1 to 65535.
	Host string
	Port int
	// Protocol is "udp", "tcp" or "tls".
	Protocol string
	// Username and Credential are told to every browser as they are. Instead of them,
	// Secret (shared with the relay, a secret) makes short-lived credentials.
	Username   string
	Credential string
	Secret     string
	// TTL is the validity of credentials made of Secret; zero means four hours.
	TTL time.Duration
}

// ExternalConfig describes a LiveKit elsewhere. Signalling is proxied through our
// own proxy, so its HTTP port should be reachable from here only; its media ports
// must be reachable by browsers. Set room.auto_create to false there.
type ExternalConfig struct {
	// URL is LiveKit's http, https, ws or wss address, without user, query or fragment.
	URL string
	// ReconcileInterval is how often LiveKit is asked who is really in the rooms,
	// because webhooks can be lost. 1 s to 5 min; zero means DefaultReconcileInterval.
	ReconcileInterval time.Duration
}

// Validate reports every problem at once, each naming its field.
func (c Config) Validate() error {
	var p problems
	switch c.Mode {
	case ModeEmbedded, "":
		if (c.APIKey == "") != (c.APISecret == "") {
			p.add("APIKey", "APIKey and APISecret must be set together")
		}
		c.Embedded.validate(&p)
	case ModeExternal:
		if c.APIKey == "" {
			p.add("APIKey", "is required with an external LiveKit")
		}
		if c.APISecret == "" {
			p.add("APISecret", "is required with an external LiveKit")
		}
		c.External.validate(&p)
	default:
		p.add("Mode", "is %q, must be %q or %q", c.Mode, ModeEmbedded, ModeExternal)
	}
	if len(c.APIKey) > MaxIDBytes {
		p.add("APIKey", "has %d bytes, at most %d", len(c.APIKey), MaxIDBytes)
	}
	if n := len(c.APISecret); n > 0 && n < minSecretBytes {
		p.add("APISecret", "has %d bytes, at least %d are needed", n, minSecretBytes)
	}
	return errors.Join(p...)
}

type problems []error

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, fmt.Errorf("media.%s: %s", field, fmt.Sprintf(format, args...)))
}

func (c EmbeddedConfig) validate(p *problems) {
	if c.MediaPort < 0 || c.MediaPort > 65535 {
		p.add("Embedded.MediaPort", "is %d, must be 0 to 65535", c.MediaPort)
	}
	if c.PacketFaults && !c.LoopbackOnly {
		p.add("Embedded.PacketFaults", "are for dev mode, with LoopbackOnly")
	}
	if c.LoopbackOnly && c.UseExternalIP {
		p.add("Embedded.UseExternalIP", "contradicts LoopbackOnly")
	}
	if c.NodeIP != "" {
		addr, err := netip.ParseAddr(c.NodeIP)
		switch {
		case err != nil:
			p.add("Embedded.NodeIP", "%q is not an IP address", c.NodeIP)
		case c.UseExternalIP:
			p.add("Embedded.NodeIP", "contradicts UseExternalIP, which finds the address itself")
		case c.LoopbackOnly && (!addr.Is4() || !addr.IsLoopback()):
			p.add("Embedded.NodeIP", "is %s, with LoopbackOnly it must be in 127.0.0.0/8", c.NodeIP)
		case addr.IsUnspecified() || addr.IsMulticast():
			p.add("Embedded.NodeIP", "%s cannot be reached by browsers", c.NodeIP)
		}
	}
	if c.UseExternalIP && len(c.STUNServers) == 0 {
		p.add("Embedded.STUNServers", "UseExternalIP needs at least one")
	}
	if len(c.STUNServers) > 8 {
		p.add("Embedded.STUNServers", "has %d entries, at most 8", len(c.STUNServers))
	}
	for i, s := range c.STUNServers {
		host, port, err := net.SplitHostPort(s)
		if err == nil {
			err = checkHostPort(host, port)
		}
		if err != nil {
			p.add("Embedded.STUNServers["+strconv.Itoa(i)+"]", "%q is not host:port", s)
		}
	}
	if len(c.TURNServers) > 8 {
		p.add("Embedded.TURNServers", "has %d entries, at most 8", len(c.TURNServers))
	}
	for i, s := range c.TURNServers {
		s.validate(p, "Embedded.TURNServers["+strconv.Itoa(i)+"]")
	}
}

func (s TURNServer) validate(p *problems, field string) {
	if err := checkHostPort(s.Host, strconv.Itoa(s.Port)); err != nil {
		p.add(field, "%v", err)
	}
	switch s.Protocol {
	case "udp", "tcp", "tls":
	default:
		p.add(field+".Protocol", "is %q, must be udp, tcp or tls", s.Protocol)
	}
	static := s.Username != "" || s.Credential != ""
	switch {
	case s.Secret != "" && static:
		p.add(field+".Secret", "cannot be combined with Username or Credential")
	case s.Secret == "" && (s.Username == "" || s.Credential == ""):
		p.add(field, "needs Username and Credential, or Secret")
	}
	if s.TTL < 0 || (s.TTL > 0 && s.TTL < time.Minute) || s.TTL > 7*24*time.Hour {
		p.add(field+".TTL", "is %s, must be 1 minute to 7 days", s.TTL)
	}
}

func checkHostPort(host, port string) error {
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("port %q must be 1 to 65535", port)
	}
	if host == "" || len(host) > 253 || strings.ContainsAny(host, " /?#@[]\t\r\n") {
		return fmt.Errorf("host %q is not a name or an address", host)
	}
	return nil
}

func (c ExternalConfig) validate(p *problems) {
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		p.add("External.URL", "is required")
	case err != nil:
		// The parser's message would quote the URL, which may hold a password.
		p.add("External.URL", "is not a URL")
	default:
		switch u.Scheme {
		case "http", "https", "ws", "wss":
		default:
			p.add("External.URL", "scheme is %q, must be http, https, ws or wss", u.Scheme)
		}
		if u.Host == "" {
			p.add("External.URL", "has no host")
		}
		if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			p.add("External.URL", "must not have a user, query or fragment")
		}
	}
	if d := c.ReconcileInterval; d != 0 && (d < time.Second || d > 5*time.Minute) {
		p.add("External.ReconcileInterval", "is %s, must be 1 s to 5 min", d)
	}
}
