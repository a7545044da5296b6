package anteroomtest

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// User is a person.
type User struct {
	ID    string
	Email string
	// Name defaults to the address.
	Name string
	// Account is the ID of the user's account; the test account by default.
	Account string
	// Inactive users can neither host nor sign in.
	Inactive bool
	// Pending users were invited and never came.
	Pending bool
	// Groups are those that information barriers keep apart.
	Groups []string
	// ConcurrentMeetings is how many meetings the user may host at once; zero
	// means any number.
	ConcurrentMeetings int
	// MaxDuration ends the user's meetings after so long; zero never does.
	MaxDuration time.Duration
}

// Meeting is a meeting or webinar, of its host's account.
type Meeting struct {
	ID string
	// Number is given by AddMeeting.
	Number string
	Topic  string
	// Password is the passcode; empty asks for none.
	Password string
	// Host is the user ID of the host; the test host by default.
	Host string
	// AlternativeHosts are user IDs with the host's rights.
	AlternativeHosts []string
	// HostFirst keeps everybody out until the host is there.
	HostFirst   bool
	WaitingRoom bool
	// Capacity is the largest number of people; zero means 100.
	Capacity int
	// Webinar makes it a webinar: attendees name their address, and watch.
	Webinar bool
	// Practice begins a webinar with a practice session, Simulive plays a recording
	// by schedule.
	Practice, Simulive bool
	// Instant meetings cannot be joined again once they have ended.
	Instant bool
	// StartsAt and Duration make it a scheduled meeting, Occurrences a recurring one.
	StartsAt    time.Time
	Duration    time.Duration
	Occurrences []time.Time
	// Registration is required; with Approval somebody has to approve it.
	Registration, Approval bool
	// SignedIn lets only users in.
	SignedIn bool
}

// App is an app of an account.
type App struct {
	ID                string
	SDKKey, SDKSecret string
	Name              string
	// Account is the ID of the owner; the test account by default.
	Account string
	// Disabled apps are refused with 3710.
	Disabled bool
	// Unpublished apps join meetings of their own account only.
	Unpublished bool
}

// AddUser makes a user and returns it with its ID.
func (s *Server) AddUser(u User) User {
	s.t.Helper()
	u.ID = s.addUser(u).ID
	return u
}

func (s *Server) addUser(u User) *account.User {
	s.t.Helper()
	made := &account.User{
		ID: store.NewID(), AccountID: u.Account, Email: u.Email, DisplayName: u.Name, Role: "member",
		Status: account.UserActive, Groups: u.Groups, CreatedAt: s.clock.Now(),
		Licence: account.Licence{Capacity: 1000, ConcurrentMeetings: u.ConcurrentMeetings, MaxDuration: u.MaxDuration, Webinar: true},
	}
	if made.AccountID == "" {
		made.AccountID = s.account.ID
	}
	if u.ConcurrentMeetings == 0 {
		made.Licence.ConcurrentMeetings = 1000
	}
	if made.DisplayName == "" {
		made.DisplayName = u.Email
	}
	switch {
	case u.Inactive:
		made.Status = account.UserInactive
	case u.Pending:
		made.Status = account.UserPending
	}
	s.must(s.running.Store.CreateUser(context.Background(), made), "make a user")
	return made
}

// AddMeeting makes a meeting and returns it with its number.
func (s *Server) AddMeeting(m Meeting) Meeting {
	s.t.Helper()
	if m.Host == "" {
		m.Host = s.host.ID
	}
	if m.Capacity == 0 {
		m.Capacity = 100
	}
	if m.Webinar && m.StartsAt.IsZero() && len(m.Occurrences) == 0 {
		m.StartsAt = s.clock.Now()
	}
	if m.Duration == 0 {
		m.Duration = time.Hour
	}
	made := &meeting.Meeting{
		HostID: m.Host, Topic: m.Topic, Kind: m.kind(), Passcode: m.Password, AlternativeHosts: m.AlternativeHosts,
		StartsAt: m.StartsAt, Duration: m.Duration, Occurrences: m.Occurrences,
		Settings: meeting.Settings{
			JoinBeforeHost: !m.HostFirst, WaitingRoom: m.WaitingRoom, Capacity: m.Capacity, RegistrationRequired: m.Registration,
			RegistrationApproval: m.Approval, SignedInOnly: m.SignedIn, PracticeSession: m.Practice, Simulive: m.Simulive,
		},
	}
	s.must(s.running.Meetings.Create(context.Background(), made), "make a meeting")
	m.ID, m.Number = made.ID, made.Number
	return m
}

