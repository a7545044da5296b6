package admission

import (
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/signature"
)

// appRules need the app that the signature names.
var appRules = []Rule{
	{
		ID: "app_known", Step: StepApp, Code: errcode.APIKeyInvalid, Where: errcode.GateWhere,
		Name:   "the key in the signature belongs to an app that may sign joins",
		Causes: []string{"unknown_key", "key_whitespace", "key_is_secret", "key_of_other_kind", "app_deleted"},
		Check:  checkAppKnown, stage: stageApp, needs: needsKey,
	},
	{
		ID: "app_enabled", Step: StepApp, Code: errcode.APIKeyDisabled, Where: errcode.GateWhere,
		Name:   "the app is enabled and its owner's account is not suspended",
		Causes: []string{"app_disabled", "account_suspended"},
		Check:  checkAppEnabled, stage: stageApp, needs: needsApp,
	},
	{
		ID: "signature", Step: StepSignature, Code: errcode.SignatureInvalid, Where: errcode.GateWhere,
		Name:  "the signature is a JWT signed with the app's secret, for this meeting and with a valid lifetime",
		Check: checkSignature, stage: stageApp, needs: needsSignature,
	},
	{
		ID: "token_time", Step: StepTokenTime, Code: errcode.SignatureExpired, Where: errcode.GateWhere,
		Name:   "the signature has not expired",
		Causes: []string{"expired", "token_exp_expired"},
		Check:  checkTokenTime, stage: stageApp, needs: needsGenuine,
	},
	{
		ID: "role", Step: StepRole, Code: errcode.RoleError, Where: errcode.GateWhere,
		Name:   "the signature's role is 0 or 1",
		Causes: []string{"role_missing", "role_not_0_or_1", "role_wrong_type"},
		Check:  checkRole, stage: stageApp, needs: needsToken,
	},
	{
		ID: "permission", Step: StepPermission, Code: errcode.NoPermission, Where: errcode.GateWhere,
		Name:   "the app has the Meeting SDK feature, and the page's origin is allowed",
		Causes: []string{"sdk_feature_off", "origin_not_allowed"},
		Check:  checkFeature, stage: stageApp, needs: needsApp,
	},
	{
		ID: "permission_grant", Step: StepPermission, Code: errcode.NoPermission, Where: errcode.GateWhere,
		Name:   "the authorization, scope or installation behind a valid ZAK or OBF still exists",
		Causes: []string{"scope_withdrawn", "app_uninstalled"},
		Check:  checkGrant, stage: stageState,
	},
}

func checkAppKnown(in *Input) []Finding {
	f := &in.s.AppFacts
	switch {
	case f.KeyIsSecret:
		return refuse("key_is_secret", "the key claim contains a secret instead of a key: anyone who opens the page can read it, so replace that secret")
	case f.KeyWhitespace:
		return refuse("key_whitespace", "the key claim has spaces, line breaks or invisible characters around a known key")
	case f.App == nil:
		return refuse("unknown_key", "no app has the key %s", quote(clip(in.key(), 12)))
	case f.App.Deleted():
		return refuse("app_deleted", "the app %s was deleted at %s", quote(f.App.Name), formatTime(f.App.DeletedAt))
	case f.App.Kind != "" && f.App.Kind != account.AppGeneral:
		return refuse("key_of_other_kind", "the key belongs to %s, an app of the type %s; only general apps can sign joins", quote(f.App.Name), f.App.Kind)
	}
	return nil
}

func checkAppEnabled(in *Input) []Finding {
	f := &in.s.AppFacts
	switch {
	case !f.App.Enabled:
		return refuse("app_disabled", "the app %s is disabled", quote(f.App.Name))
	case f.Owner != nil && f.Owner.Suspended:
		return refuse("account_suspended", "the account %s, which owns the app %s, is suspended", quote(f.Owner.Name), quote(f.App.Name))
	}
	return nil
}

