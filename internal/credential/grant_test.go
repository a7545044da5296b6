package credential

import (
	"errors"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
)

func TestTokensOfAppsAreMadeUnderAGrant(t *testing.T) {
	w := newFixture()
	for _, tc := range []struct {
		name     string
		scopes   []string
		change   func(*account.Installation)
		zak, obf string // the field of the refusal
	}{
		{"any token", []string{account.ScopeToken}, nil, "", ""},
		{"ZAKs only", []string{account.ScopeZAK}, nil, "", "app"},
		{"nothing", nil, nil, "app", "app"},
		{"another scope", []string{"meeting:read:meeting"}, nil, "app", "app"},
		{"uninstalled", []string{account.ScopeToken}, func(i *account.Installation) { i.RemovedAt = noon }, "user", "user"},
		{"another app's", []string{account.ScopeToken}, func(i *account.Installation) { i.AppID = "app-2" }, "user", "user"},
		{"another account's", []string{account.ScopeToken}, func(i *account.Installation) { i.AccountID = "a-2" }, "user", "user"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			grant := &account.Installation{ID: "i-1", AppID: "app-1", AccountID: "a-1", UserID: "u-9", Scopes: tc.scopes}
			if tc.change != nil {
				tc.change(grant)
			}
			w.store.grant = grant
			_, zak := w.MintAppZAK(t.Context(), w.user, w.app, 0)
			_, obf := w.MintOBF(t.Context(), w.user, w.app, "", 0)
			for _, got := range []struct {
				err  error
				want string
			}{{zak, tc.zak}, {obf, tc.obf}} {
				var f *FieldError
				if errors.As(got.err, &f); (got.err == nil) != (got.want == "") || (f != nil && f.Field != got.want) {
					t.Errorf("%v, want %q", got.err, got.want)
				}
			}
		})
	}
}

func TestWithdrawnGrants(t *testing.T) {
	for _, tc := range []struct {
		name     string
		scopes   []string
		removed  bool
		zak, obf string
	}{
		{"as it was", []string{account.ScopeZAK, account.ScopeToken}, false, "", ""},
		{"one scope that is enough", []string{account.ScopeToken}, false, "", ""},
		{"ZAKs only", []string{account.ScopeZAK}, false, "", ScopeWithdrawn},
		{"no scope", nil, false, ScopeWithdrawn, ScopeWithdrawn},
		{"removed", []string{account.ScopeToken}, true, AppUninstalled, AppUninstalled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newFixture()
			zak, err := w.MintAppZAK(t.Context(), w.user, w.app, 0)
			if err != nil {
				t.Fatal(err)
			}
			obf := w.obf(t, "85802291303")
			if c, f := w.Read(zak, ZAK, noon); f != nil || c != w.store.saved[0] || c.InstallationID != "i-1" || c.AppID != "app-1" {
				t.Errorf("%+v %v", c, f)
			}
			own := w.zak(t, 0)
			w.store.grant.Scopes = tc.scopes
			if tc.removed {
				w.store.grant.RemovedAt = noon
			}
			for token, want := range map[string]string{zak: tc.zak, own: ""} {
				if got, err := w.ReadZAK(t.Context(), token); err != nil || got.Withdrawn != want || !got.Valid() {
					t.Errorf("ZAK: %+v %v, want %q", got, err, want)
				}
			}
			if got, err := w.ReadOBF(t.Context(), obf); err != nil || got.Withdrawn != tc.obf || !got.Valid() {
				t.Errorf("OBF: %+v %v, want %q", got, err, tc.obf)
			}
			w.store.grant = nil // forgotten altogether
			if got, err := w.ReadOBF(t.Context(), obf); err != nil || got.Withdrawn != AppUninstalled {
				t.Errorf("OBF: %+v %v", got, err)
			}
		})
	}
}

// Real ids have 36 characters; a token has 512 at most.
func TestTokensAreShort(t *testing.T) {
	w := newFixture()
	id := strings.Repeat("0", 36)
	w.user.ID, w.user.AccountID, w.app.ID = id, id, id
	w.store.grant = &account.Installation{ID: id, AppID: id, AccountID: id, Scopes: []string{account.ScopeToken}}
	if token := w.obf(t, "85802291303"); len(token) > 512 {
		t.Errorf("it has %d characters", len(token))
	}
}
