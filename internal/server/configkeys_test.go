package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProblemsOfAConfigurationNameItsKeys(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"listne: x", `line 1: there is no key "listne"`},
		{"lisen: x", `line 1: there is no key "lisen"; did you mean "listen"?`},
		{"media:\n  prt: 1", `line 2: there is no key "prt"; did you mean "port"?`},
		{"media:\n  port: abc", "line 2: media.port: must be a whole number"},
		{"media:\n  tcp_fallback: 3", "line 2: media.tcp_fallback: must be true or false"},
		{"media: {port: many, tcp_fallback: maybe}", "line 1: media.port: must be a whole number\nline 1: media.tcp_fallback: must be true or false"},
		{"chat:\n  keep: a very long text in place of a number\n  days: x", "chat.keep: must be a whole number\nline 3: chat.days: must be"},
		{"media:\n  turn:\n  - {host: a, port: x}", "line 3: media.turn[0].port: must be a whole number"},
		{"attempts: 5", "line 1: attempts: must be a group of keys"},
		{"trusted_proxies: [nonsense, 10.0.0.0/33]", "trusted_proxies[0]: \"nonsense\" is not an IP address or a network\ntrusted_proxies[1]: \"10.0.0.0/33\""},
		{"listen: nonsense", `listen: "nonsense" is not an address`},
		{"trusted_proxies: x", "line 1: trusted_proxies: must be a list"},
		{"media:\n  port: 70000", "media.port: is 70000"},
		{"media:\n  public_ip: x", "media.public_ip: "},
		{"media:\n  stun_servers: [x]", "media.stun_servers[0]: "},
		{"media:\n  turn: [{host: a, port: 1, protocol: x}]", "media.turn[0].protocol: "},
		{"media:\n  turn: [{host: a, port: 1, protocol: udp}]", "media.turn[0]: needs username and credential, or secret"},
		{"media:\n  external: {url: x, key: k, secret: s}", "media.external.url: "},
	} {
		path := filepath.Join(t.TempDir(), "anteroom.yaml")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFile(path)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v does not say %q", c.file, err, c.want)
			continue
		}
		for _, internal := range []string{"server.", "Embedded", "External", "!!", "APIKey"} {
			if strings.Contains(err.Error(), internal) {
				t.Errorf("%q: %v names %q, which is not in the file", c.file, err, internal)
			}
		}
	}
}

func TestAWrongListenAddressIsNamedOnce(t *testing.T) {
	config := DevelopmentDefaults()
	config.Listen = "nonsense"
	if err := config.Validate(); err == nil || err.Error() != `listen: "nonsense" is not an address such as 127.0.0.1:8080` {
		t.Error(err)
	}
}