func (m *Meeting) kind() meeting.Kind {
	switch {
	case m.Webinar:
		return meeting.KindWebinar
	case m.Instant:
		return meeting.KindInstant
	case len(m.Occurrences) > 0:
		return meeting.KindRecurring
	case !m.StartsAt.IsZero():
		return meeting.KindScheduled
	}
	return meeting.KindNoFixedTime
}

// AddApp makes a published app and returns it with its credentials.
func (s *Server) AddApp(a App) App {
	s.t.Helper()
	made := scenario.NewApp(s.account, a.Name, s.clock.Now())
	made.ID, made.Published, made.Enabled = store.NewID(), !a.Unpublished, !a.Disabled
	if a.Account != "" {
		made.AccountID = a.Account
	}
	s.must(s.running.Store.CreateApp(context.Background(), made), "make an app")
	a.ID, a.SDKKey, a.SDKSecret = made.ID, made.Key, made.Secret
	return a
}

// Sign makes a signature of the test app, good for two hours.
func (s *Server) Sign(meetingNumber string, role int) string {
	s.t.Helper()
	return s.SignAs(App{SDKKey: s.SDKKey, SDKSecret: s.SDKSecret}, meetingNumber, role)
}

// HostZAK is a ZAK of the test host.
func (s *Server) HostZAK() string {
	s.t.Helper()
	return s.ZAK(s.host.ID, 2*time.Hour)
}

// ZAK makes a ZAK of a user that is good for so long, from one second to a year.
func (s *Server) ZAK(userID string, life time.Duration) string {
	s.t.Helper()
	ctx := context.Background()
	user, err := s.running.Store.User(ctx, userID)
	s.must(err, "find the user")
	token, err := s.running.Minter.MintZAK(ctx, user, life)
	s.must(err, "make a ZAK")
	return token
}

// HostKey is the key of the test host, by which a participant becomes the host.
func (s *Server) HostKey() string {
	s.t.Helper()
	host, err := s.running.Store.User(context.Background(), s.host.ID)
	s.must(err, "find the host")
	return host.HostKey
}

// SignOut revokes every ZAK of a user made until now.
func (s *Server) SignOut(userID string) {
	s.t.Helper()
	s.must(s.running.Accounts.SignOutEverywhere(context.Background(), userID), "sign the user out")
}

// Deactivate makes a user inactive.
func (s *Server) Deactivate(userID string) {
	s.t.Helper()
	s.must(s.running.Accounts.Deactivate(context.Background(), userID), "deactivate the user")
}

// DeleteMeeting deletes a meeting; its number then returns 3610.
func (s *Server) DeleteMeeting(number string) {
	s.t.Helper()
	ctx := context.Background()
	m, err := s.running.Store.MeetingByNumber(ctx, number)
	s.must(err, "find the meeting")
	s.must(s.running.Meetings.Delete(ctx, m.ID), "delete the meeting")
}

// EndMeeting ends a running meeting for everybody, as its host would.
func (s *Server) EndMeeting(number string) {
	s.t.Helper()
	ctx := context.Background()
	m, err := s.running.Store.MeetingByNumber(ctx, number)
	s.must(err, "find the meeting")
	live, err := s.running.Store.LiveSession(ctx, m.ID)
	s.must(err, "find the running meeting")
	if live == nil {
		s.t.Fatalf("anteroomtest: meeting %s is not running", number)
	}
	s.must(s.running.Sessions.EndSession(ctx, live.ID, meeting.EndedByHost), "end the meeting")
}

// SignAs makes a signature with an app's credentials, good for two hours.
func (s *Server) SignAs(a App, meetingNumber string, role int) string {
	s.t.Helper()
	now := s.clock.Now()
	token, err := signature.Sign(signature.SignOptions{
		Key: a.SDKKey, Secret: a.SDKSecret, MeetingNumber: meetingNumber, Role: role,
		IssuedAt: now, ExpiresAt: now.Add(2 * time.Hour),
	})
	s.must(err, "sign")
	return token
}
