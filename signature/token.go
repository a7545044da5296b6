package signature

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// commonHeader is the header every SDK sample writes, encoded. Most tokens carry
// exactly it, and need no reading then.
const commonHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

// strictBase64 refuses padding and stray bits in the last character.
var strictBase64 = base64.RawURLEncoding.Strict()

// Header is the part of a JWT's header that matters.
type Header struct {
	// Algorithm is alg; empty if missing or no text.
	Algorithm string
	// Type is typ; empty if missing or no text.
	Type string
	// KeyID is kid, which signatures never have and OAuth tokens do.
	KeyID string
	// Critical reports of a member crit: extensions that a reader must understand,
	// or else must not accept the token.
	Critical bool
}

// Claims are a signature's claims as far as they have the right type. What is
// missing or of a wrong type is zero here, and CheckForm reports it.
type Claims struct {
	// AppKey and SDKKey name the app; either suffices.
	AppKey, SDKKey string
	// MeetingNumber is mn reduced to digits; empty if it is no number.
	MeetingNumber string
	// Role is 0 to join, 1 to start; 0 also where it is missing.
	Role int
	// IssuedAt, ExpiresAt and TokenExpiresAt are iat, exp and tokenExp in seconds
	// since 1970. TokenExpiresAt is 0 where the token has none.
	IssuedAt, ExpiresAt, TokenExpiresAt int64
	// VideoWebRTCMode is video_webrtc_mode, or nil.
	VideoWebRTCMode *int
}

// The claims that are read one by one.
const (
	fieldAppKey = iota
	fieldSDKKey
	fieldMN
	fieldRole
	fieldIAT
	fieldEXP
	fieldTokenEXP
	fieldWebRTCMode
	numFields
)

// Token is a signature that was read but not believed: the HMAC may be wrong.
type Token struct {
	// Header and Claims are what the token says of itself.
	Header Header
	Claims Claims

	signingInput string // the first two parts, as sent
	macText      string // the third part, as sent
	mac          []byte // decoded; nil if the third part is not strict base64url
	header       string // JSON
	payload      string // JSON
	raw          [numFields]string
	duplicates   []string // names of members that occur twice
}

// KeyClaim is the key that names the app: appKey, else sdkKey, else "". It is
// given whatever the HMAC is worth, so that the app can be looked up by it.
func (t *Token) KeyClaim() string {
	if t.Claims.AppKey != "" {
		return t.Claims.AppKey
	}
	return t.Claims.SDKKey
}

// Claim returns the value of a top-level claim as it is written, the last one if
// there are several.
func (t *Token) Claim(name string) (json.RawMessage, bool) {
	raw := lookup(t.payload, name)
	return json.RawMessage(raw), raw != ""
}

// HeaderJSON and ClaimsJSON are the decoded parts as they were written. They are
// valid JSON objects, and as untrustworthy as whoever sent them.
func (t *Token) HeaderJSON() json.RawMessage { return json.RawMessage(t.header) }

// ClaimsJSON is described at HeaderJSON.
func (t *Token) ClaimsJSON() json.RawMessage { return json.RawMessage(t.payload) }

// has reports whether the payload has a claim that is not null.
func (t *Token) has(name string) bool {
	return kindOf(lookup(t.payload, name)) != kindAbsent
}

// text returns a claim that is a text, else "".
func (t *Token) text(name string) string {
	raw := lookup(t.payload, name)
	if kindOf(raw) != kindString {
		return ""
	}
	return unquote(raw)
}

// lookup finds a member of an object known to be valid.
func lookup(doc, name string) string {
	m := members{doc: doc, pos: skipSpace(doc, 0) + 1}
	found := ""
	for {
		n, raw, ok := m.next()
		if !ok {
			return found
		}
		if n == name {
			found = raw
		}
	}
}

// Parse reads a signature without trusting it. It fails only where no claims can
// be read: the error is then a *Fault of 3712 (4003 for a blank text) that names
// what the text is instead of a JWT. A wrong algorithm, missing claims or a damaged
// third part are left to CheckForm.
func Parse(token string) (*Token, error) {
	t, fault := parse(token)
	if fault != nil {
		return nil, fault
	}
	return t, nil
}

func parse(token string) (*Token, *Fault) {
	if len(token) <= MaxSize && plainAlphabet(token) {
		t := new(Token)
		if t.read(token) {
			return t, nil
		}
	}
	return nil, unreadable(token)
}

// plainAlphabet reports whether every character can occur in a JWT. Plus, slash
// and equals sign are let through because a third part in plain base64 is a fault
// of its own, which leaves the claims readable.
func plainAlphabet(s string) bool {
	for i := range len(s) {
		if !plainCharacter[s[i]] {
			return false
		}
	}
	return true
}

var plainCharacter = func() (table [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=") {
		table[c] = true
	}
	return table
}()

