package admission

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// ScopeGate is the scope of a diagnosis for which the whole gate was asked; the
// other one is signature.ScopeSignature.
const ScopeGate = "gate"

// Diagnosis is a join thought through to its end and not carried out.
type Diagnosis struct {
	// Decision is what the join would get; code 0 with a sentence on how the
	// joiner would enter, where nothing refuses.
	Decision    Finding
	AlsoFailing []Finding
	// Token is what the signature says of itself, without secrets; nil where it
	// cannot be read.
	Token *signature.TokenView
	// Passed are the IDs of the rules that hold; for the scope of the signature
	// alone, the parts of it that are right (see signature.Report).
	Passed   []string
	Warnings []string
	// Scope is ScopeGate where a meeting was known to ask about, else
	// signature.ScopeSignature.
	Scope string
}

// DryRun decides a join and stops there: it reads what the gate reads and changes
// nothing, so that it may be asked at any time. It reports every fault in one
// round, whatever the gate is set to, and searches for the reason of a wrong
// signature without regard to the gate's limit of such searches; the caller
// answers for who may ask. Where the attempt names no meeting the token's own is
// taken; where that names none either, the signature alone is judged.
func (g *Gate) DryRun(ctx context.Context, l Loader, now time.Time, a *Attempt) Diagnosis {
	report := signature.Diagnose(ctx, a.Signature, signature.Options{
		Now: now, MeetingNumber: a.MeetingNumber, Keyring: g.Keyring,
	})
	if numberMissing(a) {
		own := *a
		own.Invalid = slices.DeleteFunc(slices.Clone(a.Invalid), func(o InvalidOption) bool { return o.Field == "meetingNumber" })
		own.MeetingNumber = tokensMeeting(report.Token)
		a = &own
		if a.MeetingNumber == "" {
			return diagnosisOfSignature(a, &report)
		}
	}
	thorough := Gate{Policy: g.Policy, CollectAll: true, Keyring: g.Keyring}
	v, s := thorough.Run(ctx, l, now, a)
	d := Diagnosis{
		Token: report.Token, AlsoFailing: v.AlsoFailing, Passed: v.Passed, Warnings: v.Warnings, Scope: ScopeGate,
	}
	if a.MeetingNumber == "" {
		d.Scope = signature.ScopeSignature
	}
	for _, w := range report.Warnings {
		if text := w.String(); !slices.Contains(d.Warnings, text) {
			d.Warnings = append(slices.Clip(d.Warnings), text)
		}
	}
	if v.Decision != nil {
		d.Decision = *v.Decision
		return d
	}
	d.Decision = Finding{
		Step: StepAdmission, Code: errcode.Success, Name: errcode.Success.Name(), Evidence: entry(&v.Admission, s),
	}
	return d
}

// numberMissing distinguishes an absent meeting number from one that was refused.
func numberMissing(a *Attempt) bool {
	return a.MeetingNumber == "" && !slices.ContainsFunc(a.Invalid, func(o InvalidOption) bool {
		return o.Field == bodyField || o.Field == "meetingNumber" && o.Cause != "meetingNumber_missing"
	})
}

// tokensMeeting is the meeting that the token is for, or empty.
func tokensMeeting(t *signature.TokenView) string {
	var claims struct {
		MN json.RawMessage `json:"mn"`
	}
	if t == nil || json.Unmarshal(t.Claims, &claims) != nil {
		return ""
	}
	text := string(claims.MN)
	if s, err := strconv.Unquote(text); err == nil {
		text = s
	}
	number := signature.CleanMeetingNumber(text)
	if len(number) < 9 || len(number) > 11 || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return number
}

// diagnosisOfSignature is what can be said without a meeting: the options, if they
// were given, and the signature.
func diagnosisOfSignature(a *Attempt, report *signature.Report) Diagnosis {
	var found []Finding
	for _, o := range a.Invalid {
		if o.Field == "signature" {
			continue // the report has it
		}
		f := Finding{Step: StepOptions, Code: errcode.InvalidParameter, Cause: o.Cause, Evidence: o.Evidence}
		f.complete()
		found = append(found, f)
	}
	faults := report.Faults()
	for i := range faults {
		found = append(found, faultFinding(&faults[i], time.Time{}))
	}
	d := Diagnosis{Token: report.Token, Passed: report.Passed, Warnings: slices.Clone(a.Warnings), Scope: signature.ScopeSignature}
	for _, w := range report.Warnings {
		d.Warnings = append(d.Warnings, w.String())
	}
	if len(found) == 0 {
		d.Decision = faultFinding(&report.Decision, time.Time{})
		d.Decision.Evidence = "the signature is valid; nothing else was checked, because the meeting is unknown"
		return d
	}
	d.Decision, d.AlsoFailing = found[0], found[1:]
	return d
}

// entry says how an admitted join would enter.
func entry(a *Admission, s *Snapshot) string {
	roles := map[meeting.Role]string{
		meeting.RoleHost: "as the host", meeting.RoleCoHost: "as a co-host", meeting.RolePanelist: "as a panelist", meeting.RoleAttendee: "as an attendee",
	}
	how := roles[a.Role]
	where := ""
	if s.Meeting != nil {
		where = " of " + quote(s.Meeting.Topic)
	}
	switch {
	case a.Resumes != nil:
		return "the page would keep its own place, " + how
	case a.Replaces != nil && a.Connected:
		return "the joiner would take over from their other page, which is connected" + where + ", " + how
	case a.Replaces != nil:
		return "the joiner would take back their own place" + where + ", from a page that is gone, " + how
	case a.Leaves != nil && !a.Waiting:
		return "the page would give up its own place and enter" + where + " anew, " + how
	case a.Waiting:
		return "the joiner would be let into the waiting room" + where
	case a.Starts:
		return "the joiner would enter " + how + " and start a new instance" + where
	}
	return "the joiner would enter the running instance" + where + " " + how
}
