package signature_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/signature"
)

func TestDiagnoseGood(t *testing.T) {
	token, err := signature.Sign(signature.SignOptions{
		Key: classKey, Secret: classSecret, MeetingNumber: meetingNumber, IssuedAt: now, ExpiresAt: now.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := diagnose(t, token)
	if !r.Good() || r.Decision.Name != "SUCCESS" || len(r.AlsoFailing) != 0 || len(r.Warnings) != 0 || r.Faults() != nil {
		t.Fatalf("%+v", r)
	}
	if got := strings.Join(r.Passed, " "); got != "format header key app hmac meeting lifetime token_time role" {
		t.Errorf("passed %s", got)
	}
	noSecrets(t, &r)
}

// TestDiagnoseSortsByReadingOrder breaks everything at once.
func TestDiagnoseSortsByReadingOrder(t *testing.T) {
	iat := now.Unix() - 90000
	c := claims{"appKey": classKey, "sdkKey": billingKey, "mn": "98765432101", "role": 3, "iat": iat, "exp": iat + 60, "tokenExp": iat + 60}
	r := diagnose(t, `"`+c.by(billing)+`"`)
	want := "wrapped app_key_differs other_apps_secret mn_other_meeting lifetime_too_short expired token_exp_expired role_not_0_or_1"
	if got := causes(r.Faults()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// The app step comes before the signature, but only if a key could be read.
	gone := diagnose(t, c.as(deletedKey).by(billing))
	if got := causes(gone.Faults()); got != "app_deleted other_apps_secret mn_other_meeting lifetime_too_short expired token_exp_expired role_not_0_or_1" {
		t.Errorf("deleted: %s", got)
	}
	wrapped := diagnose(t, " "+c.as(deletedKey).by(billing))
	if got := wrapped.Decision.Cause; got != "wrapped" {
		t.Errorf("unreadable: %s", got)
	}
}

// TestForgedTokenLearnsNoClock keeps expiry from those who do not hold any secret.
func TestForgedTokenLearnsNoClock(t *testing.T) {
	r := diagnose(t, past().by("forged secret"))
	if got := causes(r.Faults()); got != "unknown_secret" {
		t.Errorf("forged: %s", got)
	}
	r = diagnose(t, past().by(billing))
	if got := causes(r.Faults()); got != "other_apps_secret expired token_exp_expired" {
		t.Errorf("other app's: %s", got)
	}
}

func TestBothExchanged(t *testing.T) {
	r := diagnose(t, good().as(classSecret).by(classKey))
	if got := causes(r.Faults()); got != "key_is_secret key_secret_swapped" {
		t.Errorf("got %s", got)
	}
	if strings.Contains(string(r.Token.Claims), classSecret) || !strings.Contains(string(r.Token.Claims), "[a secret]") {
		t.Errorf("claims %s", r.Token.Claims)
	}
	noSecrets(t, &r)
}

// TestPublicNamesNoOtherApp is production mode towards the page.
func TestPublicNamesNoOtherApp(t *testing.T) {
	for _, token := range []string{
		good().by(billing), good().by(billing + "\n"), good().by(billingKey), good().as("unheard-of").by(billing),
		without("appKey", "sdkKey").by(billing), good().as(billing).by(billing), good().as(billing).by(billingKey), billing,
	} {
		r := diagnose(t, token)
		if !strings.Contains(fmt.Sprint(r.Faults()), "Billing") {
			t.Errorf("the operator is not notified: %v", r.Faults())
		}
		public := r.Public()
		b, err := json.Marshal(public)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "Billing") || strings.Contains(string(b), billingKey[:6]) {
			t.Errorf("the page is told: %s", b)
		}
		if !strings.Contains(fmt.Sprint(r.Faults()), "Billing") {
			t.Error("Public changed the report it was asked for")
		}
	}
}

func TestIatInFutureReportsWhen(t *testing.T) {
	iat := now.Unix() + 94
	c := good()
	c["iat"], c["exp"], c["tokenExp"] = iat, iat+7200, iat+7200
	r := diagnose(t, c.signed())
	if want := "iat is 94 s ahead of this server's clock: the same token becomes valid at 10:30:07 UTC"; r.Decision.Evidence != want {
		t.Errorf("evidence %q", r.Decision.Evidence)
	}
	e := expect()
	e.Now = r.Decision.RetryAt
	if _, fault := signature.Verify(c.signed(), []byte(classSecret), e); fault != nil {
		t.Errorf("does not work then: %v", fault)
	}
	e.Now = e.Now.Add(-time.Second)
	if _, fault := signature.Verify(c.signed(), []byte(classSecret), e); fault == nil {
		t.Error("works before")
	}
}

// TestReportShape is the contract of /dev/v1/diagnose and `doctor --json`.
func TestReportShape(t *testing.T) {
	r := diagnose(t, with("mn", 98765432101).by(billing))
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Decision    struct{ Code, Step, Name, Cause, Evidence, Remedy any }
		AlsoFailing []struct{ Step, Code, Name, Cause, Evidence, Remedy any }
		Token       struct{ Header, Claims map[string]any }
		Passed      []string
		Warnings    []string
		Scope       string
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if got.Decision.Code != 3712.0 || got.Decision.Name != "SIGNATURE_INVALID" || got.Decision.Cause != "other_apps_secret" ||
		len(got.AlsoFailing) != 1 || got.AlsoFailing[0].Cause != "mn_other_meeting" || got.Scope != "signature" ||
		got.Token.Header["alg"] != "HS256" || got.Token.Claims["mn"] != 98765432101.0 ||
		len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "mn_is_number: ") {
		t.Errorf("%s", b)
	}
	var back signature.Report
	if err := json.Unmarshal(b, &back); err != nil || !back.Has(signature.WarnMNNumber) {
		t.Errorf("read back: %v %+v", err, back.Warnings)
	}
	unread := diagnose(t, "undefined")
	if b, _ = json.Marshal(unread); !strings.Contains(string(b), `"token":null`) || !strings.Contains(string(b), `"passed":[]`) {
		t.Errorf("%s", b)
	}
}

// TestSecretsInClaims puts a secret wherever a token has room for one.
func TestSecretsInClaims(t *testing.T) {
	for name, payload := range map[string]string{
		"claim":     with("iss", classSecret).json(),
		"nested":    with("x", claims{"y": []any{classSecret}}).json(),
		"within":    with("x", "the secret is "+classSecret).json(),
		"unheld":    with("sdkSecret", "something only the sender knows").json(),
		"mn":        with("mn", billing).json(),
		"role":      with("role", classOld).json(),
		"iat":       with("iat", video).json(),
		"sdkKey":    with("sdkKey", billing).json(),
		"duplicate": strings.Replace(good().json(), `"role":0`, `"x":"`+billing+`","x":1,"role":0`, 1),
		"name":      with(classSecret, 1).json(),
		"dup name":  strings.Replace(good().json(), `"role":0`, `"`+classOld+`":1,"`+classOld+`":1,"role":0`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			for _, secret := range []string{classSecret, "unknown one"} {
				r := diagnose(t, forge(plainHeader, payload, secret))
				noSecrets(t, &r)
				if strings.Contains(string(r.Token.Claims), "only the sender knows") {
					t.Errorf("claims %s", r.Token.Claims)
				}
			}
		})
	}
}

