package scenario

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"hash"
	"maps"
	"time"
)

// claims are those of a right signature of the fixture's app, to be made wrong.
type claims struct {
	fixture    *Fixture
	app        string // the app's key
	secret     string
	iat        int64
	all        map[string]any
	headerJSON string
}

const plainHeader = `{"alg":"HS256","typ":"JWT"}`

var base64url = base64.RawURLEncoding

func (f *Fixture) claims() *claims {
	iat := f.now.Add(-30 * time.Second).Unix()
	exp := iat + int64((2 * time.Hour).Seconds())
	return &claims{
		fixture: f, app: f.app.Key, secret: f.app.Secret, iat: iat, headerJSON: plainHeader,
		all: map[string]any{
			"appKey": f.app.Key, "sdkKey": f.app.Key, "mn": f.meeting.Number, "role": 0, "iat": iat, "exp": exp, "tokenExp": exp,
		},
	}
}

// with are the claims with one of another value.
func (c *claims) with(name string, value any) *claims {
	changed := *c
	changed.all = maps.Clone(c.all)
	changed.all[name] = value
	return &changed
}

// without are the claims without some.
func (c *claims) without(names ...string) *claims {
	changed := *c
	changed.all = maps.Clone(c.all)
	for _, name := range names {
		delete(changed.all, name)
	}
	return &changed
}

// only are these claims and no others.
func (c *claims) only(all map[string]any) *claims {
	changed := *c
	changed.all = all
	return &changed
}

// as are the claims of another key.
func (c *claims) as(key string) *claims { return c.with("appKey", key).with("sdkKey", key) }

// header are the claims under another header.
func (c *claims) header(json string) *claims {
	changed := *c
	changed.headerJSON = json
	return &changed
}

func (c *claims) json() string {
	raw, err := json.Marshal(c.all)
	c.fixture.recordErr(err)
	return string(raw)
}

// input is what is signed: header and claims.
func (c *claims) input() string { return inputOf(c.headerJSON, c.json()) }

func inputOf(header, payload string) string {
	return base64url.EncodeToString([]byte(header)) + "." + base64url.EncodeToString([]byte(payload))
}

// signed is a token of the claims under the app's secret.
func (c *claims) signed() string { return c.by(c.secret) }

// by is a token of the claims under another secret.
func (c *claims) by(secret string) string { return token(c.input(), secret, sha256.New) }

// hashed is a token of the claims whose HMAC is made with another hash.
func (c *claims) hashed(h func() hash.Hash) string { return token(c.input(), c.secret, h) }

func token(input, secret string, h func() hash.Hash) string {
	return input + "." + base64url.EncodeToString(mac(input, secret, h))
}

func mac(input, secret string, h func() hash.Hash) []byte {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(input))
	return m.Sum(nil)
}
