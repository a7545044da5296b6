package admission

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// naive is the contract's table once more, row by row as it is written there and
// with none of the gate's own means, to be held against the gate. It returns the
// code that decides; 0 admits.
func naive(c *fixture) errcode.Code {
	s, j, now := c.s, c.a, c.now
	settings := account.Settings{}
	suspended := false
	if s.Account != nil {
		settings, suspended = s.Account.Settings, s.Account.Suspended
	}

	// The request, the app, the signature.
	unreadable := c.raw != "" && !strings.HasPrefix(c.raw, "ey")
	if len(j.Invalid) > 0 || strings.TrimSpace(j.Signature) == "" {
		return 4003
	}
	if naiveOlder(j.SDKVersion, s.Policy.MinSDKVersion) {
		return 10000
	}
	keyed := c.raw == "" // raw signatures of these worlds name no key
	if keyed && (s.App == nil || !s.App.DeletedAt.IsZero() || s.App.Kind != account.AppGeneral) {
		return 3704
	}
	if s.App != nil && !s.App.Enabled || s.App != nil && s.Owner != nil && s.Owner.Suspended {
		return 3710
	}
	if unreadable || c.raw != "" || c.sign.Secret != s.App.Secret {
		return 3712
	}
	if !now.Before(c.sign.ExpiresAt) {
		return 3705
	}
	validates, requires := !now.Before(s.Policy.ValidateFrom), !now.Before(s.Policy.RequireFrom)
	withdrawn := func(t *UserToken) bool {
		return t.Given && t.Withdrawn != "" && t.Fault != "malformed" && t.Fault != "forged"
	}
	if !s.App.MeetingSDK || withdrawn(&s.ZAK) || withdrawn(&s.OBF) && validates {
		return 3713
	}

	// The meeting and its host.
	m, h := s.Meeting, s.Host
	switch {
	case m == nil:
		return 3001
	case !m.DeletedAt.IsZero():
		return 3610
	case h == nil || h.Status == account.UserDeleted:
		return 3702
	case h.AccountID != m.AccountID || h.Status == account.UserPending:
		return 3709
	case h.Status == account.UserInactive || suspended:
		return 3625
	case naiveOlder(j.SDKVersion, settings.MinSDKVersion):
		return 10000
	case settings.WebClientOff:
		return 3603
	case m.Settings.BrowserJoinOff || m.Settings.EndToEndEncrypted:
		return 3611
	case m.Settings.Audio == "third_party":
		return 3608
	}

	// Who is joining.
	webinar, role1 := m.Kind == meeting.KindWebinar, c.sign.Role == 1
	ext := s.App.AccountID != m.AccountID
	z := s.ZAK.User
	if !s.ZAK.Given || s.ZAK.Fault != "" {
		z = nil
	}
	host := z != nil && (z.ID == m.HostID || slices.Contains(m.AlternativeHosts, z.ID))
	hostish := role1 && host
	tkGood := s.TK.Given && s.TK.Fault == ""
	panelist, registrant := tkGood && s.TK.Panelist, tkGood && s.TK.RegistrantID != ""
	e := j.UserEmail
	if s.TK.Given && s.TK.Email != "" {
		e = s.TK.Email
	}
	if z != nil && z.Email != "" {
		e = z.Email
	}
	live := s.Session != nil && s.Session.EndedAt.IsZero()
	asksOBF := ext && !role1 && requires
	if s.ZAK.Given && z == nil && !asksOBF {
		if slices.Contains([]string{"malformed", "forged", "wrong_token_kind"}, s.ZAK.Fault) {
			return 3623
		}
		return 3265
	}
	if role1 && !hostish {
		if webinar {
			return 3624
		}
		return 3003
	}
	hosting := s.HostLive
	if hosting == 0 && s.HostElsewhere != nil {
		hosting = 1
	}
	begun := live && s.Session.HostStarted
	if hostish && !begun && hosting >= max(1, h.Licence.ConcurrentMeetings) {
		return 3711
	}
	if (webinar || m.Settings.RegistrationRequired) && e == "" {
		return 3000
	}
	if !hostish {
		for _, address := range []string{e, j.UserEmail} {
			_, domain, _ := strings.Cut(strings.ToLower(address), "@")
			if address != "" && (slices.Contains(settings.BlockedDomains, domain) || slices.Contains(settings.BlockedAddresses, strings.ToLower(address)) ||
				slices.Contains(m.Settings.BlockedAddresses, strings.ToLower(address))) {
				return 3620
			}
		}
		if s.TK.Given && s.TK.Fault == "registrant_denied" {
			return 3620
		}
	}
	if m.Settings.RegistrationRequired && !hostish && !panelist {
		if !registrant || s.TK.Email != "" && z != nil && z.Email != "" && s.TK.Email != z.Email {
			return 3099
		}
	}
	if m.Settings.SignedInOnly {
		if z == nil {
			return 3100
		}
		_, domain, _ := strings.Cut(z.Email, "@")
		if len(settings.SignInDomains) > 0 && !slices.Contains(settings.SignInDomains, domain) {
			return 3100
		}
	}
	if m.Passcode != "" && !host && !panelist && !registrant {
		limited := j.Password != "" && (s.PasscodeFailures >= 10 || s.MeetingPasscodeFailures >= 1000 &&
			j.Password != m.PasscodeLink && j.Password != m.PasscodeLink+".1")
		if limited || j.Password != m.Passcode && j.Password != m.PasscodeLink && j.Password != m.PasscodeLink+".1" {
			return 3004
		}
	}

	// Whether it is going on.
	simulive := webinar && m.Settings.Simulive
	occurrences := m.Occurrences
	if len(occurrences) == 0 && !m.StartsAt.IsZero() {
		occurrences = []time.Time{m.StartsAt}
	}
	if m.Kind == meeting.KindInstant || m.Kind == meeting.KindNoFixedTime {
		occurrences = nil
	}
	var next *time.Time // the occurrence that is on or comes next
	for _, start := range occurrences {
		if now.Before(start.Add(m.Duration)) {
			next = &start
			break
		}
	}
	over := len(occurrences) > 0 && next == nil
	plays := simulive && next != nil && !now.Before(*next)
	running := live || plays
	if simulive && over {
		return 13208
	}
	starts := hostish && m.Kind != meeting.KindInstant
	if !running && !simulive && !starts {
		if !s.TK.Occurrence.IsZero() && registrant && !now.Before(s.TK.Occurrence.Add(m.Duration)) {
			return 4004
		}
		if last := s.Last; last != nil {
			if m.Kind == meeting.KindInstant || over {
				return 4004
			}
		}
	}
	if !hostish {
		if live && s.Session.Practice && !panelist {
			return 3008
		}
		if !running {
			early := m.Settings.JoinBeforeHost && !webinar && !m.Settings.WaitingRoom
			if s.Last != nil && s.Last.EndReason == meeting.EndedByHost && now.Sub(s.Last.EndedAt) < 10*time.Minute {
				early = false
			}
			if early && next != nil && m.Settings.JoinBeforeHostWindow > 0 && now.Before(next.Add(-m.Settings.JoinBeforeHostWindow)) {
				early = false
			}
			if !early {
				return 3008
			}
		}
	}

	// At the room rules.
	if slices.Contains(settings.BlockedSDKKeys, s.App.Key) {
		return 6603
	}
	obfGood := s.OBF.Given && s.OBF.Fault == "" && s.OBF.User != nil &&
		(s.OBF.AppID == "" || s.OBF.AppID == s.App.ID) && (s.OBF.MeetingNumber == "" || s.OBF.MeetingNumber == m.Number)
	if ext && !s.App.Published && !obfGood {
		return 4011
	}
	if ext && !s.ZAK.Given && !s.OBF.Given && requires && !s.AppExempt {
		return 4012
	}
	if s.OBF.Given && !obfGood && validates || s.ZAK.Given && z == nil && ext && !role1 && requires {
		return 4013
	}
	if obfGood && !s.AuthorizerInside {
		return 4017
	}
	if live && !settings.AllowRejoin {
		for _, r := range s.Removed {
			verified := z != nil || tkGood && s.TK.RegistrantID != "" || obfGood
			if r.Claims.DeviceID != "" && r.Claims.DeviceID == j.DeviceID && !verified {
				return 3009
			}
		}
	}
	if z != nil {
		for _, b := range settings.Barriers {
			for i := range b {
				hostGroups := h.Groups
				if z.ID == h.ID {
					hostGroups = nil
				}
				if slices.Contains(z.Groups, b[i]) && (slices.Contains(hostGroups, b[1-i]) || slices.Contains(s.InsideGroups, b[1-i])) {
					return 4007
				}
			}
		}
	}
	if live && s.Session.Locked && !host {
		return 4006
	}
	verified := z != nil || obfGood || registrant && !m.Settings.RegistrantMultipleDevices
	if s.Inside != nil && s.Inside.Connected && verified {
		return 4008
	}
	if s.Elsewhere != nil && z != nil && !settings.AllowTwoMeetings && z.Licence.ConcurrentMeetings <= 1 {
		return 3005
	}
	most := 100
	if h.Licence.Capacity > 0 {
		most = h.Licence.Capacity
	}
	if m.Settings.Capacity > 0 {
		most = min(most, m.Settings.Capacity)
	}
	if live && s.Session.Participants >= most && !host {
		return 4005
	}
	return 0
}

