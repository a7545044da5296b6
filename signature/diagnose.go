package signature

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/anteroom/anteroom/errcode"
)

// Options are what a diagnosis may know.
type Options struct {
	// Now is the verifier's clock. Required.
	Now time.Time
	// MeetingNumber is what the page joins, as it was given. Empty: mn is judged by
	// itself only.
	MeetingNumber string
	// Keyring knows apps and secrets. Nil: the app and the HMAC are not judged, and
	// a token that is otherwise right is reported as "probe_skipped", never as good.
	Keyring Keyring
	// MaxProbes bounds the HMACs computed in search of the secret. Zero means
	// DefaultMaxProbes; a negative number searches nothing, for a caller that limits
	// how often it does so. What was not searched is reported as "probe_skipped".
	MaxProbes int
}

// diagnosis is one run of Diagnose.
type diagnosis struct {
	ctx      context.Context // lives for one call
	opts     Options
	token    *Token
	faults   []Fault
	warnings []Warning
	redact   redactor
	err      error

	own         Credential // the credential that the token names
	ownKnown    bool
	keyIsSecret bool
	genuine     bool // the HMAC is right as it stands
	recognised  bool // the HMAC is some known secret's doing
	incomplete  bool // the keyring failed or the context ended
}

// Diagnose says everything that is wrong with a signature, deciding fault first, and
// why. It reads through damage where it can, and where the HMAC is wrong it tries
// the keyring's secrets and the usual slips until one explains it. It never fails:
// what could not be judged is reported in the report. A report is Good exactly if
// Verify with the named app's secret accepts the token and the app may be used.
func Diagnose(ctx context.Context, token string, o Options) Report {
	if o.MaxProbes == 0 {
		o.MaxProbes = DefaultMaxProbes
	}
	d := &diagnosis{ctx: ctx, opts: o}
	d.redact = redactor{secrets: map[string][2]string{}, keyring: o.Keyring, ctx: ctx}
	d.token, d.faults = readLoose(token)
	if d.token == nil {
		d.spotSecret(token)
		return d.report()
	}
	for _, f := range headFaults(nil, d.token) {
		if !d.has(f.Cause) || f.Cause == CauseClaimWrongType {
			d.faults = append(d.faults, f)
		}
	}
	d.findApp()
	d.judgeHMAC()
	d.faults = claimFaults(d.faults, d.token, o.MeetingNumber, o.Now)
	if d.genuine || d.recognised || o.Keyring == nil {
		d.faults = append(d.faults, CheckTime(d.token, o.Now)...)
	}
	d.faults = append(d.faults, CheckRole(d.token)...)
	d.warnings = append(d.warnings, Warnings(d.token)...)
	if len(d.faults) == 0 && !d.genuine { // nothing found is not yet good
		text := "nothing else is wrong, but the signature was not verified because no key and secret were given"
		if o.Keyring != nil {
			text = "nothing else is wrong, but the signature could not be verified: the keys could not be read"
		}
		d.add(invalid(rankTime, CauseProbeSkipped, "%s", text))
	}
	return d.report()
}

func (d *diagnosis) has(cause string) bool {
	for i := range d.faults {
		if d.faults[i].Cause == cause {
			return true
		}
	}
	return false
}

func (d *diagnosis) add(f Fault) { d.faults = append(d.faults, f) }

func (d *diagnosis) warn(cause, text string) {
	for _, w := range d.warnings {
		if w.Cause == cause {
			return
		}
	}
	d.warnings = append(d.warnings, Warning{cause, text})
}

// failed keeps the keyring's first error.
func (d *diagnosis) failed(err error) {
	d.incomplete = true
	if d.err == nil {
		d.err = err
	}
	d.warn(WarnKeyringFailed, "the keys could not be read: what depends on them was not checked")
}

// spotSecret recognises a secret that was passed as the signature.
func (d *diagnosis) spotSecret(raw string) {
	value := trimKey(raw)
	if d.opts.Keyring == nil || len(raw) > MaxSize || len(value) < leastSecret {
		return
	}
	c, held, err := d.opts.Keyring.Holds(d.ctx, value)
	switch {
	case err != nil:
		d.failed(err)
	case held:
		d.redact.know([]byte(value))
		d.faults[0].PublicEvidence = "this is an app's secret: use it to sign on a server, and never send it"
		d.faults[0].Evidence = "this is the secret of " + c.appName() + ": use it to sign on a server, and never send it"
	}
}

