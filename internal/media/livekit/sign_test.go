package livekit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/auth"

	"github.com/anteroom/anteroom/internal/media"
)

// signedAt makes a media token as of another time.
func signedAt(at time.Time, ttl time.Duration) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, struct {
		jwt.RegisteredClaims
		auth.ClaimGrants
	}{
		jwt.RegisteredClaims{
			Issuer: testKey, Subject: "ann",
			NotBefore: jwt.NewNumericDate(at), ExpiresAt: jwt.NewNumericDate(at.Add(ttl)),
		},
		*claims(fullSeat("room", "ann")),
	}).SignedString([]byte(testSecret))
}

// TestTokenIsLiveKits compares our tokens with those of LiveKit's own signer,
// and has LiveKit verify them.
func TestTokenIsLiveKits(t *testing.T) {
	full := fullSeat("room", "ann")
	full.Metadata, full.Attributes = `{"a":"<&>"}`, map[string]string{"k": "v", "\u2028": "😀"}
	muted := media.Seat{Room: "room", Identity: "bob"}
	one := media.Seat{Room: "room", Identity: "eve", CanPublishCamera: true, CanSubscribe: true}
	k := keys{key: testKey, secret: testSecret}
	odd := media.Seat{Room: "\"room\\", Identity: "a\"\\\n\x7f<&>é", Name: "Zoë \u2028", CanPublishScreen: true}
	all := []media.Seat{full, muted, one, odd}
	for i := range 16 {
		all = append(all, media.Seat{
			Room: "room", Identity: fmt.Sprint("seat-", i),
			CanPublishMicrophone: i&1 > 0, CanPublishCamera: i&2 > 0, CanPublishScreen: i&4 > 0, CanSubscribe: i&8 > 0,
		})
	}
	for _, seat := range all {
		t.Run(seat.Identity, func(t *testing.T) {
			ours, err := k.Token(context.Background(), seat, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := auth.NewAccessToken(k.key, k.secret).SetIdentity(seat.Identity).SetName(seat.Name).
				SetMetadata(seat.Metadata).SetAttributes(seat.Attributes).SetVideoGrant(videoGrant(seat)).SetValidFor(time.Hour).ToJWT()
			if err != nil {
				t.Fatal(err)
			}
			for part := range 2 {
				if got, want := tokenPart(t, ours, part), tokenPart(t, theirs, part); !reflect.DeepEqual(got, want) {
					t.Errorf("part %d is %v, LiveKit's %v", part, got, want)
				}
			}
			parsed, err := auth.ParseAPIToken(ours)
			if err != nil {
				t.Fatal(err)
			}
			registered, grants, err := parsed.Verify(testSecret)
			if err != nil {
				t.Fatalf("LiveKit does not accept it: %v", err)
			}
			if !reflect.DeepEqual(grants, claims(seat)) {
				t.Errorf("LiveKit reads %+v, want %+v", grants, claims(seat))
			}
			if life := registered.ExpiresAt.Sub(registered.NotBefore.Time); life != time.Hour || parsed.APIKey() != testKey {
				t.Errorf("it lasts %s for key %s", life, parsed.APIKey())
			}
			if _, _, err := parsed.Verify(testSecret + "x"); err == nil {
				t.Error("another secret verifies it")
			}
		})
	}
	if _, err := (keys{key: testKey}).Token(context.Background(), full, time.Hour); err == nil {
		t.Error("a token was signed without a secret")
	}
}

// tokenPart reads one part of a token, without the times, which two signings
// need not share.
func tokenPart(t *testing.T, token string, part int) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[part])
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"iat", "nbf", "exp"} {
		if _, ok := out[name].(float64); part == 1 && !ok {
			t.Errorf("%s is %v", name, out[name])
		}
		delete(out, name)
	}
	return out
}
