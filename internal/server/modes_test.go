package server_test

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
)

func production(t *testing.T) server.Config {
	t.Helper()
	return server.Config{
		Mode: server.Production, Listen: "127.0.0.1:0", Data: t.TempDir(), PublicURL: "https://meet.example",
		EncryptionKey: base64.StdEncoding.EncodeToString(make([]byte, 32)), TrustedProxies: []string{"127.0.0.1"},
	}
}

// Whatever exists only for development is not there in production, not even
// as a refusal.
func TestProductionHasNothingOfDevelopment(t *testing.T) {
	t.Parallel()
	s, err := server.Start(t.Context(), production(t), server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	for _, c := range []struct{ method, path string }{
		{"GET", "/dev/v1/world"},
		{"POST", "/dev/v1/signature"},
		{"POST", "/dev/v1/tokens"},
		{"POST", "/dev/v1/diagnose"},
		{"GET", "/dev/v1/attempts"},
		{"GET", "/dev/v1/scenarios"},
		{"GET", "/dev/v1/clock"},
		{"PUT", "/dev/v1/clock"},
		{"DELETE", "/dev/v1/clock"},
		{"GET", "/dev/v1/faults"},
		{"POST", "/dev/v1/faults"},
		{"DELETE", "/dev/v1/faults"},
		{"POST", "/dev/v1/scenarios/3712"},
		{"PATCH", "/dev/v1/world"},
		{"GET", "/dev/"},
		{"GET", "/demo/client"},
		{"GET", "/demo/component"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s %s answers %d", c.method, c.path, response.StatusCode)
		}
	}
	accounts, err := s.Store.Accounts(t.Context(), store.Page{})
	if err != nil || len(accounts) != 0 {
		t.Fatalf("production has a world nobody made: %v %v", accounts, err)
	}
}

func TestEachTroubleIsOneClearSentence(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	development := func(change func(*server.Config)) server.Config {
		c := server.DevelopmentDefaults()
		c.Listen, c.Data = "127.0.0.1:0", t.TempDir()
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		config server.Config
		says   string
	}{
		"busy port":            {development(func(c *server.Config) { c.Listen = busy.Addr().String() }), "address already in use"},
		"data folder":          {development(func(c *server.Config) { c.Data = filepath.Join(file, "below") }), "data folder cannot be used"},
		"unreachable database": {development(func(c *server.Config) { c.Database = "postgres://nobody@127.0.0.1:1/none" }), "database"},
		"public listener":      {development(func(c *server.Config) { c.Listen = "0.0.0.0:0" }), "loopback"},
		"no key":               {func() server.Config { c := production(t); c.EncryptionKey = ""; return c }(), "encryption_key: missing"},
		"no TLS":               {func() server.Config { c := production(t); c.TrustedProxies = nil; return c }(), "trusted_proxies"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			s, err := server.Start(ctx, c.config, server.Parts{})
			if err == nil {
				_ = s.Close(ctx)
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "goroutine") {
				t.Fatalf("not clear: %v", err)
			}
		})
	}
}

func TestASecondServerOnOneDatabaseRefusesToStart(t *testing.T) {
	t.Parallel()
	config := server.DevelopmentDefaults()
	config.Listen, config.Data = "127.0.0.1:0", t.TempDir()
	first, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close(context.WithoutCancel(t.Context())) }()
	second, err := server.Start(t.Context(), config, server.Parts{})
	if err == nil {
		_ = second.Close(t.Context())
		t.Fatal("two servers share one database")
	}
	if !strings.Contains(err.Error(), "already uses this database") {
		t.Fatalf("not clear: %v", err)
	}
}

func TestTheConfigurationListsAllItsProblems(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "anteroom.yaml")
	if err := os.WriteFile(file, []byte("listen: nonsense\npublic_url: ftp://x\nencryption_key: short\nattempts: {days: -1, keep: 2000000000}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := server.ReadFile(file)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{"listen:", "public_url:", "encryption_key:", "tls:", "attempts.days:", "attempts.keep:"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("says nothing of %s %v", key, err)
		}
	}
	if err := os.WriteFile(file, []byte("listn: :80\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = server.ReadFile(file); err == nil || !strings.Contains(err.Error(), "listn") {
		t.Fatalf("an unknown key went unnoticed: %v", err)
	}
}
