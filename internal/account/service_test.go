package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// memory is a Repository in memory.
type memory struct {
	accounts  map[string]Account
	users     map[string]User
	apps      map[string]App
	installed map[string]Installation
	given     []string
}

func find[T any](in map[string]T, id string) (*T, error) {
	one, ok := in[id]
	if !ok {
		return nil, ErrNotFound
	}
	return &one, nil
}

func (m *memory) Account(_ context.Context, id string) (*Account, error) { return find(m.accounts, id) }

func (m *memory) User(_ context.Context, id string) (*User, error) { return find(m.users, id) }
func (m *memory) App(_ context.Context, id string) (*App, error)   { return find(m.apps, id) }

func (m *memory) Installation(_ context.Context, id string) (*Installation, error) {
	return find(m.installed, id)
}

func (m *memory) UpdateAccount(_ context.Context, a *Account) error {
	m.accounts[a.ID] = *a
	return nil
}

func (m *memory) UpdateUser(_ context.Context, u *User) error {
	m.users[u.ID] = *u
	return nil
}

func (m *memory) UpdateApp(_ context.Context, a *App) error {
	m.apps[a.ID] = *a
	return nil
}

func (m *memory) TransferMeetings(_ context.Context, from, to string) error {
	m.given = append(m.given, from+" to "+to)
	return nil
}

func (m *memory) InstallationFor(_ context.Context, appID, accountID, userID string) (*Installation, error) {
	var other *Installation
	for _, i := range m.installed {
		if i.AppID != appID || i.AccountID != accountID || !i.Installed() {
			continue
		}
		if i.UserID == userID {
			return &i, nil
		}
		other = &i
	}
	if other == nil {
		return nil, ErrNotFound
	}
	return other, nil
}

func (m *memory) CreateInstallation(_ context.Context, i *Installation) error {
	i.ID = "i-" + i.UserID + strings.Repeat("'", len(m.installed))
	m.installed[i.ID] = *i
	return nil
}

func (m *memory) UpdateInstallation(_ context.Context, i *Installation) error {
	m.installed[i.ID] = *i
	return nil
}

func (m *memory) RemoveInstallations(_ context.Context, appID string, at time.Time) error {
	for id, i := range m.installed {
		if i.AppID == appID {
			i.RemovedAt = at
			m.installed[id] = i
		}
	}
	return nil
}

func newFixture() (*Service, *memory) {
	m := &memory{
		accounts: map[string]Account{"a": {ID: "a"}, "b": {ID: "b"}},
		users: map[string]User{
			"ada": {ID: "ada", AccountID: "a", Status: UserActive, Role: "owner"}, "ben": {ID: "ben", AccountID: "a", Status: UserActive},
			"lea": {ID: "lea", AccountID: "a", Status: UserPending}, "tom": {ID: "tom", AccountID: "a", Status: UserInactive},
			"max": {ID: "max", AccountID: "a", Status: UserDeleted}, "zoe": {ID: "zoe", AccountID: "b", Status: UserActive},
		},
		apps: map[string]App{
			"app": {ID: "app", AccountID: "a", Secret: "first", Enabled: true}, "gone": {ID: "gone", DeletedAt: noon},
		},
		installed: map[string]Installation{},
	}
	return NewService(m, clockwork.NewFakeClockAt(noon)), m
}

// wrong checks which field an error names; "" wants none.
func wrong(t *testing.T, err error, field string) {
	t.Helper()
	var f *FieldError
	if (err == nil) != (field == "") || (field != "" && (!errors.As(err, &f) || f.Field != field || f.Error() == "")) {
		t.Errorf("the error is %v, want one about %q", err, field)
	}
}

