package signature

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxUnwrap bounds how many layers around a token are taken off.
const maxUnwrap = 6

// unwrapping takes off what came around a token on its way, one layer at a time,
// and records a fault for each.
type unwrapping struct {
	text   string
	faults []Fault
	ended  bool // the text is nothing that holds a token
}

// unwrap returns the bare text, "" where nothing like a token is left, and what was
// found around it in the order in which it was taken off.
func unwrap(raw string) (string, []Fault) {
	u := &unwrapping{text: raw}
	for range maxUnwrap {
		before := u.text
		for _, layer := range []func(){
			u.blanks, u.placeholder, u.markup, u.prefix, u.quotes, u.jsonText, u.percent, u.inner,
		} {
			if layer(); u.ended {
				// What is inside decides; that it was wrapped comes second.
				last := len(u.faults) - 1
				return "", append([]Fault{u.faults[last]}, u.faults[:last]...)
			}
		}
		if u.text == before {
			break
		}
	}
	return u.text, u.faults
}

// note keeps the first fault of a cause.
func (u *unwrapping) note(cause, format string, args ...any) {
	for i := range u.faults {
		if u.faults[i].Cause == cause {
			return
		}
	}
	u.faults = append(u.faults, invalid(rankUnreadable, cause, format, args...))
}

func (u *unwrapping) blanks() {
	trimmed := strings.TrimFunc(u.text, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
	if trimmed == "" {
		u.ended = true
		if len(u.faults) > 0 { // quotes around nothing
			u.note(CauseEmpty, "there is nothing in the quotes or after the prefix")
			return
		}
		f := newFault(errEmptyCode, rankUnreadable, CauseEmpty, "the signature is empty")
		if u.text != "" {
			f.Evidence = "the signature has only spaces"
		}
		u.faults = append(u.faults, f)
		return
	}
	if trimmed != u.text {
		u.note(CauseWrapped, "there are spaces, line breaks or invisible characters around the token")
		u.text = trimmed
	}
}

// placeholders are what JavaScript and templates leave where no value was.
var placeholders = []string{
	"undefined", "null", "nil", "none", "nan", "true", "false", "[object object]",
	"[object promise]", "[object response]", "promise { <pending> }", "promise {<pending>}",
	"<signature>", "your_signature", "your-signature", "signature", "...", "${signature}", "{{signature}}",
}

func (u *unwrapping) placeholder() {
	for _, p := range placeholders {
		if strings.EqualFold(u.text, p) {
			u.ended = true
			u.note(CausePlaceholder, "the signature is “%s”: a variable had no value when join was called", shorten(u.text))
			return
		}
	}
}

func (u *unwrapping) markup() {
	if u.text[0] == '<' {
		u.ended = true
		what := "an XML or HTML page"
		if low := strings.ToLower(u.text[:min(len(u.text), 512)]); strings.Contains(low, "html") {
			what = "an HTML page"
		}
		u.note(CauseHTML, "this is %s, such as an error or login page of the endpoint that should have signed", what)
	}
}

var prefixes = []string{
	"bearer ", "jwt ", "token ", "authorization:", "appkey:", "sdkkey:", "signature:", "signature=",
	"token:", "token=", "jwt:", "jwt=",
}

func (u *unwrapping) prefix() {
	for _, p := range prefixes {
		if len(u.text) > len(p) && strings.EqualFold(u.text[:len(p)], p) {
			u.note(CauseWrapped, "there is “%s” before the token", strings.TrimSpace(u.text[:len(p)]))
			u.text = u.text[len(p):]
			return
		}
	}
}

func (u *unwrapping) quotes() {
	for _, pair := range [...][2]string{{`"`, `"`}, {`'`, `'`}, {"`", "`"}, {"“", "”"}, {`\"`, `\"`}} {
		if len(u.text) >= len(pair[0])+len(pair[1]) && strings.HasPrefix(u.text, pair[0]) && strings.HasSuffix(u.text, pair[1]) {
			u.note(CauseWrapped, "there are quotes around the token")
			u.text = u.text[len(pair[0]) : len(u.text)-len(pair[1])]
			return
		}
	}
	if t := strings.Trim(u.text, `"'`+"`,;"); t != u.text {
		u.note(CauseWrapped, "there is a quote, comma or semicolon at the edge of the token")
		u.text = t
	}
}

// jsonText looks into an answer of the auth endpoint that was passed on whole.
func (u *unwrapping) jsonText() {
	if u.text == "" || (u.text[0] != '{' && u.text[0] != '[') {
		return
	}
	var doc any
	if json.Unmarshal([]byte(u.text), &doc) != nil {
		u.ended = true
		u.note(CauseJSONWrapped, "the signature begins like JSON and is not a token")
		return
	}
	path, inner := findToken(doc, 4)
	if inner == "" {
		u.ended = true
		u.note(CauseJSONWrapped, "this is a JSON document without a token: look at the response of the auth endpoint")
		return
	}
	u.note(CauseJSONWrapped, "this is the whole JSON response of the auth endpoint; pass only its member “%s”", shorten(path))
	u.text = inner
}

// findToken searches a decoded document for a text with two dots.
func findToken(doc any, depth int) (path, token string) {
	if depth == 0 {
		return "", ""
	}
	switch v := doc.(type) {
	case string:
		if strings.Count(v, ".") == 2 {
			return "", v
		}
	case []any:
		for _, e := range v[:min(len(v), 16)] {
			if path, token = findToken(e, depth-1); token != "" {
				return path, token
			}
		}
	case map[string]any:
		for _, name := range sortedNames(v) {
			if path, token = findToken(v[name], depth-1); token != "" {
				return strings.TrimSuffix(name+"."+path, "."), token
			}
		}
	}
	return "", ""
}

func (u *unwrapping) percent() {
	if !strings.Contains(u.text, "%") {
		return
	}
	decoded, err := url.PathUnescape(u.text)
	if err != nil || !utf8.ValidString(decoded) {
		return
	}
	u.note(CauseURLEncoded, "the token is URL-encoded (with %% and hexadecimal digits)")
	u.text = decoded
}

// inner removes blanks inside the text, if that leaves a token.
func (u *unwrapping) inner() {
	if strings.IndexFunc(u.text, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) }) < 0 {
		return
	}
	if strings.Count(u.text, ".") != 2 || !strings.HasPrefix(u.text, "eyJ") {
		return
	}
	if strings.IndexFunc(u.text, func(r rune) bool { return r != ' ' && (unicode.IsSpace(r) || invisible(r)) }) < 0 &&
		plainAlphabet(strings.ReplaceAll(u.text, " ", "+")) {
		u.note(CauseURLEncoded, "there are spaces inside the token in place of +: it was decoded as form data")
		u.text = strings.ReplaceAll(u.text, " ", "+")
		return
	}
	u.note(CauseWrapped, "the token has line breaks or spaces inside")
	u.text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || invisible(r) {
			return -1
		}
		return r
	}, u.text)
}

// decodeLoose decodes base64 of any alphabet, padded or not; nil if it is none.
func decodeLoose(s string) []byte {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("+", "-", "/", "_").Replace(s)
	if strings.ContainsAny(s, "\r\n") {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || s == "" {
		return nil
	}
	return b
}
