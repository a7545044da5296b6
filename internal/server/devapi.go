package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// devAPI is the developer's view of everything in the store.
type devAPI struct {
	store    *store.Store
	minter   *credential.Minter
	tks      *credential.RegistrantTokens
	accounts *account.Service
	meetings *meeting.Service
	clock    clockwork.Clock
}

func (s *Server) newDevAPI() *devAPI {
	return &devAPI{
		store: s.Store, minter: s.Minter, tks: s.Registrants, accounts: s.Accounts, meetings: s.Meetings, clock: s.Clock,
	}
}

// DevAPI lists the demo world of a development server.
func (s *Server) DevAPI(ctx context.Context) (httpapi.WorldView, error) {
	if s.config.Mode != Development {
		return httpapi.WorldView{}, errors.New("there is no demo data in production mode")
	}
	return s.newDevAPI().Describe(ctx)
}

// Describe lists accounts, apps, users and meetings, and where to begin.
func (api *devAPI) Describe(ctx context.Context) (httpapi.WorldView, error) {
	view := httpapi.WorldView{
		Accounts: []httpapi.WorldAccount{}, Apps: []httpapi.WorldApp{},
		Users: []httpapi.WorldUser{}, Meetings: []httpapi.WorldMeeting{},
	}
	accounts, err := api.store.Accounts(ctx, store.Page{})
	if err != nil {
		return view, err
	}
	for _, a := range accounts {
		if scenario.IsScenarioAccount(a.Name) {
			continue
		}
		view.Accounts = append(view.Accounts, httpapi.WorldAccount{ID: a.ID, Name: a.Name})
		if err := api.describeAccount(ctx, a, &view); err != nil {
			return view, err
		}
	}
	return view, nil
}

func (api *devAPI) describeAccount(ctx context.Context, a *account.Account, view *httpapi.WorldView) error {
	apps, err := api.store.Apps(ctx, store.Page{AccountID: a.ID, Limit: 1000})
	if err != nil {
		return err
	}
	d := &view.Defaults
	for _, app := range apps {
		if app.Deleted() {
			continue
		}
		view.Apps = append(view.Apps, httpapi.WorldApp{
			Name: app.Name, Account: a.Name, SDKKey: app.Key, SDKSecret: app.Secret, Published: app.Published, Enabled: app.Enabled,
		})
		if a.Name == scenario.DemoAccount && app.Name == scenario.DemoApp {
			d.SDKKey, d.SDKSecret = app.Key, app.Secret
		}
	}
	users, err := api.store.Users(ctx, store.Page{AccountID: a.ID, Limit: 1000})
	if err != nil {
		return err
	}
	email := map[string]string{}
	for _, u := range users {
		email[u.ID] = u.Email
		view.Users = append(view.Users, httpapi.WorldUser{ID: u.ID, Email: u.Email, Account: a.Name, Role: u.Role, HostKey: u.HostKey})
	}
	meetings, err := api.store.Meetings(ctx, store.Page{AccountID: a.ID, Limit: 1000})
	if err != nil {
		return err
	}
	for _, m := range meetings {
		view.Meetings = append(view.Meetings, httpapi.WorldMeeting{
			Number: m.Number, Topic: m.Topic, Type: string(m.Kind), Password: m.Passcode, Host: email[m.HostID], Account: a.Name,
		})
		switch {
		case a.Name != scenario.DemoAccount:
		case m.Topic == scenario.DemoTopic:
			d.MeetingNumber, d.Password, d.HostEmail = m.Number, m.Passcode, email[m.HostID]
		case m.Topic == scenario.DemoWebinar:
			d.WebinarNumber = m.Number
		}
	}
	return nil
}

// Sign makes a signature with a known app's secret, the demo app's by default.
func (api *devAPI) Sign(ctx context.Context, in httpapi.SignRequest) (httpapi.SignResponse, error) {
	faults := &httpapi.FieldErrors{}
	fault := func(property, format string, args ...any) {
		faults.Errors = append(faults.Errors, httpapi.FieldError{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	if in.MeetingNumber == "" {
		fault("meetingNumber", "is required")
	}
	if in.Role == nil {
		fault("role", "is required: 0 to join, 1 to start")
	} else if *in.Role != 0 && *in.Role != 1 {
		fault("role", "must be 0 or 1")
	}
	life := signature.DefaultLifetime
	if in.ExpirationSeconds != nil {
		life = time.Duration(*in.ExpirationSeconds) * time.Second
		if life < signature.MinLifetime || life > signature.MaxLifetime {
			fault("expirationSeconds", "must be between 1800 and 172800")
		}
	}
	if in.VideoWebRTCMode != nil && *in.VideoWebRTCMode != 0 && *in.VideoWebRTCMode != 1 {
		fault("videoWebRtcMode", "must be 0 or 1")
	}
	app, err := api.app(ctx, in.SDKKey)
	if errors.Is(err, store.ErrNotFound) {
		fault("sdkKey", "there is no app with this key")
	} else if err != nil {
		return httpapi.SignResponse{}, err
	}
	if len(faults.Errors) > 0 {
		return httpapi.SignResponse{}, faults
	}
	now := api.clock.Now()
	token, err := signature.Sign(signature.SignOptions{
		Key: app.Key, Secret: app.Secret, MeetingNumber: in.MeetingNumber, Role: *in.Role,
		// A little back-dated, as the samples do, against clocks that differ.
		IssuedAt: now.Add(-30 * time.Second), ExpiresAt: now.Add(-30 * time.Second).Add(life), VideoWebRTCMode: in.VideoWebRTCMode,
	})
	var field *signature.FieldError
	if errors.As(err, &field) {
		fault(field.Field, "%s", field.Reason)
		return httpapi.SignResponse{}, faults
	}
	return httpapi.SignResponse{Signature: token, SDKKey: app.Key}, err
}

func (api *devAPI) app(ctx context.Context, key string) (*account.App, error) {
	if key == "" {
		view, err := api.Describe(ctx)
		if err != nil {
			return nil, err
		}
		key = view.Defaults.SDKKey
	}
	app, _, err := api.store.AppByKey(ctx, key)
	return app, err
}

// user finds a user by address or id; the demo host by default.
func (api *devAPI) user(ctx context.Context, who string) (*account.User, error) {
	if who == "" {
		who = scenario.DemoHost
	}
	if strings.Contains(who, "@") {
		return api.store.UserByEmail(ctx, who)
	}
	return api.store.User(ctx, who)
}