func TestPeople(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		do    func(*Service) error
		field string
		who   string
		want  UserStatus
	}{
		{"deactivate", func(s *Service) error { return s.Deactivate(ctx, "ada") }, "", "ada", UserInactive},
		{"deactivate twice", func(s *Service) error { return s.Deactivate(ctx, "tom") }, "", "tom", UserInactive},
		{"deactivate somebody invited", func(s *Service) error { return s.Deactivate(ctx, "lea") }, "user", "lea", UserPending},
		{"deactivate nobody", func(s *Service) error { return s.Deactivate(ctx, "nobody") }, "user", "ada", UserActive},
		{"reactivate", func(s *Service) error { return s.Reactivate(ctx, "tom") }, "", "tom", UserActive},
		{"reactivate somebody deleted", func(s *Service) error { return s.Reactivate(ctx, "max") }, "user", "max", UserDeleted},
		{"activate", func(s *Service) error { return s.Activate(ctx, "lea") }, "", "lea", UserActive},
		{"activate somebody deactivated", func(s *Service) error { return s.Activate(ctx, "tom") }, "user", "tom", UserInactive},
		{"delete", func(s *Service) error { return s.DeleteUser(ctx, "ada", "") }, "", "ada", UserDeleted},
		{"delete and transfer", func(s *Service) error { return s.DeleteUser(ctx, "ada", "ben") }, "", "ada", UserDeleted},
		{"delete twice", func(s *Service) error { return s.DeleteUser(ctx, "max", "") }, "user", "max", UserDeleted},
		{"transfer to oneself", func(s *Service) error { return s.DeleteUser(ctx, "ada", "ada") }, "transferTo", "ada", UserActive},
		{"transfer to a stranger", func(s *Service) error { return s.DeleteUser(ctx, "ada", "zoe") }, "transferTo", "ada", UserActive},
		{"transfer to somebody inactive", func(s *Service) error { return s.DeleteUser(ctx, "ada", "tom") }, "transferTo", "ada", UserActive},
		{"transfer to nobody", func(s *Service) error { return s.DeleteUser(ctx, "ada", "nobody") }, "transferTo", "ada", UserActive},
		{"move", func(s *Service) error { return s.MoveUser(ctx, "ada", "b") }, "", "ada", UserActive},
		{"move nowhere", func(s *Service) error { return s.MoveUser(ctx, "ada", "c") }, "account", "ada", UserActive},
		{"move somebody deleted", func(s *Service) error { return s.MoveUser(ctx, "max", "b") }, "user", "max", UserDeleted},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m := newFixture()
			wrong(t, c.do(s), c.field)
			if got := m.users[c.who].Status; got != c.want {
				t.Errorf("%s is %s, want %s", c.who, got, c.want)
			}
			if want := c.name == "delete and transfer"; (len(m.given) > 0) != want {
				t.Errorf("meetings went %v", m.given)
			}
			if moved := m.users["ada"]; c.name == "move" && (moved.AccountID != "b" || moved.Role != "member") {
				t.Errorf("moved: %+v", moved)
			}
		})
	}
	s, m := newFixture()
	wrong(t, s.SignOutEverywhere(ctx, "ada"), "")
	if !m.users["ada"].TokensValidFrom.After(noon) {
		t.Error("a token of this moment would still be good")
	}
}

func TestApps(t *testing.T) {
	ctx := context.Background()
	s, m := newFixture()
	rotated, err := s.RotateSecret(ctx, "app")
	wrong(t, err, "")
	if kept := m.apps["app"]; rotated.PreviousSecret != "first" || len(rotated.Secret) < 32 || kept.Secret != rotated.Secret || kept.PreviousSecret != "first" {
		t.Errorf("rotated: %+v, kept: %+v", rotated, kept)
	}
	if again, err := s.RotateSecret(ctx, "app"); err != nil || again.Secret == rotated.Secret || again.PreviousSecret != rotated.Secret {
		t.Errorf("rotated again: %+v, %v", again, err)
	}
	wrong(t, s.DisableApp(ctx, "app"), "")
	if m.apps["app"].Enabled {
		t.Error("it is still enabled")
	}
	wrong(t, s.EnableApp(ctx, "app"), "")
	if !m.apps["app"].Enabled {
		t.Error("it is still disabled")
	}
	wrong(t, s.SetTokenPolicy(ctx, "app", TokenPolicy{ValidateFrom: noon, RequireFrom: noon.Add(-1)}), "requireFrom")
	wrong(t, s.SetTokenPolicy(ctx, "app", TokenPolicy{RequireFrom: noon, Exempt: true}), "")
	if got := m.apps["app"].TokenPolicy; !got.Exempt || !got.RequireFrom.Equal(noon) {
		t.Errorf("the policy is %+v", got)
	}
	if _, err := s.Install(ctx, "app", "ada", ScopeToken); err != nil {
		t.Error(err)
	}
	wrong(t, s.DeleteApp(ctx, "app"), "")
	if !m.apps["app"].DeletedAt.Equal(noon) {
		t.Error("it is not deleted")
	}
	if i := m.installed["i-ada"]; i.Installed() {
		t.Error("a deleted app is installed")
	}
	wrong(t, s.EnableApp(ctx, "gone"), "app")
	wrong(t, s.DeleteApp(ctx, "nothing"), "app")
}

