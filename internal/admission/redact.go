package admission

import (
	"strconv"
	"strings"
)

// Redacted is a join request as the log of attempts keeps it: everything that
// helps to understand it, and nothing that would let a reader join.
type Redacted struct {
	JoinID         string `json:"joinId,omitempty"`
	View           string `json:"view,omitempty"`
	SDKVersion     string `json:"sdkVersion,omitempty"`
	MeetingNumber  string `json:"meetingNumber,omitempty"`
	UserName       string `json:"userName,omitempty"`
	Signature      string `json:"signature,omitempty"`
	Password       string `json:"password,omitempty"`
	PasswordOption string `json:"passwordOption,omitempty"`
	UserEmail      string `json:"userEmail,omitempty"`
	CustomerKey    string `json:"customerKey,omitempty"`
	TK             string `json:"tk,omitempty"`
	ZAK            string `json:"zak,omitempty"`
	OBFToken       string `json:"obfToken,omitempty"`
	RecordingToken string `json:"recordingToken,omitempty"`
	DeviceID       string `json:"deviceId,omitempty"`
	ResumeToken    string `json:"resumeToken,omitempty"`
	SDKKey         string `json:"sdkKey,omitempty"`
	RemoteIP       string `json:"remoteIp,omitempty"`
	Origin         string `json:"origin,omitempty"`
	UserAgent      string `json:"userAgent,omitempty"`
}

// maxStoredText bounds a signature's readable part in the log, in bytes.
const maxStoredText = 4096

// Redact takes the secrets out of an attempt. Of the signature, header and claims
// stay and the HMAC goes; where the verdict reports that the claims hold a secret,
// or where the text is no JWT and may be anything, only its length stays. The
// verdict may be nil.
func Redact(a *Attempt, v *Verdict) Redacted {
	return Redacted{
		JoinID: a.JoinID, View: a.View, SDKVersion: a.SDKVersion, MeetingNumber: a.MeetingNumber,
		UserName: a.UserName, UserEmail: a.UserEmail, CustomerKey: a.CustomerKey, DeviceID: a.DeviceID,
		PasswordOption: a.PasswordOption, RemoteIP: a.RemoteIP, Origin: a.Origin, UserAgent: a.UserAgent,
		Signature: redactSignature(a.Signature, v),
		Password:  length(a.Password), TK: length(a.TK), ZAK: tokenLength(a.ZAK), OBFToken: tokenLength(a.OBFToken),
		RecordingToken: tokenLength(a.RecordingToken), ResumeToken: length(a.ResumeToken),
		SDKKey: redactKey(a.LegacyKey),
	}
}

func redactSignature(s string, v *Verdict) string {
	if v != nil && v.has("key_is_secret", "key_secret_swapped") {
		return length(s)
	}
	in := Input{a: &Attempt{Signature: s}}
	in.read()
	if in.token == nil || len(s) > maxStoredText {
		return length(s)
	}
	last := strings.LastIndexByte(s, '.')
	return s[:last+1] + length(s[last+1:])
}

// has reports whether one of the causes is among the findings.
func (v *Verdict) has(causes ...string) bool {
	for _, c := range causes {
		if v.Decision != nil && v.Decision.Cause == c {
			return true
		}
		for i := range v.AlsoFailing {
			if v.AlsoFailing[i].Cause == c {
				return true
			}
		}
	}
	return false
}

// length stands where a secret stood.
func length(s string) string {
	if s == "" {
		return ""
	}
	return "[" + strconv.Itoa(len([]rune(s))) + " characters]"
}

// tokenLength also reports whether the text has the shape of a token.
func tokenLength(s string) string {
	if s == "" {
		return ""
	}
	kind := "no token"
	if strings.Count(s, ".") == 2 && !strings.ContainsAny(s, " \t\r\n\"'") {
		kind = "a token"
	}
	return "[" + kind + ", " + strconv.Itoa(len([]rune(s))) + " characters]"
}

// redactKey keeps what recognises a key: the option may hold a secret by mistake.
func redactKey(s string) string {
	const shownPart = 6
	if len(s) <= shownPart {
		return length(s)
	}
	return clip(s, shownPart) + " " + length(s)
}
