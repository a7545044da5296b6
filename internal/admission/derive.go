package admission

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// DefaultCapacity is how many a meeting holds whose host's licence names no number.
const DefaultCapacity = 100

var noAccount account.Account

// derive works out the words of the contract (start, hostish, ext, panelist …)
// from the loaded facts.
func (in *Input) derive() {
	s := in.s
	in.account = s.Account
	if in.account == nil {
		in.account = &noAccount
	}
	m := s.Meeting
	if m == nil {
		return
	}
	in.start = in.token != nil && in.token.Claims.Role == 1
	in.hostOrAlt = s.ZAK.Valid() && (s.ZAK.User.ID == m.HostID || slices.Contains(m.AlternativeHosts, s.ZAK.User.ID))
	in.hasHostRights = in.start && in.hostOrAlt
	in.registrant = s.TK.Valid()
	in.panelist = s.TK.Given && s.TK.Fault == "" && s.TK.Panelist
	in.external = s.App != nil && s.App.AccountID != m.AccountID
	in.live = s.Session.Live() || in.playing()
	in.running = s.Session.Live() && (s.HasParticipants || in.resuming) || in.playing()
	in.obfFault = s.judgeOBF()
	in.obfValid = s.OBF.Given && in.obfFault == ""
	in.email = in.knownEmail()
}

// judgeOBF adds to the token's own fault what it is bound to.
func (s *Snapshot) judgeOBF() string {
	t := &s.OBF
	switch {
	case !t.Given:
		return ""
	case t.Fault != "":
		return t.Fault
	case t.User == nil:
		return "malformed"
	case t.AppID != "" && (s.App == nil || t.AppID != s.App.ID):
		return "other_app"
	case t.MeetingNumber != "" && t.MeetingNumber != s.Meeting.Number:
		return "other_meeting"
	}
	return ""
}

// knownEmail is E: Z's address, else the tk's, else what the page says.
func (in *Input) knownEmail() string {
	switch {
	case in.s.ZAK.Valid() && in.s.ZAK.User.Email != "":
		return in.s.ZAK.User.Email
	case in.s.TK.Given && in.s.TK.Email != "": // whose it is, is known also where it is no good
		return in.s.TK.Email
	}
	return in.a.UserEmail
}

// claims are how the joiner's participant can be recognised again.
func (in *Input) claims() meeting.IdentityClaims {
	if in.resuming && in.s.Resume != nil {
		return in.s.Resume.Claims
	}
	m := in.s.verifiedClaims()
	m.CustomerKey, m.DeviceID, m.Email = in.a.CustomerKey, in.a.DeviceID, in.email
	return m
}

// verifiedClaims are the marks that nobody can make up: those of genuine tokens.
func (s *Snapshot) verifiedClaims() meeting.IdentityClaims {
	var m meeting.IdentityClaims
	if s.App != nil {
		m.AppID = s.App.ID
	}
	if s.ZAK.Valid() {
		m.UserID = s.ZAK.User.ID
	}
	if s.TK.Given && s.TK.Fault == "" {
		m.RegistrantID = s.TK.RegistrantID
	}
	if s.OBF.Given && s.judgeOBF() == "" {
		m.OBFID, m.AuthorizerID = s.OBF.ID, s.OBF.User.ID
	}
	return m
}

// Identity is the verified identity of the joiner by the tokens and the meeting that
// are loaded, as meeting.Claims has it; empty for anonymous joins. Loaders look for
// Inside by it.
func (s *Snapshot) Identity() string {
	m := s.verifiedClaims()
	return m.Identity()
}

// multipleDevices reports whether the verified identity is a registrant's, and the
// meeting admits it more than once.
func (in *Input) multipleDevices(m meeting.IdentityClaims) bool {
	return in.s.Meeting.Settings.RegistrantMultipleDevices && strings.HasPrefix(m.Identity(), "reg:")
}

// capacity is how many participants the meeting has.
func (in *Input) capacity() int {
	n := DefaultCapacity
	if in.s.Host != nil && in.s.Host.Licence.Capacity > 0 {
		n = in.s.Host.Licence.Capacity
	}
	if c := in.s.Meeting.Settings.Capacity; c > 0 && c < n {
		n = c
	}
	return n
}

