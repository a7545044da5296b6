package admission

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// refuse is one finding in a rule's answer; the rule adds step, code and remedy.
func refuse(cause, format string, args ...any) []Finding {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return []Finding{{Cause: cause, Evidence: format}}
}

// blank reports whether a text has nothing to read.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) }) < 0
}

// clip shortens a text for a sentence, at whole characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// quote is a value inside a sentence.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, clip(s, 60))
	return "“" + s + "”"
}

// formatTime names a moment, to the second.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// formatDay names a date.
func formatDay(t time.Time) string { return t.UTC().Format("2 January 2006") }

// formatDuration names a length of time in its largest two units.
func formatDuration(d time.Duration) string {
	d = d.Abs().Round(time.Second)
	const fullDay = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return twoUnits(d, time.Minute, "min", time.Second, "s")
	case d < fullDay:
		return twoUnits(d, time.Hour, "h", time.Minute, "min")
	}
	return twoUnits(d, fullDay, "days", time.Hour, "h")
}

func twoUnits(d, big time.Duration, bigName string, small time.Duration, smallName string) string {
	if rest := d % big / small; rest > 0 {
		return fmt.Sprintf("%d %s %d %s", d/big, bigName, rest, smallName)
	}
	return fmt.Sprintf("%d %s", d/big, bigName)
}

// formatMeetingNumber writes a meeting number as people read it out.
func formatMeetingNumber(number string) string {
	switch len(number) {
	case 9:
		return number[:3] + " " + number[3:6] + " " + number[6:]
	case 10:
		return number[:3] + " " + number[3:6] + " " + number[6:]
	case 11:
		return number[:3] + " " + number[3:7] + " " + number[7:]
	}
	return clip(number, 24)
}

// maskEmail shows enough of an address to recognise it.
func maskEmail(address string) string {
	name, domain, found := strings.Cut(address, "@")
	if !found || name == "" {
		return quote(address)
	}
	_, size := utf8.DecodeRuneInString(name)
	return quote(name[:size] + "…@" + domain)
}
