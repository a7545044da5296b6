package admission

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
)

// identityRules ask who is joining.
var identityRules = []Rule{
	{
		ID: "zak_readable", Step: StepZAK, Code: errcode.TokenErrorAlt, Where: errcode.GateWhere,
		Name: "a ZAK, if passed, is a ZAK from this server", Causes: []string{"malformed", "forged", "wrong_token_kind"},
		Check: checkZAKReadable, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "zak_valid", Step: StepZAK, Code: errcode.TokenError, Where: errcode.GateWhere,
		Name: "a ZAK, if passed, is not expired or revoked, and its user is active", Causes: []string{"expired", "revoked", "user_inactive"},
		Check: checkZAKValid, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "start_webinar", Step: StepStart, Code: errcode.HostEmailRequired, Where: errcode.GateWhere,
		Name: "only the host or an alternative host starts a webinar", Causes: []string{"no_host_credentials", "not_host", "obf_cannot_start"},
		Check: checkStartWebinar, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "start_meeting", Step: StepStart, Code: errcode.ErrorNotHost, Where: errcode.GateWhere,
		Name: "only the host or an alternative host starts a meeting", Causes: []string{"no_zak", "not_host", "obf_cannot_start"},
		Check: checkStartMeeting, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "start_licence", Step: StepStart, Code: errcode.CantHostConcurrent, Where: errcode.GateWhere,
		Name: "the host's license allows another live meeting", Causes: []string{"host_busy"},
		Check: checkHostBusy, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "email", Step: StepEmail, Code: errcode.EmailRequired, Where: errcode.GateWhere,
		Name: "an email address is known, if a webinar or registration requires one", Causes: []string{"email_missing"},
		Check: checkEmail, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "email_blocked", Step: StepEmailBlocked, Code: errcode.EmailBlocked, Where: errcode.GateWhere,
		Name: "the email address is not blocked, and the registration was not denied", Causes: []string{"domain_blocked", "address_blocked", "registrant_denied"},
		Check: checkEmailBlocked, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "registration", Step: StepRegistration, Code: errcode.RegistrationRequired, Where: errcode.GateWhere,
		Name:   "there is an approved registration for this meeting, if one is required",
		Causes: []string{"tk_missing", "tk_other_meeting", "tk_other_person", "tk_pending", "tk_cancelled", "registrant_id_as_tk"},
		Check:  checkRegistration, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "login", Step: StepLogin, Code: errcode.LoginRequired, Where: errcode.GateWhere,
		Name:   "a user from an allowed domain is signed in, if the meeting requires it",
		Causes: []string{"zak_missing", "obf_is_no_login", "zak_expired", "zak_invalid", "domain_not_allowed"},
		Check:  checkLogin, stage: stageState, needs: needsMeeting,
	},
	{
		ID: "passcode", Step: StepPasscode, Code: errcode.WrongMeetingPassword, Where: errcode.GateWhere,
		Name:   "the passcode is correct, if there is one",
		Causes: []string{"passcode_missing", "passcode_wrong", "option_misspelt", "link_form_damaged", "throttled"},
		Check:  checkPasscode, stage: stageState, needs: needsMeeting,
	},
}

// zakIsUserToken reports whether an invalid ZAK is judged on entering the room
// (4013) instead of here: on an external join that does not start anything, once
// such joins need a token.
func (in *Input) zakIsUserToken() bool {
	return in.external && !in.start && in.s.Policy.requires(in.now)
}

// unreadable distinguishes the faults of what is no token of the right kind from
// those of a genuine one.
func unreadable(fault string) bool {
	return fault == "malformed" || fault == "forged" || fault == "wrong_token_kind"
}

func checkZAKReadable(in *Input) []Finding {
	t := &in.s.ZAK
	if !t.Given || !unreadable(t.Fault) || in.zakIsUserToken() {
		return nil
	}
	words := map[string]string{
		"malformed":        "zak does not contain a readable token",
		"forged":           "the ZAK was not signed by this server",
		"wrong_token_kind": "what was passed as zak is a token of another kind",
	}
	return refuse(t.Fault, "%s%s", words[t.Fault], claimText(t.Evidence))
}

