package credential

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
)

// The faults of a token, as the gate calls them.
const (
	Malformed      = "malformed"
	Forged         = "forged"
	WrongTokenKind = "wrong_token_kind"
	Expired        = "expired"
	Revoked        = "revoked"
	UserInactive   = "user_inactive"
)

// Why what a genuine token was made under no longer stands.
const (
	ScopeWithdrawn = "scope_withdrawn"
	AppUninstalled = "app_uninstalled"
)

// Fault is what is wrong with a token.
type Fault struct {
	// Cause is one of the constants above.
	Cause string
	// Evidence says what was seen; it never contains the token.
	Evidence string
}

// Error joins cause and evidence.
func (f *Fault) Error() string { return f.Cause + ": " + f.Evidence }

func fault(cause, format string, args ...any) *Fault {
	return &Fault{Cause: cause, Evidence: fmt.Sprintf(format, args...)}
}

// Read reads a token without asking the store. The fault is Malformed, Forged,
// WrongTokenKind or Expired; nil for a good token. The claims are filled in as soon
// as the token is genuine, also where it is of the wrong kind or has expired.
func (m *Minter) Read(token string, want Kind, now time.Time) (Claims, *Fault) {
	if f := shape(token); f != nil {
		return Claims{}, f
	}
	var in tokenClaims
	_, err := m.parser.ParseWithClaims(token, &in, func(*jwt.Token) (any, error) { return m.key, nil })
	switch {
	case len(m.key) < leastKey:
		return Claims{}, fault(Forged, "this server has no key for such tokens")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Claims{}, foreign(token, want, fault(Malformed, "the three parts are not those of a JWT; it may have been truncated or encoded on the way"))
	case err != nil:
		return Claims{}, foreign(token, want, fault(Forged, "it was not signed by this server"))
	case in.IssuedAt == nil || in.ExpiresAt == nil || in.UserID == "" || in.ID == "":
		return Claims{}, fault(WrongTokenKind, "it is a token of this server, but not %s", want)
	}
	c := Claims{
		Kind: in.Kind, ID: in.ID, UserID: in.UserID, AccountID: in.AccountID, AppID: in.AppID, MeetingNumber: in.MeetingNumber,
		InstallationID: in.Installation,
		IssuedAt:       in.IssuedAt.UTC().Truncate(time.Second).Add(time.Duration(in.Millisecond) * time.Millisecond),
		ExpiresAt:      in.ExpiresAt.UTC(),
	}
	switch {
	case c.Kind != want:
		return c, fault(WrongTokenKind, "it is a valid %s, but %s is needed here", strings.ToUpper(string(c.Kind)), article(want))
	case want == OBF && c.AppID == "":
		return c, fault(WrongTokenKind, "it names no app")
	case !now.Before(c.ExpiresAt):
		return c, fault(Expired, "it was valid until %s", c.ExpiresAt.Format("2006-01-02 15:04:05")+" UTC")
	}
	return c, nil
}

func article(k Kind) string {
	if k == OBF {
		return "an OBF"
	}
	return "a ZAK"
}

// shape finds what is no token at first sight.
func shape(token string) *Fault {
	switch {
	case len(token) > MaxSize:
		return fault(Malformed, "it has %d bytes; a token has about 350", len(token))
	case token == "undefined" || token == "null" || token == "[object Object]":
		return fault(Malformed, "it is the string “%s”, which is what a missing value becomes", token)
	case strings.HasPrefix(token, "{"):
		return fault(Malformed, "it is the whole JSON response; pass only its member “token”")
	case strings.TrimSpace(token) != token || strings.ContainsAny(token, "\"'"):
		return fault(Malformed, "there are spaces or quotes around it")
	case strings.Contains(token, "%"):
		return fault(Malformed, "it is URL-encoded")
	case strings.Count(token, ".") != 2:
		return fault(Malformed, "it has %d parts separated by dots; a token has 3", strings.Count(token, ".")+1)
	}
	return nil
}

