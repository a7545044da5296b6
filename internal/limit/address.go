// Package limit bounds how often something is done from one place.
package limit

import (
	"net/netip"
	"strings"
)

// maxGroup is longer than every group of addresses, in bytes.
const maxGroup = 64

// Group is the part of an address that one household or machine has for itself:
// an IPv4 address, or the /64 of an IPv6 address. What is no address is a group of
// its own, by its first 64 bytes: no group is longer.
func Group(address string) string {
	a, ok := parse(address)
	switch {
	case !ok:
		return strings.Clone(address[:min(len(address), maxGroup)])
	case a.Is4():
		return a.String()
	}
	return prefix(a, 64)
}

// Network is the part of an address that one customer of a provider may have for
// itself: the /24 of an IPv4 address, or the /48 of an IPv6 address. It differs from
// each Group.
func Network(address string) string {
	a, ok := parse(address)
	switch {
	case !ok:
		return Group(address) + "/"
	case a.Is4():
		return prefix(a, 24)
	}
	return prefix(a, 48)
}

// prefix writes the network of so many bits; no address is shorter.
func prefix(a netip.Addr, bits int) string {
	p, _ := a.Prefix(bits)
	return p.String()
}

// parse reads an address. One that stands for an address of IPv4 is that one.
func parse(address string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return a, false
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a, true
	}
	bytes := a.As16()
	for _, e := range embedding {
		if e.prefix.Contains(a) {
			v4 := [4]byte(bytes[e.at:])
			for i := range v4 {
				v4[i] ^= e.mask
			}
			return netip.AddrFrom4(v4), true
		}
	}
	return a, true
}

// embedding are the networks of IPv6 that hold all of IPv4: where in them an address of
// IPv4 begins, and with what each of its bytes is masked.
var embedding = []struct {
	prefix netip.Prefix
	at     int
	mask   byte
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12, 0},    // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12, 0},  // NAT64 of one's own, as a /96
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12, 0}, // IPv4-translated
	{netip.MustParsePrefix("2002::/16"), 2, 0},        // 6to4
	{netip.MustParsePrefix("2001::/32"), 12, 0xff},    // Teredo
}