func naiveOlder(have, least string) bool { return have != "" && least == "99.0" }

// richFixture is a random fixture in which every setting may stand in the way.
func richFixture(r *rand.Rand) *fixture {
	c := randomFixture(r)
	c.s.Resume = nil // coming back has tests of its own
	rarely := func(change func()) {
		if r.IntN(40) == 0 {
			change()
		}
	}
	rarely(func() { c.s.Policy.MinSDKVersion = "99.0" })
	if app := c.s.App; app != nil {
		rarely(func() { app.Enabled = false })
		rarely(func() { app.DeletedAt = c.now })
		rarely(func() { app.Kind = account.AppVideo })
		rarely(func() { app.MeetingSDK = false })
		rarely(func() { app.Published = false })
	}
	rarely(func() { c.s.ZAK.Withdrawn = "scope_withdrawn" })
	rarely(func() { c.s.OBF.Withdrawn = "app_uninstalled" })
	rarely(func() { c.host.Status = account.UserInactive })
	rarely(func() { c.host.Status = account.UserDeleted })
	rarely(func() { c.host.AccountID = "acc-new" })
	if a := c.s.Account; a != nil {
		rarely(func() { a.Suspended = true; c.s.Owner = nil })
		set := &a.Settings
		rarely(func() { set.MinSDKVersion = "99.0" })
		rarely(func() { set.WebClientOff = true })
		rarely(func() { set.BlockedDomains = []string{"blocked.example", "home.example"} })
		rarely(func() { set.BlockedAddresses = []string{"a@b.example"} })
		rarely(func() { set.SignInDomains = []string{"staff.example"} })
		rarely(func() { set.BlockedSDKKeys = []string{testKey} })
		rarely(func() { set.AllowRejoin = true })
		rarely(func() { set.AllowTwoMeetings = true })
		rarely(func() {
			set.Barriers = [][2]string{{"red", "blue"}}
			c.other.Groups, c.s.InsideGroups = []string{"red"}, []string{"blue"}
		})
	}
	if m := c.s.Meeting; m != nil {
		rarely(func() { m.Settings.BrowserJoinOff = true })
		rarely(func() { m.Settings.EndToEndEncrypted = true })
		rarely(func() { m.Settings.Audio = "third_party" })
		rarely(func() { m.Settings.Capacity = 1 })
		rarely(func() { m.Settings.RegistrantMultipleDevices = true })
		rarely(func() { m.Settings.JoinBeforeHostWindow = 10 * time.Minute })
		rarely(func() { m.Settings.BlockedAddresses = []string{"x@blocked.example"} })
	}
	rarely(func() { c.s.PasscodeFailures, c.s.PasscodeRetryAfter = MaxPasscodeAttempts, time.Minute })
	rarely(func() {
		c.s.MeetingPasscodeFailures, c.s.MeetingPasscodeRetryAfter = MaxMeetingPasscodeAttempts, time.Minute
	})
	return c
}

