package scenario

import (
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
)

// enforced sees to it that both enforcement dates of user tokens are past for the
// corner's app: they stay the contract's where the clock is past them, whatever the
// platform's are.
func (c *corner) enforced() {
	p := admission.DefaultPolicy()
	today := c.now
	if c.Policy != nil {
		p = c.Policy()
		today = today.Add(p.Shift)
	}
	if today.Before(p.RequireFrom) {
		p.ValidateFrom, p.RequireFrom = today.Add(-48*time.Hour), today.Add(-24*time.Hour)
	}
	c.app.TokenPolicy.ValidateFrom, c.app.TokenPolicy.RequireFrom = p.ValidateFrom, p.RequireFrom
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

func (c *corner) obf(u *account.User) string { return c.obfOf(c.Tokens, u, c.app, "") }

// obfOf is an OBF for an app that the user has authorised before.
func (c *corner) obfOf(by TokenMaker, u *account.User, app *account.App, meetingNumber string) string {
	c.install(app, u)
	if c.err != nil {
		return ""
	}
	return c.token(by.MintOBF(c.ctx, u, app, meetingNumber, tokenLife))
}

// appZAK is a ZAK as the corner's app fetches it for a user who authorised it.
func (c *corner) appZAK(u *account.User) string {
	c.install(c.app, u)
	if c.err != nil {
		return ""
	}
	return c.token(c.Tokens.MintAppZAK(c.ctx, u, c.app, tokenLife))
}

// install has the user authorise an app, once.
func (c *corner) install(app *account.App, u *account.User) *account.Installation {
	pair := app.ID + " " + u.ID
	if known := c.installed[pair]; known != nil {
		return known
	}
	made := &account.Installation{
		ID: c.NewID(), AppID: app.ID, AccountID: u.AccountID, UserID: u.ID, Scopes: []string{account.ScopeZAK, account.ScopeToken}, CreatedAt: c.now,
	}
	c.keep(c.Store.CreateInstallation(c.ctx, made))
	c.installed[pair] = made
	return made
}

// changeInstallation changes what the user granted the corner's app.
func (c *corner) changeInstallation(u *account.User, change func(*account.Installation)) {
	changed := *c.install(c.app, u)
	change(&changed)
	c.keep(c.Store.UpdateInstallation(c.ctx, &changed))
}

// Tokens that were made an hour too early to be still good.
func (c *corner) expiredZAK(u *account.User) string {
	return c.token(c.TokensAt(c.now.Add(-tokenLife-time.Hour)).MintZAK(c.ctx, u, tokenLife))
}

func (c *corner) expiredOBF(u *account.User) string {
	return c.obfOf(c.TokensAt(c.now.Add(-tokenLife-time.Hour)), u, c.app, "")
}

// Tokens of the same people from another server.
func (c *corner) foreignZAK(u *account.User) string {
	return c.token(c.ForeignTokens.MintZAK(c.ctx, u, tokenLife))
}

func (c *corner) foreignOBF(u *account.User) string {
	return c.obfOf(c.ForeignTokens, u, c.app, "")
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