// admission is how somebody enters whom no rule refused.
func (in *Input) admission() Admission {
	s := in.s
	if in.resuming {
		participant := s.Resume
		return Admission{
			Role: participant.Role, Waiting: participant.State == meeting.ParticipantWaiting, Exempt: true, Capacity: in.capacity(),
			Claims: participant.Claims, Email: participant.Email, AllowMultipleDevices: participant.AllowMultipleDevices, Resumes: participant,
		}
	}
	claims := in.claims()
	a := Admission{
		Role:     in.role(),
		Waiting:  s.Meeting.Settings.WaitingRoom && !s.Meeting.IsWebinar() && !in.hostOrAlt && !in.panelist,
		Starts:   !s.Session.Live(),
		Exempt:   in.hostOrAlt,
		Capacity: in.capacity(),
		Claims:   claims, Email: in.email, AllowMultipleDevices: in.multipleDevices(claims),
		Start: in.start, Replaces: in.replaces(),
	}
	if old := a.Replaces; old != nil {
		// Whoever was admitted before stays so, and whoever was put on hold too.
		a.Waiting = old.State == meeting.ParticipantWaiting && !in.hasHostRights
		a.Connected = s.Inside.Connected && (in.own == nil || in.own.ID != old.ID)
	}
	if own := in.own; own != nil && (a.Replaces == nil || a.Replaces.ID != own.ID) {
		a.Leaves = own
		a.Waiting = a.Waiting || own.State == meeting.ParticipantWaiting && !in.hasHostRights
	}
	a.Waiting = a.Waiting || in.onHold(&claims, a.Replaces)
	if in.begins() && s.Host != nil && s.HostLive+len(s.Abandoned) >= max(1, s.Host.Licence.ConcurrentMeetings) {
		a.Ends = s.Abandoned
	}
	return a
}

// onHold reports whether a host has put the joiner on hold. The host has left a person
// inside whose participant, the one they take over or their page's own, is recognised in
// the same way; that participant excuses no identity that it does not have itself.
func (in *Input) onHold(mine *meeting.IdentityClaims, replaced *meeting.Participant) bool {
	s := in.s
	switch {
	case in.hasHostRights:
		return false
	case s.PageOnHold && replaced == nil && in.own == nil:
		return true
	}
	known := func(participant *meeting.Participant, as *meeting.IdentityClaims, by string) bool {
		return participant != nil && matchingClaim(&participant.Claims, as) == by
	}
	return slices.ContainsFunc(s.OnHold, func(held meeting.IdentityClaims) bool {
		by := matchingClaim(mine, &held)
		return by != "" && !known(replaced, &held, by) && !known(in.own, &held, by)
	})
}

// begins reports whether a host begins to host here, which takes one of the meetings
// that the host's licence allows at a time.
func (in *Input) begins() bool {
	return in.hasHostRights && (!in.running || !in.s.Session.Live() || !in.s.Session.HostStarted)
}

// role is what the joiner may do inside. An alternative host who comes after the
// meeting has been started assists, unless in the place of the host.
func (in *Input) role() meeting.Role {
	old := in.replaces()
	switch {
	case in.hasHostRights && (in.s.ZAK.User.ID == in.s.Meeting.HostID || in.begins() || old != nil && old.Role == meeting.RoleHost):
		return meeting.RoleHost
	case in.hasHostRights:
		return meeting.RoleCoHost
	case in.panelist:
		return meeting.RolePanelist
	}
	return meeting.RoleAttendee
}

// warnings note what refuses nothing.
func (in *Input) warnings() []string {
	all := in.a.Warnings
	// The attempt's own slice is never appended to in place: it is shared.
	add := func(text string) { all = append(slices.Clip(all), text) }
	if in.token != nil {
		for _, w := range signature.Warnings(in.token) {
			add(w.Cause + ": " + w.Text)
		}
		if key := in.key(); in.a.LegacyKey != "" && key != "" && in.a.LegacyKey != key {
			add("key_option_ignored: the option sdkKey differs from the key in the signature, which is used")
		}
	}
	if in.s.Meeting == nil || in.resuming {
		return all
	}
	if in.obfFault != "" && !in.s.Policy.validates(in.now) {
		add("obf_invalid: the OBF is not valid (" + obfCause(in.obfFault) + "); from " + formatDay(in.s.Policy.ValidateFrom) + " on, such a join fails with 4013")
	}
	if in.hostOrAlt && !in.start {
		add("zak_without_role: the ZAK belongs to the host or an alternative host, but the signature's role is 0: this page joins as a participant, not as the host")
	}
	if in.a.UserEmail != "" && in.email != "" && !strings.EqualFold(in.email, in.a.UserEmail) {
		whose := "registrant's (tk)"
		if in.s.ZAK.Valid() {
			whose = "ZAK's"
		}
		add("email_differs: userEmail is " + maskEmail(in.a.UserEmail) + ", and the " + whose + " address is " + maskEmail(in.email) + ", which counts")
	}
	if in.s.TK.Given && in.s.TK.Fault != "" && !in.s.Meeting.Settings.RegistrationRequired {
		add("tk_unused: the tk is not valid here (" + in.s.TK.Fault + "), and none is needed")
	}
	return all
}
