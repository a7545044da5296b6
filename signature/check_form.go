package signature

import (
	"encoding/hex"
	"strings"
	"time"
)

// CheckForm finds everything that refuses a readable token with 3712, except the
// HMAC: kind of token, duplicate members, algorithm, shape of the third part, key
// claims, meeting number, iat, exp and the lifetime between them. meetingNumber is
// the number the page joins (cleaned here; empty: not compared). The deciding fault
// comes first; nil means that nothing was found.
func CheckForm(t *Token, meetingNumber string, now time.Time) []Fault {
	faults := claimFaults(headFaults(nil, t), t, meetingNumber, now)
	sortFaults(faults)
	return faults
}

// headFaults are those that a reader meets before the HMAC.
func headFaults(faults []Fault, t *Token) []Fault {
	// A token with key and meeting number cannot be of another kind; asking only
	// otherwise keeps the good path short.
	other := false
	if t.KeyClaim() == "" || t.Claims.MeetingNumber == "" {
		var f Fault
		if f, other = kindFault(t); other {
			faults = append(faults, f)
		}
	}
	if len(t.duplicates) > 0 { // naming one is enough; a hostile token may have thousands
		faults = append(faults, invalid(rankFormat, CauseDuplicateClaim,
			"“%s” occurs twice: parsers differ in which of the two they use", shorten(t.duplicates[0])))
	}
	faults = algFaults(faults, t)
	if !other {
		faults = keyFaults(faults, t)
	}
	return faults
}

func algFaults(faults []Fault, t *Token) []Fault {
	if t.Header.Critical {
		faults = append(faults, invalid(rankHeader, CauseCriticalHeader,
			"the header has crit, which requires extensions of JWT; signatures use none"))
	}
	switch alg := t.Header.Algorithm; {
	case alg == "HS256":
		if f, bad := macShape(t); bad {
			faults = append(faults, f)
		}
	case strings.EqualFold(alg, "none"):
		faults = append(faults, invalid(rankHeader, CauseAlgNone,
			"the header says alg “%s”: the token is not signed at all", shorten(alg)))
	case alg == "":
		faults = append(faults, invalid(rankHeader, CauseAlgNotHS256, "the header names no algorithm (alg); it must be HS256"))
	default:
		faults = append(faults, invalid(rankHeader, CauseAlgNotHS256,
			"the header says alg “%s”; only HS256 is accepted", shorten(alg)))
	}
	return faults
}

// macShape judges a third part that cannot be an HMAC-SHA256 in base64url.
func macShape(t *Token) (Fault, bool) {
	if len(t.mac) == 32 {
		return Fault{}, false
	}
	loose := decodeLoose(t.macText)
	switch {
	case t.macText == "":
		return invalid(rankFormat, CauseTruncated, "the third part, the HMAC, is empty"), true
	case hexMAC(t.macText) != nil:
		return invalid(rankFormat, CauseHexHMAC,
			"the third part is the HMAC written as 64 hexadecimal digits; it must be the 32 bytes in base64url"), true
	case loose == nil:
		return invalid(rankFormat, CauseBadBase64, "the third part is not base64url"), true
	case t.mac == nil && strings.ContainsAny(t.macText, "+/="):
		return invalid(rankFormat, CauseBadBase64,
			"the third part is written in plain base64 (with +, / or =); it must be base64url without padding"), true
	case len(loose) < 32:
		return invalid(rankFormat, CauseTruncated,
			"the third part has %d of 32 bytes: the end of the token is missing", len(loose)), true
	case len(loose) == 48 || len(loose) == 64:
		return invalid(rankHeader, CauseAlgNotHS256,
			"the header says HS256, but the third part has the %d bytes of an HMAC-SHA%d", len(loose), len(loose)*8), true
	case len(loose) > 32:
		return invalid(rankFormat, CauseNotAJWT,
			"the third part has %d bytes; an HMAC-SHA256 has 32", len(loose)), true
	default:
		return invalid(rankFormat, CauseBadBase64,
			"the last character of the third part was altered: no encoder produces it"), true
	}
}

// hexMAC decodes an HMAC that was written as hex, either as it is or inside base64.
func hexMAC(text string) []byte {
	for _, s := range []string{text, string(decodeLoose(text))} {
		if len(s) == 64 {
			if b, err := hex.DecodeString(s); err == nil {
				return b
			}
		}
	}
	return nil
}

func keyFaults(faults []Fault, t *Token) []Fault {
	for i, name := range [...]string{fieldAppKey: "appKey", fieldSDKKey: "sdkKey"} {
		if kind := kindOf(t.raw[i]); kind != kindAbsent && kind != kindString {
			faults = append(faults, invalid(rankWho, CauseClaimWrongType,
				"%s is %s; it must be a string", name, kind.name()))
		}
	}
	app, sdk := t.Claims.AppKey, t.Claims.SDKKey
	switch {
	case app != "" && sdk != "" && app != sdk:
		faults = append(faults, invalid(rankWho, CauseAppKeyDiffers,
			"appKey is “%s” and sdkKey is “%s”: both must name the same app", keyPrefix(app), keyPrefix(sdk)))
	case app == "" && sdk == "":
		faults = append(faults, invalid(rankWho, CauseAppKeyMissing, "%s", t.keyMissing()))
	}
	return faults
}

// keyMissing looks for what stands in the place of the key.
func (t *Token) keyMissing() string {
	if outer, raw := t.misnamed(wrappers...); kindOf(raw) == kindObject {
		return "there is neither appKey nor sdkKey at the top level: the claims are nested in “" + outer + "”"
	}
	if name, _ := t.misnamed(keyAliases...); name != "" {
		return "there is neither appKey nor sdkKey; the claim “" + name + "” is ignored"
	}
	if t.text("iss") != "" && !t.has("mn") {
		return "there is neither appKey nor sdkKey, only iss: this looks like a REST API token of a “JWT app”, a type that has been retired"
	}
	return "there is neither appKey nor sdkKey: the token does not say which app signed it"
}
