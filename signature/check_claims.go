package signature

import (
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
)

// claimFaults are those that the gate meets after the HMAC, all 3712.
func claimFaults(faults []Fault, t *Token, meetingNumber string, now time.Time) []Fault {
	if t.Claims.MeetingNumber == "" {
		if _, other := kindFault(t); other {
			return faults // what another kind of token lacks says nothing
		}
	}
	if f, bad := mnFault(t, CleanMeetingNumber(meetingNumber)); bad {
		faults = append(faults, f)
	}
	return timeFormFaults(faults, t, now)
}

func mnFault(t *Token, expected string) (Fault, bool) {
	raw := t.raw[fieldMN]
	kind := kindOf(raw)
	value := raw
	if kind == kindString {
		value = unquote(raw)
		if strings.TrimSpace(value) == "" {
			kind = kindAbsent
		}
	}
	switch kind {
	case kindAbsent:
		return t.mnMissing(), true
	case kindString, kindNumber:
	default:
		return invalid(rankMeeting, CauseClaimWrongType, "mn is %s; it must be a string or a number", kind.name()), true
	}
	got := t.Claims.MeetingNumber
	switch {
	case got == "":
		return invalid(rankMeeting, CauseMNNotANumber, "mn is “%s”%s; it must be the 9 to 11 digits of the meeting number",
			shorten(value), shapeOf(value)), true
	case expected == "" && !plausibleMeetingNumber(got):
		return invalid(rankMeeting, CauseMNNotANumber, "mn has %d digits (%s); meeting numbers have 9 to 11",
			len(got), shorten(got)), true
	case expected != "" && got != expected:
		return invalid(rankMeeting, CauseMNOtherMeeting, "the token is for meeting %s, and the page joins %s",
			formatMeetingNumber(got), formatMeetingNumber(expected)), true
	default:
		return Fault{}, false
	}
}

// mnMissing looks for the reason why there is no mn.
func (t *Token) mnMissing() Fault {
	if name, raw := t.misnamed(mnAliases...); name != "" {
		value := raw
		if kindOf(raw) == kindString {
			value = unquote(raw)
		}
		return invalid(rankMeeting, CauseMNMisnamed, "the meeting number %s is in the claim “%s”; the claim must be called “mn”",
			shorten(value), name)
	}
	if kindOf(t.raw[fieldRole]) == kindAbsent {
		r := rankMeeting
		if t.KeyClaim() != "" {
			r = rankKind
		}
		return invalid(r, CauseNativeSDKToken,
			"the claims mn and role are missing: such tokens are for native SDKs; in a browser both are needed")
	}
	return invalid(rankMeeting, CauseMNMissing, "the claim mn, the meeting number, is missing")
}

// shapeOf says what somebody put in the place of digits.
func shapeOf(s string) string {
	switch {
	case strings.Contains(s, "://"):
		return ", a link"
	case strings.Count(s, "-") == 4 && len(s) == 36, strings.HasSuffix(s, "=="):
		return ", a UUID of one meeting instance"
	case strings.Contains(s, "@"):
		return ", an address"
	case strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) < 0:
		return ", a name"
	default:
		return ""
	}
}

// timeFormFaults judges iat, exp, tokenExp and the lifetime, but not expiry.
func timeFormFaults(faults []Fault, t *Token, now time.Time) []Fault {
	iat, iatOK, faults := timeFault(faults, t, fieldIAT, "iat", CauseIATMissing)
	exp, expOK, faults := timeFault(faults, t, fieldEXP, "exp", CauseEXPMissing)
	if kindOf(t.raw[fieldTokenEXP]) != kindAbsent {
		_, _, faults = timeFault(faults, t, fieldTokenEXP, "tokenExp", "")
	}
	if iatOK && iat > secondsLimit {
		faults = append(faults, invalid(rankTime, CauseIATMilliseconds, "iat is %d: that is %s; it must be in seconds", iat, unitOf(iat)))
		iatOK = false
	}
	if expOK && exp > secondsLimit {
		faults = append(faults, invalid(rankTime, CauseEXPMilliseconds, "exp is %d: that is %s; it must be in seconds", exp, unitOf(exp)))
		expOK = false
	}
	if iatOK && iat > now.Unix()+maxSkew {
		faults = append(faults, inFuture(iat, now))
	}
	if iatOK && expOK {
		if f, bad := lifetimeFault(iat, exp); bad {
			faults = append(faults, f)
		}
	}
	return faults
}

