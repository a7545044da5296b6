package scenario

import (
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
)

// enforced sees to it that both enforcement dates of user tokens are past for the
// fixture's app: they stay the contract's where the clock is past them, whatever
// the platform's are.
func (f *Fixture) enforced() {
	p := admission.DefaultPolicy()
	today := f.now
	if f.Policy != nil {
		p = f.Policy()
		today = today.Add(p.Shift)
	}
	if today.Before(p.RequireFrom) {
		p.ValidateFrom, p.RequireFrom = today.Add(-48*time.Hour), today.Add(-24*time.Hour)
	}
	f.app.TokenPolicy.ValidateFrom, f.app.TokenPolicy.RequireFrom = p.ValidateFrom, p.RequireFrom
}

// externalEnforced is a published app of another account, whose joins need a ZAK
// or OBF by now.
func (f *Fixture) externalEnforced() {
	f.useExternalApp()
	f.enforced()
}

// tokenLife is how long scenarios' tokens are good.
const tokenLife = 2 * time.Hour

func (f *Fixture) zak(u *account.User) string {
	return f.token(f.Tokens.MintZAK(f.ctx, u, tokenLife))
}

func (f *Fixture) obf(u *account.User) string { return f.obfOf(f.Tokens, u, f.app, "") }

// obfOf is an OBF for an app that the user has authorised before.
func (f *Fixture) obfOf(by TokenMaker, u *account.User, app *account.App, meetingNumber string) string {
	f.install(app, u)
	if f.err != nil {
		return ""
	}
	return f.token(by.MintOBF(f.ctx, u, app, meetingNumber, tokenLife))
}

// appZAK is a ZAK as the fixture's app fetches it for a user who authorised it.
func (f *Fixture) appZAK(u *account.User) string {
	f.install(f.app, u)
	if f.err != nil {
		return ""
	}
	return f.token(f.Tokens.MintAppZAK(f.ctx, u, f.app, tokenLife))
}

// install has the user authorise an app, once.
func (f *Fixture) install(app *account.App, u *account.User) *account.Installation {
	pair := app.ID + " " + u.ID
	if known := f.installed[pair]; known != nil {
		return known
	}
	made := &account.Installation{
		ID: f.NewID(), AppID: app.ID, AccountID: u.AccountID, UserID: u.ID, Scopes: []string{account.ScopeZAK, account.ScopeToken}, CreatedAt: f.now,
	}
	f.recordErr(f.Store.CreateInstallation(f.ctx, made))
	f.installed[pair] = made
	return made
}

// changeInstallation changes what the user granted the fixture's app.
func (f *Fixture) changeInstallation(u *account.User, change func(*account.Installation)) {
	changed := *f.install(f.app, u)
	change(&changed)
	f.recordErr(f.Store.UpdateInstallation(f.ctx, &changed))
}

// Tokens that were made an hour too early to be still good.
func (f *Fixture) expiredZAK(u *account.User) string {
	return f.token(f.TokensAt(f.now.Add(-tokenLife-time.Hour)).MintZAK(f.ctx, u, tokenLife))
}

func (f *Fixture) expiredOBF(u *account.User) string {
	return f.obfOf(f.TokensAt(f.now.Add(-tokenLife-time.Hour)), u, f.app, "")
}

// Tokens of the same people from another server.
func (f *Fixture) foreignZAK(u *account.User) string {
	return f.token(f.ForeignTokens.MintZAK(f.ctx, u, tokenLife))
}

func (f *Fixture) foreignOBF(u *account.User) string {
	return f.obfOf(f.ForeignTokens, u, f.app, "")
}

func (f *Fixture) token(text string, err error) string {
	f.recordErr(err)
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
func (f *Fixture) signOut(u *account.User) {
	f.changeUser(u, func(u *account.User) { u.TokensValidFrom = f.Now().Add(time.Second) })
}
