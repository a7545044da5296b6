package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/internal/server"
)

// addressRecorder is a LiveKit that has every room and notes what it is notified of
// the addresses of pages.
type addressRecorder struct {
	sync.Mutex
	last http.Header
}

func (a *addressRecorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/rtc/validate" {
		a.Lock()
		defer a.Unlock()
		a.last = r.Header
		return
	}
	w.Header().Set("Content-Type", "application/protobuf")
}

// Behind a reverse proxy the media proxy counts each page by its own address, and
// sends LiveKit that one; what strangers claim counts for nothing.
func TestTheMediaProxyKnowsPagesBehindAReverseProxy(t *testing.T) {
	t.Parallel()
	type ask struct {
		forwardedFor string
		status       int
		// address is the one that LiveKit is told.
		address string
	}
	for name, c := range map[string]struct {
		proxies []string
		asks    []ask
	}{
		"a declared proxy": {[]string{"127.0.0.1"}, []ask{
			{"203.0.113.9", 200, "203.0.113.9"},
			{"198.51.100.7, 203.0.113.9", 200, "203.0.113.9"},
			{"203.0.113.9", 429, ""},
			{"203.0.113.10", 200, "203.0.113.10"},
			{"2001:db8:1:2::9", 200, "2001:db8:1:2::9"},
			{"[2001:db8:1:2:ffff::1]:4711", 200, "2001:db8:1:2:ffff::1"},
			{"2001:db8:1:2::a", 429, ""},
			{"2001:db8:1:3::9", 200, "2001:db8:1:3::9"},
			{"", 200, "127.0.0.1"},
		}},
		"a stranger": {[]string{"10.0.0.0/8"}, []ask{
			{"203.0.113.9", 200, "127.0.0.1"},
			{"10.0.0.1", 200, "127.0.0.1"},
			{"203.0.113.10", 429, ""},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorded := &addressRecorder{}
			livekit := httptest.NewServer(recorded)
			defer livekit.Close()
			config := production(t)
			config.TrustedProxies, config.Media.ConnectionsPerAddress = c.proxies, 2
			config.Media.External = server.External{URL: livekit.URL, Key: "key", Secret: strings.Repeat("s", 32)}
			s := startServer(t, config, server.Parts{})
			_, response := s.join(t, nil)
			media, _ := response["media"].(map[string]any)
			token, _ := media["token"].(string)
			if token == "" {
				t.Fatalf("no media token: %v", response)
			}
			for i, ask := range c.asks {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/rtc/validate?access_token="+token, nil)
				if err != nil {
					t.Fatal(err)
				}
				if ask.forwardedFor != "" {
					request.Header.Set("X-Forwarded-For", ask.forwardedFor)
				}
				for _, other := range []string{"CF-Connecting-IP", "X-Real-IP", "True-Client-IP", "Forwarded"} {
					request.Header.Set(other, "192.0.2.66")
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != ask.status {
					t.Fatalf("%d. from %q: %d, want %d", i+1, ask.forwardedFor, response.StatusCode, ask.status)
				}
				if ask.address == "" {
					continue
				}
				recorded.Lock()
				for header, want := range map[string]string{
					"X-Forwarded-For": ask.address, "CF-Connecting-IP": ask.address, "X-Real-IP": ask.address, "True-Client-IP": "", "Forwarded": "",
				} {
					if got := recorded.last.Get(header); got != want {
						t.Errorf("%d. from %q: LiveKit received %s %q, want %q", i+1, ask.forwardedFor, header, got, want)
					}
				}
				recorded.Unlock()
			}
		})
	}
}
