package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

// registering asks for registration.
func registering(f *Fixture) { f.meeting.Settings.RegistrationRequired = true }

// registrantAddress is whom registrations are for unless somebody else is meant.
const registrantAddress = "robin@scenario.example"

// registered is a join by somebody with a registration for a meeting, with what a
// page passes as tk made of it.
func registered(of func(f *Fixture) *meeting.Meeting, status meeting.RegistrantStatus, tk func(f *Fixture, id string) string) func(*Fixture) {
	return func(f *Fixture) {
		r := &meeting.Registrant{
			ID: f.NewID(), MeetingID: of(f).ID, Email: registrantAddress, FirstName: "Robin", LastName: "Vale", Status: status, CreatedAt: f.now,
		}
		f.recordErr(f.Store.CreateRegistrant(f.ctx, r))
		f.join["userEmail"], f.join["tk"] = registrantAddress, tk(f, r.ID)
	}
}

func thisMeeting(f *Fixture) *meeting.Meeting   { return f.meeting }
func personalTK(f *Fixture, id string) string   { return f.TK(id) }
func registrantID(_ *Fixture, id string) string { return id }
func inStatus(s meeting.RegistrantStatus) func(*Fixture) {
	return registered(thisMeeting, s, personalTK)
}

// signedInOnly lets only signed-in users into the meeting.
func signedInOnly(f *Fixture) { f.meeting.Settings.SignedInOnly = true }

// signedInOnlyExternal is the same for an app of another account, where an
// invalid ZAK is not refused earlier.
func signedInOnlyExternal(f *Fixture) { f.externalEnforced(); signedInOnly(f) }

// registrationRecipes are about who the joiner is: address, registration and login.
var registrationRecipes = []recipe{
	{
		code: errcode.EmailRequired, cause: "email_missing", explanation: "The meeting is a webinar, and no email address is known.",
		fixture: (*Fixture).webinar,
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_missing", explanation: "The meeting requires registration, and no tk is passed.",
		fixture: registering, arrange: func(f *Fixture) { f.join["userEmail"] = registrantAddress },
	},
	{
		code: errcode.RegistrationRequired, cause: "registrant_id_as_tk", explanation: "The joiner is registered, and passes the registrant's ID instead of the tk.",
		fixture: registering, arrange: registered(thisMeeting, meeting.RegistrantApproved, registrantID),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_other_meeting", explanation: "The tk belongs to a registration for another meeting.",
		fixture: registering, arrange: registered((*Fixture).otherMeeting, meeting.RegistrantApproved, personalTK),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_other_person", explanation: "The tk is valid, but belongs to another person than the ZAK passed with it.",
		fixture: registering,
		arrange: func(f *Fixture) {
			inStatus(meeting.RegistrantApproved)(f)
			guest := f.user("Gina Marlow", "guest")
			f.join["userName"], f.join["zak"] = guest.DisplayName, f.zak(guest)
		},
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_pending", explanation: "The joiner is registered, and the registration is waiting for approval.",
		fixture: registering, arrange: inStatus(meeting.RegistrantPending),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_cancelled", explanation: "The joiner's registration was cancelled.",
		fixture: registering, arrange: inStatus(meeting.RegistrantCancelled),
	},
	{
		code: errcode.EmailBlocked, cause: "registrant_denied", explanation: "The joiner's registration was denied.",
		fixture: registering, arrange: inStatus(meeting.RegistrantDenied),
	},
	{
		code: errcode.LoginRequired, cause: "zak_missing", explanation: "Only signed-in users may join, and no ZAK is passed.",
		fixture: signedInOnly,
	},
	{
		code: errcode.LoginRequired, cause: "obf_is_no_login", explanation: "Only signed-in users may join, and an OBF is passed, which does not sign the user in.",
		fixture: signedInOnly, arrange: withOBF((*Fixture).obf),
	},
	{
		code: errcode.LoginRequired, cause: "zak_expired", explanation: "Only signed-in users may join, and the ZAK expired an hour ago.",
		fixture: signedInOnlyExternal, arrange: asGuest((*Fixture).expiredZAK),
	},
	{
		code: errcode.LoginRequired, cause: "zak_invalid", explanation: "Only signed-in users may join, and the ZAK was made by another server.",
		fixture: signedInOnlyExternal, arrange: asGuest((*Fixture).foreignZAK),
	},
	{
		code: errcode.LoginRequired, cause: "domain_not_allowed", explanation: "Only users of school.example may join, and the ZAK belongs to a user of scenario.example.",
		fixture: func(f *Fixture) {
			signedInOnly(f)
			f.account.Settings.SignInDomains = []string{"school.example"}
		},
		arrange: asGuest((*Fixture).zak),
	},
}
