package credential

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/signature"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 250_000_000, time.UTC)

var testKey = []byte("user-token-key-0123456789abcdef0123")

// memory is a Store in memory.
type memory struct {
	users   map[string]*account.User
	saved   []Claims
	revoked map[string]bool
	grant   *account.Installation
	err     error
}

func (m *memory) SaveUserToken(_ context.Context, c Claims) error {
	m.saved = append(m.saved, c)
	return m.err
}

func (m *memory) UserTokenRevoked(_ context.Context, id string) (bool, error) {
	return m.revoked[id], m.err
}

func (m *memory) User(_ context.Context, id string) (*account.User, error) {
	if m.err != nil {
		return nil, m.err
	}
	if u := m.users[id]; u != nil {
		return u, nil
	}
	return nil, ErrNotFound
}

func (m *memory) Installation(_ context.Context, id string) (*account.Installation, error) {
	if m.grant == nil || m.grant.ID != id {
		return nil, errors.Join(m.err, ErrNotFound)
	}
	return m.grant, m.err
}

func (m *memory) InstallationFor(_ context.Context, appID, accountID, _ string) (*account.Installation, error) {
	if g := m.grant; g == nil || g.AppID != appID || g.AccountID != accountID || !g.Installed() {
		return nil, ErrNotFound
	}
	return m.grant, m.err
}

type fixture struct {
	*Minter
	store *memory
	clock *clockwork.FakeClock
	user  *account.User
	app   *account.App
}

func newFixture() *fixture {
	user := &account.User{ID: "u-1", AccountID: "a-1", Email: "ada@home.example", Status: account.UserActive}
	store := &memory{users: map[string]*account.User{"u-1": user}, revoked: map[string]bool{}}
	store.grant = &account.Installation{ID: "i-1", AppID: "app-1", AccountID: "a-1", UserID: "u-1", Scopes: []string{account.ScopeToken}}
	clock := clockwork.NewFakeClockAt(noon)
	return &fixture{
		Minter: NewMinter(testKey, clock, store), store: store, clock: clock, user: user, app: &account.App{ID: "app-1"},
	}
}