// timeFault reads one time claim. missing is the cause where it is absent.
func timeFault(faults []Fault, t *Token, field int, name, missing string) (int64, bool, []Fault) {
	n, ok := t.timeClaim(field)
	if ok {
		return n, true, faults
	}
	switch kind := kindOf(t.raw[field]); kind {
	case kindAbsent:
		faults = append(faults, invalid(rankTime, missing, "the claim %s is missing", name))
	case kindString, kindNumber:
		faults = append(faults, invalid(rankTime, CauseClaimWrongType, "%s is %s %s; it must be a number of whole seconds since 1970",
			name, kind.name(), shorten(t.raw[field])))
	default:
		faults = append(faults, invalid(rankTime, CauseClaimWrongType, "%s is %s; it must be a number of whole seconds since 1970",
			name, kind.name()))
	}
	return 0, false, faults
}

func unitOf(n int64) string {
	switch {
	case n > secondsLimit*1_000_000:
		return "nanoseconds"
	case n > secondsLimit*1000:
		return "microseconds"
	default:
		return "milliseconds"
	}
}

func inFuture(iat int64, now time.Time) Fault {
	works := iat - maxSkew
	f := invalid(rankTime, CauseIATInFuture, "iat is %s ahead of this server's clock: the same token becomes valid at %s",
		seconds(iat-now.Unix()), moment(works, now))
	f.RetryAt = time.Unix(works, 0).UTC()
	return f
}

func lifetimeFault(iat, exp int64) (Fault, bool) {
	life := exp - iat
	switch {
	case life == 0:
		return invalid(rankTime, CauseEXPBeforeIAT, "exp is equal to iat: the token has no lifetime"), true
	case life < 0:
		return invalid(rankTime, CauseEXPBeforeIAT, "exp is %s before iat: the token expires before it becomes valid", seconds(life)), true
	case life < minLifetime:
		return invalid(rankTime, CauseLifetimeTooShort, "exp is %s (%d s) after iat; at least %d s are needed",
			seconds(life), life, minLifetime), true
	case multipliedByThousand(life):
		return invalid(rankTime, CauseEXPMilliseconds, "exp is %s after iat; divided by 1000 that is %s: the lifetime was added in milliseconds",
			seconds(life), seconds(life/1000)), true
	case life > maxLifetime:
		return invalid(rankTime, CauseLifetimeTooLong, "exp is %s (%d s) after iat; at most %d s (48 h) are allowed",
			seconds(life), life, maxLifetime), true
	default:
		return Fault{}, false
	}
}

// multipliedByThousand recognises exp = iat + seconds*1000. Whole days up to a year
// and a bit are taken for what they say instead: people write "30 days".
func multipliedByThousand(life int64) bool {
	const day, year = 86400, 400 * 86400
	if life <= maxLifetime || life%1000 != 0 || (life%day == 0 && life <= year) {
		return false
	}
	return life/1000 >= minLifetime && life/1000 <= maxLifetime
}

// CheckTime finds what refuses with 3705: exp or tokenExp is reached. Ask it only
// once the HMAC is right, or a forged token learns the clock. Claims that are
// missing, mistyped or in milliseconds are CheckForm's.
func CheckTime(t *Token, now time.Time) []Fault {
	var faults []Fault
	over := func(field int, name, cause string) {
		at, ok := t.timeClaim(field)
		if !ok || at > secondsLimit || now.Unix() < at {
			return
		}
		f := newFault(errcode.SignatureExpired, rankTime, cause,
			name+" was "+moment(at, now)+", "+seconds(now.Unix()-at)+" ago; it is "+moment(now.Unix(), now)+" here")
		faults = append(faults, f)
	}
	over(fieldEXP, "exp", CauseExpired)
	over(fieldTokenEXP, "tokenExp", CauseTokenEXPExpired)
	return faults
}

