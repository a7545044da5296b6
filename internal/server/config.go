// Package server puts the parts together: configuration, wiring, life cycle.
package server

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// Mode is one of the two ways to run.
type Mode string

// The modes. Whatever exists only for development cannot be reached in production.
const (
	Development Mode = "development"
	Production  Mode = "production"
)

// Config is the whole configuration. In production it is read from a YAML
// file whose keys are the yaml tags; docs/operators/configuration.md has them all.
type Config struct {
	Mode Mode `yaml:"-"`
	// Listen is the TCP address of the HTTP server.
	Listen string `yaml:"listen"`
	// PublicURL is the address people use, e.g. https://meet.example.org.
	PublicURL string `yaml:"public_url"`
	// Data is the folder of the SQLite database and, in development, the keys.
	Data string `yaml:"data"`
	// Database is a PostgreSQL URL; empty means SQLite in Data.
	Database string `yaml:"database"`
	// EncryptionKey protects secrets at rest: 32 bytes in base64. In development
	// one is made in Data.
	EncryptionKey string `yaml:"encryption_key"`
	TLS           TLS    `yaml:"tls"`
	// Log is the level of the log: debug, info, warn or error. Empty means info.
	Log string `yaml:"log"`
	// TrustedProxies are the networks of reverse proxies whose forwarding
	// headers are believed.
	TrustedProxies []string `yaml:"trusted_proxies"`
	Media          Media    `yaml:"media"`
	Attempts       Attempts `yaml:"attempts"`
	// JoinsPerMinute is how many anonymous participants may join by one app in a
	// minute, from one address or with one signature, unless the app says otherwise; 0
	// is the default.
	JoinsPerMinute int  `yaml:"joins_per_minute"`
	Chat           Chat `yaml:"chat"`
	// Redis is the address of a Redis that several nodes share.
	Redis string `yaml:"redis"`
	// AdminSocket is the Unix socket of the operator's tools, in production; empty
	// means admin.sock in Data.
	AdminSocket string `yaml:"admin_socket"`
	// DevHosts are further Host names of the developer's API.
	DevHosts []string `yaml:"-"`
	// Times shorten how long places outlive their pages, for tests in development mode.
	Times session.Times `yaml:"-"`
	// NoDemo leaves the demo world out.
	NoDemo bool `yaml:"-"`
}

// TLS is a certificate and its key, as PEM files.
type TLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// Media is where sound and pictures go.
type Media struct {
	// Port is the UDP (and TCP fallback) port of the embedded media server.
	Port int `yaml:"port"`
	// TCPFallback also serves media over TCP on Port.
	TCPFallback bool `yaml:"tcp_fallback"`
	// PublicIP is the address browsers reach the media port at; empty asks the
	// STUN servers, or without any takes the host's first address.
	PublicIP string `yaml:"public_ip"`
	// STUNServers are asked for the public address, and sent to browsers.
	STUNServers []string     `yaml:"stun_servers"`
	TURN        []TURNServer `yaml:"turn"`
	// ConnectionsPerAddress is how many media connections from one address may be open,
	// and how many may be opened in a minute; 0 is the default.
	ConnectionsPerAddress int `yaml:"connections_per_address"`
	// External uses a LiveKit server or cluster in place of the embedded one.
	External External `yaml:"external"`
}

// TURNServer is a relay that browsers may use. Secret, shared with the relay,
// makes short-lived credentials in place of Username and Credential.
type TURNServer struct {
	Host       string `yaml:"host"`
	Port       int    `yaml:"port"`
	Protocol   string `yaml:"protocol"`
	Username   string `yaml:"username"`
	Credential string `yaml:"credential"`
	Secret     string `yaml:"secret"`
}

// External is a LiveKit server of one's own.
type External struct {
	URL    string `yaml:"url"`
	Key    string `yaml:"key"`
	Secret string `yaml:"secret"`
}

// Attempts is how long the log of joins is kept: both limits hold.
type Attempts struct {
	// Days is how long an attempt is kept; 0 is the default.
	Days int `yaml:"days"`
	// MaxCount is how many of the newest attempts are stored; 0 is the default.
	MaxCount int `yaml:"keep"`
}

// Bounds of JoinsPerMinute. The default lets a class of 200 behind one address
// enter at once.
const (
	defaultJoinsPerMinute = 300
	maxJoinsPerMinute     = 1_000_000
)

// Bounds of ConnectionsPerAddress. Each participant has one connection; with the
// default a class of 200 behind one address can come back five times in a minute.
const (
	defaultConnectionsPerAddress = 1_000
	maxConnectionsPerAddress     = 1_000_000
)

// Chat is how long messages are stored: both limits hold.
type Chat struct {
	// MaxMessages is how many of a session's newest messages are stored; 0 is the
	// default.
	MaxMessages int `yaml:"keep"`
	// Days is how long they are stored after the session has ended; 0 is the default.
	Days int `yaml:"days"`
}

// maxChatMessages bounds Chat.Keep: what one session may store.
const maxChatMessages = 100_000

