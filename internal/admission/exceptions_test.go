package admission

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// sealed makes a JWT out of any header and claims.
func sealed(header, claims, secret string) string {
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// TestTokensByDate is the table "OBF and ZAK by date".
func TestTokensByDate(t *testing.T) {
	dates := []time.Time{
		time.Date(2026, 2, 6, 23, 59, 59, 0, time.UTC), time.Date(2026, 2, 7, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
	}
	none := func(*fixture) {}
	for _, row := range []struct {
		name   string
		change func(*fixture)
		ext    [4]errcode.Code
		own    [4]errcode.Code
	}{
		{"none", none, [4]errcode.Code{0, 0, 0, 4012}, [4]errcode.Code{}},
		{"OBF valid, B inside", (*fixture).obf, [4]errcode.Code{}, [4]errcode.Code{}},
		{
			"OBF valid, B outside", func(c *fixture) { c.obf(); c.s.AuthorizerInside = false },
			[4]errcode.Code{4017, 4017, 4017, 4017},
			[4]errcode.Code{4017, 4017, 4017, 4017},
		},
		{
			"OBF invalid", func(c *fixture) { c.badOBF("expired") },
			[4]errcode.Code{0, 4013, 4013, 4013},
			[4]errcode.Code{0, 4013, 4013, 4013},
		},
		{"ZAK valid", func(c *fixture) { c.zak(c.other) }, [4]errcode.Code{}, [4]errcode.Code{}},
		{
			"ZAK expired", func(c *fixture) { c.badZAK("expired") },
			[4]errcode.Code{3265, 3265, 3265, 4013},
			[4]errcode.Code{3265, 3265, 3265, 3265},
		},
		{
			"ZAK forged", func(c *fixture) { c.badZAK("forged") },
			[4]errcode.Code{3623, 3623, 3623, 4013},
			[4]errcode.Code{3623, 3623, 3623, 3623},
		},
	} {
		for i, date := range dates {
			for _, external := range []bool{true, false} {
				c := at2(date)
				want := row.own[i]
				if external {
					c.external()
					want = row.ext[i]
				}
				row.change(c)
				v := c.decide(t)
				if got := codeOf(&v); got != want {
					t.Errorf("%s, external %v, %s: got %d, want %d", row.name, external, date, got, want)
				}
				if row.name == "OBF invalid" && i == 0 && len(v.Warnings) == 0 {
					t.Errorf("an invalid OBF before the date is not warned of")
				}
			}
		}
	}
}

// at2 moves the scene to another moment.
func at2(now time.Time) *fixture {
	c := newFixture()
	c.now = now
	c.sign.IssuedAt, c.sign.ExpiresAt = now.Add(-30*time.Second), now.Add(time.Hour)
	c.s.Meeting.StartsAt = now.Add(-time.Minute)
	c.s.Session.StartedAt = now.Add(-time.Minute)
	return c
}

func codeOf(v *Verdict) errcode.Code {
	if v.Decision == nil {
		return 0
	}
	return v.Decision.Code
}

// TestExceptions are the halves of sentences after "not", "unless" and "except".
func TestExceptions(t *testing.T) {
	for _, tc := range []struct {
		name   string
		want   errcode.Code
		change func(*fixture)
	}{
		{"legal bounds: 1800 s", 0, func(c *fixture) {
			c.sign.IssuedAt = c.now
			c.sign.ExpiresAt = c.now.Add(1800 * time.Second)
		}},
		{"legal bounds: 60 s ahead", 0, func(c *fixture) { c.sign.IssuedAt = c.now.Add(60 * time.Second) }},
		{"no sdkVersion passes any minimum", 0, func(c *fixture) { c.a.SDKVersion = ""; c.s.Policy.MinSDKVersion = "9" }},
		{"equal version passes", 0, func(c *fixture) { c.s.Policy.MinSDKVersion = "5.1.4" }},
		{"the development pair signs", 0, func(c *fixture) {
			c.s.App.DevKey, c.s.App.DevSecret, c.s.Development = "DEVKEY", "development-secret-0123456789abcd", true
			c.sign.Key, c.sign.Secret = "DEVKEY", "development-secret-0123456789abcd"
		}},
		{"the production secret under the development key", 3712, func(c *fixture) {
			c.s.App.DevKey, c.s.App.DevSecret, c.s.Development = "DEVKEY", "development-secret-0123456789abcd", true
			c.sign.Key = "DEVKEY"
		}},
		{"an app without a secret signs nothing", 3712, func(c *fixture) { c.s.App.Secret = "" }},
		{"no origin to check", 0, func(c *fixture) { c.s.App.AllowedOrigins = []string{"https://school.example"} }},
		{"withdrawn OBF before the date", 0, func(c *fixture) {
			*c = *at2(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))
			c.obf()
			c.s.OBF.Withdrawn = "scope_withdrawn"
		}},
		{"a running meeting never expires", 0, func(c *fixture) { c.s.Meeting.StartsAt = c.now.Add(-40 * 24 * time.Hour) }},
		{"no fixed time, used within the year", 0, func(c *fixture) {
			c.notRunning()
			c.s.Meeting.Kind, c.s.Meeting.StartsAt = meeting.KindNoFixedTime, time.Time{}
			c.s.Meeting.LastUsedAt = c.now.Add(-ExpiresUnused + time.Second)
			c.s.Meeting.Settings.JoinBeforeHost = true
		}},
		{"no fixed time, unused for a year", 3610, func(c *fixture) {
			c.notRunning()
			c.s.Meeting.Kind, c.s.Meeting.StartsAt = meeting.KindNoFixedTime, time.Time{}
			c.s.Meeting.CreatedAt, c.s.Meeting.LastUsedAt = time.Time{}, c.now.Add(-ExpiresUnused)
		}},
		{"instant, long over", 3610, func(c *fixture) {
			c.s.Meeting.Kind = meeting.KindInstant
			c.ended(ExpiresAfterOccurrence, meeting.EndedByHost)
		}},
		{"host starts", 0, func(c *fixture) { c.asHost(); c.notRunning() }},
		{"alternative starts", 0, func(c *fixture) {
			c.start()
			c.zak(c.other)
			c.notRunning()
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
		}},
		{"alternative starts while the host is busy", 3711, func(c *fixture) {
			c.start()
			c.zak(c.other)
			c.notRunning()
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
			c.s.HostLive = 1
		}},
		{"a licence for two", 0, func(c *fixture) { c.asHost(); c.notRunning(); c.s.HostLive = 1; c.host.Licence.ConcurrentMeetings = 2 }},
		{"coming back to one's own running meeting", 0, func(c *fixture) { c.asHost(); c.s.HostLive = 1 }},
		{"role 1 with an unreadable ZAK is the ZAK's fault", 3623, func(c *fixture) { c.external(); c.start(); c.badZAK("forged") }},
		{"the ZAK's address is known", 0, func(c *fixture) { c.webinar(); c.a.UserEmail = ""; c.zak(c.other) }},
		{"the tk's address is known", 0, func(c *fixture) { c.webinar(); c.a.UserEmail = ""; c.tk() }},
		{"the hostish are not blocked", 0, func(c *fixture) { c.asHost(); c.s.Account.Settings.BlockedAddresses = []string{c.host.Email} }},
		{"J.userEmail is blocked beside Z's", 3620, func(c *fixture) {
			c.zak(c.other)
			c.a.UserEmail = "eve@bad.example"
			c.s.Account.Settings.BlockedDomains = []string{"bad.example"}
		}},
		{"a domain below a blocked one", 3620, func(c *fixture) {
			c.a.UserEmail = "eve@a.bad.example"
			c.s.Account.Settings.BlockedDomains = []string{"*.bad.example"}
		}},
		{"another domain with the same end", 0, func(c *fixture) {
			c.a.UserEmail = "eve@notbad.example"
			c.s.Account.Settings.BlockedDomains = []string{"bad.example", "*.bad.example"}
		}},
		{"panelist needs no registration", 0, func(c *fixture) { c.webinar(); c.registration(); c.s.TK = RegistrantFacts{Given: true, Panelist: true} }},
		{"host needs no registration", 0, func(c *fixture) { c.registration(); c.asHost() }},
		{"an approved tk", 0, func(c *fixture) { c.registration(); c.tk() }},
		{"an approved tk, another userEmail", 0, func(c *fixture) { c.registration(); c.tk(); c.a.UserEmail = "eve@school.example" }},
		{"an approved tk, the ZAK of the same person", 0, func(c *fixture) { c.registration(); c.tk(); c.zak(c.other); c.s.TK.Email = "Other@home.example" }},
		{"a ZAK of an allowed domain", 0, func(c *fixture) {
			c.s.Meeting.Settings.SignedInOnly = true
			c.s.Account.Settings.SignInDomains = []string{"HOME.example"}
			c.zak(c.other)
		}},
		{"passcode, plain", 0, func(c *fixture) { c.passcode(); c.give("123456") }},
		{"passcode, link form", 0, func(c *fixture) { c.passcode(); c.give(c.s.Meeting.PasscodeLink) }},
		{"passcode, link form with its suffix", 0, func(c *fixture) { c.passcode(); c.give(c.s.Meeting.PasscodeLink + ".1") }},
		{"plain passcode with the suffix is wrong", 3004, func(c *fixture) { c.passcode(); c.give("123456.1") }},
		{"passcode, whole link", 3004, func(c *fixture) {
			c.passcode()
			c.give("https://host.example/j/1?pwd=" + c.s.Meeting.PasscodeLink)
		}},
		{"Client View's own option name", 0, func(c *fixture) {
			c.passcode()
			c.a.View, c.a.PasswordOption = "client", "passWord"
			c.give("123456")
		}},
		{"Component View's name in Client View", 3004, func(c *fixture) {
			c.passcode()
			c.a.View, c.a.PasswordOption = "client", "password"
		}},
		{"host needs no passcode", 0, func(c *fixture) { c.passcode(); c.asHost(); c.s.PasscodeFailures = 99 }},
		{"alternative with role 0 needs none", 0, func(c *fixture) {
			c.passcode()
			c.zak(c.other)
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
		}},
		{"registrant needs no passcode", 0, func(c *fixture) { c.passcode(); c.tk(); c.s.PasscodeFailures = 99 }},
		{"nine wrong ones do not throttle", 0, func(c *fixture) { c.passcode(); c.give("123456"); c.s.PasscodeFailures = 9 }},
		{"a thousand wrong ones from everywhere throttle", 3004, func(c *fixture) {
			c.passcode()
			c.give("123456")
			c.s.MeetingPasscodeFailures = 1000
		}},
		{"the join link's passcode, which nobody guesses, passes then", 0, func(c *fixture) {
			c.passcode()
			c.give(c.s.Meeting.PasscodeLink)
			c.s.MeetingPasscodeFailures = 1000
		}},
		{"simulive before its start", 3008, func(c *fixture) { c.simulive(c.now.Add(time.Second)) }},
		{"simulive while it plays", 0, func(c *fixture) { c.simulive(c.now) }},
		{"the host ended it within its time", 3008, func(c *fixture) { c.ended(time.Second, meeting.EndedByHost) }},
		{"the host ended it, no fixed time", 3008, func(c *fixture) {
			c.s.Meeting.Kind, c.s.Meeting.StartsAt = meeting.KindNoFixedTime, time.Time{}
			c.ended(time.Minute, meeting.EndedByHost)
		}},
		{"the host ended it, an occurrence lies ahead", 3008, func(c *fixture) {
			c.s.Meeting.Kind = meeting.KindRecurring
			c.s.Meeting.Occurrences = []time.Time{c.now.Add(-5 * time.Hour), c.now.Add(24 * time.Hour)}
			c.ended(time.Minute, meeting.EndedByHost)
		}},
		{"the host ended it after its time", 4004, func(c *fixture) {
			c.s.Meeting.StartsAt = c.now.Add(-2 * time.Hour)
			c.ended(time.Minute, meeting.EndedByHost)
		}},
		{"just ended by its host, guests do not revive it", 3008, func(c *fixture) {
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.ended(time.Minute, meeting.EndedByHost)
		}},
		{"ten minutes later they may", 0, func(c *fixture) {
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.ended(EndedRetention, meeting.EndedByHost)
		}},
		{"everybody left, and guests may begin again", 0, func(c *fixture) {
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.ended(time.Second, meeting.EndedEmpty)
		}},
		{"host begins again at once", 0, func(c *fixture) { c.asHost(); c.ended(time.Minute, meeting.EndedByHost) }},
		{"an instant meeting cannot run again", 4004, func(c *fixture) {
			c.asHost()
			c.s.Meeting.Kind = meeting.KindInstant
			c.ended(time.Hour, meeting.EndedEmpty)
		}},
		{"the tk's occurrence is past", 4004, func(c *fixture) {
			c.notRunning()
			c.tk()
			c.s.TK.Occurrence = c.now.Add(-2 * time.Hour)
			c.s.Meeting.Settings.JoinBeforeHost = true
		}},
		{"another occurrence lies ahead", 0, func(c *fixture) {
			c.s.Meeting.Kind = meeting.KindRecurring
			c.s.Meeting.Occurrences = []time.Time{c.now.Add(-5 * time.Hour), c.now.Add(24 * time.Hour)}
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.ended(time.Hour, meeting.EndedByHost)
		}},
		{"join before host", 0, func(c *fixture) { c.notRunning(); c.s.Meeting.Settings.JoinBeforeHost = true }},
		{"a waiting room turns it off", 3008, func(c *fixture) {
			c.notRunning()
			c.s.Meeting.Settings.JoinBeforeHost, c.s.Meeting.Settings.WaitingRoom = true, true
		}},
		{"webinars have none", 3008, func(c *fixture) { c.webinar(); c.notRunning(); c.s.Meeting.Settings.JoinBeforeHost = true }},
		{"inside the window", 0, func(c *fixture) {
			c.notRunning()
			c.s.Meeting.StartsAt = c.now.Add(5 * time.Minute)
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.s.Meeting.Settings.JoinBeforeHostWindow = 5 * time.Minute
		}},
		{"panelist in a practice session", 0, func(c *fixture) {
			c.webinar()
			c.s.Session.Practice = true
			c.s.TK = RegistrantFacts{Given: true, Panelist: true}
		}},
		{"an OBF opens other accounts to the unpublished", 0, func(c *fixture) { c.external(); c.s.App.Published = false; c.obf() }},
		{"an exempt app", 0, func(c *fixture) { c.external(); c.s.AppExempt = true }},
		{"the policy's clock moved back", 0, func(c *fixture) { c.external(); c.s.Policy.Shift = -90 * 24 * time.Hour }},
		{"rejoining is allowed", 0, func(c *fixture) {
			c.a.DeviceID = "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{DeviceID: "d"}}}
			c.s.Account.Settings.AllowRejoin = true
		}},
		{"a customerKey never refuses alone", 0, func(c *fixture) {
			c.a.CustomerKey, c.a.DeviceID = "7", "e"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", DeviceID: "d"}}}
		}},
		{"nor do a customerKey and the address", 0, func(c *fixture) {
			c.a.CustomerKey, c.a.DeviceID, c.a.UserEmail = "7", "e", "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Name: c.a.UserName, Claims: meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", DeviceID: "d", Email: "Ada@school.example"}}}
		}},
		{"somebody who borrowed customerKey and address keeps nobody verified out", 0, func(c *fixture) {
			c.tk()
			c.a.CustomerKey, c.a.DeviceID = "7", "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", DeviceID: "d", Email: "ada@school.example"}}}
		}},
		{"the removed user's browser, another user", 0, func(c *fixture) {
			c.zak(c.other)
			c.a.DeviceID = "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{UserID: "u-third", DeviceID: "d"}}}
		}},
		{"the removed user's browser, nobody verified", 3009, func(c *fixture) {
			c.a.DeviceID = "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{UserID: "u-third", DeviceID: "d"}}}
		}},
		{"a removed bot with another OBF", 3009, func(c *fixture) {
			c.obf()
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", OBFID: "obf-0", AuthorizerID: c.other.ID}}}
		}},
		{"the removed bot's app for another user", 0, func(c *fixture) {
			c.obf()
			c.a.DeviceID = "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", OBFID: "obf-0", AuthorizerID: "u-third", DeviceID: "d"}}}
		}},
		{"another app for the removed bot's user", 0, func(c *fixture) {
			c.obf()
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-2", OBFID: "obf-0", AuthorizerID: c.other.ID}}}
		}},
		{"the removed registrant", 3009, func(c *fixture) {
			c.tk()
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{RegistrantID: "r-1"}}}
		}},
		{"the resume token of a removed participant", 3009, func(c *fixture) {
			c.zak(c.other)
			c.s.Resume = &meeting.Participant{State: meeting.ParticipantRemoved, SessionID: "s-1", MeetingID: "m-1"}
		}},
		{"the resume token of one removed from an earlier instance", 0, func(c *fixture) {
			c.s.Resume = &meeting.Participant{State: meeting.ParticipantRemoved, SessionID: "s-0", MeetingID: "m-1"}
		}},
		{"the removed device", 3009, func(c *fixture) {
			c.a.DeviceID = "d"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{DeviceID: "d"}}}
		}},
		{"the removed user on another device", 3009, func(c *fixture) {
			c.zak(c.other)
			c.a.DeviceID = "e"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{UserID: c.other.ID, DeviceID: "d"}}}
		}},
		{"the address, where nothing is stronger", 3009, func(c *fixture) {
			c.a.UserEmail = "Ada@school.example"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{Email: "ada@school.example"}}}
		}},
		{"the address is not enough beside the newcomer's device", 0, func(c *fixture) {
			c.a.UserEmail, c.a.DeviceID = "ada@school.example", "d"
			c.s.Removed = []RemovedIdentity{{Name: c.a.UserName, Claims: meeting.IdentityClaims{Email: "ada@school.example"}}}
		}},
		{"nor beside the removed one's", 0, func(c *fixture) {
			c.a.UserEmail = "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Name: c.a.UserName, Claims: meeting.IdentityClaims{Email: "ada@school.example", DeviceID: "d"}}}
		}},
		{"nor beside the removed one's verified identity", 0, func(c *fixture) {
			c.a.UserEmail = "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{Email: "ada@school.example", UserID: c.other.ID}}}
		}},
		{"the same customerKey and address", 3009, func(c *fixture) {
			c.a.CustomerKey, c.a.UserEmail = "7", "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", Email: "ada@school.example"}}}
		}},
		{"the same customerKey and address of another app", 0, func(c *fixture) {
			c.a.CustomerKey, c.a.UserEmail = "7", "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-2", CustomerKey: "7", Email: "ada@school.example"}}}
		}},
		{"another customerKey beside the address", 0, func(c *fixture) {
			c.a.CustomerKey, c.a.UserEmail = "8", "ada@school.example"
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", Email: "ada@school.example"}}}
		}},
		{"a barrier to somebody inside", 4007, func(c *fixture) {
			c.s.Account.Settings.Barriers = [][2]string{{"sales", "research"}}
			c.other.Groups = []string{"sales"}
			c.zak(c.other)
			c.s.InsideGroups = []string{"research"}
		}},
		{"host passes the lock and the full meeting", 0, func(c *fixture) { c.asHost(); c.s.Session.Locked = true; c.s.Session.Participants = 100 }},
		{"host with role 0 too", 0, func(c *fixture) { c.zak(c.host); c.s.Session.Locked = true; c.s.Session.Participants = 100 }},
		{"anonymous joins are never duplicates", 0, func(c *fixture) { c.s.Inside = &Presence{Connected: true} }},
		{"a registrant may have several devices", 0, func(c *fixture) {
			c.tk()
			c.s.Meeting.Settings.RegistrantMultipleDevices = true
			c.s.Inside = &Presence{Connected: true}
		}},
		{"a user may not, whatever registrants may", 4008, func(c *fixture) {
			c.tk()
			c.zak(c.other)
			c.s.Meeting.Settings.RegistrantMultipleDevices = true
			c.s.Inside = &Presence{Connected: true}
		}},
		{"two meetings allowed", 0, func(c *fixture) {
			c.zak(c.other)
			c.s.Elsewhere = &Presence{}
			c.s.Account.Settings.AllowTwoMeetings = true
		}},
		{"who may host several", 0, func(c *fixture) {
			c.zak(c.other)
			c.other.Licence.ConcurrentMeetings = 2
			c.s.Elsewhere = &Presence{}
		}},
		{"the last place", 0, func(c *fixture) { c.s.Session.Participants = 99 }},
		{"the meeting's own capacity", 4005, func(c *fixture) { c.s.Meeting.Settings.Capacity = 2; c.s.Session.Participants = 2 }},
		{"never above the licence", 4005, func(c *fixture) { c.s.Meeting.Settings.Capacity = 500; c.s.Session.Participants = 100 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newFixture()
			tc.change(c)
			v := c.decide(t)
			if codeOf(&v) != tc.want {
				t.Errorf("got %d, want %d: %+v", codeOf(&v), tc.want, v.Decision)
			}
		})
	}
}

