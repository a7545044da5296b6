package admission

import (
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

// ownParticipant gives the scene's page a participant of its own, which a right signature of
// role 0 admitted.
func (c *fixture) ownParticipant() *meeting.Participant {
	participant := &meeting.Participant{
		ID: "own", SessionID: "s-1", MeetingID: "m-1", Name: "Ada", State: meeting.ParticipantJoined, Role: meeting.RoleAttendee,
		Claims: meeting.IdentityClaims{AppID: "app-1"}, SignatureDigest: make([]byte, digestParts*DigestPart),
	}
	c.s.Resume, c.a.Digest = participant, make([]byte, digestParts*DigestPart)
	c.a.Digest[0] = 1 // a fresh signature
	return participant
}

// differ makes a part of the digest another one than at the first join.
func (c *fixture) differ(part int) { c.a.Digest[part*DigestPart] = 1 }

// TestResumingGivesOnlyWhatIsPresented: a page goes on with its own participant
// only where its credentials give the same; everything else is decided afresh,
// without meeting its own participant of before.
func TestResumingGivesOnlyWhatIsPresented(t *testing.T) {
	type outcome int
	const (
		resumes  outcome = iota
		gives            // a new participant, the own one is removed
		replaces         // the own participant goes on with what the newcomer's credentials give
		refused
	)
	for _, tc := range []struct {
		name   string
		want   outcome
		code   errcode.Code
		change func(*fixture, *meeting.Participant)
	}{
		{"a fresh signature", resumes, 0, func(*fixture, *meeting.Participant) {}},
		{"the very same signature, expired since", resumes, 0, func(c *fixture, _ *meeting.Participant) {
			c.a.Digest[0] = 0
			c.sign.IssuedAt, c.sign.ExpiresAt = c.now.Add(-2*time.Hour), c.now.Add(-time.Minute)
		}},
		{"another expired signature", refused, 3705, func(c *fixture, _ *meeting.Participant) {
			c.sign.IssuedAt, c.sign.ExpiresAt = c.now.Add(-2*time.Hour), c.now.Add(-time.Minute)
		}},
		{"a wrong signature", refused, 3712, func(c *fixture, _ *meeting.Participant) { c.sign.Secret = "another-secret-0123456789abcdef00" }},
		{"none", refused, 4003, func(c *fixture, _ *meeting.Participant) { c.raw = " " }},
		{"another app's signature", gives, 0, func(_ *fixture, own *meeting.Participant) { own.Claims.AppID = "app-2" }},
		{"another person of the same app and role", gives, 0, func(c *fixture, _ *meeting.Participant) { c.a.UserName = "Eve"; c.differ(digestPerson) }},
		{"another person with the very same signature", gives, 0, func(c *fixture, _ *meeting.Participant) {
			c.a.UserName = "Eve"
			c.a.Digest[0] = 0
			c.differ(digestPerson)
		}},
		{"a user under another name", replaces, 0, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			own.Claims.UserID = c.other.ID
			c.s.Inside = &Presence{Participant: own, Connected: true}
			c.differ(digestPerson)
		}},
		{"a guest comes back as host", gives, 0, func(c *fixture, _ *meeting.Participant) { c.asHost() }},
		{"a guest asks to start without a ZAK", refused, 3003, func(c *fixture, _ *meeting.Participant) { c.start() }},
		{"a guest passes a broken ZAK", refused, 3623, func(c *fixture, _ *meeting.Participant) { c.badZAK("malformed"); c.differ(digestTokens) }},
		{"a guest passes a broken OBF", refused, 4013, func(c *fixture, _ *meeting.Participant) { c.badOBF("malformed"); c.differ(digestTokens) }},
		{"the broken OBF of before, which was ignored", resumes, 0, func(c *fixture, _ *meeting.Participant) { c.badOBF("malformed") }},
		{"the host comes back as host", resumes, 0, func(c *fixture, own *meeting.Participant) {
			c.asHost()
			own.Role, own.Claims.UserID, own.Flags.SignedRole = meeting.RoleHost, c.host.ID, 1
		}},
		{"the host comes back with role 0", replaces, 0, func(c *fixture, own *meeting.Participant) {
			c.zak(c.host)
			own.Role, own.Claims.UserID, own.Flags.SignedRole = meeting.RoleHost, c.host.ID, 1
			c.s.Inside = &Presence{Participant: own, Connected: true}
		}},
		{"the host comes back as a guest", gives, 0, func(c *fixture, own *meeting.Participant) {
			own.Role, own.Claims.UserID, own.Flags.SignedRole = meeting.RoleHost, c.host.ID, 1
		}},
		{"another user's ZAK", gives, 0, func(c *fixture, own *meeting.Participant) { c.zak(c.other); own.Claims.UserID = "u-third" }},
		{"another ZAK of the same user", resumes, 0, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			c.differ(digestTokens)
			own.Claims.UserID = c.other.ID
		}},
		{"the same ZAK, expired since", resumes, 0, func(c *fixture, own *meeting.Participant) { c.badZAK("expired"); own.Claims.UserID = c.other.ID }},
		{"another expired ZAK", refused, 3265, func(c *fixture, own *meeting.Participant) {
			c.badZAK("expired")
			c.differ(digestTokens)
			own.Claims.UserID = c.other.ID
		}},
		{"the same ZAK, revoked since", refused, 3265, func(c *fixture, own *meeting.Participant) { c.badZAK("revoked"); own.Claims.UserID = c.other.ID }},
		{"the same ZAK, its scope withdrawn since", refused, 3713, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			c.s.ZAK.Withdrawn = "scope_withdrawn"
			own.Claims.UserID = c.other.ID
		}},
		{"the same OBF", resumes, 0, func(c *fixture, own *meeting.Participant) { c.obf(); own.Claims.OBFID = "obf-1" }},
		{"another OBF", gives, 0, func(c *fixture, own *meeting.Participant) { c.obf(); own.Claims.OBFID = "obf-2" }},
		{"the same registrant", resumes, 0, func(c *fixture, own *meeting.Participant) { c.tk(); own.Claims.RegistrantID = "r-1" }},
		{"without the tk of before", gives, 0, func(_ *fixture, own *meeting.Participant) { own.Claims.RegistrantID = "r-1" }},
		{"the tk was cancelled since, and is needed", refused, 3099, func(c *fixture, own *meeting.Participant) {
			c.registration()
			c.s.TK = RegistrantFacts{Given: true, Fault: "tk_cancelled", RegistrantID: "r-1"}
			own.Claims.RegistrantID = "r-1"
		}},
		{"another person in a full and locked meeting", gives, 0, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			own.Claims.UserID = "u-third"
			c.s.Session.Participants, c.s.Session.Locked = 100, true
		}},
		{"full beyond one's own place", refused, 4005, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			own.Claims.UserID = "u-third"
			c.s.Session.Participants = 101
		}},
		{"another user with the passcode missing", refused, 3004, func(c *fixture, _ *meeting.Participant) { c.passcode(); c.zak(c.other) }},
		{"the same person needs no passcode again", resumes, 0, func(c *fixture, _ *meeting.Participant) { c.passcode() }},
		{"somebody else while nobody but oneself is connected", refused, 3008, func(c *fixture, _ *meeting.Participant) {
			c.zak(c.other)
			c.s.HasParticipants = false
		}},
		{"the same person while nobody else is connected", resumes, 0, func(c *fixture, _ *meeting.Participant) { c.s.HasParticipants = false }},
		{"waiting, the same", resumes, 0, func(_ *fixture, own *meeting.Participant) { own.State = meeting.ParticipantWaiting }},
		{"removed", refused, 3009, func(_ *fixture, own *meeting.Participant) { own.State = meeting.ParticipantRemoved }},
		{"removed from the waiting room", refused, 3009, func(_ *fixture, own *meeting.Participant) { own.State = meeting.ParticipantNotAdmitted }},
	} {
		c := newFixture()
		own := c.ownParticipant()
		tc.change(c, own)
		for _, v := range both(t, c, own) {
			got := resumes
			switch a := &v.Admission; {
			case !v.Admitted():
				got = refused
			case a.Leaves != nil:
				got = gives
			case a.Replaces != nil:
				got = replaces
			case a.Resumes == nil:
				t.Errorf("%s: a participant beside the page's own", tc.name)
			}
			if got != tc.want || codeOf(&v) != tc.code {
				t.Errorf("%s: %d, want %d; %d, want %d: %+v", tc.name, got, tc.want, codeOf(&v), tc.code, v.Decision)
			}
		}
	}
}

