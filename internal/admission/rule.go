package admission

import (
	"math/bits"
	"slices"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// The steps of the gate, in its order. Several rules can make up one step.
const (
	StepOptions        = "options"
	StepVersion        = "version"
	StepApp            = "app"
	StepSignature      = "signature"
	StepTokenTime      = "token_time"
	StepRole           = "role"
	StepPermission     = "permission"
	StepMeeting        = "meeting"
	StepHost           = "host"
	StepAccountVersion = "account_version"
	StepWeb            = "web"
	StepZAK            = "zak"
	StepStart          = "start"
	StepEmail          = "email"
	StepEmailBlocked   = "email_blocked"
	StepRegistration   = "registration"
	StepLogin          = "login"
	StepPasscode       = "passcode"
	StepSimulive       = "simulive"
	StepEnded          = "ended"
	StepStarted        = "started"
	StepAppBlocked     = "app_blocked"
	StepCrossAccount   = "cross_account"
	StepAnonymous      = "anonymous"
	StepUserToken      = "user_token"
	StepUserPresent    = "user_present"
	StepRemoved        = "removed"
	StepBarriers       = "barriers"
	StepLocked         = "locked"
	StepDuplicate      = "duplicate"
	StepElsewhere      = "elsewhere"
	StepCapacity       = "capacity"
	// StepAdmission is the carrying out of a decision (4009 only).
	StepAdmission = "admission"
)

// Rule is one row of the gate's tables.
type Rule struct {
	// ID is unique and stable; a verdict lists it among what passed.
	ID string
	// Step groups rules as the contract does.
	Step string
	// Code is what a failure is called.
	Code errcode.Code
	// Name says in a few words what must hold.
	Name string
	// Where reports whether the code is born before or in the room.
	Where errcode.Where
	// Causes are the identifiers a failure can have. Nil for the options rule
	// (made from the option's name) and the signature rule (see signature.Causes).
	Causes []string
	// Resume rules are also asked of a page that takes its own participant over.
	Resume bool
	// Check returns nothing where the rule holds; the deciding finding leads.
	Check func(*Input) []Finding

	stage stage
	needs needs
}

// stage is what has to be loaded before a rule can be judged.
type stage uint8

const (
	stageRequest stage = iota // the request and the policy
	stageApp                  // the app's facts
	stageState                // everything
)

// needs is what has to be known for a rule to be judged; where it is not, the
// rule neither passes nor fails.
type needs uint8

const (
	needsNothing   needs = iota
	needsSignature       // a signature that is not blank
	needsKey             // a readable signature with a key claim
	needsToken           // a readable signature
	needsGenuine         // a signature whose HMAC is right
	needsApp             // an app
	needsMeeting         // a meeting
)

// Rules are all rules in the order in which they decide.
var Rules = slices.Concat(requestRules, appRules, meetingRules, identityRules, stateRules, roomRules)

// everyID are the IDs of all rules: what most joins pass.
var everyID = func() []string {
	ids := make([]string, len(Rules))
	for i := range Rules {
		ids[i] = Rules[i].ID
	}
	return slices.Clip(ids)
}()

// Input is what rules judge: the facts, and what follows from them.
type Input struct {
	now      time.Time
	a        *Attempt
	s        *Snapshot
	resuming bool
	// own is the page's participant of before, where it is not gone on with but
	// replaced.
	own *meeting.Participant

	token      *signature.Token
	tokenFault *signature.Fault
	genuine    bool // the HMAC is right
	verified   bool // the signature rule holds

	account       *account.Account // the meeting's; never nil once derived
	start         bool             // role 1
	hostOrAlt     bool             // a valid ZAK of the host or an alternative
	hasHostRights bool
	panelist      bool
	registrant    bool
	external      bool
	live          bool   // an instance is not over, or plays by schedule
	running       bool   // and somebody is connected in it
	obfFault      string // like UserToken.Fault, bindings included
	obfValid      bool
	email         string

	findings []Finding
	passed   uint64 // the rules that hold, as bits in the order of Rules
	unjudged bool   // set by a check that could not judge after all
}

// read parses the signature.
func (in *Input) read() {
	if in.blank() {
		return
	}
	token, err := signature.Parse(in.a.Signature)
	if err == nil {
		in.token = token
		return
	}
	if f, ok := err.(*signature.Fault); ok { //nolint:errorlint // Parse wraps nothing
		in.tokenFault = f
	}
}

func (in *Input) blank() bool { return blank(in.a.Signature) }

// key is the untrusted key claim, or empty.
func (in *Input) key() string {
	if in.token == nil {
		return ""
	}
	return in.token.KeyClaim()
}

// verify judges the HMAC.
func (in *Input) verify() {
	if in.token != nil && in.s.App != nil {
		in.genuine = signature.VerifyHMAC(in.token, []byte(in.s.Secret()))
	}
}

// isVerified reports whether the signature rule holds, so that the claims are the
// app's own words about this meeting.
func (in *Input) isVerified() bool { return in.verified }

func (in *Input) can(n needs) bool {
	switch n {
	case needsSignature:
		return !in.blank()
	case needsKey:
		return in.key() != ""
	case needsToken:
		return in.token != nil
	case needsGenuine:
		return in.genuine
	case needsApp:
		return in.s.App != nil
	case needsMeeting:
		return in.s.Meeting != nil
	}
	return true
}

// run judges the rules of one stage.
func (in *Input) run(st stage) {
	for i := range Rules {
		r := &Rules[i]
		if r.stage != st {
			continue
		}
		if (in.resuming && !r.Resume) || !in.can(r.needs) {
			continue
		}
		in.unjudged = false
		found := r.Check(in)
		if len(found) == 0 {
			if !in.unjudged {
				in.passed |= 1 << i
			}
			continue
		}
		for j := range found {
			f := &found[j]
			if f.Code == 0 {
				f.Code = r.Code
			}
			if f.Step == "" {
				f.Step = r.Step
			}
			f.complete()
		}
		in.findings = append(in.findings, found...)
	}
}

// complete fills in what the catalogue knows.
func (f *Finding) complete() {
	f.Name = f.Code.Name()
	if f.Remedy != "" {
		return
	}
	if c, ok := errcode.CauseOf(f.Code, f.Cause); ok {
		f.Remedy = c.Remedy
	} else if e, ok := errcode.Lookup(f.Code); ok {
		f.Remedy = e.Remedy
	}
}

// verdict sums up what was judged.
func (in *Input) verdict() Verdict {
	v := Verdict{Warnings: in.warnings(), Believed: in.verified || in.resuming}
	if in.token != nil {
		v.Claims = in.token.Claims
	}
	if in.passed == 1<<len(Rules)-1 {
		v.Passed = everyID
	} else {
		v.Passed = make([]string, 0, bits.OnesCount64(in.passed))
		for i := range Rules {
			if in.passed&(1<<i) != 0 {
				v.Passed = append(v.Passed, Rules[i].ID)
			}
		}
	}
	if len(in.findings) > 0 {
		v.Decision = &in.findings[0]
		v.AlsoFailing = in.findings[1:]
		return v
	}
	if in.s.Meeting != nil {
		v.Admission = in.admission()
	}
	return v
}
