package scenario

import (
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

// registering asks for registration.
func registering(c *corner) { c.meeting.Settings.RegistrationRequired = true }

// registrantAddress is whom registrations are for unless somebody else is meant.
const registrantAddress = "robin@scenario.example"

// registered is a join by somebody with a registration for a meeting, with what a
// page passes as tk made of it.
func registered(of func(c *corner) *meeting.Meeting, status meeting.RegistrantStatus, tk func(c *corner, id string) string) func(*corner) {
	return func(c *corner) {
		r := &meeting.Registrant{
			ID: c.NewID(), MeetingID: of(c).ID, Email: registrantAddress, FirstName: "Robin", LastName: "Vale", Status: status, CreatedAt: c.now,
		}
		c.keep(c.Store.CreateRegistrant(c.ctx, r))
		c.join["userEmail"], c.join["tk"] = registrantAddress, tk(c, r.ID)
	}
}

func thisMeeting(c *corner) *meeting.Meeting   { return c.meeting }
func personalTK(c *corner, id string) string   { return c.TK(id) }
func registrantID(_ *corner, id string) string { return id }
func inStatus(s meeting.RegistrantStatus) func(*corner) {
	return registered(thisMeeting, s, personalTK)
}

// signedInOnly lets only signed-in users into the meeting.
func signedInOnly(c *corner) { c.meeting.Settings.SignedInOnly = true }

// signedInOnlyExternal is the same for an app of another account, where an
// invalid ZAK is not refused earlier.
func signedInOnlyExternal(c *corner) { c.externalEnforced(); signedInOnly(c) }

// registrationRecipes are about who the joiner is: address, registration and login.
var registrationRecipes = []recipe{
	{
		code: errcode.EmailRequired, cause: "email_missing", says: "The meeting is a webinar, and no email address is known.",
		given: (*corner).webinar,
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_missing", says: "The meeting requires registration, and no tk is passed.",
		given: registering, when: func(c *corner) { c.join["userEmail"] = registrantAddress },
	},
	{
		code: errcode.RegistrationRequired, cause: "registrant_id_as_tk", says: "The joiner is registered, and passes the registrant's ID instead of the tk.",
		given: registering, when: registered(thisMeeting, meeting.RegistrantApproved, registrantID),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_other_meeting", says: "The tk belongs to a registration for another meeting.",
		given: registering, when: registered((*corner).otherMeeting, meeting.RegistrantApproved, personalTK),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_other_person", says: "The tk is valid, but belongs to another person than the ZAK passed with it.",
		given: registering,
		when: func(c *corner) {
			inStatus(meeting.RegistrantApproved)(c)
			guest := c.user("Gina Marlow", "guest")
			c.join["userName"], c.join["zak"] = guest.DisplayName, c.zak(guest)
		},
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_pending", says: "The joiner is registered, and the registration is waiting for approval.",
		given: registering, when: inStatus(meeting.RegistrantPending),
	},
	{
		code: errcode.RegistrationRequired, cause: "tk_cancelled", says: "The joiner's registration was cancelled.",
		given: registering, when: inStatus(meeting.RegistrantCancelled),
	},
	{
		code: errcode.EmailBlocked, cause: "registrant_denied", says: "The joiner's registration was denied.",
		given: registering, when: inStatus(meeting.RegistrantDenied),
	},
	{
		code: errcode.LoginRequired, cause: "zak_missing", says: "Only signed-in users may join, and no ZAK is passed.",
		given: signedInOnly,
	},
	{
		code: errcode.LoginRequired, cause: "obf_is_no_login", says: "Only signed-in users may join, and an OBF is passed, which does not sign the user in.",
		given: signedInOnly, when: withOBF((*corner).obf),
	},
	{
		code: errcode.LoginRequired, cause: "zak_expired", says: "Only signed-in users may join, and the ZAK expired an hour ago.",
		given: signedInOnlyExternal, when: asGuest((*corner).expiredZAK),
	},
	{
		code: errcode.LoginRequired, cause: "zak_invalid", says: "Only signed-in users may join, and the ZAK was made by another server.",
		given: signedInOnlyExternal, when: asGuest((*corner).foreignZAK),
	},
	{
		code: errcode.LoginRequired, cause: "domain_not_allowed", says: "Only users of school.example may join, and the ZAK belongs to a user of scenario.example.",
		given: func(c *corner) {
			signedInOnly(c)
			c.account.Settings.SignInDomains = []string{"school.example"}
		},
		when: asGuest((*corner).zak),
	},
}
