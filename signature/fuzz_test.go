package signature_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/signature"
)

func seeds(f *testing.F) {
	for _, tc := range brokenTokens() {
		if len(tc.token) < 4096 {
			f.Add(tc.token)
		}
	}
	for _, s := range []string{".", "..", "eyJ..", "a.b.c", "{}.{}.{}", "\xff.\xff.\xff", "%", "%%.%zz.%2", `{"a":"b.c.d"}`, `"""`, "Bearer ", "''"} {
		f.Add(s)
	}
}

// strangers holds the same apps under secrets that no fuzzed token was signed with.
func strangers() signature.StaticKeyring {
	ring := fixture()
	for i := range ring {
		ring[i].Secret = append([]byte("never-used-"), ring[i].Secret...)
	}
	return ring
}

// decode is the library's reading. 1e1000 is JSON, if no float64.
func decode(doc []byte, into *map[string]any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	return d.Decode(into)
}

// FuzzParse holds the reader against encoding/json: what it reads is one JSON object
// with the claims that the standard library finds too, and nothing panics.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		tok, err := signature.Parse(text)
		e := expect()
		if err != nil {
			var fault *signature.Fault
			if !errors.As(err, &fault) || fault.Cause == "" || tok != nil {
				t.Fatalf("error %#v", err)
			}
		} else {
			var payload, header map[string]any
			if decode(tok.ClaimsJSON(), &payload) != nil || decode(tok.HeaderJSON(), &header) != nil {
				t.Fatalf("no object: %s %s", tok.HeaderJSON(), tok.ClaimsJSON())
			}
			for name, got := range map[string]string{"appKey": tok.Claims.AppKey, "sdkKey": tok.Claims.SDKKey} {
				if want, _ := payload[name].(string); want != got {
					t.Fatalf("%s is %q, the library says %q", name, got, want)
				}
			}
			alg, _ := header["alg"].(string)
			if duplicates := strings.Count(string(tok.HeaderJSON()), "alg") > 1; alg != tok.Header.Algorithm && !duplicates {
				t.Fatalf("alg is %q, the library says %q", tok.Header.Algorithm, alg)
			}
			_ = signature.Check(tok, []byte("never used"), e)
			_ = signature.Warnings(tok)
		}
		if _, fault := signature.Verify(text, []byte("never used"), e); fault == nil {
			t.Fatal("accepted")
		}
	})
}

// FuzzDiagnose demands of any text: no panic, never good, always a cause and a
// remedy, valid JSON, and no secret in it.
func FuzzDiagnose(f *testing.F) {
	seeds(f)
	ring := strangers()
	f.Fuzz(func(t *testing.T, text string) {
		o := options()
		o.Keyring = ring
		r := signature.Diagnose(t.Context(), text, o)
		if r.Good() || r.Decision.Cause == "" || r.Decision.Evidence == "" || r.Decision.Remedy == "" {
			t.Fatalf("%+v", r.Decision)
		}
		var fault *signature.Fault
		if _, err := signature.Parse(text); errors.As(err, &fault) && !r.Has(fault.Cause) {
			t.Fatalf("Parse says %v, Diagnose %+v", err, r.Decision)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ring {
			if strings.Contains(string(b), string(ring[i].Secret)) {
				t.Fatalf("a secret is leaked: %s", b)
			}
		}
	})
}

// FuzzClaims signs any header and payload with the right secret, so that the fuzzer
// gets past the HMAC: Verify, Check and Diagnose must agree about every token.
func FuzzClaims(f *testing.F) {
	for _, name := range []string{"appKey", "sdkKey", "mn", "role", "iat", "exp", "tokenExp", "video_webrtc_mode", "aud"} {
		for _, v := range []any{nil, "", "0", -1, 1.5, 1e300, true, claims{}, []int{1}, "\u00e9\n\""} {
			f.Add(plainHeader, with(name, v).json())
		}
	}
	f.Add(`{"alg":"HS256","alg":"none"}`, `{"\u0061ppKey":"x","appKey":"y"}`)
	f.Fuzz(func(t *testing.T, header, payload string) {
		token := forge(header, payload, classSecret)
		r := diagnose(t, token)
		noSecrets(t, &r)
		_, fault := signature.Verify(token, []byte(classSecret), expect())
		if r.Good() != (fault == nil) && r.Decision.Step != signature.StepApp {
			t.Fatalf("Verify says %v, Diagnose %+v", fault, r.Decision)
		}
		if fault != nil && r.Decision.Step != signature.StepApp && r.Decision.Code != fault.Code {
			t.Fatalf("Verify says %v, Diagnose %+v", fault, r.Decision)
		}
		tok, err := signature.Parse(token)
		if err != nil {
			return
		}
		all := signature.Check(tok, []byte(classSecret), expect())
		if (len(all) == 0) != (fault == nil) || (fault != nil && all[0].Code != fault.Code) {
			t.Fatalf("Verify says %v, Check %s", fault, causes(all))
		}
		var want map[string]any
		if decode([]byte(payload), &want) != nil {
			t.Fatal("read what the library does not")
		}
		if s, _ := want["appKey"].(string); s != tok.Claims.AppKey {
			t.Fatalf("appKey %q, the library says %q", tok.Claims.AppKey, s)
		}
	})
}