// both decides a scene by the pure gate and by a run of it.
func both(t *testing.T, c *fixture, own *meeting.Participant) []Verdict {
	t.Helper()
	pure := c.decide(t)
	c.a.ResumeToken = "token"
	policy := c.s.Policy
	ran, _ := run(t, NewGate(policy), &fakeLoader{c: c, participant: own})
	return []Verdict{pure, ran}
}

// TestWhoeverWaitedGoesOnWaiting: coming back as somebody else is no way out of the
// waiting room, and none into it for whoever was admitted.
func TestWhoeverWaitedGoesOnWaiting(t *testing.T) {
	for _, tc := range []struct {
		name    string
		waits   bool
		waiting bool
		change  func(*fixture, *meeting.Participant)
	}{
		{"a guest signs in", true, true, func(c *fixture, _ *meeting.Participant) { c.zak(c.other) }},
		{"a guest becomes host", true, false, func(c *fixture, _ *meeting.Participant) { c.asHost() }},
		{"a user on hold, from another page", true, true, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			c.s.Resume, own.Claims.UserID = nil, c.other.ID
			c.s.Inside = &Presence{Participant: own}
		}},
		{"an admitted user, from another page", false, false, func(c *fixture, own *meeting.Participant) {
			c.zak(c.other)
			c.s.Meeting.Settings.WaitingRoom = true
			c.s.Resume, own.Claims.UserID = nil, c.other.ID
			c.s.Inside = &Presence{Participant: own}
		}},
	} {
		c := newFixture()
		own := c.ownParticipant()
		if tc.waits {
			own.State = meeting.ParticipantWaiting
		}
		tc.change(c, own)
		if v := c.decide(t); !v.Admitted() || v.Admission.Waiting != tc.waiting {
			t.Errorf("%s: %+v %+v", tc.name, v.Decision, v.Admission)
		}
	}
}

