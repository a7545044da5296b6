// Package limit bounds how often something is done from one place.
package limit

import "net/netip"

// Group is the part of an address that one household or machine has for itself:
// an IPv4 address, or the /64 of an IPv6 address. What is no address is a group of
// its own.
func Group(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	prefix, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
