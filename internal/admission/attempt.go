// Package admission is the join gate: an ordered list of rules that decides, from
// facts alone, whether a join is admitted or which code refuses it, and why.
package admission

import (
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// Attempt is one join as it was asked for, decoded and cleaned but not yet
// trusted. Problems that decoding found wait in Invalid for the options rule.
type Attempt struct {
	JoinID     string
	View       string // "client" or "component"
	SDKVersion string
	// MeetingNumber is cleaned of blanks and dashes.
	MeetingNumber string
	UserName      string
	Signature     string
	Password      string
	HasPassword   bool
	// NumericPassword reports that the passcode came as a number, without the
	// zeros that it may have begun with.
	NumericPassword bool
	PasswordOption  string // the option name that carried the passcode, e.g. "passWord"
	UserEmail       string
	CustomerKey     string
	TK              string
	ZAK             string
	OBFToken        string
	RecordingToken  string
	DeviceID        string
	ResumeToken     string
	// WaitID is the joinId with which a page began to wait for the host; its
	// further questions count as one attempt with that first one.
	WaitID string
	// Check asks what the join would come to now, and admits nobody.
	Check bool
	// LegacyKey is J.sdkKey / J.apiKey; a difference from the claim only warns.
	LegacyKey string
	// Digest recognises the join's signature, its tokens and who it says it is
	// (name, address, customerKey), in three parts of DigestPart bytes, as meeting.Participant.SignatureDigest keeps them; nil is like
	// nothing else.
	Digest    []byte
	RemoteIP  string
	Origin    string
	UserAgent string
	// Invalid are the faults of single options, in the order of the table.
	Invalid []InvalidOption
	// Warnings are notes that refuse nothing (unknown options, cleaned numbers).
	Warnings []string
}

// InvalidOption is one malformed join option.
type InvalidOption struct {
	Field    string
	Cause    string // e.g. "meetingNumber_malformed", "zak_and_obf"
	Evidence string
}

// Policy is what the platform itself demands, whatever the account says.
// DefaultPolicy has the dates of the contract.
type Policy struct {
	// MinSDKVersion refuses older SDKs everywhere (10000); empty means none.
	MinSDKVersion string
	// ValidateFrom is when a supplied OBF must be valid (2026-02-07 by default).
	ValidateFrom time.Time
	// RequireFrom is when external joins need a ZAK or OBF (2026-03-02 by default).
	RequireFrom time.Time
	// Shift is added to the clock where those two dates are compared, so that a
	// developer can look at them from another day; zero in production.
	Shift time.Duration
}

// DefaultPolicy has no minimum SDK version and the contract's enforcement dates.
func DefaultPolicy() Policy {
	return Policy{
		ValidateFrom: time.Date(2026, time.February, 7, 0, 0, 0, 0, time.UTC),
		RequireFrom:  time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
	}
}

// validates reports whether a supplied OBF must be valid by now.
func (p *Policy) validates(now time.Time) bool { return !now.Add(p.Shift).Before(p.ValidateFrom) }

// requires reports whether external joins need a user token by now.
func (p *Policy) requires(now time.Time) bool { return !now.Add(p.Shift).Before(p.RequireFrom) }

// AppFacts is the first load: what is known of the app before a signature is
// believed.
type AppFacts struct {
	// App is nil when no app has the key.
	App *account.App
	// Owner is the app's account.
	Owner *account.Account
	// Development reports that the development credential pair was named.
	Development bool
	// KeyIsSecret reports that the key claim holds a secret (found by keyed hash).
	KeyIsSecret bool
	// KeyWhitespace reports that the key is known once its whitespace is trimmed.
	KeyWhitespace bool
}

// Secret is the secret the signature must be made with.
func (f *AppFacts) Secret() string {
	if f.App == nil {
		return ""
	}
	if f.Development {
		return f.App.DevSecret
	}
	return f.App.Secret
}

// UserToken is a ZAK or OBF as its reading left it.
type UserToken struct {
	// Given reports that the join carried one.
	Given bool
	// Fault is empty for a valid token; else a cause such as "expired",
	// "forged", "malformed", "wrong_token_kind", "revoked", "user_inactive".
	Fault    string
	Evidence string
	User     *account.User
	// ID is the token's own id (an OBF's participant ID).
	ID string
	// AppID and MeetingNumber bind an OBF; empty means unbound.
	AppID, MeetingNumber string
	// Withdrawn reports that the grant, scope or installation behind a genuine
	// token is gone: "scope_withdrawn" or "app_uninstalled".
	Withdrawn string
	ExpiresAt time.Time
}

// Valid reports whether the token was given and stands.
func (t *UserToken) Valid() bool { return t.Given && t.Fault == "" && t.User != nil }

// RegistrantFacts is what the tk says.
type RegistrantFacts struct {
	Given bool
	// Fault is empty for an approved tk of this meeting; else a cause of 3099
	// or "registrant_denied".
	Fault        string
	Evidence     string
	RegistrantID string
	Email        string
	Panelist     bool
	// Occurrence is the start of the one occurrence the tk is for; zero means all.
	Occurrence time.Time
}

// Valid reports whether the tk was given and is an approved one of this meeting.
func (r *RegistrantFacts) Valid() bool { return r.Given && r.Fault == "" && r.RegistrantID != "" }

// Presence is a live participant that matters to a decision.
type Presence struct {
	Participant *meeting.Participant
	// Connected reports that somebody is behind the participant: its connection is
	// up or was lost a moment ago, and its page has not announced its departure. For
	// a lost one, Grace is how long it counts so.
	Connected bool
	Grace     time.Duration
	// TakeOverDelay is how long the participant is not taken over again while it
	// is connected, because it has been so often; zero if it may be.
	TakeOverDelay time.Duration
	// MeetingNumber and Topic name the other meeting for the `elsewhere` rule.
	MeetingNumber, Topic string
}

// RemovedIdentity remembers one removed participant of the current session.
type RemovedIdentity struct {
	Claims meeting.IdentityClaims
	Name   string
	At     time.Time
	// Waiting is set for somebody who was removed from the waiting room.
	Waiting bool
}

// Snapshot is the second load: the state of everything the gate asks about.
// Slices and pointers are read-only and may be shared between attempts.
type Snapshot struct {
	Policy Policy
	AppFacts
	// Meeting is nil when no meeting ever had the number.
	Meeting *meeting.Meeting
	// Account is the meeting's account; Host its host (nil if there is no record).
	Account *account.Account
	Host    *account.User
	// Session is the running instance, or nil; Last the newest ended one, or nil.
	Session *meeting.Session
	Last    *meeting.Session
	ZAK     UserToken
	OBF     UserToken
	TK      RegistrantFacts
	// HasParticipants reports that somebody is connected in Session, the participant of the
	// join's own resume token not counted.
	HasParticipants bool
	// HostElsewhere is another live meeting hosted by the host, with somebody
	// connected in it, or nil.
	HostElsewhere *Presence
	// HostLive counts the host's other such meetings (this one not included).
	HostLive int
	// Abandoned are the sessions of the host's other begun meetings in which nobody is
	// connected.
	Abandoned []string
	// Inside is the live participant with the joiner's verified identity, or nil.
	Inside *Presence
	// Elsewhere is a connected participant of Z in another meeting, or nil.
	Elsewhere *Presence
	// AuthorizerInside reports that the OBF's user is admitted.
	AuthorizerInside bool
	Removed          []RemovedIdentity
	// OnHold are the marks of those whom a host has put in the waiting room of Session
	// and not admitted again.
	OnHold []meeting.IdentityClaims
	// PageOnHold reports that the resume token is one of such a person's, be it an older
	// one or that of a participant that they left.
	PageOnHold bool
	// InsideGroups are the barrier groups of everybody inside.
	InsideGroups []string
	// PasscodeFailures is the number of recent wrong passcodes from this
	// address for this meeting, at least MaxPasscodeAttempts if its network has used up
	// its own; PasscodeRetryAfter is when the next may be tried.
	PasscodeFailures   int
	PasscodeRetryAfter time.Duration
	// MeetingPasscodeFailures and MeetingPasscodeRetryAfter are the same for wrong
	// passcodes from everywhere.
	MeetingPasscodeFailures   int
	MeetingPasscodeRetryAfter time.Duration
	// AppExempt lets external joins of the app do without any user token (4012).
	AppExempt bool
	// Resume is the participant that a genuine resume token names, in whatever
	// state, or nil. Only a live participant of the running session is the page's
	// own.
	Resume *meeting.Participant
}

// Finding is one rule that failed.
type Finding struct {
	Step     string       `json:"step"`
	Code     errcode.Code `json:"code"`
	Name     string       `json:"name"`
	Cause    string       `json:"cause"`
	Evidence string       `json:"evidence,omitempty"`
	Remedy   string       `json:"remedy,omitempty"`
	// RetryAfter is set where waiting helps and how long is known.
	RetryAfter time.Duration `json:"-"`
	// Result is sent to the page beside the refusal, in production too.
	Result any `json:"-"`
	// Status overrides the catalogue's HTTP status (429 for throttling).
	Status int `json:"-"`
}

// Verdict is the gate's verdict: the deciding rule, every later rule that would
// have failed too, the rules that passed, and how the joiner enters.
type Verdict struct {
	// Decision is nil when the join is admitted.
	Decision    *Finding         `json:"decision"`
	AlsoFailing []Finding        `json:"alsoFailing,omitempty"`
	Passed      []string         `json:"passed,omitempty"`
	Warnings    []string         `json:"warnings,omitempty"`
	Claims      signature.Claims `json:"-"`
	// Believed reports that an app has made the signature for this meeting, or that
	// the page has come back to its participant. Anybody can make all other joins.
	Believed bool `json:"-"`
	// Admission says how an admitted join enters.
	Admission Admission `json:"-"`
}

// Admitted reports whether the join is admitted.
func (v *Verdict) Admitted() bool { return v.Decision == nil }

// Admission is how somebody enters.
type Admission struct {
	Role    meeting.Role
	Waiting bool
	// Starts reports that a new session begins with this join.
	Starts bool
	// Exempt joiners (host and alternatives with ZAK) always have room and pass the lock.
	Exempt   bool
	Capacity int
	Claims   meeting.IdentityClaims
	Email    string
	// AllowMultipleDevices frees the identity from the rule of one live participant.
	AllowMultipleDevices bool
	// Start reports that the signature's role is 1.
	Start bool
	// Resumes is the participant that goes on with the page that comes back, or nil.
	Resumes *meeting.Participant
	// Replaces is the participant of the same verified identity whose place the
	// joiner takes, or nil; Connected reports that it is connected.
	Replaces  *meeting.Participant
	Connected bool
	// Leaves is the page's own participant of before, which another one takes the
	// place of, or nil.
	Leaves *meeting.Participant
	// Ends are deserted sessions that end because their host hosts here.
	Ends []string
}
