package admission

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// Loader fetches the facts of a decision. Something that does not exist is a
// fact, not an error; an error means that the storage could not be asked, and
// the join ends in 4009.
type Loader interface {
	// App is the first load: who the key claim of a signature names. The key is
	// as it was sent, untrusted, and never empty.
	App(ctx context.Context, key string) (AppFacts, error)
	// Resume finds the participant that a genuine resume token names, live or not; nil
	// for any other token. One of an older generation names the participant as one that
	// was left.
	Resume(ctx context.Context, token string) (*meeting.Participant, error)
	// Load is the second load. It is asked only for a right signature or for a participant that comes back
	// with the very same credentials. App, Policy and Resume of the response may be left out: the gate
	// fills them in from the request.
	Load(ctx context.Context, r LoadRequest) (*Snapshot, error)
}

// LoadRequest says what the second load is for.
type LoadRequest struct {
	Now     time.Time
	Attempt *Attempt
	// Claims are the believed claims of the signature; nil where a participant
	// comes back without one.
	Claims *signature.Claims
	App    AppFacts
	// Resume is the participant that the join's resume token names, or nil. Where
	// Claims is nil, its Claims.AppID names the app.
	Resume *meeting.Participant
}

// Prober limits how often a failed signature that comes from an address is probed
// for its reason.
type Prober interface{ Allow(address string) bool }

// Gate runs joins through the rules. The zero value works: default policy, no
// search for the reason of a wrong HMAC.
type Gate struct {
	// Policy returns the platform's policy at the time of the join; nil means
	// DefaultPolicy.
	Policy func() Policy
	// CollectAll goes on after a fault of the options or the token's time, so that
	// all faults are reported in one round. It costs loads, hence development
	// only, and dry runs. It never loads a meeting for a wrong signature.
	CollectAll bool
	// Keyring is asked why a signature is wrong; nil asks nobody.
	Keyring signature.Keyring
	// SecretSearchLimit limits the search for the secret that made a wrong HMAC; nil sets
	// no limit.
	SecretSearchLimit Prober
}

// NewGate makes a gate under a policy that does not change.
func NewGate(policy Policy) *Gate { return &Gate{Policy: func() Policy { return policy }} }

// Run decides a join, loading what it needs. The snapshot is never nil and holds
// what was loaded, so that the caller can act on what was decided.
func (g *Gate) Run(ctx context.Context, l Loader, now time.Time, a *Attempt) (Verdict, *Snapshot) {
	policy := DefaultPolicy()
	if g.Policy != nil {
		policy = g.Policy()
	}
	s := &Snapshot{Policy: policy}
	participant, err := resumedParticipant(ctx, l, a)
	if err != nil {
		return broken(ctx, a, err, false), s
	}
	if participant != nil && participant.State.Live() && a.matches(participant, digestAll) {
		loaded, err := l.Load(ctx, LoadRequest{Now: now, Attempt: a, Resume: participant})
		if err != nil {
			return broken(ctx, a, err, true), s
		}
		loaded.complete(policy, loaded.AppFacts)
		loaded.Resume = participant
		if loaded.owns() && loaded.sameTokens(a) {
			return Decide(now, a, loaded), loaded
		}
	}
	v, s := g.fresh(ctx, l, now, a, participant, s)
	if participant != nil && !v.Admitted() && s.Meeting == nil && signatureStep(v.Decision.Step) {
		return g.staleReturn(ctx, l, now, a, participant, v, s)
	}
	return v, s
}

func resumedParticipant(ctx context.Context, l Loader, a *Attempt) (*meeting.Participant, error) {
	if a.ResumeToken == "" || a.MeetingNumber == "" {
		return nil, nil
	}
	return l.Resume(ctx, a.ResumeToken)
}

