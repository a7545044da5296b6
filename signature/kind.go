package signature

import "strings"

// kindFault recognises tokens that are plainly something else than a Meeting SDK
// signature, so that nobody is notified "mn is missing" about an access token.
func kindFault(t *Token) (Fault, bool) {
	switch {
	case t.userTokenKind() != "":
		return invalid(rankKind, CauseZAKOrOBF,
			"this is %s: pass it in the join option %s, together with a signature",
			t.userTokenKind(), t.userTokenOption()), true
	case t.isOAuth():
		return invalid(rankKind, CauseOAuthToken,
			"this is an OAuth access token for the REST API, not a signature"), true
	case t.isVideoSDK():
		return invalid(rankKind, CauseVideoSDKToken,
			"this is a Video SDK token (%s): meetings need a Meeting SDK signature, made with the credentials of a Meeting SDK app",
			strings.Join(t.present("app_key", "tpc", "role_type", "user_identity", "version"), ", ")), true
	default:
		return Fault{}, false
	}
}

// userTokenKind names a ZAK or OBF: ours by its own claim, the vendor's by its shape.
func (t *Token) userTokenKind() string {
	switch t.text("anteroom") {
	case "zak":
		return "a ZAK"
	case "obf":
		return "an OBF token"
	}
	if t.text("aud") == "clientsm" || lookup(t.header, "zm_skm") != "" {
		return "a ZAK or OBF token"
	}
	return ""
}

func (t *Token) userTokenOption() string {
	switch t.text("anteroom") {
	case "zak":
		return "zak"
	case "obf":
		return "obfToken"
	default:
		return "zak (or obfToken)"
	}
}

// isOAuth goes by issuer, audience and scope. A token that names an app by appKey
// or sdkKey is judged as a signature whatever else it carries.
func (t *Token) isOAuth() bool {
	if t.KeyClaim() != "" {
		return false
	}
	aud := lookup(t.payload, "aud") // a text or an array of texts
	return strings.HasPrefix(t.text("iss"), "zm:cid:") || strings.Contains(aud, "//oauth.") ||
		t.has("scope") || t.has("scp") || (t.has("client_id") && t.has("sub"))
}

func (t *Token) isVideoSDK() bool {
	return !t.has("mn") && (t.has("tpc") || t.has("role_type") || (t.has("app_key") && t.KeyClaim() == ""))
}

// present filters claim names down to those the token has.
func (t *Token) present(claims ...string) []string {
	var found []string
	for _, name := range claims {
		if t.has(name) {
			found = append(found, name)
		}
	}
	return found
}

// misnamed finds the first of the names that the payload has in place of the right
// one, and its value as it is written.
func (t *Token) misnamed(candidates ...string) (name, raw string) {
	for _, name := range candidates {
		if raw := lookup(t.payload, name); kindOf(raw) != kindAbsent {
			return name, raw
		}
	}
	return "", ""
}

// mnAliases are names under which the meeting number has been met.
var mnAliases = []string{
	"meetingNumber", "meeting_number", "meetingId", "meeting_id", "meetingNo",
	"meetingnumber", "meetingID", "MN", "Mn", "number", "meeting",
}

// keyAliases are names under which the key has been met.
var keyAliases = []string{
	"app_key", "sdk_key", "appkey", "sdkkey", "AppKey", "SDKKey", "apiKey", "api_key",
	"key", "clientId", "client_id",
}

// wrappers are claims inside which whole payloads have been met.
var wrappers = []string{"payload", "claims", "data"}
