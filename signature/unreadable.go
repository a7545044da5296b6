package signature

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/errcode"
)

// errEmptyCode is what the gate answers to a blank signature: it never gets as far
// as being read.
const errEmptyCode = errcode.InvalidParameter

// unreadable says why Parse cannot read a text.
func unreadable(raw string) *Fault {
	_, faults := readLoose(raw)
	if len(faults) == 0 {
		faults = append(faults, invalid(rankUnreadable, CauseNotAJWT, "the text is not a JWT"))
	}
	return &faults[0]
}

// readLoose reads a token through everything that damaged it on its way. The token
// is nil where nothing could be read; faults are in the order of discovery, and are
// empty only for a text that Parse reads as well.
func readLoose(raw string) (*Token, []Fault) {
	if len(raw) > MaxSize {
		return nil, []Fault{invalid(rankUnreadable, CauseNotAJWT,
			"the text has %d bytes; only the first %d are read", len(raw), MaxSize)}
	}
	text, faults := unwrap(raw)
	if text == "" {
		return nil, faults
	}
	fail := func(cause, format string, args ...any) (*Token, []Fault) {
		return nil, append(faults, invalid(rankUnreadable, cause, format, args...))
	}
	if isLegacy(text) {
		return fail(CauseLegacyFormat,
			"this is the signature format from before JWTs (base64 of key.number.time.role.hash); SDKs since 2.0 need a JWT")
	}
	parts := strings.Split(text, ".")
	switch n := len(parts); {
	case n < 3 && strings.HasPrefix(text, "eyJ"):
		return fail(CauseTruncated, "the token begins like a JWT but has %d of 3 parts: its end is missing", n)
	case n == 1:
		return fail(CauseNotAJWT, "the text (length %d) has no dots, so it is not a JWT (three parts separated by dots). "+
			"It may be, most likely first, a registrant's tk, a passcode, an SDK key or another service's token in the wrong option",
			len(text))
	case n == 5 && strings.HasPrefix(text, "eyJ"):
		return fail(CauseNotAJWT, "the token has five parts: it is an encrypted JWT, and a signed one is needed")
	case n != 3:
		return fail(CauseNotAJWT, "the text has %d parts separated by dots; a JWT has 3", n)
	}
	t := &Token{signingInput: parts[0] + "." + parts[1], macText: parts[2]}
	docs := [2][]byte{}
	for i, what := range [...]string{"first part (header)", "second part (claims)"} {
		b, err := decodeStrict(parts[i])
		if err == nil && !strings.ContainsAny(parts[i], "\r\n") {
			docs[i] = b
			continue
		}
		if docs[i] = decodeLoose(parts[i]); docs[i] == nil {
			return fail(CauseBadBase64, "the %s is not base64url", what)
		}
		faults = append(faults, invalid(rankUnreadable, CauseBadBase64,
			"the %s is not written in base64url without padding", what))
	}
	if !t.readHeader(docs[0]) {
		return fail(notJSON(docs[0]), "the first part is not a JSON header%s", describeJSON(docs[0]))
	}
	if !t.readClaims(docs[1]) {
		return fail(notJSON(docs[1]), "the second part is not a JSON object with claims%s", describeJSON(docs[1]))
	}
	if mac, err := decodeStrict(t.macText); err == nil {
		t.mac = mac
	}
	if !plainAlphabet(t.macText) {
		return t, append(faults, invalid(rankUnreadable, CauseBadBase64, "the third part is not base64url"))
	}
	return t, faults
}

// notJSON distinguishes a cut text from a strange one.
func notJSON(doc []byte) string {
	if len(doc) > 1 && doc[0] == '{' && !json.Valid(doc) && doc[len(doc)-1] != '}' {
		return CauseTruncated
	}
	return CauseNotAJWT
}

func describeJSON(doc []byte) string {
	switch {
	case notJSON(doc) == CauseTruncated:
		return ": it is truncated"
	case !json.Valid(doc):
		return ""
	case kindOf(strings.TrimSpace(string(doc))) == kindObject:
		return ": it is not UTF-8 or is nested too deeply"
	default:
		return ", but " + kindOf(strings.TrimSpace(string(doc))).name()
	}
}

// isLegacy recognises key.number.time.role.hash, in base64 or bare. The time has 13
// digits as it should and 10 where somebody mixed the formats.
func isLegacy(text string) bool {
	for _, s := range []string{text, string(decodeLoose(text))} {
		fields := strings.Split(s, ".")
		if len(fields) == 5 && allDigits(CleanMeetingNumber(fields[1])) && allDigits(fields[2]) &&
			(len(fields[2]) == 13 || len(fields[2]) == 10) && len(fields[3]) <= 2 {
			return true
		}
	}
	return false
}

func sortedNames[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
