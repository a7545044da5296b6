package errcode

// What keeps a page from its server although the server is running.
var (
	localNetworkBlocked = later("local_network_blocked", "The browser does not let this page reach the local network, where the server is.",
		"Allow “local network access” for the page in the browser's site settings and reload. To avoid the question, serve the page from the same network as the server, or give the server a public address.")
	websocketBlocked = later("websocket_blocked", "HTTP requests reach the server, but WebSocket connections do not.",
		"A proxy or firewall blocks them. Let it pass the Upgrade header for /rtc and /realtime, and allow wss:// to the server.")
	cspBlocked = no("csp_blocked", "The page's own Content-Security-Policy blocks the server.",
		"Add the server's origin, as https: and wss:, to connect-src, and to script-src and worker-src where the page loads the SDK from it.")
	mixedContent = no("mixed_content", "The page was loaded over HTTPS and the server's address is http://, which browsers refuse.",
		"Serve the Anteroom server over HTTPS.")
)

var connectionRows = []Entry{
	{
		Code: ReConnecting, Name: "RE_CONNECTING", Category: Connection, Where: InsideWhere,
		Message:     "Meeting is reconnecting.",
		Description: "The connection to the server was lost during the meeting and is being restored. The participant stays in the meeting, and no roster changes or chat messages are lost.",
		Remedy:      "Wait, and show the state to the user. Do not leave or join again.",
		Causes: []Cause{
			later("control_channel_lost", "The control channel was lost.",
				"No action is needed. If it never recovers, a proxy may be closing WebSockets: raise its idle timeout."),
			later("media_lost", "Audio and video were lost while the control channel stayed connected.",
				"No action is needed. If it never recovers, UDP and TCP to the media port may be blocked."),
		},
	},
	{
		Code: Disconnect, Name: "DISCONNECT", Category: Connection, Where: InsideWhere,
		Message:     "Meeting has been disconnected.",
		Description: "The SDK stopped trying to reconnect. The meeting may continue without this participant.",
		Remedy:      "Check the network and join again.",
		Causes: []Cause{
			later("network", "Nothing came through for 60 seconds.",
				"Check the network and join again. The most common reason is a laptop that went to sleep."),
			later("server_gone", "The network is up, but the server has refused connections for 60 seconds: it was stopped, or has moved.",
				"Join again once the server is running."),
			localNetworkBlocked, websocketBlocked, cspBlocked, mixedContent,
			later("seat_lost", "The server removed the participant because it had not heard from this page for too long.",
				"Join again."),
			later("token_invalid", "The connection token is no longer accepted.",
				"Join again to get a new one."),
		},
	},
	{
		Code: InvalidParameter, Name: "INVALID_PARAMETER", Category: Connection, Where: GateWhere,
		Message:     "Invalid parameter",
		Description: "A join option is missing, too long or malformed. The cause starts with the option's name. Spaces and dashes in a meeting number are removed; null, undefined and empty strings count as missing; unknown options only cause a warning.",
		Remedy:      "Check the cause: it names the option. Log the options right before join.",
		Causes: []Cause{
			mustCauseFor("meetingNumber", Malformed),
			mustCauseFor("meetingNumber", Missing),
			mustCauseFor("signature", Missing),
			mustCauseFor("userName", Missing),
			mustCauseFor("userName", TooLong),
			mustCauseFor("userName", Malformed),
			mustCauseFor("password", TooLong),
			mustCauseFor("userEmail", Malformed),
			mustCauseFor("userEmail", TooLong),
			mustCauseFor("customerKey", TooLong),
			mustCauseFor("signature", Malformed),
			no("zak_and_obf", "Both zak and obfToken were passed, but they are mutually exclusive.",
				"Pass zak for a signed-in user, or obfToken for an app that joins on behalf of a user."),
		},
	},
	{
		Code: MeetingEnded, Name: "MEETING_ENDED", Category: Connection, Where: GateWhere,
		Message:     "The meeting has been ended",
		Description: "The meeting is over. Its participants get this code when it ends. People who join later get it only if the meeting cannot run again for them: an instant meeting, a past occurrence, or a schedule that is over. If the host ended the meeting within its scheduled time, or if it has another occurrence or no fixed time, the code is 3008, which apps retry.",
		Remedy:      "Tell the user that the meeting is over. To join another meeting, use that meeting's number.",
		Causes: []Cause{
			no("ended_by_host", "The host ended the meeting.",
				"Nothing is wrong. To continue, the host starts the meeting again; an instant meeting, or one whose time is over, needs a new one."),
			no("duration_limit", "The meeting reached its account's time limit.",
				"Schedule a new meeting, or raise the time limit of the host's license."),
			no("occurrence_over", "The occurrence that this person was invited to, or the last one in the series, is over.",
				"Use the tk of the next occurrence, or schedule a new meeting."),
			no("empty", "Everyone left, so the meeting ended.",
				"The host can start it again, unless it was an instant meeting or its time is over."),
		},
	},
	{
		Code: MeetingCapacityReached, Name: "MEETING_CAPACITY_REACHED", Category: Connection, Where: RoomWhere,
		Message:     "Meeting capacity has been reached",
		Description: "The meeting already has as many participants as the license or the meeting allows. Hosts and alternative hosts with their ZAK can always join, and reloading the page does not lose a place.",
		Remedy:      "Wait until someone leaves, or raise the capacity.",
		Causes: []Cause{
			later("full", "The meeting is full.",
				"Try again later, or raise the limit: the meeting's own, or the one of the host's license. A participant who loses the connection keeps the place for about a minute."),
		},
	},
	{
		Code: MeetingLocked, Name: "MEETING_LOCKED", Category: Connection, Where: RoomWhere,
		Message:     "The meeting has been locked",
		Description: "A host locked the meeting. Only the host and alternative hosts with their ZAK can still join; participants who reload the page stay in.",
		Remedy:      "Ask a host to unlock the meeting.",
		Causes: []Cause{
			later("locked", "The meeting is locked.",
				"Contact a host another way. Once the meeting is unlocked, the same request succeeds."),
		},
	},
	{
		Code: RejectBarriers, Name: "REJECT_BARRIERS", Category: Connection, Where: RoomWhere,
		Message:     "Reject for information barriers",
		Description: "An information barrier in the account prevents this person from meeting the host or a participant.",
		Remedy:      "Only the account's administrator can change information barriers; an app cannot bypass them.",
		Causes: []Cause{
			no("barrier", "An information barrier separates this person's group from that of the host or a participant.",
				"Ask the administrator whether the policy is intended."),
		},
	},
	{
		Code: ParticipantExist, Name: "PARTICIPANT_EXIST", Category: Connection, Where: RoomWhere,
		Message:     "Participant exist",
		Description: "The person identified by the ZAK, tk or OBF is connected from another page or device, and this join may not take over from it. A join always takes over from a page whose connection is lost. It also takes over from a signed-in user's connected page, if the same user joins through the same app with at least the same role, at most three times a minute. Anonymous participants never take over from each other, and a reloaded page resumes its own participant.",
		Remedy:      "Leave on the other device, or give each participant an identity of their own.",
		Causes: []Cause{
			later("already_inside", "The same verified identity is connected from another page, and this join may not take over from it.",
				"Leave the meeting in the other page, or close that page; the same request then succeeds. The account's settings control whether signed-in users (on by default) and registrants (off by default) take over from their own pages. Each bot needs its own OBF."),
		},
	},
	{
		Code: ServerError, Name: "SERVER_ERROR", Category: Connection, Where: GateWhere,
		Message:     "The server encountered an internal error and was unable to process your request.",
		Description: "The server failed to decide or to complete the join. The app and the meeting are not at fault, and the person was not admitted.",
		Remedy:      "Retry with increasing delays. Give the attempt ID to the operator, who can find the reason in the server log.",
		Causes: []Cause{
			later("storage_unavailable", "The database did not respond.",
				"Try again. Operator: check the database, its disk and its connections."),
			later("media_unavailable", "The media server did not respond.",
				"Try again. Operator: check the media server and, if it is external, its address and key."),
			later("too_many_joins", "Anonymous participants with the same signature or from the same address are joining faster than the app's limit allows, or one participant has joined again many times within a few seconds (HTTP 429).",
				"Wait for the number of seconds in retryAfter and try again. Do not call join in a loop. Give each participant their own signature; if many people share an address, raise the limit (joins_per_minute in the configuration, 300 by default)."),
			later("internal", "An unexpected error occurred in the server.",
				"Try again. If it happens again, report it with the attempt ID."),
		},
	},
}
