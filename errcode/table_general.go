package errcode

var generalRows = []Entry{
	{
		Code: Success, Name: "SUCCESS", Category: General, Where: RoomWhere,
		Description: "The call was carried out. For a join it means that the person is inside, or has been placed in the waiting room; listen for the waiting-room event to tell the two apart.",
		Remedy:      "Nothing to mend.",
	},
	{
		Code: Fail, Name: "FAIL", Category: General, Where: PageWhere,
		Message:     "Fail to join the meeting.",
		Description: "Something in the page itself stopped the call, and no more specific code fits. In Client View it ends a join; in Component View it is the errorCode of a refused in-meeting function, while a failed join there carries 200.",
		Remedy:      "Read cause and evidence, then the browser console: the fault is in the page or between the page and the SDK's files, not in the meeting.",
		Causes: []Cause{
			later("unexpected", "The page met an error that nothing foresaw.",
				"Reload and try once more. If it comes back, keep the console output and the attempt id: it is a bug, in the app or in the SDK."),
			no("browser_unsupported", "This browser lacks WebRTC or something else that meetings need.",
				"Use a current Chrome, Edge, Firefox or Safari. Inside an in-app browser, open the page in the real one. checkSystemRequirements() lists what is missing."),
			no("insecure_context", "The page was not loaded over HTTPS, so the browser hides camera and microphone.",
				"Serve the page over HTTPS, or open it through localhost while developing. Plain HTTP to an address in the local network is not enough."),
			later("asset_blocked", "A file of the SDK, such as the media engine, could not be loaded.",
				"Look in the network panel for a red line: a Content-Security-Policy, an ad blocker, a proxy or a wrong library path is stopping the SDK's scripts or workers."),
			no("not_allowed", "This person may not call that function now.",
				"Check the role first (isHost, isCoHost) and call host functions only for hosts and co-hosts."),
		},
	},
	{
		Code: MeetingNotInit, Name: "MEETING_NOT_INIT", Category: General, Where: PageWhere,
		Message:     "Meeting not initialized.",
		Description: "join was called although the SDK had not been set up in this page. An init that is still running is awaited, so calling both back to back is fine; never calling init, or ignoring that it failed, is not.",
		Remedy:      "Call init, wait for its success callback or promise, and call join from there.",
		Causes: []Cause{
			no("init_not_called", "join was called and init never was.",
				"Call init before join, on the same client object. After a remount or destroyClient, init is needed again."),
			no("init_failed", "init was called and failed, and join was called all the same.",
				"Handle the error of init: it says which option it refused. Often the root element did not exist yet, or a library file did not load."),
		},
	},
}
