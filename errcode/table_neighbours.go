package errcode

// neighbourRows are not in the reference table. Those with causes Anteroom
// raises itself; the others explain what apps meet on other servers.
var neighbourRows = []Entry{
	{
		Code: FailComponent, Name: "FAIL", Category: General, Where: PageWhere, Neighbour: true,
		Message:     "Fail to join the meeting.",
		Description: "Component View's general code for a join that failed in the page itself, where no more specific code applies. Client View uses 1 instead. It is not related to HTTP status 200.",
		Remedy:      "Check cause and evidence, then the browser console. The problem is in the page or in loading the SDK's files, not in the meeting.",
		Causes: []Cause{
			later("unexpected", "An unexpected error occurred in the page.",
				"Reload the page and try again. If it happens again, save the console output and the attempt ID: it is a bug in the app or in the SDK."),
			no("browser_unsupported", "This browser lacks WebRTC or another feature that meetings need.",
				"Use a current Chrome, Edge, Firefox or Safari. If the page is in an in-app browser, open it in a standalone one."),
			no("insecure_context", "The page was not loaded over HTTPS, so the browser blocks the camera and microphone.",
				"Serve the page over HTTPS, or use localhost during development."),
			later("cancelled", "The page called leaveMeeting or destroyClient while it was joining.",
				"Nothing is wrong: the join was cancelled. Join again at any time."),
			later("asset_blocked", "A file of the SDK, such as the media engine, could not be loaded.",
				"Look for failed requests in the browser's network panel: a Content-Security-Policy, an ad blocker, a proxy or a wrong library path is blocking the SDK's scripts or workers."),
			cspBlocked,
		},
	},
	{
		Code: MeetingNumberWrong, Name: "MEETING_NUMBER_WRONG", Category: Authentication, Where: GateWhere, Neighbour: true,
		Message:     "The meeting number is wrong.",
		Description: "Other servers return this when the meeting number in the signature differs from the one in the join. Anteroom never returns it: it returns 3712 with the cause mn_other_meeting.",
		Remedy:      "Sign for the meeting number you are joining. Keep a handler for this code only if the app also uses other servers.",
	},
	{
		Code: MeetingNumberNotFound, Name: "MEETING_NUMBER_NOT_FOUND", Category: Meeting, Where: GateWhere, Neighbour: true,
		Message:     "The meeting number is not found",
		Description: "Other servers return this when the app cannot find the meeting, often because the app and the meeting belong to different accounts. Anteroom never returns it: it returns 3001 for an unknown number and 4011 for another account.",
		Remedy:      "Check the number, then whether the app and the meeting's host belong to the same account.",
	},
	{
		Code: OBFTokenInvalid, Name: "OBF_TOKEN_INVALID", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "obfToken is invalid",
		Description: "Other servers with later SDK versions return this for an OBF that is malformed, forged or expired. Anteroom never returns it: it returns 4013 with a cause that starts with obf_.",
		Remedy:      "Fetch a new OBF right before each join.",
	},
	{
		Code: OBFTokenOtherMeeting, Name: "OBF_TOKEN_OTHER_MEETING", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "obfToken does not match the meeting number",
		Description: "Other servers with later SDK versions return this for an OBF that was issued for another meeting. Anteroom never returns it: it returns 4013 with the cause obf_other_meeting.",
		Remedy:      "Fetch the OBF with the meeting_id of the meeting you are joining.",
	},
	{
		Code: RecordingTokenExpired, Name: "RECORDING_TOKEN_EXPIRED", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "recording token expired",
		Description: "Other servers with later SDK versions return this for a local-recording token that is older than two minutes. Anteroom never returns it.",
		Remedy:      "Fetch the recording token right before join.",
	},
	{
		Code: AuthorizedUserNotInMeeting, Name: "AUTHORIZED_USER_NOT_IN_MEETING", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "authorized user not in meeting",
		Description: "The OBF is valid, but the user who authorized it is not in the meeting, or only in its waiting room. An app that joins on behalf of a user may be in the meeting only while that user is.",
		Remedy:      "Wait until the user has joined, then join with the same OBF: a refused join does not use it up.",
		Causes: []Cause{
			later("authorizing_user_absent", "The user who authorized the OBF is not in the meeting.",
				"Join again every ten seconds or so. The user must be signed in to the meeting; a guest with the same name does not count."),
		},
	},
	{
		Code: LoginConflict, Name: "LOGIN_CONFLICT", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "conflict with login credentials",
		Description: "Other servers with later SDK versions return this when an OBF is combined with another login. Anteroom never returns it: it returns 4003 with the cause zak_and_obf.",
		Remedy:      "Pass either zak or obfToken, not both.",
	},
	{
		Code: AuthorizedUserLeft, Name: "AUTHORIZED_USER_LEFT", Category: OBF, Where: InsideWhere, Neighbour: true,
		Message:     "authorized user left the meeting",
		Description: "The app was in the meeting on behalf of a user who has left, so the app was disconnected too. The meeting may continue.",
		Remedy:      "Finish any remaining work. If the user returns, join again with a new OBF.",
		Causes: []Cause{
			later("authorizing_user_left", "The user who authorized the OBF left the meeting.",
				"Join again when that user is back in the meeting."),
		},
	},
}
