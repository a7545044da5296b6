package signature

import (
	"crypto/hmac"
	"crypto/sha1" // recognises tokens that were made with it; accepts none
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// prober recomputes HMACs until one matches or its budget is spent.
type prober struct {
	token *Token
	mac   []byte // what has to come out; a shorter one is compared as a beginning
	hash  func() hash.Hash
	left  int // HMACs that may still be computed
	spent bool
}

// leastMAC is how many bytes of a cut HMAC are enough to recognise a secret by.
const leastMAC = 8

// newProber returns ok false where the token leaves nothing to compare with.
func newProber(t *Token, budget int) (*prober, bool) {
	p := &prober{token: t, mac: t.mac, left: max(budget, 0)}
	switch t.Header.Algorithm {
	case "HS256", "":
		p.hash = sha256.New
	case "HS384":
		p.hash = sha512.New384
	case "HS512":
		p.hash = sha512.New
	default:
		return nil, false
	}
	if b := hexMAC(t.macText); b != nil {
		p.mac = b
	} else if p.mac == nil {
		p.mac = decodeLoose(t.macText)
	}
	return p, len(p.mac) >= leastMAC
}

// over reports whether secret gives the token's HMAC over text with the hash h.
func (p *prober) over(text string, secret []byte, h func() hash.Hash) bool {
	if len(secret) == 0 {
		return false
	}
	if p.left == 0 {
		p.spent = true
		return false
	}
	p.left--
	m := hmac.New(h, secret)
	m.Write([]byte(text))
	sum := m.Sum(nil)
	if len(p.mac) > len(sum) {
		return false
	}
	if len(p.mac) < len(sum) && p.token.Header.Algorithm != "HS256" {
		return false
	}
	return hmac.Equal(sum[:len(p.mac)], p.mac)
}

// matches tries one secret as the token claims it was used.
func (p *prober) matches(secret []byte) bool {
	return p.over(p.token.signingInput, secret, p.hash)
}

// wrongHash names the hash with which the right secret matches, if it is another
// than the header says.
func (p *prober) wrongHash(secret []byte) string {
	for _, h := range [...]struct {
		make func() hash.Hash
		size int
		name string
	}{{sha256.New, sha256.Size, "SHA-256"}, {sha512.New, sha512.Size, "SHA-512"}, {sha512.New384, sha512.Size384, "SHA-384"}, {sha1.New, sha1.Size, "SHA-1"}} {
		if h.size == len(p.mac) && p.hash().Size() != h.size && p.over(p.token.signingInput, secret, h.make) {
			return h.name
		}
	}
	return ""
}
