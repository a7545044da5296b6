package signature

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// shorten makes a claim's value fit for a sentence: bounded, on one line.
func shorten(s string) string {
	const most = 40
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == most {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// keyPrefix shows enough of a key to recognise it, and no more: what stands in the
// key claim may turn out to be a secret of somebody else's.
func keyPrefix(key string) string {
	const shown = 6
	r := []rune(key)
	if len(r) <= shown {
		return shorten(key)
	}
	return shorten(string(r[:shown])) + "…"
}

// seconds words a span given in whole seconds as a person would.
func seconds(n int64) string {
	if n < 0 {
		n = -n
	}
	switch {
	case n < 120:
		return strconv.FormatInt(n, 10) + " s"
	case n < 7200:
		return amount(n, 60, "min")
	case n < 172800:
		return amount(n, 3600, "h")
	default:
		return amount(n, 86400, "days")
	}
}

func amount(n, unit int64, name string) string {
	if n%unit == 0 {
		return strconv.FormatInt(n/unit, 10) + " " + name
	}
	return strconv.FormatFloat(float64(n)/float64(unit), 'f', 1, 64) + " " + name
}

// moment words a Unix time as seen from now: the day is left out when it is today.
func moment(unix int64, now time.Time) string {
	t, now := time.Unix(unix, 0).UTC(), now.UTC()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05 UTC")
	}
	if t.Year() > 9999 || t.Year() < 0 {
		return "second " + strconv.FormatInt(unix, 10)
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// formatMeetingNumber writes a meeting number in groups, as people read it out.
func formatMeetingNumber(digits string) string {
	if len(digits) < 9 || len(digits) > 11 {
		return shorten(digits)
	}
	return digits[:3] + " " + digits[3:len(digits)-4] + " " + digits[len(digits)-4:]
}