func TestAdmission(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*fixture)
		check  func(Admission) bool
	}{
		{"attendee", func(*fixture) {}, func(a Admission) bool {
			return a.Role == meeting.RoleAttendee && !a.Waiting && !a.Starts && !a.Exempt && a.Capacity == 100 && a.Claims.AppID == "app-1"
		}},
		{"host", (*fixture).asHost, func(a Admission) bool { return a.Role == meeting.RoleHost && a.Exempt && a.Claims.UserID == "u-host" }},
		{"host with role 0", func(c *fixture) { c.zak(c.host) }, func(a Admission) bool { return a.Role == meeting.RoleAttendee && a.Exempt }},
		{"alternative assists", func(c *fixture) {
			c.start()
			c.zak(c.other)
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
		}, func(a Admission) bool { return a.Role == meeting.RoleCoHost }},
		{"alternative begins", func(c *fixture) {
			c.start()
			c.zak(c.other)
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
			c.notRunning()
		}, func(a Admission) bool { return a.Role == meeting.RoleHost && a.Starts }},
		{"waiting room", func(c *fixture) { c.s.Meeting.Settings.WaitingRoom = true }, func(a Admission) bool { return a.Waiting }},
		{"host does not wait", func(c *fixture) { c.asHost(); c.s.Meeting.Settings.WaitingRoom = true }, func(a Admission) bool { return !a.Waiting }},
		{"panelist", func(c *fixture) {
			c.webinar()
			c.s.TK = RegistrantFacts{Given: true, Panelist: true, RegistrantID: "p"}
		}, func(a Admission) bool { return a.Role == meeting.RolePanelist && a.Claims.RegistrantID == "p" }},
		{"OBF", (*fixture).obf, func(a Admission) bool {
			return a.Claims.Identity() == "obf:app-1:obf-1" && a.Claims.UserID == "" && a.Role == meeting.RoleAttendee
		}},
		{"several devices", func(c *fixture) { c.tk(); c.s.Meeting.Settings.RegistrantMultipleDevices = true }, func(a Admission) bool {
			return a.AllowMultipleDevices && a.Email == "ada@school.example"
		}},
		{"licence without a number", func(c *fixture) { c.host.Licence = account.Licence{} }, func(a Admission) bool { return a.Capacity == DefaultCapacity }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newFixture()
			tc.change(c)
			v := c.decide(t)
			if !v.Admitted() || !tc.check(v.Admission) {
				t.Errorf("%+v %+v", v.Decision, v.Admission)
			}
		})
	}
}
