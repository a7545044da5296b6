package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf16"
)

// variant is a secret as it may have reached the signer.
type variant struct {
	secret []byte
	cause  string
	words  string // completes "signed with the right secret, but …"
}

// secretVariants lists the ways in which a secret gets damaged between the console
// that shows it and the HMAC, the likelier first.
func secretVariants(secret string) []variant {
	const ws, quoted, coded = CauseSecretWhitespace, CauseSecretQuoted, CauseSecretTranscoded
	all := []variant{
		{[]byte(secret + "\n"), ws, "with a line break after it"},
		{[]byte(secret + "\r\n"), ws, "with a Windows line break after it"},
		{[]byte(secret + " "), ws, "with a space after it"},
		{[]byte(`"` + secret + `"`), quoted, "with double quotes around it"},
		{[]byte(secret + "\r"), ws, "with a carriage return after it"},
		{[]byte(" " + secret), ws, "with a space before it"},
		{[]byte(" " + secret + " "), ws, "with spaces around it"},
		{[]byte(secret + "\t"), ws, "with a tab after it"},
		{[]byte("\uFEFF" + secret), ws, "with a byte order mark before it"},
		{[]byte(`'` + secret + `'`), quoted, "with single quotes around it"},
		{[]byte("`" + secret + "`"), quoted, "with backquotes around it"},
		{[]byte(`"` + secret + "\"\n"), quoted, "with double quotes around it and a line break after it"},
		{[]byte(secret + `"`), quoted, "with a double quote after it"},
		{[]byte(secret + ";"), quoted, "with a semicolon after it"},
		{[]byte(secret + ","), quoted, "with a comma after it"},
		{[]byte(base64.StdEncoding.EncodeToString([]byte(secret))), coded, "encoded in base64"},
		{[]byte(base64.RawURLEncoding.EncodeToString([]byte(secret))), coded, "encoded in base64url"},
		{[]byte(hex.EncodeToString([]byte(secret))), coded, "encoded in hexadecimal"},
		{decodeLoose(secret), coded, "decoded as base64"},
		{[]byte(url.QueryEscape(secret)), coded, "URL-encoded"},
		{[]byte(strings.ToLower(secret)), coded, "converted to lower case"},
		{[]byte(strings.ToUpper(secret)), coded, "converted to upper case"},
		{utf16le(secret), coded, "encoded in UTF-16"},
	}
	if b, err := hex.DecodeString(secret); err == nil {
		all = append(all, variant{b, coded, "decoded from hexadecimal"})
	}
	if s, err := url.QueryUnescape(secret); err == nil {
		all = append(all, variant{[]byte(s), coded, "URL-decoded"})
	}
	if len(secret) > 32 {
		all = append(all, variant{[]byte(secret[:32]), coded, "cut to its first 32 characters"})
	}
	kept := all[:0]
	for _, v := range all {
		if len(v.secret) > 0 && string(v.secret) != secret {
			kept = append(kept, v)
		}
	}
	return kept
}

// fewVariants is how many of the likeliest variants are tried on other apps' secrets.
const fewVariants = 4

func utf16le(s string) []byte {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// message is a text that may have been signed in place of the right one.
type message struct {
	text  string
	words string // completes "the HMAC was made over …"
	// rewritten reports that the JSON itself was another text, not its encoding.
	rewritten bool
}

// messageVariants lists other bytes over which HMACs have been made.
func messageVariants(t *Token) []message {
	first, second, _ := strings.Cut(t.signingInput, ".")
	header, payload := decodeLoose(first), decodeLoose(second)
	join := func(e *base64.Encoding) string { return e.EncodeToString(header) + "." + e.EncodeToString(payload) }
	all := []message{
		{text: join(base64.RawURLEncoding), words: "the parts in base64url, but they were sent in another encoding"},
		{text: join(base64.URLEncoding), words: "the parts with padding (=)"},
		{text: join(base64.StdEncoding), words: "the parts in plain base64 with padding"},
		{text: join(base64.RawStdEncoding), words: "the parts in plain base64"},
		{text: string(header) + "." + string(payload), words: "the JSON texts instead of their base64url"},
		{text: string(payload), words: "the claims alone"},
		{text: second, words: "the second part alone"},
	}
	for _, r := range rewritings {
		h, p := r.write(header), r.write(payload)
		if h == nil || p == nil {
			continue
		}
		e := base64.RawURLEncoding
		// Often only the claims went through another hand.
		all = append(all,
			message{e.EncodeToString(h) + "." + e.EncodeToString(p), r.words, true},
			message{first + "." + e.EncodeToString(p), r.words, true})
	}
	kept := all[:0]
	for _, m := range all {
		if m.text != t.signingInput {
			kept = append(kept, m)
		}
	}
	return kept
}

// rewritings are the ways in which JSON gets written out again between signing and
// sending.
var rewritings = []struct {
	words string
	write func([]byte) []byte
}{
	{"JSON without spaces", compacted},
	{"JSON with a space after each colon and comma, as Python writes it", spaciously},
	{"JSON with line breaks, indented by two", indented("  ")},
	{"JSON with line breaks, indented by four", indented("    ")},
	{"JSON with its members in alphabetical order", sortedJSON},
}

func compacted(doc []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, doc) != nil {
		return nil
	}
	return b.Bytes()
}

func indented(by string) func([]byte) []byte {
	return func(doc []byte) []byte {
		var b bytes.Buffer
		if json.Indent(&b, compacted(doc), "", by) != nil {
			return nil
		}
		return b.Bytes()
	}
}

// spaciously puts a blank behind every colon and comma outside texts.
func spaciously(doc []byte) []byte {
	var out []byte
	inText, escaped := false, false
	for _, c := range compacted(doc) {
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case c == '"':
			inText = !inText
		case !inText && (c == ':' || c == ','):
			out = append(out, ' ')
		}
	}
	return out
}

func sortedJSON(doc []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(doc, &members) != nil {
		return nil
	}
	out, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return out
}