// CheckRole finds what refuses with 3708: a role that is missing or not 0 or 1.
// Where mn is missing too the token is a native SDK's, and that is CheckForm's.
func CheckRole(t *Token) []Fault {
	if _, ok := t.role(); ok {
		return nil
	}
	raw := t.raw[fieldRole]
	refuse := func(cause, evidence string) []Fault {
		return []Fault{newFault(errcode.RoleError, rankRole, cause, evidence)}
	}
	switch kind := kindOf(raw); kind {
	case kindAbsent:
		if kindOf(t.raw[fieldMN]) == kindAbsent {
			if name, _ := t.misnamed(mnAliases...); name == "" {
				return nil
			}
		}
		return refuse(CauseRoleMissing, "the claim role is missing; it must be 0 (join) or 1 (start)")
	case kindNumber:
		return refuse(CauseRoleNot0Or1, "role is "+shorten(raw)+"; it must be 0 (join) or 1 (start)")
	case kindString:
		if s := strings.TrimSpace(unquote(raw)); allDigits(s) {
			return refuse(CauseRoleNot0Or1, "role is “"+shorten(s)+"”; it must be 0 (join) or 1 (start)")
		}
		return refuse(CauseRoleWrongType, "role is the string “"+shorten(unquote(raw))+"”; it must be the number 0 (join) or 1 (start)")
	default:
		return refuse(CauseRoleWrongType, "role is "+kind.name()+"; it must be the number 0 (join) or 1 (start)")
	}
}

// Warnings notes what is odd and refuses nothing.
func Warnings(t *Token) []Warning {
	var all []Warning
	warn := func(cause, text string) { all = append(all, Warning{cause, text}) }
	if !strings.EqualFold(t.Header.Type, "JWT") {
		warn(WarnTypMissing, "the header has no typ JWT; this is accepted")
	}
	if t.Claims.AppKey == "" && t.Claims.SDKKey != "" {
		warn(WarnSDKKeyOnly, "only sdkKey names the app; newer SDKs expect appKey too")
	}
	switch mn := t.raw[fieldMN]; kindOf(mn) {
	case kindNumber:
		warn(WarnMNNumber, "mn is a number; this is accepted, but a string is safer")
	case kindString:
		if t.Claims.MeetingNumber != "" && unquote(mn) != t.Claims.MeetingNumber {
			warn(CauseMNFormatted, "mn is written “"+shorten(unquote(mn))+"”; its digits are correct, pass only the digits")
		}
	}
	if _, ok := t.role(); ok && kindOf(t.raw[fieldRole]) == kindString {
		warn(WarnRoleText, "role is a string; it should be a number")
	}
	all = append(all, tokenEXPWarnings(t)...)
	if kindOf(t.raw[fieldWebRTCMode]) != kindAbsent && t.Claims.VideoWebRTCMode == nil {
		warn(WarnWebRTCMode, "video_webrtc_mode is neither 0 nor 1 and is ignored")
	}
	return all
}

func tokenEXPWarnings(t *Token) []Warning {
	if kindOf(t.raw[fieldTokenEXP]) == kindAbsent {
		return []Warning{{WarnTokenEXPGone, "there is no tokenExp; native SDKs need it"}}
	}
	at, ok := t.timeClaim(fieldTokenEXP)
	if !ok {
		return nil
	}
	exp, expOK := t.timeClaim(fieldEXP)
	iat, iatOK := t.timeClaim(fieldIAT)
	switch {
	case at > secondsLimit:
		return []Warning{{WarnTokenEXPOdd, "tokenExp is in " + unitOf(at) + "; it must be in seconds"}}
	case expOK && at > exp:
		return []Warning{{WarnTokenEXPOdd, "tokenExp is after exp; it should be equal to it"}}
	case iatOK && at-iat < minLifetime:
		return []Warning{{WarnTokenEXPOdd, "tokenExp is less than 1800 s after iat"}}
	}
	return nil
}