func checkZAKValid(in *Input) []Finding {
	t := &in.s.ZAK
	switch {
	case !t.Given || unreadable(t.Fault) || in.zakIsUserToken():
		return nil
	case t.Fault == "expired":
		return refuse("expired", "the ZAK expired%s%s", moment(t), claimText(t.Evidence))
	case t.Fault == "revoked":
		return refuse("revoked", "the ZAK was revoked%s", claimText(t.Evidence))
	case t.Fault != "" || t.User == nil:
		return refuse("user_inactive", "the user of the ZAK is not active%s", claimText(t.Evidence))
	}
	return nil
}

func moment(t *UserToken) string {
	if t.ExpiresAt.IsZero() {
		return ""
	}
	return " at " + formatTime(t.ExpiresAt)
}

func checkStartWebinar(in *Input) []Finding {
	if !in.s.Meeting.IsWebinar() {
		return nil
	}
	return in.mayStart("no_host_credentials")
}

func checkStartMeeting(in *Input) []Finding {
	if in.s.Meeting.IsWebinar() {
		return nil
	}
	return in.mayStart("no_zak")
}

func (in *Input) mayStart(none string) []Finding {
	if !in.start || in.hasHostRights {
		return nil
	}
	zak := &in.s.ZAK
	switch {
	case zak.Given && !zak.Valid():
		// Whose ZAK it is cannot be known; the zak rules have refused it.
		in.unjudged = true
		return nil
	case zak.Given:
		return refuse("not_host", "the ZAK is %s's, who is neither the host (%s) nor an alternative host", maskEmail(zak.User.Email), hostName(in.s.Host))
	case in.s.OBF.Given:
		return refuse("obf_cannot_start", "the signature's role is 1, and an OBF was passed: an OBF joins on behalf of somebody and never starts a meeting")
	case in.a.UserEmail != "":
		return refuse(none, "the signature's role is 1, and no ZAK was passed; userEmail alone does not make anyone a host")
	}
	return refuse(none, "the signature's role is 1, and no ZAK was passed")
}

func hostName(h *account.User) string {
	if h == nil {
		return "deleted"
	}
	return maskEmail(h.Email)
}

func checkHostBusy(in *Input) []Finding {
	h := in.s.Host
	if h == nil || !in.begins() {
		return nil
	}
	hosting := in.s.HostLive
	if hosting == 0 && in.s.HostElsewhere != nil {
		hosting = 1
	}
	allowed := max(1, h.Licence.ConcurrentMeetings)
	if hosting < allowed {
		return nil
	}
	where := ""
	var running any
	if e := in.s.HostElsewhere; e != nil {
		where = " (" + formatMeetingNumber(e.MeetingNumber) + topic(e.Topic) + ")"
		running = &RunningResult{e.MeetingNumber, e.Topic}
	}
	return []Finding{{
		Cause: "host_busy", Result: running,
		Evidence: fmt.Sprintf("the host, %s, is hosting %d live meeting(s) already%s and may host %d at once", maskEmail(h.Email), hosting, where, allowed),
	}}
}

func topic(s string) string {
	if s == "" {
		return ""
	}
	return " " + quote(s)
}

func checkEmail(in *Input) []Finding {
	m := in.s.Meeting
	switch {
	case in.email != "":
		return nil
	case m.IsWebinar():
		return refuse("email_missing", "this is a webinar, and no email address is known: there is neither userEmail nor a tk or ZAK with an address")
	case m.Settings.RegistrationRequired:
		return refuse("email_missing", "the meeting requires registration, and no email address is known: there is neither userEmail nor a tk or ZAK with an address")
	}
	return nil
}

func checkEmailBlocked(in *Input) []Finding {
	if in.hasHostRights {
		return nil
	}
	set := &in.account.Settings
	var found []Finding
	if len(set.BlockedDomains)+len(set.BlockedAddresses)+len(in.s.Meeting.Settings.BlockedAddresses) > 0 {
		found = in.blockedEmail(in.email)
		if found == nil && !strings.EqualFold(in.email, in.a.UserEmail) {
			found = in.blockedEmail(in.a.UserEmail)
		}
	}
	if in.s.TK.Given && in.s.TK.Fault == "registrant_denied" {
		found = append(found, refuse("registrant_denied", "the registration behind the tk was denied%s", claimText(in.s.TK.Evidence))...)
	}
	return found
}

