package signature

import (
	"encoding/json"
	"slices"
)

// ScopeSignature is the scope of a Report: it says nothing about meetings or people.
const ScopeSignature = "signature"

// Report is a diagnosis, in the shape in which the developer's API and
// `anteroom doctor --json` answer.
type Report struct {
	// Decision is what join() would get: code 0 for a good signature, else the
	// first fault in the gate's order.
	Decision Fault `json:"decision"`
	// AlsoFailing are all other faults, in the order of the gate's steps and, within
	// 3712, in the order of reading.
	AlsoFailing []Fault `json:"alsoFailing"`
	// Token is what the token says of itself; nil where it could not be read.
	Token *TokenView `json:"token"`
	// Passed names what was judged and found right: "format", "header", "key",
	// "app", "hmac", "meeting", "lifetime", "token_time", "role".
	Passed []string `json:"passed"`
	// Warnings refuse nothing.
	Warnings []Warning `json:"warnings"`
	// Scope is ScopeSignature.
	Scope string `json:"scope"`
	// Err is what the keyring failed with, for the caller's log; nil otherwise. The
	// report is then less than complete and says so in a warning.
	Err error `json:"-"`
}

// TokenView is a decoded token. Values that are known to be secrets are replaced.
type TokenView struct {
	Header json.RawMessage `json:"header"`
	Claims json.RawMessage `json:"claims"`
}

// Good reports whether nothing refuses the signature.
func (r *Report) Good() bool { return r.Decision.Code == 0 }

// Faults are the decision and all other faults; nil for a good signature.
func (r *Report) Faults() []Fault {
	if r.Good() {
		return nil
	}
	return append([]Fault{r.Decision}, r.AlsoFailing...)
}

// Has reports whether a cause is among the faults or the warnings.
func (r *Report) Has(cause string) bool {
	return slices.ContainsFunc(r.Faults(), func(f Fault) bool { return f.Cause == cause }) ||
		slices.ContainsFunc(r.Warnings, func(w Warning) bool { return w.Cause == cause })
}

// Public is the report as a page may see it in production mode: without the names
// of other apps.
func (r Report) Public() Report {
	r.Decision = r.Decision.Public()
	r.AlsoFailing = slices.Clone(r.AlsoFailing)
	for i := range r.AlsoFailing {
		r.AlsoFailing[i] = r.AlsoFailing[i].Public()
	}
	return r
}
