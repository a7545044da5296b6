package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Expectation is what a signature is held against.
type Expectation struct {
	// MeetingNumber is the number the page joins; it is cleaned here. Empty means
	// that the token may be for any meeting.
	MeetingNumber string
	// Now is the verifier's clock.
	Now time.Time
}

// VerifyHMAC reports whether the token's HMAC-SHA256 was made with secret. It takes
// the same time whether and wherever the two differ. A token that does not claim
// HS256, a third part that is not strict base64url of 32 bytes, and an empty secret
// are always wrong.
func VerifyHMAC(t *Token, secret []byte) bool {
	if t.Header.Algorithm != "HS256" || len(t.mac) != sha256.Size || len(secret) == 0 {
		return false
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(t.signingInput))
	var sum [sha256.Size]byte
	return hmac.Equal(h.Sum(sum[:0]), t.mac)
}

// Verify judges a signature as the join gate does and stops at the first fault:
// readable, kind of token, algorithm, key claims, HMAC, meeting, lifetime (all
// 3712), expiry (3705), role (3708). The claims are worth something only if the
// fault is nil. It does not know why an HMAC is wrong; Diagnose finds out.
func Verify(token string, secret []byte, expect Expectation) (Claims, *Fault) {
	t, unread := parse(token)
	if unread != nil {
		return Claims{}, unread
	}
	if faults := headFaults(nil, t); len(faults) > 0 {
		sortFaults(faults)
		return t.Claims, &faults[0]
	}
	if !VerifyHMAC(t, secret) {
		fault := hmacDiffers()
		return t.Claims, &fault
	}
	if faults := claimFaults(nil, t, expect.MeetingNumber, expect.Now); len(faults) > 0 {
		sortFaults(faults)
		return t.Claims, &faults[0]
	}
	if faults := CheckTime(t, expect.Now); len(faults) > 0 {
		return t.Claims, &faults[0]
	}
	if faults := CheckRole(t); len(faults) > 0 {
		return t.Claims, &faults[0]
	}
	return t.Claims, nil
}

// Check is Verify with every fault instead of the first: the deciding one leads,
// the rest follow in the order of reading. Expiry is judged only under a right
// HMAC, so that a forged token does not learn the clock.
func Check(t *Token, secret []byte, expect Expectation) []Fault {
	faults := headFaults(nil, t)
	genuine := VerifyHMAC(t, secret)
	if !genuine && !damagedMAC(faults) {
		faults = append(faults, hmacDiffers())
	}
	faults = claimFaults(faults, t, expect.MeetingNumber, expect.Now)
	if genuine {
		faults = append(faults, CheckTime(t, expect.Now)...)
	}
	faults = append(faults, CheckRole(t)...)
	sortFaults(faults)
	return faults
}

// hmacDiffers is the fault before anybody has looked for its reason.
func hmacDiffers() Fault {
	return invalid(rankWho, CauseUnknownSecret, "the HMAC was not made with the secret of the app that the token names")
}

// damagedMAC reports whether a fault already explains why the HMAC cannot be right.
func damagedMAC(faults []Fault) bool {
	for i := range faults {
		switch faults[i].Cause {
		case CauseBadBase64, CauseHexHMAC, CauseTruncated, CauseAlgNone, CauseAlgNotHS256, CauseNotAJWT:
			return true
		}
	}
	return false
}
