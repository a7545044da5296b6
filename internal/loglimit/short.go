package loglimit

import (
	"fmt"
	"log/slog"
	"unicode/utf8"
)

// Limits of a line, in bytes before quoting.
const (
	messageBytes = 256
	valueBytes   = 1 << 10
	// stackBytes is for the value named "stack".
	stackBytes = 8 << 10
	// lineBytes bounds all values together; what comes after is left out.
	lineBytes = 16 << 10
)

// short is the record within the limits.
func short(r *slog.Record) slog.Record {
	out := slog.NewRecord(r.Time, r.Level, truncate(r.Message, messageBytes), r.PC)
	left := lineBytes
	r.Attrs(func(a slog.Attr) bool {
		if left > 0 {
			out.AddAttrs(shortAttr(a, &left))
		}
		return true
	})
	return out
}

func shortAttrs(attrs []slog.Attr, left *int) []slog.Attr {
	out := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		if *left > 0 {
			out = append(out, shortAttr(a, left))
		}
	}
	return out
}

func shortAttr(a slog.Attr, left *int) slog.Attr {
	most := valueBytes
	if a.Key == "stack" {
		most = stackBytes
	}
	most = min(most, *left)
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindGroup:
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(shortAttrs(value.Group(), left)...)}
	case slog.KindString:
		text := value.String()
		value = slog.StringValue(truncate(text, most))
		*left -= min(len(text), most)
	case slog.KindAny:
		text := fmt.Sprint(value.Any())
		if len(text) > most {
			value = slog.StringValue(truncate(text, most))
		}
		*left -= min(len(text), most)
	default: // numbers and times
	}
	return slog.Attr{Key: a.Key, Value: value}
}

// truncate shortens a text to so many bytes, and says how long it was.
func truncate(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return fmt.Sprintf("%s… [%d bytes]", text[:most], len(text))
}
