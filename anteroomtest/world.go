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

// User is a person of the test account.
type User struct {
	ID    string
	Email string
	// Name defaults to the address.
	Name string
	// Inactive users can neither host nor sign in.
	Inactive bool
}

// Meeting is a meeting hosted in the test account.
type Meeting struct {
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
	// Instant meetings cannot be joined again once they have ended.
	Instant bool
}

// App is an app of the test account.
type App struct {
	SDKKey, SDKSecret string
	Name              string
	// Disabled apps are refused with 3710.
	Disabled bool
}

// AddUser makes a user and answers it with its ID.
func (s *Server) AddUser(u User) User {
	s.t.Helper()
	u.ID = s.addUser(u).ID
	return u
}

func (s *Server) addUser(u User) *account.User {
	s.t.Helper()
	made := &account.User{
		ID: store.NewID(), AccountID: s.account.ID, Email: u.Email, DisplayName: u.Name, Role: "member",
		Status: account.UserActive, Licence: account.Licence{Capacity: 1000, ConcurrentMeetings: 1000}, CreatedAt: s.clock.Now(),
	}
	if made.DisplayName == "" {
		made.DisplayName = u.Email
	}
	if u.Inactive {
		made.Status = account.UserInactive
	}
	s.must(s.running.Store.CreateUser(context.Background(), made), "make a user")
	return made
}

// AddMeeting makes a meeting and answers it with its number.
func (s *Server) AddMeeting(m Meeting) Meeting {
	s.t.Helper()
	ctx := context.Background()
	number, err := s.running.Store.NewMeetingNumber(ctx)
	s.must(err, "find a meeting number")
	host := m.Host
	if host == "" {
		host = s.host.ID
	}
	capacity := m.Capacity
	if capacity == 0 {
		capacity = 100
	}
	made := &meeting.Meeting{
		ID: store.NewID(), Number: number, AccountID: s.account.ID, HostID: host, Topic: m.Topic,
		Kind: meeting.KindNoFixedTime, Passcode: m.Password, AlternativeHosts: m.AlternativeHosts,
		Settings:  meeting.Settings{JoinBeforeHost: !m.HostFirst, WaitingRoom: m.WaitingRoom, Capacity: capacity},
		CreatedAt: s.clock.Now(), LastUsedAt: s.clock.Now(),
	}
	if m.Webinar {
		made.Kind, made.StartsAt, made.Duration = meeting.KindWebinar, s.clock.Now(), time.Hour
	}
	if m.Instant {
		made.Kind = meeting.KindInstant
	}
	s.must(s.running.Store.CreateMeeting(ctx, made), "make a meeting")
	m.Number, m.Host, m.Capacity = number, host, capacity
	return m
}

// AddApp makes a published app and answers it with its credentials.
func (s *Server) AddApp(a App) App {
	s.t.Helper()
	made := scenario.NewApp(s.account, a.Name, s.clock.Now())
	made.ID, made.Published, made.Enabled = store.NewID(), true, !a.Disabled
	s.must(s.running.Store.CreateApp(context.Background(), made), "make an app")
	a.SDKKey, a.SDKSecret = made.Key, made.Secret
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
	s.changeUser(userID, func(u *account.User) { u.TokensValidFrom = s.clock.Now().Add(time.Second) })
}

// Deactivate makes a user inactive.
func (s *Server) Deactivate(userID string) {
	s.t.Helper()
	s.changeUser(userID, func(u *account.User) { u.Status = account.UserInactive })
}

func (s *Server) changeUser(userID string, change func(*account.User)) {
	s.t.Helper()
	ctx := context.Background()
	user, err := s.running.Store.User(ctx, userID)
	s.must(err, "find the user")
	changed := *user
	change(&changed)
	s.must(s.running.Store.UpdateUser(ctx, &changed), "change the user")
}

// DeleteMeeting deletes a meeting; its number then answers 3610.
func (s *Server) DeleteMeeting(number string) {
	s.t.Helper()
	s.changeMeeting(number, func(m *meeting.Meeting) { m.DeletedAt = s.clock.Now() })
}

func (s *Server) changeMeeting(number string, change func(*meeting.Meeting)) {
	s.t.Helper()
	ctx := context.Background()
	m, err := s.running.Store.MeetingByNumber(ctx, number)
	s.must(err, "find the meeting")
	changed := *m
	change(&changed)
	s.must(s.running.Store.UpdateMeeting(ctx, &changed), "change the meeting")
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
