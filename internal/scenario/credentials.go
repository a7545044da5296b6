package scenario

import (
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/account"
)

// enforced puts both enforcement dates of user tokens into the past for the
// corner's app, whatever the platform's are.
func (c *corner) enforced() {
	c.app.TokenPolicy.ValidateFrom = c.now.Add(-48 * time.Hour)
	c.app.TokenPolicy.RequireFrom = c.now.Add(-24 * time.Hour)
}

// externalEnforced is a published app of another account, whose joins need a ZAK
// or OBF by now.
func (c *corner) externalEnforced() {
	c.external()
	c.enforced()
}

// tokenLife is how long scenarios' tokens are good.
const tokenLife = 2 * time.Hour

func (c *corner) zak(u *account.User) string {
	return c.token(c.Tokens.MintZAK(c.ctx, u, tokenLife))
}

func (c *corner) obf(u *account.User) string {
	return c.token(c.Tokens.MintOBF(c.ctx, u, c.app, "", tokenLife))
}

// Tokens that were made an hour too early to be still good.
func (c *corner) expiredZAK(u *account.User) string {
	return c.token(c.TokensAt(c.now.Add(-tokenLife-time.Hour)).MintZAK(c.ctx, u, tokenLife))
}

func (c *corner) expiredOBF(u *account.User) string {
	return c.token(c.TokensAt(c.now.Add(-tokenLife-time.Hour)).MintOBF(c.ctx, u, c.app, "", tokenLife))
}

// Tokens of the same people from another server.
func (c *corner) foreignZAK(u *account.User) string {
	return c.token(c.ForeignTokens.MintZAK(c.ctx, u, tokenLife))
}

func (c *corner) foreignOBF(u *account.User) string {
	return c.token(c.ForeignTokens.MintOBF(c.ctx, u, c.app, "", tokenLife))
}

func (c *corner) token(text string, err error) string {
	c.keep(err)
	return text
}

// cut loses the end of a token, as a field that is too short does.
func cut(token string) string {
	if i := strings.LastIndexByte(token, '.'); i > 0 {
		return token[:i]
	}
	return token
}

// signOut revokes every token that the user has been given until now.
func (c *corner) signOut(u *account.User) {
	c.changeUser(u, func(u *account.User) { u.TokensValidFrom = c.Now().Add(time.Second) })
}