// TestWhoeverIsOnHoldWaits: joining anew is no way past a host who has put somebody on
// hold, and nobody else waits for it.
func TestWhoeverIsOnHoldWaits(t *testing.T) {
	for _, tc := range []struct {
		name    string
		known   meeting.IdentityClaims
		waiting bool
		change  func(*fixture)
	}{
		{"the same browser", meeting.IdentityClaims{DeviceID: "d"}, true, func(*fixture) {}},
		{"the browser of somebody signed in, anonymously", meeting.IdentityClaims{UserID: "u", DeviceID: "d"}, true, func(*fixture) {}},
		{"another browser", meeting.IdentityClaims{DeviceID: "e"}, false, func(*fixture) {}},
		{"another identity in the same browser", meeting.IdentityClaims{DeviceID: "d"}, false, func(c *fixture) { c.zak(c.other) }},
		{"the same user", meeting.IdentityClaims{UserID: newFixture().other.ID, DeviceID: "e"}, true, func(c *fixture) { c.zak(c.other) }},
		{"the same registrant", meeting.IdentityClaims{RegistrantID: "r-1"}, true, func(c *fixture) { c.tk() }},
		{"a borrowed name, key and address", meeting.IdentityClaims{AppID: "app-1", CustomerKey: "7", Email: "ada@school.example"}, false, func(c *fixture) {
			c.a.CustomerKey, c.a.UserEmail = "7", "ada@school.example"
		}},
		{"the host", meeting.IdentityClaims{DeviceID: "d", UserID: newFixture().host.ID}, false, func(c *fixture) { c.asHost() }},
		{"a page that is inside", meeting.IdentityClaims{DeviceID: "d"}, false, func(c *fixture) { c.ownParticipant() }},
		{"a page that is inside, under another name", meeting.IdentityClaims{DeviceID: "d"}, false, func(c *fixture) {
			c.ownParticipant().Claims.DeviceID = "d"
			c.differ(digestPerson)
		}},
		{"the same user, from an anonymous page that is inside", meeting.IdentityClaims{UserID: newFixture().other.ID, DeviceID: "e"}, true, func(c *fixture) {
			c.ownParticipant().Claims.DeviceID = "d"
			c.zak(c.other)
		}},
		{"the same user, from an anonymous page in the same browser", meeting.IdentityClaims{UserID: newFixture().other.ID, DeviceID: "d"}, true, func(c *fixture) {
			c.ownParticipant().Claims.DeviceID = "d"
			c.zak(c.other)
		}},
		{"the same registrant, in the place of a user who is inside", meeting.IdentityClaims{RegistrantID: "r-1"}, true, func(c *fixture) {
			c.zak(c.other)
			c.tk()
			c.s.Inside = &Presence{Participant: &meeting.Participant{ID: "inside", State: meeting.ParticipantJoined, Claims: meeting.IdentityClaims{UserID: c.other.ID}}}
		}},
		{"another page of a user who is inside, in a browser that is on hold", meeting.IdentityClaims{DeviceID: "d"}, false, func(c *fixture) {
			c.zak(c.other)
			c.s.Inside = &Presence{Participant: &meeting.Participant{ID: "inside", State: meeting.ParticipantJoined, Claims: meeting.IdentityClaims{UserID: c.other.ID}}}
		}},
		{"a registrant's device that is inside beside one that is on hold", meeting.IdentityClaims{RegistrantID: "r-1", DeviceID: "e"}, false, func(c *fixture) {
			c.tk()
			c.s.Meeting.Settings.RegistrantMultipleDevices = true
			c.ownParticipant().Claims.RegistrantID = "r-1"
			c.differ(digestPerson)
		}},
	} {
		c := newFixture()
		c.a.DeviceID = "d"
		c.s.OnHold = []meeting.IdentityClaims{{DeviceID: "x"}, tc.known}
		tc.change(c)
		if v := c.decide(t); !v.Admitted() || v.Admission.Waiting != tc.waiting {
			t.Errorf("%s: %+v %+v", tc.name, v.Decision, v.Admission)
		}
	}
}