// Bounds of Attempts: ten years, and what one query still counts through.
const (
	maxAttemptDays    = 3650
	maxStoredAttempts = 100_000_000
)

// DevelopmentDefaults is what `anteroom serve` runs with and no flags. A TLS
// proxy on the same machine is believed, so that pages can be tried over HTTPS
// and under other names.
func DevelopmentDefaults() Config {
	return Config{
		Mode: Development, Listen: "127.0.0.1:8080", Data: "./data", Media: Media{Port: 7882},
		TrustedProxies: []string{"127.0.0.0/8", "::1/128"},
	}
}

// ReadFile reads a production configuration. Unknown keys are errors; every
// problem found is in the error.
func ReadFile(path string) (Config, error) {
	c, err := decodeFile(path)
	if err != nil {
		return c, err
	}
	return c, c.Validate()
}

// ReadAdminSocket reads from a production configuration where the admin socket is. The
// secrets that the server gets from its environment may be missing.
func ReadAdminSocket(path string) (string, error) {
	c, err := decodeFile(path)
	return c.adminSocket(), err
}

func decodeFile(path string) (Config, error) {
	c := Config{Mode: Production, Listen: ":8080", Data: "./data", Media: Media{Port: 7882, TCPFallback: true}}
	raw, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("%s: %w", path, inKeys(err, raw))
	}
	for name, into := range map[string]*string{
		"ANTEROOM_ENCRYPTION_KEY": &c.EncryptionKey, "ANTEROOM_DATABASE": &c.Database,
		"ANTEROOM_MEDIA_EXTERNAL_SECRET": &c.Media.External.Secret, "ANTEROOM_REDIS": &c.Redis,
	} {
		if v := os.Getenv(name); v != "" {
			*into = v
		}
	}
	return c, nil
}

// Validate lists every problem at once, each naming its key.
func (c *Config) Validate() error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		bad("listen: %q is not an address such as 127.0.0.1:8080", c.Listen)
	}
	if c.Data == "" {
		bad("data: must name a directory")
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			bad("public_url: %q is not an address such as https://meet.example.org", c.PublicURL)
		}
	}
	if _, err := c.proxies(); err != nil {
		problems = append(problems, err)
	}
	if c.EncryptionKey != "" {
		if _, err := c.key(); err != nil {
			problems = append(problems, err)
		}
	}
	if _, err := ParseLevel(c.Log); err != nil {
		bad("log: %s", err)
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		bad("tls: certificate and key must be set together")
	}
	if e := c.Media.External; (e.URL != "" || e.Key != "" || e.Secret != "") && (e.URL == "" || e.Key == "" || e.Secret == "") {
		bad("media.external: url, key and secret must be set together")
	}
	if c.Attempts.Days < 0 || c.Attempts.Days > maxAttemptDays {
		bad("attempts.days: %d is not between 1 and %d; omit it for the default, %d", c.Attempts.Days, maxAttemptDays, store.AttemptLife/(24*time.Hour))
	}
	if c.Attempts.MaxCount < 0 || c.Attempts.MaxCount > maxStoredAttempts {
		bad("attempts.keep: %d is not between 1 and %d; omit it for the default, %d", c.Attempts.MaxCount, maxStoredAttempts, store.MaxAttempts)
	}
	if c.JoinsPerMinute < 0 || c.JoinsPerMinute > maxJoinsPerMinute {
		bad("joins_per_minute: %d is not between 1 and %d; omit it for the default, %d", c.JoinsPerMinute, maxJoinsPerMinute, defaultJoinsPerMinute)
	}
	if n := c.Media.ConnectionsPerAddress; n < 0 || n > maxConnectionsPerAddress {
		bad("media.connections_per_address: %d is not between 1 and %d; omit it for the default, %d", n, maxConnectionsPerAddress, defaultConnectionsPerAddress)
	}
	if c.Chat.MaxMessages < 0 || c.Chat.MaxMessages > maxChatMessages {
		bad("chat.keep: %d is not between 1 and %d; omit it for the default, %d", c.Chat.MaxMessages, maxChatMessages, store.MaxChatMessages)
	}
	if c.Chat.Days < 0 || c.Chat.Days > maxAttemptDays {
		bad("chat.days: %d is not between 1 and %d; omit it for the default, %d", c.Chat.Days, maxAttemptDays, store.ChatLife/(24*time.Hour))
	}
	if c.Mode == Development && err == nil {
		if address, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !address.IsLoopback()) {
			bad("listen: development mode can only listen on a loopback address, not on %q, because it returns secrets; use --config for a production server", host)
		}
	}
	if c.Mode != Development {
		if c.EncryptionKey == "" {
			bad("encryption_key: missing; create one with: openssl rand -base64 32")
		}
		if c.PublicURL == "" {
			bad("public_url: missing")
		}
		if len(c.AdminSocket) > maxAdminSocket {
			bad("admin_socket: the path %s has more than %d bytes, which a socket cannot have; set a shorter one", c.AdminSocket, maxAdminSocket)
		}
		if c.TLS.Certificate == "" && len(c.TrustedProxies) == 0 {
			bad("tls: set certificate and key, or list the reverse proxy in trusted_proxies")
		}
	}
	if err := c.mediaConfig(strings.Repeat("x", 32)).Validate(); err != nil {
		problems = append(problems, errors.New(mediaKeys.Replace(err.Error())))
	}
	return errors.Join(problems...)
}

