package admission

import (
	"strings"
	"unicode"
)

// CleanName takes out of a name what would disturb the text around it: characters
// that turn the direction of writing, line breaks and other controls. Joiners stay,
// for some scripts and emoji need them.
func CleanName(name string) string {
	disturbs := func(r rune) bool {
		switch r {
		case '\u061C', '\u200E', '\u200F', '\u2028', '\u2029', '\uFEFF':
			return true
		}
		return unicode.IsControl(r) || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
	}
	if strings.IndexFunc(name, disturbs) < 0 {
		return strings.TrimSpace(name)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case !disturbs(r):
			return r
		case r == 0:
			return unicode.ReplacementChar // as wherever a text is read
		case unicode.IsSpace(r):
			return ' ' // a line break keeps words apart
		}
		return -1
	}, name))
}
