package signature

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// members walks the members of a JSON object, duplicates included: the standard
// decoder silently keeps the last of two, and that is a fault to be reported.
type members struct {
	doc string
	pos int
}

// objectMembers starts a walk over doc. ok is false unless doc is one valid JSON
// object in UTF-8.
func objectMembers(doc []byte) (m members, ok bool) {
	s := string(doc)
	if !validJSON(s) || !utf8.ValidString(s) {
		return members{}, false
	}
	start := skipSpace(s, 0)
	if s[start] != '{' {
		return members{}, false
	}
	return members{doc: s, pos: start + 1}, true
}

// next returns the next member with its value as it is written.
func (m *members) next() (name, raw string, ok bool) {
	i := skipSpace(m.doc, m.pos)
	if m.doc[i] == ',' {
		i = skipSpace(m.doc, i+1)
	}
	if m.doc[i] == '}' {
		m.pos = i
		return "", "", false
	}
	end := stringEnd(m.doc, i)
	name = unquote(m.doc[i:end])
	i = skipSpace(m.doc, end) + 1 // past the colon
	i = skipSpace(m.doc, i)
	end = valueEnd(m.doc, i)
	m.pos = end
	return name, m.doc[i:end], true
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns the index after the string that starts at i.
func stringEnd(s string, i int) int {
	for i++; s[i] != '"'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// valueEnd returns the index after the value that starts at i.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
		depth := 0
		for {
			switch s[i] {
			case '"':
				i = stringEnd(s, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			i++
			if depth == 0 {
				return i
			}
		}
	default:
		for i < len(s) && s[i] != ',' && s[i] != '}' && s[i] != ']' &&
			s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r' {
			i++
		}
		return i
	}
}

// unquote decodes a valid JSON string; without escapes it costs nothing.
func unquote(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return raw[1 : len(raw)-1]
	}
	return s
}

// jsonKind is the type of a JSON value, or its absence.
type jsonKind uint8

const (
	kindAbsent jsonKind = iota // not there, or null
	kindString
	kindNumber
	kindBool
	kindObject
	kindArray
)

// kindOf returns the type by the first character. raw is "" for an absent member.
func kindOf(raw string) jsonKind {
	if raw == "" {
		return kindAbsent
	}
	switch raw[0] {
	case 'n':
		return kindAbsent
	case '"':
		return kindString
	case 't', 'f':
		return kindBool
	case '{':
		return kindObject
	case '[':
		return kindArray
	default:
		return kindNumber
	}
}

// name names the type for evidence.
func (k jsonKind) name() string {
	switch k {
	case kindString:
		return "text"
	case kindNumber:
		return "a number"
	case kindBool:
		return "true or false"
	case kindObject:
		return "an object"
	case kindArray:
		return "an array"
	default:
		return "nothing"
	}
}

// integer reads a JSON number without a fraction: 7, 7.0 and 7e0 are the same
// number to the JavaScript that wrote it.
func integer(raw string) (int64, bool) {
	if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}
