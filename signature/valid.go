package signature

// maxNesting bounds how deep a token's JSON may nest; claims are flat.
const maxNesting = 64

// validJSON reports whether s is one JSON value (RFC 8259) with nothing after it.
// It judges as encoding/json does, which a fuzz test compares it with; on the
// short documents of tokens it takes a fraction of the time, and every join pays
// for it.
func validJSON(s string) bool {
	i := validValue(s, skipSpace(s, 0), 0)
	return i > 0 && skipSpace(s, i) == len(s)
}

// validValue returns the index after the value that starts at i, or -1.
func validValue(s string, i, depth int) int {
	if i >= len(s) || depth > maxNesting {
		return -1
	}
	switch c := s[i]; {
	case c == '"':
		return validString(s, i)
	case c == '{':
		return validObject(s, i+1, depth+1)
	case c == '[':
		return validArray(s, i+1, depth+1)
	case c == '-' || isDigit(c):
		return validNumber(s, i)
	case c == 't':
		return validWord(s, i, "true")
	case c == 'f':
		return validWord(s, i, "false")
	case c == 'n':
		return validWord(s, i, "null")
	default:
		return -1
	}
}

func validWord(s string, i int, word string) int {
	if len(s)-i < len(word) || s[i:i+len(word)] != word {
		return -1
	}
	return i + len(word)
}

func validString(s string, i int) int {
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return -1
		case c == '\\':
			i++
			if i >= len(s) {
				return -1
			}
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if len(s)-i < 5 || !isHex(s[i+1]) || !isHex(s[i+2]) || !isHex(s[i+3]) || !isHex(s[i+4]) {
					return -1
				}
				i += 4
			default:
				return -1
			}
		}
	}
	return -1
}

// validNumber allows no leading zero, no leading plus and no bare point.
func validNumber(s string, i int) int {
	if s[i] == '-' {
		i++
	}
	whole := i
	if i = digits(s, i); i == whole || (s[whole] == '0' && i > whole+1) {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		fraction := i + 1
		if i = digits(s, fraction); i == fraction {
			return -1
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		exponent := i
		if i = digits(s, exponent); i == exponent {
			return -1
		}
	}
	return i
}

func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')
}

// validObject and validArray start after the bracket.
func validObject(s string, i, depth int) int {
	i = skipSpace(s, i)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for i < len(s) && s[i] == '"' {
		if i = validString(s, i); i < 0 {
			return -1
		}
		if i = skipSpace(s, i); i >= len(s) || s[i] != ':' {
			return -1
		}
		if i = validValue(s, skipSpace(s, i+1), depth); i < 0 {
			return -1
		}
		if i = skipSpace(s, i); i >= len(s) {
			return -1
		}
		if s[i] == '}' {
			return i + 1
		}
		if s[i] != ',' {
			return -1
		}
		i = skipSpace(s, i+1)
	}
	return -1
}

func validArray(s string, i, depth int) int {
	i = skipSpace(s, i)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		if i = validValue(s, i, depth); i < 0 {
			return -1
		}
		if i = skipSpace(s, i); i >= len(s) {
			return -1
		}
		if s[i] == ']' {
			return i + 1
		}
		if s[i] != ',' {
			return -1
		}
		i = skipSpace(s, i+1)
	}
}
