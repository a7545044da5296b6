package server

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/store"
)

// Mint makes the token that a developer asks for. An app that the user has not
// authorised is authorised by the asking, and an address that is not registered is
// registered, so that one call is enough.
func (api *devAPI) Mint(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	switch in.Kind {
	case "zak", "obf":
		return api.mintForUser(ctx, in)
	case "tk":
		return api.mintTK(ctx, in)
	case "":
		return "", tokenFieldError("kind", "is required: zak, obf or tk")
	}
	return "", tokenFieldError("kind", "must be zak, obf or tk")
}

func tokenFieldError(property, reason string) error {
	return &httpapi.FieldErrors{Errors: []httpapi.FieldError{{Property: property, Reason: reason}}}
}

func (api *devAPI) mintForUser(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	user, err := api.user(ctx, in.User)
	if errors.Is(err, store.ErrNotFound) {
		return "", tokenFieldError("user", "there is no user with this address or ID")
	}
	if err != nil {
		return "", err
	}
	life := credential.DefaultLife
	if in.TTLSeconds != nil {
		// Seconds that a duration cannot hold are longer than any token's life.
		most := int(credential.MaxLife/time.Second) + 1
		life = time.Duration(max(-1, min(*in.TTLSeconds, most))) * time.Second
		if life == 0 {
			life = -1
		}
	}
	if in.Kind == "zak" && in.SDKKey == "" {
		token, err := api.minter.MintZAK(ctx, user, life)
		return token, toAPIErrors(err)
	}
	app, err := api.app(ctx, in.SDKKey)
	if errors.Is(err, store.ErrNotFound) {
		return "", tokenFieldError("sdkKey", "there is no app with this key")
	}
	if err != nil {
		return "", err
	}
	if err := api.authorise(ctx, app, user); err != nil {
		return "", toAPIErrors(err)
	}
	var token string
	if in.Kind == "zak" {
		token, err = api.minter.MintAppZAK(ctx, user, app, life)
	} else {
		token, err = api.minter.MintOBF(ctx, user, app, in.MeetingNumber, life)
	}
	return token, toAPIErrors(err)
}

// authorise installs an app for a user for whom it is not.
func (api *devAPI) authorise(ctx context.Context, app *account.App, user *account.User) error {
	_, err := api.store.InstallationFor(ctx, app.ID, user.AccountID, user.ID)
	if errors.Is(err, store.ErrNotFound) {
		_, err = api.accounts.Install(ctx, app.ID, user.ID, account.ScopeZAK, account.ScopeToken)
	}
	return err
}

func (api *devAPI) mintTK(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	m, err := api.store.MeetingByNumber(ctx, in.MeetingNumber)
	if errors.Is(err, store.ErrNotFound) {
		return "", tokenFieldError("meetingNumber", "there is no meeting with this number")
	}
	if err != nil {
		return "", err
	}
	registered, err := api.meetings.Register(ctx, m.ID, in.Email, in.FirstName, "", time.Time{})
	if err != nil {
		return "", toAPIErrors(err)
	}
	return api.tks.Token(registered.ID), nil
}

// tokenErrText are the properties of a request whose names differ from the domain's.
var tokenErrText = map[string]string{"ttl": "ttlSeconds", "app": "sdkKey", "meeting": "meetingNumber"}

// toAPIErrors turns the domain's field errors into those of a request; other errors
// stay as they are.
func toAPIErrors(err error) error {
	faults := &httpapi.FieldErrors{}
	var gather func(error)
	gather = func(err error) {
		var property, reason string
		switch e := err.(type) { //nolint:errorlint // the tree is walked here
		case *account.FieldError:
			property, reason = e.Field, e.Reason
		case *credential.FieldError:
			property, reason = e.Field, e.Reason
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				gather(one)
			}
			return
		default:
			return
		}
		if theirs := tokenErrText[property]; theirs != "" {
			property = theirs
		}
		faults.Errors = append(faults.Errors, httpapi.FieldError{Property: property, Reason: reason})
	}
	gather(err)
	if len(faults.Errors) == 0 {
		return err
	}
	return faults
}
