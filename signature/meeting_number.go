package signature

import (
	"strings"
	"unicode"
)

// CleanMeetingNumber removes what people put between the digits of a meeting
// number: blanks of any kind, dashes and a plus sign. Everything else stays, so
// that a URL or a name is still seen to be none. The result is not checked.
func CleanMeetingNumber(s string) string {
	if allDigits(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '+' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || invisible(r) {
			return -1
		}
		return r
	}, s)
}

// plausibleMeetingNumber reports whether s is 9 to 11 digits.
func plausibleMeetingNumber(s string) bool {
	return len(s) >= 9 && len(s) <= 11 && allDigits(s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// invisible are characters that copying drags along: byte order mark, zero-width
// and directional marks.
func invisible(r rune) bool {
	return r == '\uFEFF' || (r >= '\u200B' && r <= '\u200F') || (r >= '\u202A' && r <= '\u202E') || r == '\u2060'
}
