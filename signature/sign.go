package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The bounds in whole seconds, as claims have them.
const (
	minLifetime = int64(MinLifetime / time.Second)
	maxLifetime = int64(MaxLifetime / time.Second)
	maxSkew     = int64(MaxClockSkew / time.Second)
	// secondsLimit distinguishes seconds from milliseconds: as seconds it is the year
	// 5138.
	secondsLimit = int64(100_000_000_000)
)

// SignOptions are what a signature is made of.
type SignOptions struct {
	// Key is the app's SDK key; it becomes both appKey and sdkKey. Required.
	Key string
	// Secret is the app's SDK secret. Required, never part of the token.
	Secret string
	// MeetingNumber is the meeting or webinar: 9 to 11 digits, blanks and dashes
	// allowed between them. Required.
	MeetingNumber string
	// Role is 0 to join and 1 to start.
	Role int
	// IssuedAt becomes iat, cut to whole seconds. Required: the package reads no
	// clock. Samples set it 30 s back, against clocks that differ.
	IssuedAt time.Time
	// ExpiresAt becomes exp and tokenExp, cut to whole seconds; MinLifetime to
	// MaxLifetime after IssuedAt. Zero means DefaultLifetime after IssuedAt.
	ExpiresAt time.Time
	// VideoWebRTCMode becomes video_webrtc_mode (0 or 1); nil leaves it out.
	VideoWebRTCMode *int
}

// FieldError reports which field of SignOptions cannot be signed and why.
type FieldError struct {
	// Field is the option's name in lower camel case, e.g. "meetingNumber".
	Field string
	// Reason completes the sentence "<field> …"; it contains no secret.
	Reason string
}

// Error joins field and reason.
func (e *FieldError) Error() string { return "signature: " + e.Field + " " + e.Reason }

// wireClaims fixes the order in which claims are written.
type wireClaims struct {
	AppKey          string `json:"appKey"`
	SDKKey          string `json:"sdkKey"`
	MN              string `json:"mn"`
	Role            int    `json:"role"`
	IAT             int64  `json:"iat"`
	EXP             int64  `json:"exp"`
	TokenEXP        int64  `json:"tokenExp"`
	VideoWebRTCMode *int   `json:"video_webrtc_mode,omitempty"`
}

// Sign makes a signature. Its errors are *FieldError and name the first field that
// is missing or out of bounds.
func Sign(o SignOptions) (string, error) {
	claims, err := o.claims()
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("signature: encode claims: %w", err)
	}
	b := make([]byte, 0, 512)
	b = append(b, commonHeader...)
	b = append(b, '.')
	b = base64.RawURLEncoding.AppendEncode(b, payload)
	mac := hmac.New(sha256.New, []byte(o.Secret))
	mac.Write(b)
	b = append(b, '.')
	b = base64.RawURLEncoding.AppendEncode(b, mac.Sum(nil))
	return string(b), nil
}

// claims checks the options and words them as claims.
func (o *SignOptions) claims() (*wireClaims, error) {
	bad := func(field, format string, args ...any) (*wireClaims, error) {
		return nil, &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)}
	}
	number := CleanMeetingNumber(o.MeetingNumber)
	iat, exp := o.IssuedAt.Unix(), o.ExpiresAt.Unix()
	if o.ExpiresAt.IsZero() {
		exp = iat + int64(DefaultLifetime/time.Second)
	}
	switch {
	case o.Key == "":
		return bad("key", "is missing")
	case len(o.Key) > MaxKeyLength:
		return bad("key", "has %d bytes; at most %d", len(o.Key), MaxKeyLength)
	case strings.TrimSpace(o.Key) != o.Key:
		return bad("key", "has spaces or a line break around it")
	case o.Secret == "":
		return bad("secret", "is missing")
	case number == "":
		return bad("meetingNumber", "is missing")
	case !plausibleMeetingNumber(number):
		return bad("meetingNumber", "must be 9 to 11 digits")
	case o.Role != 0 && o.Role != 1:
		return bad("role", "must be 0 (join) or 1 (start), not %d", o.Role)
	case o.IssuedAt.IsZero():
		return bad("issuedAt", "is missing")
	case iat < 0 || iat >= secondsLimit:
		return bad("issuedAt", "is outside the years that a signature can contain")
	case exp-iat < minLifetime || exp-iat > maxLifetime:
		return bad("expiresAt", "must be %d to %d s after the time of issue, not %d s", minLifetime, maxLifetime, exp-iat)
	case o.VideoWebRTCMode != nil && *o.VideoWebRTCMode != 0 && *o.VideoWebRTCMode != 1:
		return bad("videoWebRtcMode", "must be 0 or 1, not %d", *o.VideoWebRTCMode)
	}
	return &wireClaims{
		AppKey: o.Key, SDKKey: o.Key, MN: number, Role: o.Role,
		IAT: iat, EXP: exp, TokenEXP: exp, VideoWebRTCMode: o.VideoWebRTCMode,
	}, nil
}
