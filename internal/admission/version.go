package admission

import (
	"strconv"
	"strings"
)

// isOlder reports whether an SDK version is older than a minimum. Versions are
// numbers between dots ("5.1.4"); a leading v and what follows a dash or plus are
// not compared. What is no version is never below.
func isOlder(version, minimum string) bool {
	have, ok := versionNumbers(version)
	want, wanted := versionNumbers(minimum)
	if !ok || !wanted {
		return false
	}
	for i := range have {
		if have[i] != want[i] {
			return have[i] < want[i]
		}
	}
	return false
}

// versionNumbers reads up to four numbers; those not given are zero.
func versionNumbers(s string) (n [4]int, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "v")
	if i := strings.IndexAny(s, "-+ "); i >= 0 {
		s = s[:i]
	}
	if s == "" {
		return n, false
	}
	for i := 0; s != ""; i++ {
		var part string
		part, s, _ = strings.Cut(s, ".")
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 {
			return n, false
		}
		if i < len(n) {
			n[i] = v
		}
	}
	return n, true
}