// fresh decides a join by what it brings of its own. The participant that its
// resume token names, if any, goes on only where that is the same as before.
func (g *Gate) fresh(ctx context.Context, l Loader, now time.Time, a *Attempt, participant *meeting.Participant, s *Snapshot) (Verdict, *Snapshot) {
	in := &Input{now: now, a: a, s: s}
	in.run(stageRequest)
	if len(in.findings) > 0 && !g.CollectAll {
		return in.verdict(), s
	}
	in.read()
	if key := in.key(); key != "" {
		facts, err := l.App(ctx, key)
		if err != nil {
			return broken(ctx, a, err, false), s
		}
		s.AppFacts = facts
	}
	in.verify()
	in.run(stageApp)
	if !in.isVerified() {
		g.diagnose(ctx, in)
		return in.verdict(), s
	}
	if len(in.findings) > 0 && !g.CollectAll {
		return in.verdict(), s
	}
	if a.MeetingNumber == "" { // only reached by a thorough look at refused options
		return in.verdict(), s
	}
	loaded, err := l.Load(ctx, LoadRequest{Now: now, Attempt: a, Claims: &in.token.Claims, App: s.AppFacts, Resume: participant})
	if err != nil {
		if len(in.findings) > 0 {
			return in.verdict(), s
		}
		return broken(ctx, a, err, true), s
	}
	loaded.complete(s.Policy, s.AppFacts)
	loaded.Resume = participant
	in.s = loaded
	in.comeBack()
	in.derive()
	in.run(stageState)
	return in.verdict(), loaded
}

// staleReturn looks again at a page that came back with a participant that is gone
// and a signature that is no longer good: having been removed, or the meeting
// being over, is the better answer, and the genuine resume token earns it.
func (g *Gate) staleReturn(ctx context.Context, l Loader, now time.Time, a *Attempt, participant *meeting.Participant, v Verdict, s *Snapshot) (Verdict, *Snapshot) {
	loaded, err := l.Load(ctx, LoadRequest{Now: now, Attempt: a, Resume: participant})
	if err != nil {
		return v, s
	}
	loaded.complete(s.Policy, loaded.AppFacts)
	loaded.Resume = participant
	if loaded.Meeting == nil || loaded.Meeting.ID != participant.MeetingID {
		return v, s
	}
	in := &Input{now: now, a: a, s: loaded, resuming: true}
	in.derive()
	in.run(stageState)
	if len(in.findings) == 0 {
		return v, s
	}
	in.findings = append(in.findings, *v.Decision)
	in.findings = append(in.findings, v.AlsoFailing...)
	return in.verdict(), loaded
}

func signatureStep(step string) bool {
	switch step {
	case StepOptions, StepSignature, StepTokenTime, StepRole:
		return true
	}
	return false
}

// complete fills in what a loader may leave out.
func (s *Snapshot) complete(policy Policy, app AppFacts) {
	if s.App == nil {
		s.AppFacts = app
	}
	// A loader may move the dates for one app and leave the rest to the platform.
	if s.Policy.ValidateFrom.IsZero() {
		s.Policy.ValidateFrom = policy.ValidateFrom
	}
	if s.Policy.RequireFrom.IsZero() {
		s.Policy.RequireFrom = policy.RequireFrom
	}
	s.Policy.MinSDKVersion, s.Policy.Shift = policy.MinSDKVersion, policy.Shift
}

// owns reports whether the resume token's participant is inside, so that the page
// may go on with it or have another in its place.
func (s *Snapshot) owns() bool {
	return s.Resume != nil && s.Resume.State.Live() && s.Meeting != nil && s.Session.Live() &&
		s.Resume.MeetingID == s.Meeting.ID && s.Resume.SessionID == s.Session.ID
}

// Decide is the gate as one pure function of the facts: every rule that can be
// judged is judged, the first that fails decides. It neither loads nor probes.
func Decide(now time.Time, a *Attempt, s *Snapshot) Verdict {
	in := &Input{now: now, a: a, s: s}
	if s.owns() && a.matches(s.Resume, digestAll) && s.sameTokens(a) {
		// The signature that admitted it may have expired since.
		in.resuming = true
		in.run(stageRequest)
		in.derive()
		in.run(stageState)
		return in.verdict()
	}
	in.run(stageRequest)
	in.read()
	in.verify()
	in.run(stageApp)
	in.comeBack()
	in.derive()
	in.run(stageState)
	return in.verdict()
}

// DecideApp is the first half of Decide: options, version, app, signature, token
// time, role and the app's permission, which need no more than the app. The token
// is nil where it cannot be read; believed reports that it was made by the app and
// is about this meeting, so that the second load may happen.
func DecideApp(now time.Time, a *Attempt, app AppFacts, policy Policy) (v Verdict, token *signature.Token, believed bool) {
	in := &Input{now: now, a: a, s: &Snapshot{Policy: policy, AppFacts: app}}
	in.run(stageRequest)
	in.read()
	in.verify()
	in.run(stageApp)
	return in.verdict(), in.token, in.isVerified()
}

