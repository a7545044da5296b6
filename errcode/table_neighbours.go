package errcode

// neighbourRows are not in the reference table. Those with causes Anteroom
// raises itself; the others explain what apps meet on other servers.
var neighbourRows = []Entry{
	{
		Code: FailComponent, Name: "FAIL", Category: General, Where: PageWhere, Neighbour: true,
		Message:     "Fail to join the meeting.",
		Description: "Component View's general failure of a join: something in the page itself stopped it, and no more specific code fits. In Client View the same is 1. It has nothing to do with HTTP status 200.",
		Remedy:      "Read cause and evidence, then the browser console: the fault is in the page or between the page and the SDK's files, not in the meeting.",
		Causes: []Cause{
			later("unexpected", "The page met an error that nothing foresaw.",
				"Reload and try once more. If it comes back, keep the console output and the attempt id: it is a bug, in the app or in the SDK."),
			no("browser_unsupported", "This browser lacks WebRTC or something else that meetings need.",
				"Use a current Chrome, Edge, Firefox or Safari. Inside an in-app browser, open the page in the real one."),
			no("insecure_context", "The page was not loaded over HTTPS, so the browser hides camera and microphone.",
				"Serve the page over HTTPS, or open it through localhost while developing."),
			later("asset_blocked", "A file of the SDK, such as the media engine, could not be loaded.",
				"Look in the network panel for a red line: a Content-Security-Policy, an ad blocker, a proxy or a wrong library path is stopping the SDK's scripts or workers."),
		},
	},
	{
		Code: MeetingNumberWrong, Name: "MEETING_NUMBER_WRONG", Category: Authentication, Where: GateWhere, Neighbour: true,
		Message:     "The meeting number is wrong.",
		Description: "Other servers answer this where the number in the signature is not the number joined. Anteroom never raises it: it answers 3712 with the cause mn_other_meeting.",
		Remedy:      "Sign for the number that is joined. Keep a handler for it only if the app also talks to other servers.",
	},
	{
		Code: MeetingNumberNotFound, Name: "MEETING_NUMBER_NOT_FOUND", Category: Meeting, Where: GateWhere, Neighbour: true,
		Message:     "The meeting number is not found",
		Description: "Other servers answer this where the meeting does not exist for the app, often because app and meeting are in two accounts. Anteroom never raises it: it answers 3001 for an unknown number and 4011 for another account.",
		Remedy:      "Check the number, then whether the app and the meeting's host belong to the same account.",
	},
	{
		Code: OBFTokenInvalid, Name: "OBF_TOKEN_INVALID", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "obfToken is invalid",
		Description: "Later SDK versions elsewhere answer this for an OBF that cannot be read, is forged or has expired. Anteroom never raises it: it answers 4013 with a cause that begins with obf_.",
		Remedy:      "Fetch a fresh OBF right before each join.",
	},
	{
		Code: OBFTokenOtherMeeting, Name: "OBF_TOKEN_OTHER_MEETING", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "obfToken does not match the meeting number",
		Description: "Later SDK versions elsewhere answer this for an OBF that is bound to another meeting. Anteroom never raises it: it answers 4013 with the cause obf_other_meeting.",
		Remedy:      "Fetch the OBF with the meeting_id of the meeting that is joined.",
	},
	{
		Code: RecordingTokenExpired, Name: "RECORDING_TOKEN_EXPIRED", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "recording token expired",
		Description: "Later SDK versions elsewhere answer this for a local-recording token whose two minutes are over. Anteroom never raises it.",
		Remedy:      "Fetch the recording token right before join.",
	},
	{
		Code: AuthorizedUserNotInMeeting, Name: "AUTHORIZED_USER_NOT_IN_MEETING", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "authorized user not in meeting",
		Description: "The OBF is valid, but the person who gave it is not inside the meeting, or only in its waiting room. An app that joins on somebody's behalf may be there only while that person is.",
		Remedy:      "Wait for the person to enter, then join with the same OBF: a refused join does not use it up.",
		Causes: []Cause{
			later("authorizing_user_absent", "The person who authorised the OBF has not been admitted to the meeting.",
				"Join again every ten seconds or so, or listen for the webhook that says the person has joined. That person must be signed in to the meeting, not a guest of the same name."),
		},
	},
	{
		Code: LoginConflict, Name: "LOGIN_CONFLICT", Category: OBF, Where: RoomWhere, Neighbour: true,
		Message:     "conflict with login credentials",
		Description: "Later SDK versions elsewhere answer this where an OBF comes together with another login. Anteroom never raises it: it answers 4003 with the cause zak_and_obf.",
		Remedy:      "Pass either zak or obfToken, not both.",
	},
	{
		Code: AuthorizedUserLeft, Name: "AUTHORIZED_USER_LEFT", Category: OBF, Where: InsideWhere, Neighbour: true,
		Message:     "authorized user left the meeting",
		Description: "The app was inside on somebody's behalf, and that person has left, so the app's seat was closed as well. The meeting may go on.",
		Remedy:      "Finish the work. If the person comes back, join again with an OBF of theirs.",
		Causes: []Cause{
			later("authorizing_user_left", "The person who authorised the OBF has left the meeting.",
				"Join again once that person is back inside."),
		},
	},
}
