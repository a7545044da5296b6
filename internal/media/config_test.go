package media_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/media"
)

var secret = strings.Repeat("s", 32)

func TestConfigValidate(t *testing.T) {
	turn := media.TURNServer{Host: "turn.example.org", Port: 3478, Protocol: "udp", Username: "u", Credential: "c"}
	tests := []struct {
		name string
		cfg  media.Config
		want []string // fields named; none: valid
	}{
		{"dev mode", media.Config{Embedded: media.EmbeddedConfig{LoopbackOnly: true}}, nil},
		{"hosting", media.Config{
			Mode: media.ModeEmbedded, APIKey: "k", APISecret: secret,
			Embedded: media.EmbeddedConfig{
				MediaPort: 7882, TCPFallback: true, NodeIP: "203.0.113.9",
				STUNServers: []string{"stun.example.org:3478", "[2001:db8::1]:3478"},
				TURNServers: []media.TURNServer{turn, {Host: "t", Port: 443, Protocol: "tls", Secret: "x", TTL: time.Hour}},
			},
		}, nil},
		{"relay in front of dev mode", media.Config{Embedded: media.EmbeddedConfig{LoopbackOnly: true, NodeIP: "127.0.0.2"}}, nil},
		{"external", media.Config{
			Mode: media.ModeExternal, APIKey: "k", APISecret: secret,
			External: media.ExternalConfig{URL: "wss://lk.example.org/path", ReconcileInterval: time.Second},
		}, nil},
		{"unknown mode", media.Config{Mode: "cloud"}, []string{"Mode"}},
		{"half a key", media.Config{APIKey: "k"}, []string{"APIKey"}},
		{"short secret", media.Config{APIKey: "k", APISecret: "short"}, []string{"APISecret"}},
		{"all at once", media.Config{
			APIKey: strings.Repeat("k", 200), APISecret: "short",
			Embedded: media.EmbeddedConfig{
				MediaPort: 70000, LoopbackOnly: true, UseExternalIP: true, NodeIP: "nowhere",
				TURNServers: []media.TURNServer{{Host: "a b", Port: 0, Protocol: "sctp", TTL: time.Second}},
			},
		}, []string{
			"APIKey", "APISecret", "MediaPort", "UseExternalIP", "NodeIP", "STUNServers",
			"TURNServers[0]", "TURNServers[0].Protocol", "TURNServers[0].TTL",
		}},
		{"packet faults in public", media.Config{Embedded: media.EmbeddedConfig{PacketFaults: true}}, []string{"PacketFaults"}},
		{"public address in dev mode", media.Config{Embedded: media.EmbeddedConfig{LoopbackOnly: true, NodeIP: "203.0.113.9"}}, []string{"NodeIP"}},
		{"unreachable address", media.Config{Embedded: media.EmbeddedConfig{NodeIP: "0.0.0.0"}}, []string{"NodeIP"}},
		{"two ways to the address", media.Config{Embedded: media.EmbeddedConfig{
			NodeIP: "203.0.113.9", UseExternalIP: true, STUNServers: []string{"s:1"},
		}}, []string{"NodeIP"}},
		{"bad STUN", media.Config{Embedded: media.EmbeddedConfig{STUNServers: []string{"stun:a:1", "b", ":3"}}}, []string{"STUNServers[0]", "STUNServers[1]", "STUNServers[2]"}},
		{"two credentials", media.Config{Embedded: media.EmbeddedConfig{TURNServers: []media.TURNServer{
			{Host: "t", Port: 1, Protocol: "tcp", Username: "u", Secret: "s"},
		}}}, []string{"TURNServers[0].Secret"}},
		{"external without anything", media.Config{Mode: media.ModeExternal}, []string{"APIKey", "APISecret", "External.URL"}},
		{"external oddities", media.Config{
			Mode: media.ModeExternal, APIKey: "k", APISecret: secret,
			External: media.ExternalConfig{URL: "ftp://u:p@lk?x=1", ReconcileInterval: time.Hour},
		}, []string{"External.URL", "External.ReconcileInterval"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.cfg.Validate()
			if len(tt.want) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("no problem found")
			}
			for _, field := range tt.want {
				if !strings.Contains(err.Error(), field+":") {
					t.Errorf("%s not named in: %v", field, err)
				}
			}
			if strings.Contains(err.Error(), "u:p@") {
				t.Error("the password is in the message")
			}
		})
	}
}