func (w *fixture) zak(t testing.TB, ttl time.Duration) string {
	t.Helper()
	token, err := w.MintZAK(context.Background(), w.user, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (w *fixture) obf(t testing.TB, number string) string {
	t.Helper()
	token, err := w.MintOBF(context.Background(), w.user, w.app, number, 0)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestMintAndRead(t *testing.T) {
	w := newFixture()
	c, f := w.Read(w.zak(t, 0), ZAK, noon)
	if f != nil {
		t.Fatal(f)
	}
	want := w.store.saved[0]
	if c != want || c.UserID != "u-1" || c.AccountID != "a-1" || !c.IssuedAt.Equal(noon) || c.ExpiresAt.Sub(noon) < DefaultLife || c.ExpiresAt.Sub(noon) >= DefaultLife+time.Second {
		t.Errorf("%+v\n%+v", c, want)
	}
	token := w.obf(t, "85802291303")
	c, f = w.Read(token, OBF, noon)
	if f != nil || c.AppID != "app-1" || c.MeetingNumber != "85802291303" || c.ID == want.ID {
		t.Errorf("%+v %v", c, f)
	}
	if len(token) > 512 {
		t.Errorf("a token has %d characters", len(token))
	}
}

func TestMintRefuses(t *testing.T) {
	w := newFixture()
	gone := &account.User{ID: "u-2", Status: account.UserInactive}
	zak := func(u *account.User, ttl time.Duration) error { _, err := w.MintZAK(t.Context(), u, ttl); return err }
	obf := func(app *account.App, number string) error {
		_, err := w.MintOBF(t.Context(), w.user, app, number, 0)
		return err
	}
	for _, tc := range []struct {
		field string
		err   error
	}{
		{"ttl", zak(w.user, time.Second-1)},
		{"ttl", zak(w.user, MaxLife+1)},
		{"ttl", zak(w.user, -1)},
		{"user", zak(nil, 0)},
		{"user", zak(gone, 0)},
		{"app", obf(nil, "")},
		{"app", obf(&account.App{ID: "x", DeletedAt: noon}, "")},
		{"meetingNumber", obf(w.app, "12345678")},
		{"meetingNumber", obf(w.app, "12345678x")},
	} {
		var f *FieldError
		if !errors.As(tc.err, &f) || f.Field != tc.field || f.Error() == "" {
			t.Errorf("%s: %v", tc.field, tc.err)
		}
	}
	if len(w.store.saved) > 0 {
		t.Error("a refused token was saved")
	}
	for _, ttl := range []time.Duration{MinLife, MaxLife} {
		if err := zak(w.user, ttl); err != nil {
			t.Error(err)
		}
	}
	short := NewMinter([]byte("short"), w.clock, w.store)
	if _, err := short.MintZAK(t.Context(), w.user, 0); err == nil {
		t.Error("a short key makes tokens")
	}
	w.store.err = errors.New("disk on fire")
	if err := zak(w.user, 0); err == nil {
		t.Error("a token that could not be saved is handed out")
	}
}

func forge(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestReadFaults(t *testing.T) {
	w := newFixture()
	good := w.zak(t, time.Hour)
	parts := strings.Split(good, ".")
	other := NewMinter([]byte("another-key-0123456789abcdef012345"), w.clock, w.store)
	foreign, err := other.MintZAK(t.Context(), w.user, 0)
	if err != nil {
		t.Fatal(err)
	}
	sdk, err := signature.Sign(signature.SignOptions{Key: "K", Secret: "s", MeetingNumber: "85802291303", IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(parts[2])
	if flipped[0] = 'A'; parts[2][0] == 'A' {
		flipped[0] = 'B'
	}
	elder := jwt.MapClaims{"anteroom": "zak", "jti": "x", "uid": "u-1", "iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix()}
	for _, tc := range []struct {
		name, token, cause string
		want               Kind
	}{
		{"rubbish", "rubbish", Malformed, ZAK},
		{"undefined", "undefined", Malformed, ZAK},
		{"JSON", `{"token":"` + good + `"}`, Malformed, ZAK},
		{"quoted", `"` + good + `"`, Malformed, ZAK},
		{"line break", good + "\n", Malformed, ZAK},
		{"encoded", strings.ReplaceAll(good, ".", "%2E"), Malformed, ZAK},
		{"cut", parts[0] + "." + parts[1], Malformed, ZAK},
		{"four parts", good + ".x", Malformed, ZAK},
		{"huge", good + strings.Repeat("A", MaxSize), Malformed, ZAK},
		{"no base64", "a.b!.c", Malformed, ZAK},
		{"HMAC altered", parts[0] + "." + parts[1] + "." + string(flipped), Forged, ZAK},
		{"HMAC missing", parts[0] + "." + parts[1] + ".", Forged, ZAK},
		{"another key", foreign, Forged, ZAK},
		{"alg none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, elder), Forged, ZAK},
		{"alg HS512", forge(t, jwt.SigningMethodHS512, testKey, elder), Forged, ZAK},
		{"an OBF", w.obf(t, ""), WrongTokenKind, ZAK},
		{"a ZAK", good, WrongTokenKind, OBF},
		{"a signature", sdk, WrongTokenKind, ZAK},
		{"an OAuth token", forge(t, jwt.SigningMethodHS512, testKey, jwt.MapClaims{"aud": "https://oauth.example"}), WrongTokenKind, ZAK},
		{"a Video SDK token", forge(t, jwt.SigningMethodHS256, []byte("x"), jwt.MapClaims{"app_key": "k", "tpc": "t"}), WrongTokenKind, OBF},
		{"no kind", forge(t, jwt.SigningMethodHS256, testKey, jwt.MapClaims{"jti": "x", "uid": "u", "iat": 1, "exp": 2}), WrongTokenKind, ZAK},
		{"no user", forge(t, jwt.SigningMethodHS256, testKey, jwt.MapClaims{"anteroom": "zak", "jti": "x", "iat": 1, "exp": 2}), WrongTokenKind, ZAK},
		{"OBF for no app", forge(t, jwt.SigningMethodHS256, testKey, jwt.MapClaims{"anteroom": "obf", "jti": "x", "uid": "u", "iat": 1, "exp": noon.Unix() + 9}), WrongTokenKind, OBF},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, f := w.Read(tc.token, tc.want, noon)
			if f == nil || f.Cause != tc.cause {
				t.Fatalf("%v", f)
			}
			if f.Evidence == "" || strings.Contains(f.Evidence, "%!") || strings.Contains(f.Error(), parts[1]) {
				t.Errorf("evidence: %s", f.Evidence)
			}
		})
	}
	expires := w.store.saved[0].ExpiresAt
	if _, f := w.Read(good, ZAK, expires.Add(-1)); f != nil {
		t.Errorf("a moment before: %v", f)
	}
	if c, f := w.Read(good, ZAK, expires); f == nil || f.Cause != Expired || c.UserID != "u-1" {
		t.Errorf("at expiry: %v", f)
	}
}

func TestUserToken(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fault  string
		change func(*fixture)
	}{
		{"good", "", func(*fixture) {}},
		{"expired", Expired, func(w *fixture) { w.clock.Advance(3 * time.Hour) }},
		{"revoked by id", Revoked, func(w *fixture) { w.store.revoked[w.store.saved[0].ID] = true }},
		{"another one revoked", "", func(w *fixture) { w.store.revoked["x"] = true }},
		{"signed out everywhere", Revoked, func(w *fixture) { w.user.TokensValidFrom = noon.Add(time.Millisecond) }},
		{"made right after signing out", "", func(w *fixture) { w.user.TokensValidFrom = noon }},
		{"inactive", UserInactive, func(w *fixture) { w.user.Status = account.UserInactive }},
		{"deleted", UserInactive, func(w *fixture) { w.user.Status = account.UserDeleted }},
		{"gone", UserInactive, func(w *fixture) { delete(w.store.users, "u-1") }},
		{"no app behind it", "", func(w *fixture) { w.store.grant = nil }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newFixture()
			token := w.zak(t, time.Hour)
			tc.change(w)
			got, err := w.ReadZAK(t.Context(), token)
			if err != nil || !got.Given || got.Fault != tc.fault || (tc.fault != "") != (got.Evidence != "") {
				t.Fatalf("%+v %v", got, err)
			}
			if tc.fault == "" && (!got.Valid() || got.User != w.user || got.ExpiresAt.IsZero()) {
				t.Errorf("%+v", got)
			}
			if got.Withdrawn != "" {
				t.Errorf("withdrawn: %q", got.Withdrawn)
			}
		})
	}
	w := newFixture()
	if got, err := w.ReadZAK(t.Context(), ""); err != nil || got.Given {
		t.Errorf("%+v %v", got, err)
	}
	got, err := w.ReadOBF(t.Context(), w.obf(t, "85802291303"))
	if err != nil || !got.Valid() || got.AppID != "app-1" || got.MeetingNumber != "85802291303" || got.ID != w.store.saved[0].ID {
		t.Errorf("%+v %v", got, err)
	}
	token := w.zak(t, time.Hour)
	w.store.err = errors.New("disk on fire")
	if _, err := w.ReadZAK(t.Context(), token); err == nil {
		t.Error("a failing store is taken for an answer")
	}
	if got, err := w.ReadZAK(t.Context(), "rubbish"); err != nil || got.Fault != Malformed {
		t.Errorf("rubbish needs no store: %+v %v", got, err)
	}
}

func TestLinkPasscode(t *testing.T) {
	form := LinkPasscode(testKey, "m-1", "123456")
	if !regexp.MustCompile(`^p_[A-Za-z0-9]{28}$`).MatchString(form) || len(form) != admission.LinkLength {
		t.Errorf("%q", form)
	}
	if form != LinkPasscode(testKey, "m-1", "123456") {
		t.Error("the form changes by itself")
	}
	for name, other := range map[string]string{
		"passcode": LinkPasscode(testKey, "m-1", "123457"), "meeting": LinkPasscode(testKey, "m-2", "123456"),
		"key": LinkPasscode([]byte("another"), "m-1", "123456"), "boundary": LinkPasscode(testKey, "m-", "1123456"),
	} {
		if other == form {
			t.Errorf("the same for another %s", name)
		}
	}
	if LinkPasscode(testKey, "m-1", "") != "" {
		t.Error("a form of no passcode")
	}
	if len(form+LinkSuffix) > admission.MaxPassword {
		t.Error("the form does not fit into the option")
	}
}

// FuzzRead looks for a token that is believed and was not made here.
func FuzzRead(f *testing.F) {
	w := newFixture()
	good := w.zak(f, time.Hour)
	f.Add(good)
	f.Add(w.obf(f, "85802291303"))
	f.Add("..")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"anteroom":"zak","iat":1e400}`)) + ".")
	f.Fuzz(func(t *testing.T, token string) {
		for _, kind := range []Kind{ZAK, OBF} {
			c, fault := w.Read(token, kind, noon)
			if fault == nil && (c.Kind != kind || !genuine(token)) {
				t.Fatalf("believed: %q", token)
			}
		}
	})
}

// genuine verifies a token without the library.
func genuine(token string) bool {
	i := strings.LastIndexByte(token, '.')
	mac := hmac.New(sha256.New, testKey)
	mac.Write([]byte(token[:i]))
	return token[i+1:] == base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func BenchmarkRead(b *testing.B) {
	w := newFixture()
	token := w.zak(b, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, f := w.Read(token, ZAK, noon); f != nil {
			b.Fatal(f)
		}
	}
}
