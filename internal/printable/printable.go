// Package printable shows text that strangers wrote on a terminal. What a terminal would
// obey or hide is shown as an escape: control characters, those that turn the direction
// of writing, tags, and what is no UTF-8.
package printable

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line is a text on one line: line breaks and tabs are escaped as well.
func Line(text string) string {
	shown, cut := escape(nil, []byte(text))
	return breaks.Replace(string(shown)) + strings.Repeat(`\ufffd`, len(cut))
}

var breaks = strings.NewReplacer("\n", `\n`, "\t", `\t`)

// escaped reports whether a terminal would obey or hide a character. Line breaks and tabs
// are needed, and joiners, without which some scripts and emoji fall apart.
func escaped(r rune) bool {
	switch r {
	case '\n', '\t', '\u200c', '\u200d':
		return false
	}
	return r < ' ' || r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escape appends a text as it may be shown. In JSON, where what is escaped stands in
// strings only, the escapes are JSON's own. It leaves the beginning of a character that
// the text ends with.
func escape(out, text []byte) (shown, rest []byte) {
	for utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			out = append(out, `\ufffd`...)
		case !escaped(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out, text
}

// Writer writes to another one what may be shown: it escapes all but line breaks and
// tabs, which tables and indented JSON need.
type Writer struct {
	to io.Writer
	mu sync.Mutex
	// rest is the beginning of a character that has not come completely.
	rest []byte
}

// NewWriter makes a Writer.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Write writes all that is complete.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out, rest := escape(make([]byte, 0, len(p)), append(w.rest, p...))
	w.rest = bytes.Clone(rest)
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