// agrees holds the gate against the naive table in one fixture.
func agrees(t *testing.T, c *fixture) errcode.Code {
	t.Helper()
	a := c.attempt(t)
	v := Decide(c.now, a, c.s)
	if again := Decide(c.now, a, c.s); !reflect.DeepEqual(v, again) {
		t.Fatalf("two verdicts for one fixture:\n%+v\n%+v", v, again)
	}
	want, got := naive(c), errcode.Success
	if v.Decision != nil {
		got = v.Decision.Code
	}
	if got != want {
		t.Fatalf("the gate says %d (%+v), the table %d\nattempt %+v\nmeeting %+v\nsession %+v\nlast %+v\nZAK %+v\nOBF %+v\nTK %+v",
			got, v.Decision, want, a, c.s.Meeting, c.s.Session, c.s.Last, c.s.ZAK, c.s.OBF, c.s.TK)
	}
	return got
}

func TestTheGateIsTheContractsTable(t *testing.T) {
	met := map[errcode.Code]int{}
	for seed := range uint64(60_000) {
		met[agrees(t, richFixture(rand.New(rand.NewPCG(seed, 20260504))))]++
	}
	for _, code := range []errcode.Code{
		0, 3000, 3001, 3003, 3004, 3005, 3008, 3009, 3099, 3100, 3265, 3603, 3608, 3610, 3611, 3620, 3623, 3624, 3625, 3702, 3704, 3709,
		3710, 3711, 3712, 3713, 4003, 4004, 4005, 4006, 4007, 4008, 4011, 4012, 4013, 4017, 6603, 10000, 13208,
	} {
		if met[code] == 0 {
			t.Errorf("no fixture ended in %d", code)
		}
	}
}

func FuzzDecide(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed*7)
	}
	f.Fuzz(func(t *testing.T, one, two uint64) { agrees(t, richFixture(rand.New(rand.NewPCG(one, two)))) })
}