// read splits and decodes; it reports false where header or claims stay unknown.
func (t *Token) read(token string) bool {
	first := strings.IndexByte(token, '.')
	last := strings.LastIndexByte(token, '.')
	if first <= 0 || last <= first+1 || strings.IndexByte(token[first+1:last], '.') >= 0 {
		return false
	}
	t.signingInput, t.macText = token[:last], token[last+1:]
	if mac, err := decodeStrict(t.macText); err == nil {
		t.mac = mac
	}
	payload, err := decodeStrict(token[first+1 : last])
	if err != nil {
		return false
	}
	if token[:first] == commonHeader {
		t.header = `{"alg":"HS256","typ":"JWT"}`
		t.Header = Header{Algorithm: "HS256", Type: "JWT"}
		return t.readClaims(payload)
	}
	header, err := decodeStrict(token[:first])
	return err == nil && t.readHeader(header) && t.readClaims(payload)
}

// decodeStrict decodes base64url without padding. The library skips line breaks;
// the callers have excluded them.
func decodeStrict(s string) ([]byte, error) {
	return strictBase64.AppendDecode(make([]byte, 0, strictBase64.DecodedLen(len(s))), []byte(s))
}

func (t *Token) readHeader(doc []byte) bool {
	m, ok := objectMembers(doc)
	if !ok {
		return false
	}
	t.header = m.doc
	var seen names
	for name, raw, ok := m.next(); ok; name, raw, ok = m.next() {
		if seen.isDuplicate(name) {
			t.duplicates = append(t.duplicates, name)
		}
		if name == "crit" {
			t.Header.Critical = true
		}
		if kindOf(raw) != kindString {
			continue
		}
		switch name {
		case "alg":
			t.Header.Algorithm = unquote(raw)
		case "typ":
			t.Header.Type = unquote(raw)
		case "kid":
			t.Header.KeyID = unquote(raw)
		}
	}
	return true
}

func (t *Token) readClaims(doc []byte) bool {
	m, ok := objectMembers(doc)
	if !ok {
		return false
	}
	t.payload = m.doc
	var seen names
	for name, raw, ok := m.next(); ok; name, raw, ok = m.next() {
		if seen.isDuplicate(name) {
			t.duplicates = append(t.duplicates, name)
		}
		if i := fieldIndex(name); i >= 0 {
			t.raw[i] = raw
		}
	}
	t.fillClaims()
	return true
}

func fieldIndex(name string) int {
	switch name {
	case "appKey":
		return fieldAppKey
	case "sdkKey":
		return fieldSDKKey
	case "mn":
		return fieldMN
	case "role":
		return fieldRole
	case "iat":
		return fieldIAT
	case "exp":
		return fieldEXP
	case "tokenExp":
		return fieldTokenEXP
	case "video_webrtc_mode":
		return fieldWebRTCMode
	default:
		return -1
	}
}

// fillClaims types what has the right type.
func (t *Token) fillClaims() {
	c := &t.Claims
	c.AppKey, c.SDKKey = t.str(fieldAppKey), t.str(fieldSDKKey)
	switch kindOf(t.raw[fieldMN]) {
	case kindString:
		if s := CleanMeetingNumber(t.str(fieldMN)); allDigits(s) {
			c.MeetingNumber = s
		}
	case kindNumber:
		c.MeetingNumber, _ = t.numericMN()
	}
	c.Role, _ = t.role()
	c.IssuedAt, _ = t.timeClaim(fieldIAT)
	c.ExpiresAt, _ = t.timeClaim(fieldEXP)
	c.TokenExpiresAt, _ = t.timeClaim(fieldTokenEXP)
	if kindOf(t.raw[fieldWebRTCMode]) == kindNumber {
		if n, ok := integer(t.raw[fieldWebRTCMode]); ok && (n == 0 || n == 1) {
			mode := int(n)
			c.VideoWebRTCMode = &mode
		}
	}
}

// str is a claim that is a text, else "".
func (t *Token) str(field int) string {
	if kindOf(t.raw[field]) != kindString {
		return ""
	}
	return unquote(t.raw[field])
}

// numericMN is mn where it is written as a number.
func (t *Token) numericMN() (string, bool) {
	if raw := t.raw[fieldMN]; allDigits(raw) && len(raw) < 16 {
		return raw, true
	}
	n, ok := integer(t.raw[fieldMN])
	if !ok || n < 0 {
		return "", false
	}
	return strconv.FormatInt(n, 10), true
}

// role is 0 or 1, written as a number or as a text.
func (t *Token) role() (int, bool) {
	raw := t.raw[fieldRole]
	switch kindOf(raw) {
	case kindString:
		switch unquote(raw) {
		case "0":
			return 0, true
		case "1":
			return 1, true
		}
	case kindNumber:
		if n, ok := integer(raw); ok && (n == 0 || n == 1) {
			return int(n), true
		}
	}
	return 0, false
}

// timeClaim is a point in time in whole seconds.
func (t *Token) timeClaim(field int) (int64, bool) {
	if kindOf(t.raw[field]) != kindNumber {
		return 0, false
	}
	n, ok := integer(t.raw[field])
	return n, ok && n >= 0
}

// names remembers the member names of one object. Few fit without a map.
type names struct {
	few  [12]string
	n    int
	many map[string]struct{}
}

// isDuplicate records a name and reports whether it was there before.
func (s *names) isDuplicate(name string) bool {
	for _, known := range s.few[:s.n] {
		if known == name {
			return true
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return false
	}
	if _, known := s.many[name]; known {
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{})
	}
	s.many[name] = struct{}{}
	return false
}
