package signature

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
)

// redactedText stands where a secret stood.
const redactedText = "[a secret]"

// leastSecret is the shortest text that is taken for a secret in a token. Shorter
// ones would blank out ordinary words.
const leastSecret = 8

// maxHolds bounds how many claims are looked up in the keyring.
const maxHolds = 24

// redactor keeps secrets out of everything that leaves a diagnosis.
type redactor struct {
	secrets map[string][2]string // with the two shapes in which sentences show values
	keyring Keyring
	ctx     context.Context // lives for one call of Diagnose
	holds   int
}

func (r *redactor) know(secret []byte) {
	if len(secret) >= leastSecret {
		r.secrets[string(secret)] = [2]string{shorten(string(secret)), keyPrefix(string(secret))}
	}
}

// text removes known secrets from a sentence.
func (r *redactor) text(s string) string {
	for secret, shapes := range r.secrets {
		s = strings.ReplaceAll(s, secret, redactedText)
		s = strings.ReplaceAll(s, shapes[0], redactedText)
		s = strings.ReplaceAll(s, shapes[1], redactedText)
	}
	return s
}

// isSecret asks the secrets seen so far, then the keyring.
func (r *redactor) isSecret(value string) bool {
	if len(value) < leastSecret {
		return false
	}
	for secret := range r.secrets {
		if strings.Contains(value, secret) {
			return true
		}
	}
	if r.keyring == nil || r.holds >= maxHolds {
		return false
	}
	r.holds++
	_, held, err := r.keyring.Holds(r.ctx, strings.TrimSpace(value))
	if held && err == nil {
		r.know([]byte(strings.TrimSpace(value)))
	}
	return held && err == nil
}

// document copies a JSON object without the secrets in it. Order and duplicates of
// its members stay, since those may be what is wrong with it.
func (r *redactor) document(doc string) json.RawMessage {
	m, ok := objectMembers([]byte(doc))
	if !ok {
		return json.RawMessage("{}")
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for name, raw, more := m.next(); more; name, raw, more = m.next() {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(encode(r.name(name)))
		b.WriteByte(':')
		switch kind := kindOf(raw); {
		case secretName(name) && kind != kindAbsent:
			b.Write(encode(redactedText))
		case kind == kindString || kind == kindObject || kind == kindArray:
			d := json.NewDecoder(strings.NewReader(raw))
			d.UseNumber()
			var v any
			if d.Decode(&v) != nil {
				v = nil
			}
			b.Write(encode(r.value(v)))
		default:
			b.WriteString(raw)
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// encode writes what came out of JSON back into it.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}

// secretName reports whether a claim's name announces a secret, known here or not.
func secretName(name string) bool {
	low := strings.ToLower(name)
	return strings.Contains(low, "secret") || strings.Contains(low, "password")
}

// name cleans a member's name. Names of claims are short; long ones may be anything.
func (r *redactor) name(s string) string {
	if len(s) > 16 && r.isSecret(s) {
		return redactedText
	}
	return r.text(s)
}

func (r *redactor) value(v any) any {
	switch v := v.(type) {
	case string:
		if r.isSecret(v) {
			return redactedText
		}
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for _, name := range sortedNames(v) {
			if secretName(name) {
				clean[r.name(name)] = redactedText
				continue
			}
			clean[r.name(name)] = r.value(v[name])
		}
		return clean
	}
	return v
}