func TestInstalling(t *testing.T) {
	ctx := context.Background()
	s, m := newFixture()
	first, err := s.Install(ctx, "app", "ada", ScopeZAK)
	wrong(t, err, "")
	more, err := s.Install(ctx, "app", "ada", ScopeToken, ScopeZAK)
	wrong(t, err, "")
	if more.ID != first.ID || !slices.Equal(sorted(more.Scopes), []string{ScopeToken, ScopeZAK}) || len(m.installed) != 1 {
		t.Errorf("installed anew: %+v, %d in all", more, len(m.installed))
	}
	own, err := s.Install(ctx, "app", "ben", ScopeToken)
	wrong(t, err, "")
	if own.ID == first.ID || own.AccountID != "a" {
		t.Errorf("ben has %+v", own)
	}
	wrong(t, s.WithdrawScope(ctx, first.ID, ScopeToken), "")
	wrong(t, s.WithdrawScope(ctx, first.ID, "never granted"), "")
	if got := m.installed[first.ID]; got.Grants(ScopeToken) || !got.Grants(ScopeZAK) {
		t.Errorf("what is granted: %v", got.Scopes)
	}
	wrong(t, s.Uninstall(ctx, first.ID), "")
	wrong(t, s.Uninstall(ctx, first.ID), "")
	again, err := s.Install(ctx, "app", "ada", ScopeToken)
	wrong(t, err, "")
	if gone := m.installed[first.ID]; again.ID == first.ID || gone.Installed() {
		t.Error("an installation that was removed came back")
	}
	for field, try := range map[string]func() error{
		"user":         func() error { _, err := s.Install(ctx, "app", "tom"); return err },
		"app":          func() error { _, err := s.Install(ctx, "gone", "ada"); return err },
		"scopes":       func() error { _, err := s.Install(ctx, "app", "ada", ""); return err },
		"installation": func() error { return s.Uninstall(ctx, "nothing") },
	} {
		wrong(t, try(), field)
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func TestAccountSettings(t *testing.T) {
	ctx := context.Background()
	s, m := newFixture()
	wrong(t, s.BlockKey(ctx, "a", "key"), "")
	wrong(t, s.BlockKey(ctx, "a", "key"), "")
	if got := m.accounts["a"].Settings.BlockedSDKKeys; !slices.Equal(got, []string{"key"}) {
		t.Errorf("blocked: %v", got)
	}
	wrong(t, s.UnblockKey(ctx, "a", "key"), "")
	if got := m.accounts["a"].Settings.BlockedSDKKeys; len(got) > 0 {
		t.Errorf("blocked: %v", got)
	}
	wrong(t, s.Suspend(ctx, "a"), "")
	if !m.accounts["a"].Suspended {
		t.Error("it is not suspended")
	}
	wrong(t, s.Resume(ctx, "a"), "")
	if m.accounts["a"].Suspended {
		t.Error("it is still suspended")
	}
	for field, settings := range map[string]Settings{
		"":                 {MinSDKVersion: "5.1.4", Barriers: [][2]string{{"law", "trade"}}, BlockedDomains: []string{"*.bad.example"}},
		"minSdkVersion":    {MinSDKVersion: "five"},
		"barriers":         {Barriers: [][2]string{{"law", "law"}}},
		"blockedDomains":   {BlockedDomains: []string{" "}},
		"blockedAddresses": {BlockedAddresses: []string{"bad.example"}},
		"blockedSdkKeys":   {BlockedSDKKeys: []string{strings.Repeat("x", 255)}},
		"signInDomains":    {SignInDomains: make([]string, maxListed+1)},
	} {
		wrong(t, s.SetSettings(ctx, "a", settings), field)
	}
	wrong(t, s.Suspend(ctx, "nothing"), "account")
}
