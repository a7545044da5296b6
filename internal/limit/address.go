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
	a, err := netip.ParseAddr(address)
	if err != nil {
		return strings.Clone(address[:min(len(address), maxGroup)])
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	prefix, _ := a.Prefix(64) // no address of IPv6 is shorter
	return prefix.String()
}

// Network is the part of an address that one customer of a provider may have for
// itself: the /24 of an IPv4 address, or the /48 of an IPv6 address. It differs from
// each Group.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return Group(address) + "/"
	}
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	prefix, _ := a.Prefix(bits) // no address is shorter
	return prefix.String()
}
