package livekit

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/auth"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

// joinRequest shows a token at the proxy.
func joinRequest(k keys, token string) (tokenClaims, error) {
	r := httptest.NewRequest(http.MethodGet, "/rtc", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return k.check(r)
}

func TestPageTokensAreAcceptedByTheProxyOnly(t *testing.T) {
	k := newKeys(testKey, testSecret)
	grant := media.Grant{Room: "\"room\\", Identity: "a\"\\\n\x7f<&>é", Generation: 3}
	token, err := k.Token(context.Background(), grant, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got, err := joinRequest(k, token)
	if err != nil || got.room != grant.Room || got.identity != grant.Identity || got.generation != 3 {
		t.Errorf("ticket %+v, error %v", got, err)
	}
	if left := time.Until(got.expires); left <= 59*time.Minute || left > time.Hour {
		t.Errorf("valid for %s", left)
	}
	parsed, err := auth.ParseAPIToken(token)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.APIKey() == testKey {
		t.Error("LiveKit finds its key")
	}
	if _, _, err := parsed.Verify(testSecret); err == nil {
		t.Error("LiveKit's secret verifies it")
	}

	livekits, err := k.forLiveKit(fullGrant("room", "ann"))
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{"iss": proxyIssuer, "sub": "ann", "room": "room", "exp": time.Now().Add(time.Hour).Unix()}
	unsigned, _ := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	sha512, _ := jwt.NewWithClaims(jwt.SigningMethodHS512, claims).SignedString(k.proxyKey)
	another, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "x", "exp": claims["exp"]}).SignedString(k.proxyKey)
	for name, token := range map[string]string{
		"LiveKit's": livekits, "unsigned": unsigned, "other algorithm": sha512, "other issuer": another,
		"cut off": token[:len(token)-1], "longer": token + "A", "of two parts": tokenHeader + "e30", "empty parts": tokenHeader + ".",
		"other header": strings.Replace(token, "eyJ", "eyK", 1),
	} {
		if _, err := joinRequest(k, token); !errors.Is(err, errBadToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLiveKitReadsOurGrants: what the proxy says of a participant is what LiveKit
// understands.
func TestLiveKitReadsOurGrants(t *testing.T) {
	full := fullGrant("room", "ann")
	full.Metadata, full.Attributes = `{"a":"<&>"}`, map[string]string{"k": "v"}
	for _, grant := range []media.Grant{full, {Room: "room", Identity: "bob"}, {Room: "room", Identity: "eve", CanPublishCamera: true, CanSubscribe: true}} {
		token, err := newKeys(testKey, testSecret).forLiveKit(grant)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := auth.ParseAPIToken(token)
		if err != nil {
			t.Fatal(err)
		}
		registered, grants, err := parsed.Verify(testSecret)
		if err != nil || !reflect.DeepEqual(grants, claims(grant)) {
			t.Errorf("LiveKit reads %+v, error %v; want %+v", grants, err, claims(grant))
		}
		if life := registered.ExpiresAt.Sub(registered.NotBefore.Time); life > time.Minute {
			t.Errorf("it lasts %s", life)
		}
	}
}

func TestTokensOfAnOlderPageAreRefused(t *testing.T) {
	grant := fullGrant(roomOf(t), "ann")
	grant.Generation = 1
	sharedEngine.guard.admit(grant)
	old := tokenFor(t, sharedEngine.engine, grant)
	grant.Generation = 2
	sharedEngine.guard.admit(grant)
	if status, err := rogue.Validate(longTimeout(t), sharedEngine.server.URL, old); err != nil || status != http.StatusForbidden {
		t.Errorf("validate: %d, %v", status, err)
	}
	var refused *rogue.RefusedError
	if _, err := rogue.OpenSignalling(longTimeout(t), sharedEngine.server.URL, old, nil); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("signalling: %v", err)
	}
	if status, err := rogue.Validate(longTimeout(t), sharedEngine.server.URL, tokenFor(t, sharedEngine.engine, grant)); err != nil || status != http.StatusOK {
		t.Errorf("the newer page: %d, %v", status, err)
	}
}