// TestTakingOver: who takes the place of a participant of the same identity.
func TestTakingOver(t *testing.T) {
	for _, tc := range []struct {
		name   string
		taken  bool
		role   meeting.Role
		retry  time.Duration
		change func(*fixture, *Presence)
	}{
		{"a user's live page, same app", true, meeting.RoleAttendee, 0, func(*fixture, *Presence) {}},
		{"a user's live page, another app", false, "", 0, func(_ *fixture, p *Presence) { p.Participant.Claims.AppID = "app-2" }},
		{"a user's lost page, another app", true, meeting.RoleAttendee, 0, func(_ *fixture, p *Presence) { p.Connected, p.Participant.Claims.AppID = false, "app-2" }},
		{"take-over is off", false, "", 0, func(c *fixture, _ *Presence) { c.s.Account.Settings.TakeOverOff = true }},
		{"take-over is off, the page is gone", true, meeting.RoleAttendee, 0, func(c *fixture, p *Presence) {
			c.s.Account.Settings.TakeOverOff, p.Connected = true, false
		}},
		{"take-over is off, lost a moment ago", false, "", 2 * time.Second, func(c *fixture, p *Presence) {
			c.s.Account.Settings.TakeOverOff, p.Grace = true, 2*time.Second
		}},
		{"a lower role than held", false, "", 0, func(_ *fixture, p *Presence) { p.Participant.Role = meeting.RoleCoHost }},
		{"a lower role than held, lost", true, meeting.RoleAttendee, 0, func(_ *fixture, p *Presence) { p.Connected, p.Participant.Role = false, meeting.RoleCoHost }},
		{"the host's live page", true, meeting.RoleHost, 0, func(c *fixture, p *Presence) { c.asHost(); p.Participant.Role = meeting.RoleHost }},
		{"the host's live page with role 0", false, "", 0, func(c *fixture, p *Presence) { c.zak(c.host); p.Participant.Role = meeting.RoleHost }},
		{"an alternative who is the host", true, meeting.RoleHost, 0, func(c *fixture, p *Presence) {
			c.start()
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
			p.Participant.Role = meeting.RoleHost
		}},
		{"an alternative who assists", true, meeting.RoleCoHost, 0, func(c *fixture, p *Presence) {
			c.start()
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
			p.Participant.Role = meeting.RoleCoHost
		}},
		{"too often", false, "", 40 * time.Second, func(_ *fixture, p *Presence) { p.TakeOverDelay = 40 * time.Second }},
		{"too often, but gone", true, meeting.RoleAttendee, 0, func(_ *fixture, p *Presence) { p.TakeOverDelay, p.Connected = 40*time.Second, false }},
		{"a registrant's live page", false, "", 0, func(c *fixture, _ *Presence) { c.s.ZAK = UserToken{}; c.tk() }},
		{"a registrant's lost page", true, meeting.RoleAttendee, 0, func(c *fixture, p *Presence) { c.s.ZAK = UserToken{}; c.tk(); p.Connected = false }},
		{"a registrant's live page, allowed", true, meeting.RoleAttendee, 0, func(c *fixture, _ *Presence) {
			c.s.ZAK = UserToken{}
			c.tk()
			c.s.Account.Settings.RegistrantTakeOver = true
		}},
		{"a bot's live page", false, "", 0, func(c *fixture, _ *Presence) { c.s.ZAK = UserToken{}; c.obf() }},
		{"a bot's live page, where registrants may", false, "", 0, func(c *fixture, _ *Presence) {
			c.s.ZAK = UserToken{}
			c.obf()
			c.s.Account.Settings.RegistrantTakeOver = true
		}},
		{"a bot's lost page", true, meeting.RoleAttendee, 0, func(c *fixture, p *Presence) { c.s.ZAK = UserToken{}; c.obf(); p.Connected = false }},
		{"locked and full, live", true, meeting.RoleAttendee, 0, func(c *fixture, _ *Presence) { c.s.Session.Locked, c.s.Session.Participants = true, 100 }},
	} {
		c := newFixture()
		c.zak(c.other)
		p := &Presence{Connected: true, Participant: &meeting.Participant{
			ID: "first", Name: "Ada", Role: meeting.RoleAttendee, State: meeting.ParticipantJoined, Claims: meeting.IdentityClaims{AppID: "app-1", UserID: c.other.ID},
		}}
		c.s.Inside = p
		tc.change(c, p)
		v := c.decide(t)
		switch {
		case !tc.taken:
			if codeOf(&v) != errcode.ParticipantExist || v.Decision.Cause != "already_inside" || v.Decision.RetryAfter != tc.retry ||
				v.Decision.Remedy == "" || v.Decision.Evidence == "" {
				t.Errorf("%s: %+v", tc.name, v.Decision)
			}
		case !v.Admitted() || v.Admission.Replaces != p.Participant || v.Admission.Connected != p.Connected || v.Admission.Role != tc.role:
			t.Errorf("%s: %+v %+v", tc.name, v.Decision, v.Admission)
		}
	}
}