// endless is a keyring without end, that counts what is taken from it.
type endless struct {
	signature.StaticKeyring
	taken int
	empty bool
}

func (e *endless) Candidates(context.Context, string) iter.Seq2[signature.Credential, error] {
	return func(yield func(signature.Credential, error) bool) {
		for {
			e.taken++
			c := signature.Credential{Key: fmt.Sprint("key-", e.taken), Secret: fmt.Appendf(nil, "secret-number-%d", e.taken)}
			if e.empty {
				c.Secret = nil
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

func TestProbingIsBounded(t *testing.T) {
	for _, empty := range []bool{false, true} {
		ring := &endless{StaticKeyring: fixture(), empty: empty}
		o := options()
		o.Keyring = ring
		r := signature.Diagnose(t.Context(), good().by("unknown one"), o)
		if r.Decision.Cause != signature.CauseProbeSkipped {
			t.Errorf("decision %v", &r.Decision)
		}
		if ring.taken > 4*signature.DefaultMaxProbes {
			t.Errorf("%d candidates taken", ring.taken)
		}
		ring.taken = 0
		if r = signature.Diagnose(t.Context(), good().signed(), o); !r.Good() || ring.taken != 0 {
			t.Errorf("a good token costs %d candidates: %+v", ring.taken, r.Decision)
		}
	}
}

// failing is a keyring whose storage is gone, wholly or for a part.
type failing struct {
	signature.StaticKeyring
	lookup, candidates, holds error
}

func (f failing) Lookup(ctx context.Context, key string) (signature.Credential, bool, error) {
	if f.lookup != nil {
		return signature.Credential{}, false, f.lookup
	}
	return f.StaticKeyring.Lookup(ctx, key)
}

func (f failing) Candidates(ctx context.Context, key string) iter.Seq2[signature.Credential, error] {
	if f.candidates == nil {
		return f.StaticKeyring.Candidates(ctx, key)
	}
	return func(yield func(signature.Credential, error) bool) { yield(signature.Credential{}, f.candidates) }
}

func (f failing) Holds(ctx context.Context, value string) (signature.Credential, bool, error) {
	if f.holds != nil {
		return signature.Credential{}, false, f.holds
	}
	return f.StaticKeyring.Holds(ctx, value)
}

func TestFailingKeyringIsNeverGood(t *testing.T) {
	gone := errors.New("storage is gone")
	o := options()
	for name, tc := range map[string]struct {
		ring  failing
		token string
		cause string
	}{
		"lookup":     {failing{lookup: gone}, good().signed(), signature.CauseProbeSkipped},
		"candidates": {failing{candidates: gone, StaticKeyring: fixture()}, good().by("unknown one"), signature.CauseProbeSkipped},
		"holds":      {failing{holds: gone, StaticKeyring: fixture()}, good().signedAs("unheard-of"), signature.CauseUnknownKey},
		"all":        {failing{lookup: gone, candidates: gone, holds: gone}, good().signed(), signature.CauseProbeSkipped},
	} {
		t.Run(name, func(t *testing.T) {
			o.Keyring = tc.ring
			r := signature.Diagnose(t.Context(), tc.token, o)
			if r.Good() || !r.Has(tc.cause) || !r.Has(signature.WarnKeyringFailed) || !errors.Is(r.Err, gone) {
				t.Errorf("%+v", r)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.Keyring = fixture()
	if r := signature.Diagnose(ctx, good().by(billing), o); r.Decision.Cause != signature.CauseProbeSkipped || !errors.Is(r.Err, context.Canceled) {
		t.Errorf("cancelled: %+v", r.Decision)
	}
}

func TestWithoutKeyring(t *testing.T) {
	o := signature.Options{Now: now}
	r := signature.Diagnose(t.Context(), good().signed(), o)
	if r.Decision.Cause != signature.CauseProbeSkipped || !r.Has(signature.WarnHMACUnjudged) {
		t.Errorf("%+v", r)
	}
	r = signature.Diagnose(t.Context(), with("mn", "12").signed(), o)
	if got := causes(r.Faults()); got != "mn_not_a_number" {
		t.Errorf("got %s", got)
	}
}

// TestOffline is `doctor --key --secret`: one pair and nothing else.
func TestOffline(t *testing.T) {
	o := signature.Options{Now: now, Keyring: signature.NewKeyring(signature.Credential{Key: classKey, Secret: []byte(classSecret)})}
	for want, token := range map[string]string{
		"":                   good().signed(),
		"unknown_secret":     good().by(billing),
		"secret_whitespace":  good().by(classSecret + "\r\n"),
		"key_secret_swapped": good().by(classKey),
		"unknown_key":        good().as(billingKey).by(billing),
		"key_is_secret":      good().as(classSecret).by(classKey),
	} {
		if r := signature.Diagnose(t.Context(), token, o); r.Decision.Cause != want {
			t.Errorf("want %q: %+v", want, r.Decision)
		}
	}
}

func TestOversizeCostsNothing(t *testing.T) {
	long := forge(plainHeader, with("x", strings.Repeat("y", 48<<10)).json(), classSecret)
	n := testing.AllocsPerRun(10, func() {
		if _, err := signature.Parse(long); err == nil {
			t.Fatal("read")
		}
	})
	if n > 12 {
		t.Errorf("%v allocations for a text of %d bytes", n, len(long))
	}
	many := strings.Builder{}
	for i := 0; many.Len() < 11<<10; i++ {
		fmt.Fprintf(&many, `"a%d":1,"a%d":2,`, i, i)
	}
	r := diagnose(t, forge(plainHeader, `{`+many.String()+good().json()[1:], classSecret))
	if got := causes(r.Faults()); got != "duplicate_claim" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkDiagnose(b *testing.B) {
	for name, token := range map[string]string{"good": good().signed(), "unknown secret": good().by("unknown"), "html": "<html>"} {
		b.Run(name, func(b *testing.B) {
			o := options()
			b.ReportAllocs()
			for b.Loop() {
				signature.Diagnose(b.Context(), token, o)
			}
		})
	}
	b.Run("endless keyring", func(b *testing.B) {
		o := options()
		o.Keyring = &endless{StaticKeyring: fixture()}
		token := good().by("unknown")
		for b.Loop() {
			signature.Diagnose(b.Context(), token, o)
		}
	})
}
