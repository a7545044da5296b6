package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"hash"
	"maps"
	"testing"
	"time"

	"github.com/anteroom/anteroom/signature"
)

// The world of the tests: one account with an app in two environments, and others.
const (
	meetingNumber = "93212345678"

	classKey     = "CLkey7f3a91d20"
	classSecret  = "pR0d-s3cret/of+Classroom=5512abcXYZ"
	classDevKey  = "CDkey00b7c6e4"
	classDev     = "d3v-secret-of-Classroom-a1b2c3d4e5"
	classOld     = "old-secret-of-Classroom-before-may"
	classHook    = "whsec_classroom_9081726354"
	billingKey   = "BLkey5566aa77"
	billing      = "billing-portal-secret-000111222333"
	videoKey     = "VDkey1234abcd"
	video        = "video-sdk-secret-999888777666555"
	disabledKey  = "DSkey4321dcba"
	disabled     = "disabled-app-secret-123123123123"
	suspendedKey = "SPkey4321dcba"
	deletedKey   = "DLkey4321dcba"
)

var now = time.Date(2026, 1, 20, 10, 29, 33, 0, time.UTC)

func fixture() signature.StaticKeyring {
	class := signature.App{ID: "app-1", Name: "Classroom", Kind: signature.AppGeneral}
	return signature.NewKeyring(
		signature.Credential{App: class, Key: classKey, Secret: []byte(classSecret), Environment: "production"},
		signature.Credential{App: class, Key: classDevKey, Secret: []byte(classDev), Environment: "development"},
		signature.Credential{App: class, Key: classKey, Secret: []byte(classOld), Purpose: signature.PurposePrevious, Environment: "production"},
		signature.Credential{App: class, Key: classKey, Secret: []byte(classHook), Purpose: signature.PurposeWebhook},
		signature.Credential{App: signature.App{ID: "app-2", Name: "Billing portal"}, Key: billingKey, Secret: []byte(billing)},
		signature.Credential{App: signature.App{ID: "app-3", Name: "Cameras", Kind: signature.AppVideo}, Key: videoKey, Secret: []byte(video)},
		signature.Credential{App: signature.App{ID: "app-4", Name: "Retired", State: signature.AppDisabled}, Key: disabledKey, Secret: []byte(disabled)},
		signature.Credential{App: signature.App{ID: "app-5", Name: "Unpaid", State: signature.AppAccountSuspended}, Key: suspendedKey, Secret: []byte(disabled)},
		signature.Credential{App: signature.App{ID: "app-6", Name: "Gone", State: signature.AppDeleted}, Key: deletedKey, Secret: []byte(disabled)},
	)
}

func secrets() []string {
	return []string{classSecret, classDev, classOld, classHook, billing, video, disabled}
}

type claims map[string]any

// good are the claims of a right signature.
func good() claims {
	iat := now.Unix() - 30
	return claims{
		"appKey": classKey, "sdkKey": classKey, "mn": meetingNumber, "role": 0,
		"iat": iat, "exp": iat + 7200, "tokenExp": iat + 7200,
	}
}

// with changes one claim.
func with(name string, value any) claims {
	c := maps.Clone(good())
	c[name] = value
	return c
}

// without removes claims.
func without(names ...string) claims {
	c := maps.Clone(good())
	for _, n := range names {
		delete(c, n)
	}
	return c
}

const plainHeader = `{"alg":"HS256","typ":"JWT"}`

var b64 = base64.RawURLEncoding

// forge makes a token of any header and payload, by the shortest way there is.
func forge(header, payload, secret string) string {
	return forgeWith(header, payload, secret, sha256.New)
}

func forgeWith(header, payload, secret string, h func() hash.Hash) string {
	input := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
	return input + "." + b64.EncodeToString(mac(input, secret, h))
}

func mac(input, secret string, h func() hash.Hash) []byte {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(input))
	return m.Sum(nil)
}

func (c claims) json() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// signed is a token of these claims under the right secret.
func (c claims) signed() string { return forge(plainHeader, c.json(), classSecret) }

// by is a token of these claims under another secret.
func (c claims) by(secret string) string { return forge(plainHeader, c.json(), secret) }

func options() signature.Options {
	return signature.Options{Now: now, MeetingNumber: meetingNumber, Keyring: fixture()}
}

func diagnose(t *testing.T, token string) signature.Report {
	t.Helper()
	return signature.Diagnose(t.Context(), token, options())
}