// TestASessionThatNobodyIsConnectedIn lets no guest in by itself and holds no slot.
func TestASessionThatNobodyIsConnectedIn(t *testing.T) {
	deserted := func(c *fixture) { c.s.HasParticipants = false }
	for _, tc := range []struct {
		name   string
		code   errcode.Code
		role   meeting.Role
		change func(*fixture)
	}{
		{"a guest", 3008, "", func(*fixture) {}},
		{"a guest, join before host", 0, meeting.RoleAttendee, func(c *fixture) { c.s.Meeting.Settings.JoinBeforeHost = true }},
		{"the host", 0, meeting.RoleHost, func(c *fixture) { c.asHost() }},
		{"an alternative is the host then", 0, meeting.RoleHost, func(c *fixture) {
			c.start()
			c.zak(c.other)
			c.s.Meeting.AlternativeHosts = []string{c.other.ID}
		}},
		{"the host, who hosts elsewhere by now", 3711, "", func(c *fixture) { c.asHost(); c.s.HostLive = 1 }},
		{"an instant meeting is not over yet", 3008, "", func(c *fixture) { c.s.Meeting.Kind = meeting.KindInstant }},
	} {
		c := newFixture()
		deserted(c)
		tc.change(c)
		if v := c.decide(t); codeOf(&v) != tc.code || v.Admission.Role != tc.role {
			t.Errorf("%s: %+v %+v", tc.name, v.Decision, v.Admission)
		}
	}
	c := newFixture()
	c.asHost()
	c.notRunning()
	c.s.Abandoned = []string{"s-2"}
	if v := c.decide(t); !v.Admitted() || len(v.Admission.Ends) != 1 {
		t.Errorf("the deserted session goes on: %+v %+v", v.Decision, v.Admission)
	}
	c.host.Licence.ConcurrentMeetings = 2
	if v := c.decide(t); !v.Admitted() || len(v.Admission.Ends) != 0 {
		t.Errorf("a session ends although the licence allows two: %+v %+v", v.Decision, v.Admission)
	}
}