func (in *Input) blockedEmail(address string) []Finding {
	if address == "" {
		return nil
	}
	set := &in.account.Settings
	if i := slices.IndexFunc(set.BlockedDomains, func(d string) bool { return inDomain(address, d) }); i >= 0 {
		return refuse("domain_blocked", "the account %s blocks addresses of %s", quote(in.account.Name), quote(set.BlockedDomains[i]))
	}
	same := func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), address) }
	switch {
	case slices.ContainsFunc(set.BlockedAddresses, same):
		return refuse("address_blocked", "the account %s blocks the address %s", quote(in.account.Name), maskEmail(address))
	case slices.ContainsFunc(in.s.Meeting.Settings.BlockedAddresses, same):
		return refuse("address_blocked", "the meeting %s blocks the address %s", quote(in.s.Meeting.Topic), maskEmail(address))
	}
	return nil
}

// inDomain reports whether an address is of a domain. "*.example.com" means every
// domain below example.com.
func inDomain(address, domain string) bool {
	host := address[strings.LastIndexByte(address, '@')+1:]
	domain = strings.TrimPrefix(strings.TrimSpace(domain), "@")
	if host == "" || domain == "" {
		return false
	}
	if below, wild := strings.CutPrefix(domain, "*"); wild {
		return below != "" && len(host) > len(below) && strings.EqualFold(host[len(host)-len(below):], below)
	}
	return strings.EqualFold(host, domain)
}

func checkRegistration(in *Input) []Finding {
	if !in.s.Meeting.Settings.RegistrationRequired || in.hasHostRights || in.panelist {
		return nil
	}
	tk := &in.s.TK
	switch {
	case !tk.Given && in.a.TK != "":
		return refuse("tk_missing", "the meeting %s requires registration, and the tk that was passed belongs to no registration", quote(in.s.Meeting.Topic))
	case !tk.Given:
		return refuse("tk_missing", "the meeting %s requires registration, and no tk was passed", quote(in.s.Meeting.Topic))
	case tk.Fault == "registrant_denied":
		in.unjudged = true // reported as 3620 already
		return nil
	case tk.Fault != "":
		return refuse(tk.Fault, "%s%s", tkText(tk.Fault), claimText(tk.Evidence))
	case !tk.Valid():
		return refuse("tk_missing", "the tk belongs to no registration")
	case tk.Email != "" && in.s.ZAK.Valid() && in.s.ZAK.User.Email != "" && !strings.EqualFold(tk.Email, in.s.ZAK.User.Email):
		return refuse("tk_other_person", "the tk is the registration of %s, and the ZAK is %s's", maskEmail(tk.Email), maskEmail(in.s.ZAK.User.Email))
	}
	return nil
}

func tkText(fault string) string {
	switch fault {
	case "tk_other_meeting":
		return "the tk is for another meeting or occurrence"
	case "tk_other_person":
		return "the tk belongs to another person"
	case "tk_pending":
		return "the registration is waiting for approval"
	case "tk_cancelled":
		return "the registration was cancelled"
	case "registrant_id_as_tk":
		return "what was passed as tk is the registrant's id"
	}
	return "the tk is not valid for this meeting"
}

func checkLogin(in *Input) []Finding {
	if !in.s.Meeting.Settings.SignedInOnly {
		return nil
	}
	zak := &in.s.ZAK
	switch {
	case !zak.Given && in.s.OBF.Given:
		return refuse("obf_is_no_login", "only signed-in users may join, and an OBF does not sign the user in")
	case !zak.Given:
		return refuse("zak_missing", "only signed-in users may join, and no ZAK was passed")
	case zak.Fault == "expired":
		return refuse("zak_expired", "only signed-in users may join, and the ZAK expired%s", moment(zak))
	case !zak.Valid():
		return refuse("zak_invalid", "only signed-in users may join, and the ZAK is not valid (%s)%s", zak.Fault, claimText(zak.Evidence))
	}
	domains := in.account.Settings.SignInDomains
	if len(domains) == 0 || slices.ContainsFunc(domains, func(d string) bool { return inDomain(zak.User.Email, d) }) {
		return nil
	}
	return refuse("domain_not_allowed", "only users of %s may join; the ZAK is %s's", clip(strings.Join(domains, ", "), 80), maskEmail(zak.User.Email))
}
