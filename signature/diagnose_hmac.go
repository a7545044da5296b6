package signature

// judgeHMAC checks the HMAC and, where it is wrong, looks for the reason.
func (d *diagnosis) judgeHMAC() {
	if d.opts.Keyring == nil {
		return
	}
	if d.ownKnown && !d.keyIsSecret && VerifyHMAC(d.token, d.own.Secret) {
		d.genuine = true
		d.secretIsRight()
		return
	}
	p, comparable := newProber(d.token, d.opts.MaxProbes)
	if !comparable {
		return // the fault that left nothing to compare with is already reported
	}
	if d.probeOwn(p) || d.probeOthers(p) {
		d.recognised = true
		return
	}
	switch {
	case !d.ownKnown && !d.has(CauseUnknownKey) && !d.incomplete:
		// no key claim: app_key_missing says it all
	case d.opts.MaxProbes < 0 || p.spent || d.incomplete:
		d.skipped(p)
	case d.ownKnown && !d.keyIsSecret:
		d.add(invalid(rankWho, CauseUnknownSecret,
			"no app on this server uses the secret that signed this token: it is not that of %s, not an altered form of it, and not another app's. "+
				"Possible reasons, the most likely first: %s", d.own.appName(), unknownSecrets))
		d.faults[len(d.faults)-1].PublicEvidence = "signed with another secret than the one of " + d.own.appName()
	}
}

// unknownSecrets are the reasons that look alike once every known secret was tried.
const unknownSecrets = "(1) the secret belongs to an app, an app type or an installation that this server does not know; " +
	"(2) it is an old secret of this app that has been replaced more than once, or it was mistyped; " +
	"(3) the secret is correct, but the signed bytes differ from those sent, for example because the claims were encoded again or changed after signing"

// skipped reports that the search ended early. Where the HMAC is known to be wrong it
// is the fault; without an app nothing is known to be wrong.
func (d *diagnosis) skipped(p *prober) {
	text := "the HMAC was not made with the secret of " + d.own.appName() + "; the search for the reason was stopped (limit of "
	text += amount(int64(max(d.opts.MaxProbes, 0)), 1, "trials") + ")"
	switch {
	case d.ownKnown && !d.keyIsSecret:
		d.add(invalid(rankWho, CauseProbeSkipped, "%s", text))
	case p.spent || d.opts.MaxProbes < 0:
		d.warn(CauseProbeSkipped, "the search for the secret that was used was stopped")
	}
}

// secretIsRight completes the first fault of form or header, if there is one: half
// of the question behind it is whether the secret is to blame.
func (d *diagnosis) secretIsRight() {
	for i := range d.faults {
		f := &d.faults[i]
		if f.Step == StepSignature && (f.rank == rankUnreadable || f.rank == rankFormat || f.rank == rankHeader) {
			f.Evidence += "; the secret is correct"
			return
		}
	}
}

// probeOwn tries the named app's own secret, as it is and as it gets damaged.
func (d *diagnosis) probeOwn(p *prober) bool {
	if !d.ownKnown {
		return false
	}
	own := &d.own
	if p.matches(own.Secret) {
		d.secretIsRight()
		return true
	}
	if p.matches([]byte(own.Key)) {
		what := "the HMAC was made with the key of " + own.appName() + " instead of its secret"
		if d.keyIsSecret {
			what = "key and secret of " + own.appName() + " are swapped: the HMAC was made with the key"
		}
		d.add(invalid(rankWho, CauseKeySecretSwapped, "%s", what))
		if d.keyIsSecret {
			d.faults[len(d.faults)-1].PublicEvidence = "key and secret are swapped: the HMAC was made with the key"
		}
		return true
	}
	for _, v := range secretVariants(string(own.Secret)) {
		if p.matches(v.secret) {
			d.redact.know(v.secret)
			d.add(invalid(rankWho, v.cause, "signed with the secret of %s, but %s", own.appName(), v.words))
			return true
		}
	}
	return d.probeForms(p)
}

// probeForms tries the right secret over other bytes and with other hashes.
func (d *diagnosis) probeForms(p *prober) bool {
	if name := p.wrongHash(d.own.Secret); name != "" {
		d.drop(CauseTruncated) // shorter only because the hash is
		if !d.has(CauseAlgNotHS256) {
			d.add(invalid(rankHeader, CauseAlgNotHS256,
				"the header says %s, but the HMAC was made with %s", shorten(d.token.Header.Algorithm), name))
		}
		d.secretIsRight()
		return true
	}
	for _, m := range messageVariants(d.token) {
		if p.over(m.text, d.own.Secret, p.hash) {
			if m.rewritten {
				d.add(invalid(rankWho, CauseUnknownSecret,
					"the secret of %s is correct, but the HMAC was made over other bytes than those sent: %s", d.own.appName(), m.words))
				return true
			}
			if !d.has(CauseBadBase64) {
				d.add(invalid(rankFormat, CauseBadBase64, "the HMAC was made over %s", m.words))
			}
			d.secretIsRight()
			return true
		}
	}
	return false
}

