package server

import (
	"log/slog"
	"net/url"
	"strings"
)

// LogValue is the configuration for the log. It names what is shown, so that a new
// key with a secret is not.
func (c *Config) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("mode", string(c.Mode)), slog.String("listen", c.Listen), slog.String("data", c.Data),
		slog.String("database", place(c.Database, "sqlite")),
	}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	number := func(key string, value int) {
		if value != 0 {
			attrs = append(attrs, slog.Int(key, value))
		}
	}
	add("public_url", c.PublicURL)
	add("tls.certificate", c.TLS.Certificate)
	add("trusted_proxies", strings.Join(c.TrustedProxies, " "))
	add("admin_socket", c.AdminSocket)
	add("redis", place(c.Redis, ""))
	if external := c.Media.External.URL; external != "" {
		add("media.external.url", place(external, ""))
	} else {
		number("media.port", c.Media.Port)
		attrs = append(attrs, slog.Bool("media.tcp_fallback", c.Media.TCPFallback))
		add("media.public_ip", c.Media.PublicIP)
		add("media.stun_servers", strings.Join(c.Media.STUNServers, " "))
		hosts := make([]string, len(c.Media.TURN))
		for i, t := range c.Media.TURN {
			hosts[i] = t.Host
		}
		add("media.turn", strings.Join(hosts, " "))
	}
	number("attempts.days", c.Attempts.Days)
	number("attempts.keep", c.Attempts.MaxCount)
	number("joins_per_minute", c.JoinsPerMinute)
	number("chat.keep", c.Chat.MaxMessages)
	number("chat.days", c.Chat.Days)
	return slog.GroupValue(attrs...)
}

// place is an address without whatever may hold a password.
func place(address, otherwise string) string {
	if address == "" {
		return otherwise
	}
	if !strings.Contains(address, "://") {
		if strings.Contains(address, "@") || strings.Contains(address, "=") {
			return "set"
		}
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "set"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
