package limit

import (
	"strings"
	"testing"
)

func TestGroup(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.9":          "203.0.113.9",
		"::ffff:203.0.113.9":   "203.0.113.9",
		"2001:db8:1:2::9":      "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
		"2001:db8:1:3::9":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		// What stands for an address of IPv4 is that one.
		"64:ff9b::203.0.113.9":              "203.0.113.9",
		"64:ff9b:1::203.0.113.9":            "203.0.113.9",
		"::ffff:0:203.0.113.9":              "203.0.113.9",
		"2002:cb00:7109:1::1":               "203.0.113.9",
		"2001:0:c633:6407:0:fbff:34ff:8ef6": "203.0.113.9",
		"::1":                               "::/64",
		"somewhere":                         "somewhere",
		"":                                  "",
	} {
		if got := Group(address); got != want {
			t.Errorf("Group(%q) is %q, want %q", address, got, want)
		}
		if n := len(Group(address + strings.Repeat("x", 1<<20))); n > maxGroup {
			t.Errorf("the group of a long text after %q has %d bytes", address, n)
		}
		if n := len(Group("fe80::1%" + strings.Repeat("x", 1<<20))); n > maxGroup {
			t.Errorf("the group of a long zone has %d bytes", n)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.9":        "203.0.113.0/24",
		"::ffff:203.0.113.9": "203.0.113.0/24",
		"2001:db8:1:2::9":    "2001:db8:1::/48",
		"2001:db8:1:ffff::1": "2001:db8:1::/48",
		"fe80::1%eth0":       "fe80::/48",
		"64:ff9b::cb00:7109": "203.0.113.0/24",
		"2002:cb00:7109::1":  "203.0.113.0/24",
		"somewhere":          "somewhere/",
		"":                   "/",
	} {
		if got := Network(address); got != want {
			t.Errorf("Network(%q) is %q, want %q", address, got, want)
		}
	}
}
