package admission

import (
	"strings"
	"unicode/utf8"
)

// shapeOf says what somebody put in the place of a number.
func shapeOf(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case strings.Contains(s, "://"), strings.Contains(s, "/j/"), strings.Contains(s, "/w/"), strings.HasPrefix(s, "www."):
		return ", which is a link (the number is in it, after /j/ or /w/)"
	case s == "undefined" || s == "null" || s == "NaN" || s == "[object Object]":
		return ", which is what a missing value becomes as a string"
	case strings.Count(s, "-") == 4 && len(s) == 36, strings.HasSuffix(s, "=="):
		return ", which is the UUID of one instance of a meeting"
	case strings.Contains(s, "@"):
		return ", which is an address"
	}
	return ""
}

// stripQuery is a link without what follows its path: a passcode and a registrant's tk
// stand there, and evidence is kept.
func stripQuery(s string) string {
	if i := strings.IndexAny(s, "?#&"); i >= 0 {
		return s[:i] + "…"
	}
	return s
}

// HasScript reports whether a text contains "<script" or "</script" in any case.
func HasScript(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		s = s[i+1:]
		tag := strings.TrimPrefix(s, "/")
		if len(tag) >= 6 && strings.EqualFold(tag[:6], "script") {
			return true
		}
	}
}

// LinkMark begins the link form of a passcode, and LinkLength is how long the form
// is, the mark included and an optional ".1" behind it not.
const (
	LinkMark   = "p_"
	LinkLength = 30
)

// linkFormIn reports whether our link form, whole or with something around it, is
// in a text that is too long for a plain passcode.
func linkFormIn(s string) bool {
	if len(s) > maxLinkText {
		return false
	}
	for {
		i := strings.Index(s, LinkMark)
		if i < 0 {
			return false
		}
		s = s[i+len(LinkMark):]
		n := 0
		for n < len(s) && isAlphanumeric(s[n]) {
			n++
		}
		if n >= leastLinkPart {
			return true
		}
	}
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isEmailAddress reports whether a text has the form of one e-mail address. It is
// no promise that mail arrives there.
func isEmailAddress(s string) bool {
	i := strings.LastIndexByte(s, '@')
	if i < 1 || i > 64 {
		return false
	}
	name, domain := s[:i], s[i+1:]
	if name[0] == '.' || name[i-1] == '.' || strings.Contains(name, "..") || strings.ContainsAny(name, " \t\r\n\"(),:;<>@[]\\") {
		return false
	}
	if !strings.Contains(domain, ".") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isAlphanumeric(c) && c != '-' && c < utf8.RuneSelf {
				return false
			}
		}
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	return true
}
