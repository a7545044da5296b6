// Package docs turns a row of the catalogue into what a manual page says:
// where the code comes from, how a page of an app sees it in both views, and
// how to reproduce it. The Markdown manual and the served pages share it.
package docs

import (
	"strconv"

	"github.com/anteroom/anteroom/errcode"
)

// Affiliation appears on every page.
const Affiliation = "Anteroom is not affiliated with Zoom Communications. " +
	"Numbers and names follow the public reference of the Meeting SDK for Web; the explanations are Anteroom's own."

// Snippet is a piece of JavaScript with the sentence that leads to it. Code is
// empty where the sentence says everything.
type Snippet struct {
	Lead string
	Code string
}

// Page is one code, ready to be laid out.
type Page struct {
	errcode.Entry
	// WhereText is Where as a sentence.
	WhereText string
	// HTTPText is the status of the join response, empty for codes that are never
	// the answer to a request.
	HTTPText  string
	Client    []Snippet
	Component []Snippet
	// Command reproduces the code in dev mode; empty where nothing does.
	Command string
	// ShowCommand lists which causes can be asked for, and how.
	ShowCommand string
	// CurlCommand asks for the scenario over HTTP.
	CurlCommand string
	SeeAlso     []errcode.Entry
}

// Group is one category with its rows, for the index.
type Group struct {
	Title string
	Rows  []errcode.Entry
}

// defaultServer is where development mode listens unless told otherwise.
const defaultServer = "http://127.0.0.1:8080"

// For makes the page of a code; ok is false for a number not in the catalogue.
func For(code errcode.Code) (page Page, ok bool) { return ForServer(code, defaultServer) }

// ForServer is For with commands that go to the server at an origin.
func ForServer(code errcode.Code, origin string) (page Page, ok bool) {
	e, ok := errcode.Lookup(code)
	if !ok {
		return Page{}, false
	}
	p := Page{Entry: e, WhereText: whereText(e), HTTPText: httpText(e), Client: clientSnippets(e), Component: componentSnippets(e)}
	if reproducible(e) {
		number, flag := strconv.Itoa(int(code)), ""
		if origin != defaultServer {
			flag = " --server " + origin
		}
		p.Command = "anteroom scenario run " + number + flag
		p.ShowCommand = "anteroom scenario show " + number + flag
		p.CurlCommand = "curl -X POST " + origin + "/dev/v1/scenarios/" + number
	}
	for _, other := range related[code] {
		if o, found := errcode.Lookup(other); found {
			p.SeeAlso = append(p.SeeAlso, o)
		}
	}
	return p, true
}

