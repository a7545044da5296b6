// Package signature signs, verifies and diagnoses Meeting SDK JWTs: the
// "signature" a page hands to join().
//
// A signature is a JWT of one shape only: header {"alg":"HS256","typ":"JWT"},
// keyed with the app's SDK secret, and the claims appKey and/or sdkKey, mn, role,
// iat, exp and (optionally) tokenExp. Three ways in, by need:
//
//   - [Sign] makes one.
//   - [Verify] judges one as the join gate does, quickly and without explaining
//     more than the first fault. [Parse], [CheckForm], [VerifyHMAC], [CheckTime] and
//     [CheckRole] are its parts, for a caller that has one rule for each code.
//   - [Diagnose] explains one: it reads in steps, keeps every finding, and finds
//     out by trial which secret or which slip produced a wrong HMAC.
//
// The package reads tokens itself instead of through a JWT library, because a
// library answers "invalid" where this one has to say what is wrong, and because
// duplicate members, lenient base64 and line breaks inside the text have to be
// seen, not smoothed over. The tests hold it against tokens of other libraries.
//
// Nothing here reads a clock, a network or a file: time and secrets are handed in.
// A Report never contains a secret of its keyring, not even where a token carries one
// in a claim. Faults of the other functions quote claims as the token has them.
package signature

import "time"

// Limits of a signature. Both lifetime bounds are allowed values.
const (
	// MinLifetime is the shortest exp - iat that is accepted.
	MinLifetime = 1800 * time.Second
	// MaxLifetime is the longest exp - iat that is accepted (48 hours).
	MaxLifetime = 172800 * time.Second
	// DefaultLifetime is what Sign uses when no expiry is given.
	DefaultLifetime = 7200 * time.Second
	// MaxClockSkew is how far iat may lie ahead of the verifier's clock.
	MaxClockSkew = 60 * time.Second
	// MaxSize is the longest text, in bytes, that is read at all. A real
	// signature has about 300.
	MaxSize = 16 << 10
	// MaxKeyLength bounds the key that Sign accepts, in bytes.
	MaxKeyLength = 128
	// DefaultMaxProbes is how many HMACs one Diagnose computes at most.
	DefaultMaxProbes = 400
)

// The steps of the join gate that a signature alone can fail, in the gate's order.
const (
	// StepOptions is the join call's own options (4003).
	StepOptions = "options"
	// StepApp is the app behind the key claim (3704, 3710).
	StepApp = "app"
	// StepSignature is form, HMAC, meeting and lifetime (3712).
	StepSignature = "signature"
	// StepTokenTime is expiry (3705).
	StepTokenTime = "token_time"
	// StepRole is the role claim (3708).
	StepRole = "role"
)
