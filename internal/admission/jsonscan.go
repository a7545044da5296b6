package admission

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The join body is read by a scanner of its own: the standard decoder stops at the
// first wrong type, keeps silent about members that occur twice, and takes longer
// than all rules together. Tests hold it against the standard one.

// maxDepth is how deep values may nest; a join request needs one level.
const maxDepth = 64

// valueKind is the type of a JSON value.
type valueKind uint8

const (
	kindNull valueKind = iota
	kindText
	kindNumber
	kindBool
	kindObject
	kindArray
)

// name names the type for evidence.
func (k valueKind) name() string {
	switch k {
	case kindText:
		return "a string"
	case kindNumber:
		return "a number"
	case kindBool:
		return "true or false"
	case kindObject:
		return "an object"
	case kindArray:
		return "a list"
	}
	return "null"
}

// scanner walks JSON text. The first fault makes it stay where it is.
type scanner struct {
	doc string
	pos int
	bad bool
}

func (s *scanner) fail() { s.bad = true }

// peek is the next byte that is not a blank; 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.doc) {
		switch c := s.doc[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) {
	if s.peek() != c {
		s.fail()
		return
	}
	s.pos++
}

// object walks the members of the object that follows; member must consume the
// value.
func (s *scanner) object(member func(name string)) {
	s.expect('{')
	if s.bad {
		return
	}
	if s.peek() == '}' {
		s.pos++
		return
	}
	for !s.bad {
		if s.peek() != '"' {
			s.fail()
			return
		}
		name := s.text()
		s.expect(':')
		if s.bad {
			return
		}
		member(name)
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return
		default:
			s.fail()
		}
	}
}

// value consumes a value: for a text its content, for anything else as written.
func (s *scanner) value(depth int) (valueKind, string) {
	switch c := s.peek(); c {
	case '"':
		return kindText, s.text()
	case '{', '[':
		start := s.pos
		s.nested(c, depth)
		if c == '{' {
			return kindObject, s.doc[start:s.pos]
		}
		return kindArray, s.doc[start:s.pos]
	case 't':
		return kindBool, s.literal("true")
	case 'f':
		return kindBool, s.literal("false")
	case 'n':
		return kindNull, s.literal("null")
	default:
		return kindNumber, s.number()
	}
}

// nested consumes an object or a list without looking into it.
func (s *scanner) nested(open byte, depth int) {
	if depth >= maxDepth {
		s.fail()
		return
	}
	if open == '{' {
		s.object(func(string) { s.value(depth + 1) })
		return
	}
	s.pos++
	if s.peek() == ']' {
		s.pos++
		return
	}
	for !s.bad {
		s.value(depth + 1)
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return
		default:
			s.fail()
		}
	}
}

func (s *scanner) literal(w string) string {
	if !strings.HasPrefix(s.doc[s.pos:], w) {
		s.fail()
		return ""
	}
	s.pos += len(w)
	return w
}

// number consumes -?int frac? exp?.
func (s *scanner) number() string {
	start := s.pos
	digits := func() bool {
		from := s.pos
		for s.pos < len(s.doc) && s.doc[s.pos] >= '0' && s.doc[s.pos] <= '9' {
			s.pos++
		}
		return s.pos > from
	}
	at := func(set string) bool { return s.pos < len(s.doc) && strings.IndexByte(set, s.doc[s.pos]) >= 0 }
	if at("-") {
		s.pos++
	}
	if at("0") {
		s.pos++
	} else if !digits() {
		s.fail()
		return ""
	}
	if at(".") {
		s.pos++
		if !digits() {
			s.fail()
		}
	}
	if at("eE") {
		s.pos++
		if at("+-") {
			s.pos++
		}
		if !digits() {
			s.fail()
		}
	}
	return s.doc[start:s.pos]
}

// text consumes a string. One without escapes shares memory with the document.
func (s *scanner) text() string {
	s.pos++
	start := s.pos
	for s.pos < len(s.doc) {
		switch c := s.doc[s.pos]; {
		case c == '"':
			s.pos++
			return s.doc[start : s.pos-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.fail()
			return ""
		default:
			s.pos++
		}
	}
	s.fail()
	return ""
}

// escaped consumes the rest of a string in which an escape was met.
func (s *scanner) escaped(start int) string {
	var b strings.Builder
	b.WriteString(s.doc[start:s.pos])
	for s.pos < len(s.doc) {
		c := s.doc[s.pos]
		s.pos++
		switch {
		case c == '"':
			return b.String()
		case c < ' ':
			s.fail()
			return ""
		case c != '\\':
			b.WriteByte(c)
		case s.pos == len(s.doc):
			s.fail()
			return ""
		default:
			s.escape(&b)
			if s.bad {
				return ""
			}
		}
	}
	s.fail()
	return ""
}

const (
	escapes  = `"\/bfnrt`
	unescape = "\"\\/\b\f\n\r\t"
)

func (s *scanner) escape(b *strings.Builder) {
	c := s.doc[s.pos]
	s.pos++
	if i := strings.IndexByte(escapes, c); i >= 0 {
		b.WriteByte(unescape[i])
		return
	}
	if c != 'u' {
		s.fail()
		return
	}
	r, ok := s.hex4()
	if !ok {
		s.fail()
		return
	}
	if utf16.IsSurrogate(r) {
		low := rune(-1)
		if strings.HasPrefix(s.doc[s.pos:], `\u`) {
			before := s.pos
			s.pos += 2
			if second, ok := s.hex4(); ok {
				low = second
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				s.pos = before // the second half stands for itself
			}
		} else {
			r = utf8.RuneError
		}
	}
	if r == 0 {
		r = utf8.RuneError // nothing anybody can read, and not every database keeps it
	}
	b.WriteRune(r)
}

func (s *scanner) hex4() (rune, bool) {
	if s.pos+4 > len(s.doc) {
		return 0, false
	}
	n, err := strconv.ParseUint(s.doc[s.pos:s.pos+4], 16, 16)
	if err != nil {
		return 0, false
	}
	s.pos += 4
	return rune(n), true
}