// Groups returns the catalogue by category, in the order of the reference.
func Groups() []Group {
	titles := []struct {
		category errcode.Category
		title    string
	}{
		{errcode.General, "General"},
		{errcode.Authentication, "Authentication"},
		{errcode.Meeting, "Meeting"},
		{errcode.Registration, "Registration and login"},
		{errcode.Host, "Host"},
		{errcode.Platform, "Platform"},
		{errcode.Connection, "Connection and the live meeting"},
		{errcode.OBF, "OBF and anonymous joins"},
		{errcode.System, "System"},
		{errcode.Version, "SDK version"},
		{errcode.Simulive, "Simulive"},
	}
	var groups []Group
	for _, t := range titles {
		g := Group{Title: t.title}
		for _, e := range errcode.All() {
			if e.Category == t.category {
				g.Rows = append(g.Rows, e)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

func reproducible(e errcode.Entry) bool {
	if e.Code == errcode.Success {
		return false
	}
	return !e.Neighbour || e.Code == errcode.FailComponent || e.Code == errcode.AuthorizedUserNotInMeeting
}

func httpText(e errcode.Entry) string {
	status := strconv.Itoa(e.HTTPStatus)
	switch {
	case e.Code == errcode.WrongMeetingPassword:
		return status + ", or 429 if the cause is throttled"
	case e.Code == errcode.InvalidParameter:
		return status + ", or 413 if the whole request is too large"
	case e.Code == errcode.AnotherMeetingRunning:
		return status + ", if the server returns it"
	case !e.Raised(), e.Where == errcode.PageWhere, e.Where == errcode.InsideWhere:
		return ""
	default:
		return status
	}
}

func whereText(e errcode.Entry) string {
	switch {
	case !e.Raised():
		return "Not by Anteroom; only by other servers."
	case e.Code == errcode.Success:
		return "After the last check: no rule rejected the join."
	case e.Code == errcode.AnotherMeetingRunning:
		return "In the page, before any request (other_meeting_in_page), or by the server, from the state of live meetings (other_meeting_live)."
	case e.Code == errcode.MeetingEnded:
		return "By the server, when someone joins after the end, and during the meeting, for the participants when it ends."
	case e.Code == errcode.BeRemoved:
		return "By the server, when a removed person joins again, and during the meeting, at the moment of removal."
	case e.Code == errcode.NoResponseFromWeb:
		return "In the page, when the server does not respond."
	}
	switch e.Where {
	case errcode.PageWhere:
		return "In the page, before any request."
	case errcode.GateWhere:
		return "By the server, from the request, the app, the meeting and the user."
	case errcode.RoomWhere:
		return "By the server, from the state of the live meeting, after all checks of the app and the user passed."
	default:
		return "During the meeting."
	}
}

var related = map[errcode.Code][]errcode.Code{
	errcode.Fail:                            {errcode.FailComponent, errcode.NoResponseFromWeb},
	errcode.FailComponent:                   {errcode.Fail, errcode.NoResponseFromWeb},
	errcode.EmailRequired:                   {errcode.AnotherMeetingRunning, errcode.RegistrationRequired},
	errcode.ErrorNotExist:                   {errcode.MeetingNotExistAlt, errcode.MeetingNumberNotFound},
	errcode.ErrorNotHost:                    {errcode.HostEmailRequired, errcode.TokenError, errcode.MeetingNotStart},
	errcode.AnotherMeetingRunning:           {errcode.EmailRequired, errcode.ParticipantExist, errcode.CantHostConcurrent},
	errcode.MeetingNotStart:                 {errcode.ErrorNotHost, errcode.MeetingEnded},
	errcode.RegistrationRequired:            {errcode.EmailRequired, errcode.EmailBlocked},
	errcode.LoginRequired:                   {errcode.NotAllowAnonymousJoin, errcode.TokenError},
	errcode.TokenError:                      {errcode.TokenErrorAlt, errcode.UserLevelTokenNotHaveHostZakObf},
	errcode.TokenErrorAlt:                   {errcode.TokenError, errcode.UserLevelTokenNotHaveHostZakObf},
	errcode.NotSupportWebclient:             {errcode.UseDesktopOrMobile},
	errcode.UseDesktopOrMobile:              {errcode.NotSupportWebclient},
	errcode.MeetingNotExistAlt:              {errcode.ErrorNotExist},
	errcode.NoResponseFromWeb:               {errcode.ServerError, errcode.Disconnect},
	errcode.HostEmailRequired:               {errcode.ErrorNotHost},
	errcode.HostInactive:                    {errcode.HostNotFound, errcode.HostNotFoundAlt},
	errcode.HostNotFound:                    {errcode.HostNotFoundAlt, errcode.HostInactive},
	errcode.HostNotFoundAlt:                 {errcode.HostNotFound, errcode.HostInactive},
	errcode.APIKeyInvalid:                   {errcode.SignatureInvalid, errcode.APIKeyDisabled},
	errcode.SignatureExpired:                {errcode.SignatureInvalid},
	errcode.RoleError:                       {errcode.SignatureInvalid, errcode.ErrorNotHost},
	errcode.APIKeyDisabled:                  {errcode.APIKeyInvalid, errcode.BlockedByHostAdmin},
	errcode.CantHostConcurrent:              {errcode.AnotherMeetingRunning},
	errcode.SignatureInvalid:                {errcode.APIKeyInvalid, errcode.SignatureExpired, errcode.RoleError},
	errcode.MeetingNumberWrong:              {errcode.SignatureInvalid},
	errcode.MeetingNumberNotFound:           {errcode.ErrorNotExist, errcode.NotAllowCrossJoin},
	errcode.ReConnecting:                    {errcode.Disconnect},
	errcode.Disconnect:                      {errcode.ReConnecting, errcode.MeetingEnded},
	errcode.MeetingEnded:                    {errcode.MeetingNotStart, errcode.Disconnect},
	errcode.ParticipantExist:                {errcode.AnotherMeetingRunning},
	errcode.ServerError:                     {errcode.NoResponseFromWeb},
	errcode.NotAllowCrossJoin:               {errcode.NotAllowAnonymousJoin, errcode.BlockedByHostAdmin},
	errcode.NotAllowAnonymousJoin:           {errcode.UserLevelTokenNotHaveHostZakObf, errcode.LoginRequired, errcode.NotAllowCrossJoin},
	errcode.UserLevelTokenNotHaveHostZakObf: {errcode.NotAllowAnonymousJoin, errcode.TokenError, errcode.AuthorizedUserNotInMeeting},
	errcode.OBFTokenInvalid:                 {errcode.UserLevelTokenNotHaveHostZakObf},
	errcode.OBFTokenOtherMeeting:            {errcode.UserLevelTokenNotHaveHostZakObf},
	errcode.AuthorizedUserNotInMeeting:      {errcode.AuthorizedUserLeft, errcode.UserLevelTokenNotHaveHostZakObf},
	errcode.LoginConflict:                   {errcode.InvalidParameter},
	errcode.AuthorizedUserLeft:              {errcode.AuthorizedUserNotInMeeting},
	errcode.BlockedByHostAdmin:              {errcode.APIKeyDisabled, errcode.NotAllowCrossJoin},
	errcode.UnableJoinEndedSimulive:         {errcode.MeetingNotStart, errcode.MeetingEnded},
}