func (d *diagnosis) drop(cause string) {
	kept := d.faults[:0]
	for _, f := range d.faults {
		if f.Cause != cause {
			kept = append(kept, f)
		}
	}
	d.faults = kept
}

// probeOthers tries every other secret of the keyring: as it is, then the keys in
// place of secrets, then the likeliest damages.
func (d *diagnosis) probeOthers(p *prober) bool {
	others := d.candidates(p)
	for i := range others {
		if p.matches(others[i].Secret) {
			d.blame(&others[i], "")
			return true
		}
	}
	tried := map[string]bool{"": true, d.own.Key: d.ownKnown}
	for i := range others {
		c := &others[i]
		if tried[c.Key] {
			continue
		}
		tried[c.Key] = true
		if p.matches([]byte(c.Key)) {
			d.blameOther(c, CauseKeySecretSwapped, "signed with the key of "+c.appName()+" instead of a secret",
				"the HMAC was made with a key instead of a secret")
			return true
		}
	}
	searched := p.spent
	for i := range others {
		for _, v := range secretVariants(string(others[i].Secret))[:fewVariants] {
			if p.matches(v.secret) {
				d.redact.know(v.secret)
				d.blame(&others[i], ", "+v.words)
				return true
			}
		}
	}
	if p.spent && !searched { // only unlikely combinations were left out
		p.spent = false
		d.warn(CauseProbeSkipped, "not all altered forms of all other secrets were tried")
	}
	return false
}

// candidates collects the keyring's secrets, no more than can be tried.
func (d *diagnosis) candidates(p *prober) []Credential {
	var all []Credential
	if p.left == 0 {
		p.spent = true
		return nil
	}
	seen := 0
	for c, err := range d.opts.Keyring.Candidates(d.ctx, d.token.KeyClaim()) {
		if err == nil {
			err = d.ctx.Err()
		}
		if err != nil {
			d.failed(err)
			break
		}
		if seen++; len(all) == p.left || seen > 2*DefaultMaxProbes+2*p.left {
			p.spent = true
			break
		}
		d.redact.know(c.Secret)
		if len(c.Secret) > 0 && (!d.ownKnown || string(c.Secret) != string(d.own.Secret)) {
			all = append(all, c)
		}
	}
	return all
}

// blame words the credential that made the HMAC, and what had happened to it.
func (d *diagnosis) blame(c *Credential, damage string) {
	if d.keyIsSecret && c.signs() && c.sameApp(&d.own) {
		return // key_is_secret says it: the claim is wrong, the secret is right
	}
	if !d.ownKnown || d.keyIsSecret || !c.sameApp(&d.own) {
		if c.Purpose == PurposeWebhook {
			d.blameOther(c, CauseWebhookSecret, "signed with the webhook secret of "+c.appName()+damage,
				"signed with a webhook secret instead of the app's secret")
			return
		}
		what := "signed with the secret of " + c.appName()
		if c.Purpose == PurposePrevious {
			what = "signed with a replaced secret of " + c.appName()
		}
		if c.App.Kind != "" && c.App.Kind != AppGeneral {
			what += " (" + c.App.Kind.name() + ")"
		}
		if d.ownKnown {
			what += ", not of " + d.own.appShort()
		}
		d.blameOther(c, CauseOtherAppsSecret, what+damage, "signed with a secret of another app than the one the token names")
		return
	}
	switch c.Purpose {
	case PurposePrevious:
		d.add(invalid(rankWho, CauseRotatedSecret,
			"signed with the previous secret of %s, which has been replaced%s: deploy the new one, then restart", c.appName(), damage))
	case PurposeWebhook:
		d.add(invalid(rankWho, CauseWebhookSecret,
			"signed with the webhook secret of %s instead of its SDK secret%s", c.appName(), damage))
	default:
		d.add(invalid(rankWho, CauseOtherEnvironmentSecret,
			"the key is the %s key of %s, and the secret is its %s secret%s", orUnnamed(d.own.Environment), c.appName(), orUnnamed(c.Environment), damage))
	}
}

func orUnnamed(environment string) string {
	if environment == "" {
		return "other"
	}
	return shorten(environment)
}

// appShort is the app's name without the word before it.
func (c *Credential) appShort() string {
	if c.App.Name == "" {
		return "“" + keyPrefix(c.Key) + "”"
	}
	return "“" + shorten(c.App.Name) + "”"
}

// blameOther reports that another app's credential signed. Where no app was found
// by the key claim, that is no fault of its own but explains the one that is
// there.
func (d *diagnosis) blameOther(c *Credential, cause, operator, public string) {
	if !d.ownKnown {
		for i := range d.faults {
			f := &d.faults[i]
			if f.Cause == CauseUnknownKey || f.Cause == CauseAppKeyMissing {
				f.PublicEvidence = f.Evidence
				f.Evidence += "; " + operator + ", whose key is “" + keyPrefix(c.Key) + "”"
				return
			}
		}
	}
	f := invalid(rankWho, cause, "%s", operator)
	f.PublicEvidence = public
	d.add(f)
}
