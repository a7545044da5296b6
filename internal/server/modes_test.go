package server_test

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/httpapi"
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
	for _, pattern := range developersRoutes(t, s.Routes()) {
		methods, path := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, pattern
		if method, rest, one := strings.Cut(pattern, " "); one {
			methods, path = []string{method}, rest
		}
		path = strings.NewReplacer("{code}", "3712", "{id}", "01", "{name}", "start.js", "{$}", "").Replace(path)
		for _, method := range methods {
			request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			// Whoever asks beforehand is told what may be asked of the SDK's files.
			preflight := method == http.MethodOptions && response.StatusCode == http.StatusNoContent && !strings.Contains(response.Header.Get("Access-Control-Allow-Methods"), "POST")
			if response.StatusCode != http.StatusNotFound && !preflight {
				t.Errorf("%s %s returns %d", method, path, response.StatusCode)
			}
		}
	}
	accounts, err := s.Store.Accounts(t.Context(), store.Page{})
	if err != nil || len(accounts) != 0 {
		t.Fatalf("production has a world nobody made: %v %v", accounts, err)
	}
}

// developersRoutes are the patterns of everything that development mode serves and
// production does not.
func developersRoutes(t *testing.T, inProduction []httpapi.Route) []string {
	t.Helper()
	config := server.DevelopmentDefaults()
	config.Listen, config.Data, config.Media.Port = "127.0.0.1:0", t.TempDir(), 0
	s, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	var routes []string
	for _, route := range s.Routes() {
		if !slices.Contains(inProduction, route) {
			routes = append(routes, route.Pattern)
		}
	}
	for _, known := range []string{"/dev/", "GET /dev/v1/world", "/dev/v1/signature", "POST /{$}", "PUT /dev/v1/clock", "POST /dev/v1/faults", "DELETE /dev/v1/faults/{id}", "POST /dev/v1/scenarios/{code}", "GET /demo/client"} {
		if !slices.Contains(routes, known) {
			t.Errorf("%s is not among the routes that were found: %q", known, routes)
		}
	}
	return routes
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
		"data folder":          {development(func(c *server.Config) { c.Data = filepath.Join(file, "below") }), "data directory cannot be used"},
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
	config.Listen, config.Data, config.Media.Port = "127.0.0.1:0", t.TempDir(), 0
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

func TestNodesWithoutRedisAreAlone(t *testing.T) {
	t.Parallel()
	config := server.DevelopmentDefaults()
	config.Listen, config.Data = "127.0.0.1:0", t.TempDir()
	config.Media.External.URL, config.Media.External.Key, config.Media.External.Secret = "ws://127.0.0.1:1", "key", strings.Repeat("s", 32)
	first, err := server.Start(t.Context(), config, server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close(context.WithoutCancel(t.Context())) }()
	second, err := server.Start(t.Context(), config, server.Parts{})
	if err == nil {
		_ = second.Close(t.Context())
		t.Fatal("two servers that cannot tell each other anything share one database")
	}
	if !strings.Contains(err.Error(), "set Redis") {
		t.Fatalf("not clear: %v", err)
	}
}

func TestTheConfigurationListsAllItsProblems(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "anteroom.yaml")
	if err := os.WriteFile(file, []byte("listen: nonsense\npublic_url: ftp://x\nencryption_key: short\nattempts: {days: -1, keep: 2000000000}\nchat: {days: 9999, keep: -1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := server.ReadFile(file)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{"listen:", "public_url:", "encryption_key:", "tls:", "attempts.days:", "attempts.keep:", "chat.days:", "chat.keep:"} {
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
