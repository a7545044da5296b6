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
		{"media:\n  port: abc", "line 2: port: must be a whole number"},
		{"media:\n  tcp_fallback: 3", "line 2: tcp_fallback: must be true or false"},
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