// foreign recognises, among tokens that are not ours, those of a well-known other
// kind: the usual mix-ups.
func foreign(token string, want Kind, otherwise *Fault) *Fault {
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return otherwise
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(raw, &claims) != nil {
		return otherwise
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := claims[n]; ok {
				return true
			}
		}
		return false
	}
	switch {
	case has("anteroom"):
		return otherwise
	case has("appKey", "sdkKey"):
		return fault(WrongTokenKind, "it is a Meeting SDK signature, which belongs in the option signature; %s is needed here", article(want))
	case has("app_key", "tpc"):
		return fault(WrongTokenKind, "it is a Video SDK token; %s is needed here", article(want))
	case strings.Contains(string(claims["aud"]), "oauth"):
		return fault(WrongTokenKind, "it is an OAuth access token, which is for the REST API; %s is needed here", article(want))
	}
	return otherwise
}

// ReadZAK reads what a join passed as zak, with all that the gate asks about it. The
// error is the store's; everything wrong with the token is in the answer.
func (m *Minter) ReadZAK(ctx context.Context, token string) (admission.UserToken, error) {
	return m.userToken(ctx, token, ZAK)
}

// ReadOBF reads what a join passed as obfToken; see ReadZAK. Whether it is bound to
// this app and meeting is the gate's to compare.
func (m *Minter) ReadOBF(ctx context.Context, token string) (admission.UserToken, error) {
	return m.userToken(ctx, token, OBF)
}

func (m *Minter) userToken(ctx context.Context, token string, want Kind) (admission.UserToken, error) {
	if token == "" {
		return admission.UserToken{}, nil
	}
	c, f := m.Read(token, want, m.clock.Now())
	out := admission.UserToken{
		Given: true, ID: c.ID, AppID: c.AppID, MeetingNumber: c.MeetingNumber, ExpiresAt: c.ExpiresAt,
	}
	if f != nil {
		out.Fault, out.Evidence = f.Cause, f.Evidence
		if f.Cause != Expired {
			return out, nil
		}
	}
	var err error
	if out.User, err = m.user(ctx, c.UserID); err != nil {
		return out, err
	}
	if out.Withdrawn, err = m.withdrawn(ctx, c); err != nil {
		return out, err
	}
	if f == nil {
		if f, err = m.checkUser(ctx, c, out.User); f != nil {
			out.Fault, out.Evidence = f.Cause, f.Evidence
		}
	}
	return out, err
}

// withdrawn reports whether the installation behind a genuine token is gone, or
// holds no scope any more that the token could be made under.
func (m *Minter) withdrawn(ctx context.Context, c Claims) (string, error) {
	if c.InstallationID == "" {
		return "", nil
	}
	grant, err := m.store.Installation(ctx, c.InstallationID)
	switch {
	case errors.Is(err, ErrNotFound):
		return AppUninstalled, nil
	case err != nil:
		return "", err
	case !grant.Installed():
		return AppUninstalled, nil
	case !grants(grant, c.Kind):
		return ScopeWithdrawn, nil
	}
	return "", nil
}

// user finds a token's user; nil where there is none any more.
func (m *Minter) user(ctx context.Context, id string) (*account.User, error) {
	user, err := m.store.User(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return user, err
}

// checkUser judges what the store knows about a genuine, unexpired token.
func (m *Minter) checkUser(ctx context.Context, c Claims, user *account.User) (*Fault, error) {
	if user == nil {
		return fault(UserInactive, "its user no longer exists"), nil
	}
	if user.Status != account.UserActive {
		return fault(UserInactive, "its user is %s", user.Status), nil
	}
	if c.IssuedAt.Before(user.TokensValidFrom.Truncate(time.Millisecond)) {
		return fault(Revoked, "its user signed out from all devices after it was made"), nil
	}
	revoked, err := m.store.UserTokenRevoked(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if revoked {
		return fault(Revoked, "this token was revoked"), nil
	}
	return nil, nil
}
