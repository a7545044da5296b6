package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// protoHeader reports how a proxy was called.
const protoHeader = "X-Forwarded-Proto"

// addressHeaders claim to name a client. They are as http.Header spells them.
var addressHeaders = []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Cf-Connecting-Ip", "True-Client-Ip"}

// withClientAddress finds out once where a request comes from: behind it RemoteAddr is the
// client's address, for limits, logs and the media server alike. No header that claims
// an address goes further, and X-Forwarded-Proto only if a declared proxy sent it.
func (a *api) withClientAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if trusted := a.trustedProxies(); fromProxy(r, trusted) {
			if client, ok := forwardedFor(r.Header, trusted); ok {
				r.RemoteAddr = net.JoinHostPort(client.String(), "0")
			}
		} else {
			delete(r.Header, protoHeader)
		}
		for _, name := range addressHeaders {
			delete(r.Header, name)
		}
		next.ServeHTTP(w, r)
	})
}

// fromProxy reports whether a declared proxy sent a request.
func fromProxy(r *http.Request, trusted []netip.Prefix) bool {
	if len(trusted) == 0 {
		return false
	}
	peer, err := netip.ParseAddr(clientIP(r))
	return err == nil && contains(trusted, peer)
}

// forwardedFor is the address that the declared proxies name: they are believed about
// whom they speak for, anybody else is not.
func forwardedFor(header http.Header, trusted []netip.Prefix) (client netip.Addr, ok bool) {
	hops := strings.Split(strings.Join(header.Values("X-Forwarded-For"), ","), ",")
	for _, entry := range slices.Backward(hops) {
		hop, valid := forwardedAddress(entry)
		if !valid {
			break
		}
		client, ok = hop, true
		if !contains(trusted, hop) {
			break
		}
	}
	return client, ok
}

// forwardedAddress reads an entry of X-Forwarded-For. Some proxies add the port,
// and IPv6 addresses come with brackets or without.
func forwardedAddress(entry string) (netip.Addr, bool) {
	entry = strings.Trim(strings.TrimSpace(entry), `"`)
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(entry)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

func (a *api) trustedProxies() []netip.Prefix {
	if a.TrustedProxies == nil {
		return nil
	}
	return a.TrustedProxies()
}

func contains(networks []netip.Prefix, address netip.Addr) bool {
	address = address.Unmap()
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(address) })
}

// clientIP is the address a request came from, as located has found it out.
func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// secure reports whether the page uses TLS.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get(protoHeader) == "https"
}
