package errcode

var generalRows = []Entry{
	{
		Code: Success, Name: "SUCCESS", Category: General, Where: RoomWhere,
		Description: "The call succeeded. For a join, the person is in the meeting or in the waiting room; listen for the waiting-room event to tell the two apart.",
		Remedy:      "No action is needed.",
	},
	{
		Code: Fail, Name: "FAIL", Category: General, Where: PageWhere,
		Message:     "Fail to join the meeting.",
		Description: "The call failed in the page itself, and no more specific code applies. In Client View this is a failed join; in Component View it is the errorCode of a rejected in-meeting function, while a failed join has 200.",
		Remedy:      "Check cause and evidence, then the browser console. The problem is in the page or in loading the SDK's files, not in the meeting.",
		Causes: []Cause{
			later("unexpected", "An unexpected error occurred in the page.",
				"Reload the page and try again. If it happens again, save the console output and the attempt ID: it is a bug in the app or in the SDK."),
			no("browser_unsupported", "This browser lacks WebRTC or another feature that meetings need.",
				"Use a current Chrome, Edge, Firefox or Safari. If the page is in an in-app browser, open it in a standalone one. checkSystemRequirements() lists what is missing."),
			no("insecure_context", "The page was not loaded over HTTPS, so the browser blocks the camera and microphone.",
				"Serve the page over HTTPS, or use localhost during development. Plain HTTP to a local network address is not enough."),
			later("asset_blocked", "A file of the SDK, such as the media engine, could not be loaded.",
				"Look for failed requests in the browser's network panel: a Content-Security-Policy, an ad blocker, a proxy or a wrong library path is blocking the SDK's scripts or workers."),
			cspBlocked,
			no("frame_policy", "The page is in a frame that may not use the camera, microphone or screen.",
				`Add allow="camera; microphone; display-capture" to the iframe; each frame around it needs it too. checkSystemRequirements() says what is missing.`),
			later("cancelled", "The page called leaveMeeting or destroyClient while it was joining, or closed its connection before the server had decided.",
				"Nothing is wrong: the join was cancelled. Join again at any time."),
			no("not_allowed", "This participant is not allowed to call that function now.",
				"Check the role first (isHost, isCoHost) and call host functions only for hosts and co-hosts."),
		},
	},
	{
		Code: MeetingNotInit, Name: "MEETING_NOT_INIT", Category: General, Where: PageWhere,
		Message:     "Meeting not initialized.",
		Description: "join was called before the SDK was initialized in this page. A running init is awaited, so you can call both in a row, but init must be called and must succeed.",
		Remedy:      "Call init, wait for its success callback or promise, and call join from there.",
		Causes: []Cause{
			no("init_not_called", "join was called without init.",
				"Call init before join, on the same client object. After a remount or destroyClient, init is needed again."),
			no("init_failed", "init failed, but join was called anyway.",
				"Handle the error from init: it names the rejected option. Often the root element does not exist yet, or a library file failed to load."),
		},
	},
}
