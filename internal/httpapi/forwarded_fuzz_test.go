package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// FuzzForwardedFor demands that a proxy's header gives the address of a person and
// nothing else, and that what a person has sent before it changes nothing.
func FuzzForwardedFor(f *testing.F) {
	for _, header := range []string{
		"", "192.0.2.7", "192.0.2.7:4711", "[2001:db8::1]:80", `"[2001:db8::1]"`, "2001:db8::1%eth0", "::ffff:192.0.2.7", "198.51.100.4, 10.0.0.2", ",,", "unknown",
	} {
		f.Add(header)
	}
	ask := func(from string, header ...string) string {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = from
		r.Header["X-Forwarded-For"] = header
		return clientAddressOf(r, netip.MustParsePrefix("10.0.0.0/8"))
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := ask("203.0.113.9:1", header); got != "203.0.113.9" {
			t.Fatalf("a stranger is taken for %q", got)
		}
		got := ask("10.0.0.1:1", header)
		address, err := netip.ParseAddr(got)
		if err != nil || address.String() != got || address.Is4In6() || address.Zone() != "" {
			t.Fatalf("%q is no plain address", got)
		}
		if behind := ask("10.0.0.1:1", header, "192.0.2.7"); behind != "192.0.2.7" {
			t.Fatalf("%q in front of the proxy's entry gives %q", header, behind)
		}
		if joined := ask("10.0.0.1:1", strings.TrimRight(header, " ")+", 10.0.0.2"); joined != got && got != "10.0.0.1" {
			t.Fatalf("%q and with one more proxy %q", got, joined)
		}
	})
}
