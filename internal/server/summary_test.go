package server

import (
	"log/slog"
	"strings"
	"testing"
)

func TestTheConfigurationIsLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-value"
	c := Config{
		Mode: Production, Listen: ":8443", PublicURL: "https://meet.example", Data: "/var/lib/anteroom", EncryptionKey: secret,
		Database: "postgres://anteroom:" + secret + "@db.example:5432/meetings?password=" + secret, Redis: "redis://:" + secret + "@cache.example:6379/1",
		TLS:            TLS{Certificate: "/etc/c.pem", Key: "/etc/k.pem"},
		TrustedProxies: []string{"10.0.0.0/8"},
		Media: Media{
			Port: 7882, TURN: []TURNServer{{Host: "turn.example", Username: secret, Credential: secret, Secret: secret}},
		},
	}
	write := func() string {
		log := &logText{}
		slog.New(slog.NewJSONHandler(log, nil)).Info("starting", "config", &c)
		return log.text()
	}
	text := write()
	c.Media.External = External{URL: "wss://user:" + secret + "@sfu.example?token=" + secret, Key: secret, Secret: secret}
	c.Database, c.Redis = "host=db password="+secret, secret+"@cache.example:6379"
	text += write()
	if strings.Contains(text, secret) {
		t.Errorf("a secret is logged: %s", text)
	}
	for _, want := range []string{
		"https://meet.example", ":8443", "db.example:5432/meetings", "cache.example:6379", "/etc/c.pem", "10.0.0.0/8", "turn.example", "wss://sfu.example",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown: %s", want, text)
		}
	}
}
