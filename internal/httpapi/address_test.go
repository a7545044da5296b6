package httpapi

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
)

// clientAddressOf is the address that every handler sees of a request.
func clientAddressOf(r *http.Request, proxies ...netip.Prefix) (client string) {
	a := &api{Config: Config{TrustedProxies: func() []netip.Prefix { return proxies }}}
	a.withClientAddress(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { client = clientIP(r) })).ServeHTTP(httptest.NewRecorder(), r)
	return client
}

func TestWhoseAddressIsBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies   []string
		forwarded string
		want      string
	}{
		"nobody declared":      {nil, "203.0.113.9", "127.0.0.1"},
		"a declared proxy":     {[]string{"127.0.0.1/32"}, "203.0.113.9", "203.0.113.9"},
		"what the client says": {[]string{"127.0.0.1/32"}, "10.9.9.9, 203.0.113.9", "203.0.113.9"},
		"two proxies":          {[]string{"127.0.0.1/32", "10.0.0.0/8"}, "203.0.113.9, 10.1.2.3", "203.0.113.9"},
		"with a port":          {[]string{"127.0.0.1/32"}, "203.0.113.9:41234", "203.0.113.9"},
		"IPv6":                 {[]string{"127.0.0.1/32"}, "2001:db8::9", "2001:db8::9"},
		"IPv6 in brackets":     {[]string{"127.0.0.1/32"}, "[2001:db8::9]", "2001:db8::9"},
		"IPv6 with a port":     {[]string{"127.0.0.1/32"}, "[2001:db8::9]:41234", "2001:db8::9"},
		"IPv4 in IPv6":         {[]string{"127.0.0.1/32"}, "[::ffff:203.0.113.9]:1", "203.0.113.9"},
		"ports on all hops":    {[]string{"127.0.0.1/32", "10.0.0.0/8"}, "198.51.100.7, 203.0.113.9:80, 10.1.2.3:443", "203.0.113.9"},
		"in quotes":            {[]string{"127.0.0.1/32"}, `"[2001:db8::9]:1"`, "2001:db8::9"},
		"a name with a port":   {[]string{"127.0.0.1/32"}, "evil.example:80", "127.0.0.1"},
		"rubbish":              {[]string{"127.0.0.1/32"}, "unknown", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			var proxies []netip.Prefix
			for _, p := range c.proxies {
				proxies = append(proxies, mustPrefix(t, p))
			}
			r := httptest.NewRequest(http.MethodPost, "/sdk/v1/join", nil)
			r.RemoteAddr = "127.0.0.1:5555"
			r.Header.Set("X-Forwarded-For", c.forwarded)
			if got := clientAddressOf(r, proxies...); got != c.want {
				t.Fatalf("want %s, got %s", c.want, got)
			}
		})
	}
}

// Every mounted handler sees the same address, and no header that claims another.
func TestHandlersGetOneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proxy, address, secure string
	}{
		{"10.0.0.0/8", "203.0.113.9", "https"},
		{"10.9.0.0/16", "10.0.0.1", ""},
	} {
		var seen *http.Request
		note := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r })
		face := New(Config{
			Realtime: note, Signalling: note, MediaWebhook: note, Files: files(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
			TrustedProxies: func() []netip.Prefix { return []netip.Prefix{mustPrefix(t, c.proxy)} },
		})
		for path, method := range map[string]string{
			"/realtime": http.MethodGet, "/realtime/x": http.MethodGet, "/realtime/stream": http.MethodPost, "/realtime/emulation": http.MethodPost,
			"/rtc": http.MethodGet, "/rtc/validate": http.MethodGet, "/media/webhook": http.MethodPost,
		} {
			seen = nil
			r := httptest.NewRequest(method, path, nil)
			r.RemoteAddr = "10.0.0.1:4711"
			for name, value := range map[string]string{
				"X-Forwarded-For": "192.0.2.66, 203.0.113.9", "X-Forwarded-Proto": "https", "X-Real-IP": "192.0.2.66",
				"CF-Connecting-IP": "192.0.2.66", "True-Client-IP": "192.0.2.66", "Forwarded": "for=192.0.2.66",
			} {
				r.Header.Set(name, value)
			}
			face.ServeHTTP(httptest.NewRecorder(), r)
			if seen == nil {
				t.Errorf("%s is not mounted", path)
				continue
			}
			if got := clientIP(seen); got != c.address {
				t.Errorf("%s: from %s, want %s", path, got, c.address)
			}
			if got := seen.Header.Get("X-Forwarded-Proto"); got != c.secure {
				t.Errorf("%s: called by %q, want %q", path, got, c.secure)
			}
			delete(seen.Header, "X-Forwarded-Proto")
			if left := slices.Collect(maps.Keys(seen.Header)); len(left) > 0 {
				t.Errorf("%s: claims go on: %v", path, left)
			}
		}
	}
}

func mustPrefix(t *testing.T, text string) netip.Prefix {
	t.Helper()
	p, err := netip.ParsePrefix(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
