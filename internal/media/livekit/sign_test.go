package livekit

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/auth"
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
