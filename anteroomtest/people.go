package anteroomtest

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store"
)

// Account is an account beside the test account.
type Account struct{ ID, Name string }

// AddAccount makes an account and returns it with its ID.
func (s *Server) AddAccount(name string) Account {
	s.t.Helper()
	made := &account.Account{ID: store.NewID(), Name: name, CreatedAt: s.clock.Now()}
	s.must(s.running.Store.CreateAccount(context.Background(), made), "make an account")
	return Account{ID: made.ID, Name: name}
}

// Settings are what an account's administrator has chosen.
type Settings struct {
	WebClientOff                                    bool
	MinSDKVersion                                   string
	BlockedDomains, BlockedAddresses, SignInDomains []string
	// BlockedKeys are SDK keys that are kept out.
	BlockedKeys []string
	// Barriers are pairs of groups that may not meet.
	Barriers                      [][2]string
	AllowRejoin, AllowTwoMeetings bool
	// TakeOverOff and RegistrantTakeOver rule who takes their own page over.
	TakeOverOff, RegistrantTakeOver bool
}

// Configure replaces the settings of the test account.
func (s *Server) Configure(set Settings) {
	s.t.Helper()
	s.must(s.running.Accounts.SetSettings(context.Background(), s.account.ID, account.Settings{
		WebClientOff: set.WebClientOff, MinSDKVersion: set.MinSDKVersion, BlockedDomains: set.BlockedDomains,
		BlockedAddresses: set.BlockedAddresses, SignInDomains: set.SignInDomains, BlockedSDKKeys: set.BlockedKeys,
		Barriers: set.Barriers, AllowRejoin: set.AllowRejoin, AllowTwoMeetings: set.AllowTwoMeetings,
		TakeOverOff: set.TakeOverOff, RegistrantTakeOver: set.RegistrantTakeOver,
	}), "change the settings")
}

// TestApp is the app of the server's SDKKey and SDKSecret.
func (s *Server) TestApp() App { return s.app }

// HostID is the user ID of the test host.
func (s *Server) HostID() string { return s.host.ID }

// Enforce sets from when on an app's OBFs must be valid and its external joins need
// a user token. Zero dates leave it to the platform.
func (s *Server) Enforce(a App, validateFrom, requireFrom time.Time) {
	s.t.Helper()
	s.must(s.running.Accounts.SetTokenPolicy(context.Background(), a.ID, account.TokenPolicy{
		ValidateFrom: validateFrom, RequireFrom: requireFrom,
	}), "change the app's policy")
}

// Exempt lets an app's external joins do without any user token.
func (s *Server) Exempt(a App) {
	s.t.Helper()
	s.must(s.running.Accounts.SetTokenPolicy(context.Background(), a.ID, account.TokenPolicy{Exempt: true}), "change the app's policy")
}

// LimitJoins lets so many anonymous people a minute join by an app, from one address
// or with one signature.
func (s *Server) LimitJoins(a App, perMinute int) {
	s.t.Helper()
	s.must(s.running.Accounts.SetJoinsPerMinute(context.Background(), a.ID, perMinute), "limit the app's joins")
}

// Authorise installs an app for a user and returns the installation's ID.
func (s *Server) Authorise(a App, userID string) string {
	s.t.Helper()
	made, err := s.running.Accounts.Install(context.Background(), a.ID, userID, account.ScopeZAK, account.ScopeToken)
	s.must(err, "install the app")
	return made.ID
}

// Uninstall removes an installation that Authorise made.
func (s *Server) Uninstall(installationID string) {
	s.t.Helper()
	s.must(s.running.Accounts.Uninstall(context.Background(), installationID), "uninstall the app")
}

// OBF makes an OBF by which an app acts for a user, who is made to authorise it if
// they have not. An empty meeting number binds it to no meeting.
func (s *Server) OBF(a App, userID, meetingNumber string, life time.Duration) string {
	s.t.Helper()
	ctx := context.Background()
	user, err := s.running.Store.User(ctx, userID)
	s.must(err, "find the user")
	_, err = s.running.Store.InstallationFor(ctx, a.ID, user.AccountID, user.ID)
	if errors.Is(err, store.ErrNotFound) {
		s.Authorise(a, userID)
	} else {
		s.must(err, "look for the app")
	}
	app, err := s.running.Store.App(ctx, a.ID)
	s.must(err, "find the app")
	token, err := s.running.Minter.MintOBF(ctx, user, app, meetingNumber, life)
	s.must(err, "make an OBF")
	return token
}

// Registrant is somebody who registered for a meeting, or a webinar's panelist.
type Registrant struct {
	// ID and TK are given by AddRegistrant.
	ID, TK string
	// Meeting is the meeting's number.
	Meeting, Email, Name string
	Panelist             bool
	// Occurrence is the start of the only occurrence that is meant; zero means all.
	Occurrence time.Time
	// Pending and Denied tell what has become of the registration; only meetings
	// with Approval leave one pending.
	Pending, Denied bool
}

// AddRegistrant registers somebody, or invites a panelist, and returns the tk. The
// registration is approved unless it says otherwise.
func (s *Server) AddRegistrant(r Registrant) Registrant {
	s.t.Helper()
	ctx := context.Background()
	m, err := s.running.Store.MeetingByNumber(ctx, r.Meeting)
	s.must(err, "find the meeting")
	var made *meeting.Registrant
	if r.Panelist {
		made, err = s.running.Meetings.InvitePanelist(ctx, m.ID, r.Email, r.Name)
	} else {
		made, err = s.running.Meetings.Register(ctx, m.ID, r.Email, r.Name, "", r.Occurrence)
	}
	s.must(err, "register")
	switch {
	case r.Denied:
		s.must(s.running.Meetings.Deny(ctx, made.ID), "deny the registration")
	case !r.Pending:
		s.must(s.running.Meetings.Approve(ctx, made.ID), "approve the registration")
	}
	r.ID, r.TK = made.ID, s.running.Registrants.Token(made.ID)
	return r
}

// CancelRegistrant cancels a registration.
func (s *Server) CancelRegistrant(id string) {
	s.t.Helper()
	s.must(s.running.Meetings.Cancel(context.Background(), id), "cancel the registration")
}

// Sweep removes the participants and ends the meetings whose time is up, which a
// running server does every few seconds.
func (s *Server) Sweep() {
	s.t.Helper()
	s.running.Sessions.Sweep(context.Background(), time.Now())
}

// WithdrawScopes takes back all that an installation was granted.
func (s *Server) WithdrawScopes(installationID string) {
	s.t.Helper()
	for _, scope := range []string{account.ScopeZAK, account.ScopeToken} {
		s.must(s.running.Accounts.WithdrawScope(context.Background(), installationID, scope), "withdraw a scope")
	}
}