func trimKey(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// findApp finds whom the key claim names, and judges that app (3704, 3710).
func (d *diagnosis) findApp() {
	key := d.token.KeyClaim()
	if d.opts.Keyring == nil || key == "" {
		return
	}
	if d.lookup(key) {
		d.judgeApp()
		return
	}
	if d.incomplete {
		return
	}
	refuse := func(cause, evidence string) {
		d.add(newFault(errcode.APIKeyInvalid, rankWho, cause, evidence))
	}
	if trimmed := trimKey(key); trimmed != key && d.lookup(trimmed) {
		refuse(CauseKeyWhitespace, "the key claim has spaces, line breaks or invisible characters around the key of "+d.own.appName())
		d.judgeApp()
		return
	}
	holder, held, err := d.opts.Keyring.Holds(d.ctx, trimKey(key))
	switch {
	case err != nil:
		d.failed(err)
		refuse(CauseUnknownKey, "no app has the key that the token names")
	case held:
		d.own, d.ownKnown, d.keyIsSecret = holder, true, true
		d.redact.know([]byte(trimKey(key)))
		d.redact.know(holder.Secret)
		refuse(CauseKeyIsSecret, "the key claim contains the secret of "+holder.appName()+
			": anyone who opens the page can read it, so replace that secret")
		d.faults[len(d.faults)-1].PublicEvidence = "the key claim contains a secret: anyone who opens the page can read it, so replace that secret"
	case strings.Contains(key, "@"):
		refuse(CauseUnknownKey, "the key claim is an email address; it must be the app's key (client ID)")
	default:
		refuse(CauseUnknownKey, "no app has the key “"+keyPrefix(key)+"”")
	}
}

func (d *diagnosis) lookup(key string) bool {
	c, found, err := d.opts.Keyring.Lookup(d.ctx, key)
	if err != nil {
		d.failed(err)
		return false
	}
	if found {
		d.own, d.ownKnown = c, true
		d.redact.know(c.Secret)
	}
	return found
}

func (d *diagnosis) judgeApp() {
	app := d.own.App
	if app.State == AppDeleted {
		d.add(newFault(errcode.APIKeyInvalid, rankWho, CauseAppDeleted, d.own.appName()+" has been deleted"))
	}
	if app.Kind != "" && app.Kind != AppGeneral {
		d.add(newFault(errcode.APIKeyInvalid, rankWho, CauseKeyOfOtherKind,
			d.own.appName()+" is "+app.Kind.name()+": its credentials cannot sign Meeting SDK joins"))
	}
	switch app.State {
	case AppDisabled:
		d.add(newFault(errcode.APIKeyDisabled, rankWho, CauseAppDisabled, d.own.appName()+" is disabled"))
	case AppAccountSuspended:
		d.add(newFault(errcode.APIKeyDisabled, rankWho, CauseAccountSuspended,
			"the account that owns "+d.own.appName()+" is suspended"))
	}
}

// report sorts, removes secrets and adds remedies.
func (d *diagnosis) report() Report {
	r := Report{
		Scope: ScopeSignature, Err: d.err,
		AlsoFailing: []Fault{}, Passed: d.passed(), Warnings: []Warning{},
	}
	if d.token != nil {
		r.Token = &TokenView{
			Header: d.redact.document(d.token.header),
			Claims: d.redact.document(d.token.payload),
		}
		if d.opts.Keyring == nil {
			d.warn(WarnHMACUnjudged, "no key and secret were given: the app and the HMAC were not verified")
		}
	}
	sortFaults(d.faults)
	for i := range d.faults {
		f := &d.faults[i]
		f.Evidence, f.PublicEvidence = d.redact.text(f.Evidence), d.redact.text(f.PublicEvidence)
		f.Remedy = remedy(f)
		if f.Cause == CauseProbeSkipped && d.opts.Keyring == nil {
			f.Remedy = "Pass the app's key and secret to verify the signature, or ask a server that knows them."
		}
	}
	for _, w := range d.warnings {
		w.Text = d.redact.text(w.Text)
		r.Warnings = append(r.Warnings, w)
	}
	if len(d.faults) == 0 {
		r.Decision = Fault{Step: StepSignature, Code: errcode.Success, Name: errcode.Success.Name()}
		return r
	}
	r.Decision = d.faults[0]
	r.AlsoFailing = append(r.AlsoFailing, d.faults[1:]...)
	return r
}

// remedy asks the catalogue. Causes of 3712 are looked up under 3712 where the
// deciding code does not list them.
func remedy(f *Fault) string {
	for _, code := range [...]errcode.Code{f.Code, errcode.SignatureInvalid} {
		if c, ok := errcode.CauseOf(code, f.Cause); ok {
			return c.Remedy
		}
	}
	e, _ := errcode.Lookup(f.Code)
	return e.Remedy
}

// passed names what was judged and found right.
func (d *diagnosis) passed() []string {
	all := []string{}
	t := d.token
	if t == nil {
		return all
	}
	clean := func(step string, ranks ...rank) bool {
		for i := range d.faults {
			for _, r := range ranks {
				if d.faults[i].rank == r && d.faults[i].Step == step {
					return false
				}
			}
		}
		return true
	}
	pass := func(ok bool, name string) {
		if ok {
			all = append(all, name)
		}
	}
	_, iatOK := t.timeClaim(fieldIAT)
	_, expOK := t.timeClaim(fieldEXP)
	_, roleOK := t.role()
	judged := d.genuine || d.recognised || d.opts.Keyring == nil
	pass(clean(StepSignature, rankUnreadable, rankFormat, rankKind), "format")
	pass(clean(StepSignature, rankHeader), "header")
	pass(t.KeyClaim() != "" && !d.has(CauseAppKeyDiffers) && !d.keyIsSecret, "key")
	pass(d.ownKnown && clean(StepApp, rankWho), "app")
	pass(d.genuine, "hmac")
	pass(t.Claims.MeetingNumber != "" && d.opts.MeetingNumber != "" && clean(StepSignature, rankMeeting), "meeting")
	pass(iatOK && expOK && clean(StepSignature, rankTime), "lifetime")
	pass(judged && expOK && clean(StepTokenTime, rankTime), "token_time")
	pass(roleOK, "role")
	return all
}
