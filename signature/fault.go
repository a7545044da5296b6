package signature

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
)

// Fault is one thing wrong with a signature. It implements error.
type Fault struct {
	// Step is the gate's step that refuses: one of the Step constants.
	Step string `json:"step"`
	// Code is what join() reports for it.
	Code errcode.Code `json:"code"`
	// Name is the code's name in the reference, e.g. "SIGNATURE_INVALID".
	Name string `json:"name"`
	// Cause is the stable identifier: one of the Cause constants.
	Cause string `json:"cause"`
	// Evidence says what was seen, for the operator or developer. It may name other
	// apps of the keyring. It quotes claims, shortened; in a Report all secrets of the
	// keyring are taken out of it.
	Evidence string `json:"evidence"`
	// Remedy says what to do. Diagnose takes it from the catalogue; faults of the
	// other functions leave it empty.
	Remedy string `json:"remedy,omitempty"`
	// PublicEvidence replaces Evidence towards a page in production where the full
	// sentence would tell about other apps. Empty means Evidence is fit for all.
	PublicEvidence string `json:"-"`
	// RetryAt is when the same token will pass (iat_in_future only); else zero.
	RetryAt time.Time `json:"-"`

	rank rank
}

// rank is the order in which a person reads a token.
type rank int8

const (
	rankUnreadable rank = iota // the text cannot be read at all: precedes the app step
	rankKind
	rankFormat
	rankHeader
	rankWho
	rankMeeting
	rankRole
	rankTime
)

// Error states the code, its name, the cause and the evidence in one line.
func (f *Fault) Error() string {
	return fmt.Sprintf("signature: %d %s (%s): %s", int(f.Code), f.Name, f.Cause, f.Evidence)
}

// Public is the fault as a page may see it in production mode: without the names
// of other apps.
func (f Fault) Public() Fault {
	if f.PublicEvidence != "" {
		f.Evidence = f.PublicEvidence
	}
	return f
}

// Warning is something odd that refuses nothing. In JSON it is one string,
// "cause: text".
type Warning struct {
	// Cause is CauseMNFormatted, CauseProbeSkipped or one of the Warn constants.
	Cause string
	// Text is for people.
	Text string
}

// String joins cause and text.
func (w Warning) String() string { return w.Cause + ": " + w.Text }

// MarshalText writes the warning as String does.
func (w Warning) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Warning) UnmarshalText(b []byte) error {
	cause, text, found := strings.Cut(string(b), ": ")
	if !found {
		return fmt.Errorf("signature: warning %q has no cause", b)
	}
	w.Cause, w.Text = cause, text
	return nil
}

// stepOf is the gate's step in which a code of this package is raised.
func stepOf(code errcode.Code) string {
	switch code {
	case errcode.InvalidParameter:
		return StepOptions
	case errcode.APIKeyInvalid, errcode.APIKeyDisabled:
		return StepApp
	case errcode.SignatureExpired:
		return StepTokenTime
	case errcode.RoleError:
		return StepRole
	default:
		return StepSignature
	}
}

// newFault makes a fault of any code.
func newFault(code errcode.Code, r rank, cause, evidence string) Fault {
	return Fault{
		Step: stepOf(code), Code: code, Name: code.Name(),
		Cause: cause, Evidence: evidence, rank: r,
	}
}

// invalid makes a fault of 3712.
func invalid(r rank, cause, format string, args ...any) Fault {
	return newFault(errcode.SignatureInvalid, r, cause, fmt.Sprintf(format, args...))
}

// gateOrder ranks a fault by the step that decides first. What cannot be read at
// all precedes the app, since then no key was read either.
func gateOrder(f *Fault) int {
	switch {
	case f.Step == StepOptions:
		return 0
	case f.rank == rankUnreadable:
		return 1
	case f.Step == StepApp:
		return 2
	case f.Step == StepSignature:
		return 3
	case f.Step == StepTokenTime:
		return 4
	default:
		return 5
	}
}

// sortFaults puts the deciding fault first and the others in reading order.
func sortFaults(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if d := gateOrder(&a) - gateOrder(&b); d != 0 {
			return d
		}
		return int(a.rank) - int(b.rank)
	})
}