func checkSignature(in *Input) []Finding {
	if in.token == nil {
		if in.tokenFault == nil {
			return refuse(signature.CauseNotAJWT, "the signature cannot be read")
		}
		f := faultFinding(in.tokenFault, in.now)
		f.Code = errcode.SignatureInvalid
		f.Step = StepSignature
		return []Finding{f}
	}
	faults := signature.CheckForm(in.token, in.a.MeetingNumber, in.now)
	if in.genuine {
		in.verified = len(faults) == 0
		return faultFindings(faults, in.now)
	}
	if in.s.App == nil {
		// Whose HMAC it should be is not known; its form can be judged all the same.
		in.unjudged = true
		return faultFindings(faults, in.now)
	}
	// The HMAC takes its place in the order of reading among the faults of form.
	all := signature.Check(in.token, []byte(in.s.Secret()), signature.Expectation{MeetingNumber: in.a.MeetingNumber, Now: in.now})
	all = slices.DeleteFunc(all, func(f signature.Fault) bool { return f.Code != errcode.SignatureInvalid })
	if len(all) == 0 { // the secret is empty or changed between two looks: never pass what is not genuine
		return refuse(signature.CauseUnknownSecret, "the HMAC was not made with the secret of the app that the token names")
	}
	return faultFindings(all, in.now)
}

func checkTokenTime(in *Input) []Finding {
	return faultFindings(signature.CheckTime(in.token, in.now), in.now)
}

func checkRole(in *Input) []Finding { return faultFindings(signature.CheckRole(in.token), in.now) }

func faultFindings(faults []signature.Fault, now time.Time) []Finding {
	if len(faults) == 0 {
		return nil
	}
	found := make([]Finding, len(faults))
	for i := range faults {
		found[i] = faultFinding(&faults[i], now)
	}
	return found
}

// faultFinding takes over a fault of the signature, its step and code included.
func faultFinding(f *signature.Fault, now time.Time) Finding {
	out := Finding{Step: f.Step, Code: f.Code, Name: f.Name, Cause: f.Cause, Evidence: f.Evidence, Remedy: f.Remedy}
	if f.RetryAt.After(now) {
		out.RetryAfter = f.RetryAt.Sub(now)
	}
	return out
}

func checkFeature(in *Input) []Finding {
	app := in.s.App
	var found []Finding
	if !app.MeetingSDK {
		found = refuse("sdk_feature_off", "the app %s does not have the Meeting SDK feature", quote(app.Name))
	}
	// The list binds browsers, which always say their origin; for anything else an
	// origin is a claim that protects nobody.
	if len(app.AllowedOrigins) > 0 && in.a.Origin != "" && !slices.ContainsFunc(app.AllowedOrigins, func(allowed string) bool {
		return strings.EqualFold(strings.TrimRight(allowed, "/"), in.a.Origin)
	}) {
		found = append(found, Finding{
			Cause:    "origin_not_allowed",
			Evidence: "the page's origin is " + quote(in.a.Origin) + ", which is not an allowed origin of the app " + quote(app.Name),
			Remedy:   "Add the origin to the app's allowed origins, or empty that list to allow any.",
		})
	}
	return found
}

func checkGrant(in *Input) []Finding {
	if t := &in.s.ZAK; withdrawn(t) {
		return refuse(t.Withdrawn, "the authorization for the ZAK has been withdrawn since%s", claimText(t.Evidence))
	}
	if t := &in.s.OBF; withdrawn(t) && in.s.Policy.validates(in.now) {
		return refuse(t.Withdrawn, "the authorization for the OBF has been withdrawn since%s", claimText(t.Evidence))
	}
	return nil
}

func withdrawn(t *UserToken) bool {
	return t.Given && t.Withdrawn != "" && t.Fault != "malformed" && t.Fault != "forged"
}

// claimText adds what is known to a sentence.
func claimText(evidence string) string {
	if evidence == "" {
		return ""
	}
	return ": " + evidence
}
