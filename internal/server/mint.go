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
func (w *world) Mint(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	switch in.Kind {
	case "zak", "obf":
		return w.mintForUser(ctx, in)
	case "tk":
		return w.mintTK(ctx, in)
	case "":
		return "", mintFault("kind", "is required: zak, obf or tk")
	}
	return "", mintFault("kind", "must be zak, obf or tk")
}

func mintFault(property, reason string) error {
	return &httpapi.FieldErrors{Errors: []httpapi.FieldError{{Property: property, Reason: reason}}}
}

func (w *world) mintForUser(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	user, err := w.user(ctx, in.User)
	if errors.Is(err, store.ErrNotFound) {
		return "", mintFault("user", "there is no user with this address or ID")
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
		token, err := w.minter.MintZAK(ctx, user, life)
		return token, inTheirWords(err)
	}
	app, err := w.app(ctx, in.SDKKey)
	if errors.Is(err, store.ErrNotFound) {
		return "", mintFault("sdkKey", "there is no app with this key")
	}
	if err != nil {
		return "", err
	}
	if err := w.authorise(ctx, app, user); err != nil {
		return "", inTheirWords(err)
	}
	var token string
	if in.Kind == "zak" {
		token, err = w.minter.MintAppZAK(ctx, user, app, life)
	} else {
		token, err = w.minter.MintOBF(ctx, user, app, in.MeetingNumber, life)
	}
	return token, inTheirWords(err)
}

// authorise installs an app for a user for whom it is not.
func (w *world) authorise(ctx context.Context, app *account.App, user *account.User) error {
	_, err := w.store.InstallationFor(ctx, app.ID, user.AccountID, user.ID)
	if errors.Is(err, store.ErrNotFound) {
		_, err = w.accounts.Install(ctx, app.ID, user.ID, account.ScopeZAK, account.ScopeToken)
	}
	return err
}

func (w *world) mintTK(ctx context.Context, in httpapi.TokenRequest) (string, error) {
	m, err := w.store.MeetingByNumber(ctx, in.MeetingNumber)
	if errors.Is(err, store.ErrNotFound) {
		return "", mintFault("meetingNumber", "there is no meeting with this number")
	}
	if err != nil {
		return "", err
	}
	registered, err := w.meetings.Register(ctx, m.ID, in.Email, in.FirstName, "", time.Time{})
	if err != nil {
		return "", inTheirWords(err)
	}
	return w.tks.Token(registered.ID), nil
}

// theirWords are the properties of a request whose names differ from the domain's.
var theirWords = map[string]string{"ttl": "ttlSeconds", "app": "sdkKey", "meeting": "meetingNumber"}

// inTheirWords turns the domain's field errors into those of a request; other errors
// stay as they are.
func inTheirWords(err error) error {
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
		if theirs := theirWords[property]; theirs != "" {
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