// diagnose replaces what the fast path said about a wrong signature by what a
// search for its reason finds.
func (g *Gate) diagnose(ctx context.Context, in *Input) {
	if g.Keyring == nil || in.blank() {
		return
	}
	o := signature.Options{Now: in.now, MeetingNumber: in.a.MeetingNumber, Keyring: g.Keyring}
	if g.SecretSearchLimit != nil && !g.SecretSearchLimit.Allow(in.a.RemoteIP) {
		o.MaxProbes = -1
	}
	report := signature.Diagnose(ctx, in.a.Signature, o)
	var before, found, after []Finding
	for _, f := range in.findings {
		switch f.Step {
		case StepSignature, StepTokenTime, StepRole:
		case StepPermission:
			after = append(after, f)
		default:
			before = append(before, f)
		}
	}
	wrong := false
	for _, f := range report.Faults() {
		if f.Step == signature.StepApp && in.token != nil {
			// The rule has refused it already; the search may know whose secret it was.
			for i := range before {
				if before[i].Step == StepApp && before[i].Cause == f.Cause {
					before[i].Evidence = f.Evidence
				}
			}
			continue
		}
		if f.Step == signature.StepOptions {
			continue
		}
		wrong = wrong || f.Step == StepSignature
		found = append(found, faultFinding(&f, in.now))
	}
	if wrong || in.tokenFault == nil && in.s.App == nil {
		in.findings = append(append(before, found...), after...)
	}
}

// broken is the verdict where the gate cannot ask for what it needs: the storage does
// not answer, or the page has gone and nobody waits for the answer.
func broken(ctx context.Context, a *Attempt, err error, believed bool) Verdict {
	v := Verdict{Decision: ServerFault(err, "storage_unavailable"), Warnings: a.Warnings, Believed: believed}
	if errors.Is(ctx.Err(), context.Canceled) {
		v.Decision = Cancellation()
	}
	return v
}

// cancelled is the cause of a join whose page went away before the answer.
const cancelled = "cancelled"

// Cancellation is the finding of a join whose page went away before it was decided
// (code 1): no fault of the server, and nobody hears it.
func Cancellation() *Finding {
	f := Finding{Step: StepAdmission, Code: errcode.Fail, Cause: cancelled, Evidence: "the page closed its connection before the join was decided"}
	f.complete()
	return &f
}

// Cancelled reports whether the join's page went away before it was decided.
func (f *Finding) Cancelled() bool { return f.Code == errcode.Fail && f.Cause == cancelled }

// ServerFault is the finding of a join that cannot be decided or carried out
// (4009): cause is "storage_unavailable", "media_unavailable" or "internal".
func ServerFault(err error, cause string) *Finding {
	evidence := map[string]string{
		"storage_unavailable": "the database could not be used",
		"media_unavailable":   "the media server could not be used",
	}[cause]
	if evidence == "" {
		evidence, cause = "an unexpected error occurred in the server", "internal"
	}
	if err != nil {
		evidence = fmt.Sprintf("%s: %s", evidence, clip(err.Error(), 200))
	}
	f := Finding{Step: StepAdmission, Code: errcode.ServerError, Cause: cause, Evidence: evidence}
	f.complete()
	return &f
}

// TooManyRejoins is the finding of a participant who comes back too often (4009, HTTP 429).
func TooManyRejoins(wait time.Duration) *Finding {
	f := Finding{
		Step: StepAdmission, Code: errcode.ServerError, Cause: "too_many_joins", Status: statusThrottled, RetryAfter: wait,
		Evidence: "the participant has joined again and again within a few seconds",
	}
	f.complete()
	return &f
}

// TooManyJoins is the finding of an anonymous join that comes faster than the app's
// limit (4009, HTTP 429).
func TooManyJoins(app string, perMinute int, wait time.Duration) *Finding {
	f := Finding{
		Step: StepAdmission, Code: errcode.ServerError, Cause: "too_many_joins", Status: statusThrottled, RetryAfter: wait,
		Evidence: fmt.Sprintf("anonymous participants with one signature or from one address join faster than %d a minute, the limit for the app %s", perMinute, quote(app)),
	}
	f.complete()
	return &f
}