// ParseLevel reads a level of the log. Empty means info.
func ParseLevel(text string) (level slog.Level, err error) {
	switch strings.ToLower(text) {
	case "debug":
		level = slog.LevelDebug
	case "", "info":
	case "warn":
		level = slog.LevelWarn
	case "error":
		level = slog.LevelError
	default:
		err = fmt.Errorf("%q is not debug, info, warn or error", text)
	}
	return level, err
}

// publicURL is PublicURL as addresses are made of it: in lower case where that
// matters, without a trailing slash. Validate has looked at it.
func (c *Config) publicURL() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (c *Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	var problems []error
	for i, text := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				problems = append(problems, fmt.Errorf("trusted_proxies[%d]: %q is not an IP address or a network", i, text))
				continue
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		out = append(out, prefix)
	}
	return out, errors.Join(problems...)
}

func (c *Config) key() ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(c.EncryptionKey))
	if err != nil || len(key) != 32 {
		return nil, errors.New("encryption_key: must be 32 bytes in base64")
	}
	return key, nil
}

// mediaConfig is the media engine's part. The signing key is the
// installation's own, so that pages survive a restart.
func (c *Config) mediaConfig(secret string) media.Config {
	if e := c.Media.External; e.URL != "" {
		return media.Config{
			Mode: media.ModeExternal, APIKey: e.Key, APISecret: e.Secret, ConnectionsPerAddress: c.connectionsPerAddress(),
			External: media.ExternalConfig{URL: e.URL},
		}
	}
	embedded := media.EmbeddedConfig{MediaPort: c.Media.Port}
	if c.Mode == Development {
		embedded.LoopbackOnly, embedded.PacketFaults, embedded.NodeIP = true, true, c.Media.PublicIP
	} else {
		embedded.TCPFallback, embedded.NodeIP, embedded.STUNServers = c.Media.TCPFallback, c.Media.PublicIP, c.Media.STUNServers
		embedded.UseExternalIP = c.Media.PublicIP == "" && len(c.Media.STUNServers) > 0
		for _, t := range c.Media.TURN {
			embedded.TURNServers = append(embedded.TURNServers, media.TURNServer{
				Host: t.Host, Port: t.Port, Protocol: t.Protocol, Username: t.Username, Credential: t.Credential, Secret: t.Secret,
			})
		}
	}
	return media.Config{APIKey: "anteroom", APISecret: secret, ConnectionsPerAddress: c.connectionsPerAddress(), Embedded: embedded}
}

// retention is how long an attempt is kept.
func (a Attempts) retention() time.Duration {
	if a.Days == 0 {
		return store.AttemptLife
	}
	return time.Duration(a.Days) * 24 * time.Hour
}

// joinsPerMinute is the limit of apps without their own. There is none where
// developers try how many fit.
func (c *Config) joinsPerMinute() int {
	if c.JoinsPerMinute == 0 && c.Mode == Production {
		return defaultJoinsPerMinute
	}
	return c.JoinsPerMinute
}

// connectionsPerAddress is 0, no limit, where developers try how many fit.
func (c *Config) connectionsPerAddress() int {
	if c.Media.ConnectionsPerAddress == 0 && c.Mode == Production {
		return defaultConnectionsPerAddress
	}
	return c.Media.ConnectionsPerAddress
}

func (c *Config) chatLife() time.Duration {
	if c.Chat.Days == 0 {
		return store.ChatLife
	}
	return time.Duration(c.Chat.Days) * 24 * time.Hour
}

// shared reports whether several nodes may work on the database.
func (c *Config) shared() bool { return c.Redis != "" }

// keyInFolder reports whether the encryption key is a file in the data folder.
func (c *Config) keyInFolder() bool { return c.Mode == Development && c.EncryptionKey == "" }

func (c *Config) encryptionKey() ([]byte, error) {
	if c.keyInFolder() {
		return developmentKey(c.Data, c.idFile(), c.databaseURL())
	}
	return c.key()
}

// idFile holds the id of the database that belongs to this configuration. It is in
// the data folder in production as well: the key, beside which it belongs, is
// configuration there, which the server does not write. SQLite and PostgreSQL have a
// file each, so that one can try the other.
func (c *Config) idFile() string {
	if c.Database == "" {
		return filepath.Join(c.Data, "anteroom.db.id")
	}
	return filepath.Join(c.Data, "database.id")
}

// amongNodes reports whether this is a node among others.
func (c *Config) amongNodes() bool { return c.shared() && c.Media.External.URL != "" }

// databaseURL is where the state is kept.
func (c *Config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "anteroom.db")
}
