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
