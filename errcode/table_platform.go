package errcode

var platformRows = []Entry{
	{
		Code: NotSupportWebclient, Name: "NOT_SUPPORT_WEBCLIENT", Category: Platform, Where: GateWhere,
		Message:     "Not support start or join meeting from web.",
		Description: "An administrator of the meeting's account has switched off joining from browsers for the whole account. A single meeting that forbids it answers 3611.",
		Remedy:      "Ask the account's administrator to allow the web client.",
		Causes: []Cause{
			no("web_client_off", "The web client is switched off for the account.",
				"Switch it on in the account's settings."),
		},
	},
	{
		Code: TSPNotSupport, Name: "TSP_NOT_SUPPORT", Category: Platform, Where: GateWhere,
		Message:     "Telephone-only audio from another provider is not supported in the browser.",
		Description: "The meeting's sound runs only over a third-party telephony provider, which a browser cannot join.",
		Remedy:      "Allow computer audio in the meeting, or dial in by telephone.",
		Causes: []Cause{
			no("tsp_audio_only", "The meeting's audio is third-party telephony only.",
				"Set the meeting's audio to computer audio or to both."),
		},
	},
	{
		Code: UseDesktopOrMobile, Name: "USE_DESKTOP_OR_MOBILE", Category: Platform, Where: GateWhere,
		Message:     "Unable join from browser, please join using the Zoom desktop client or mobile app.",
		Description: "This one meeting may not be joined from a browser. The sentence is kept because apps compare it; here it is the meeting's setting that has to change.",
		Remedy:      "Change the meeting's settings so that browsers may join.",
		Causes: []Cause{
			no("browser_join_off", "Joining from browsers is switched off for this meeting.",
				"Allow it in the meeting's settings."),
			no("end_to_end_encrypted", "The meeting is end-to-end encrypted, which the web client cannot do.",
				"Choose enhanced encryption for meetings that people join from a browser."),
		},
	},
	{
		Code: EmailBlocked, Name: "EMAIL_BLOCKED", Category: Platform, Where: GateWhere,
		Message:     "Email is blocked by Administrator.",
		Description: "The person's address, or its domain, is on the block list of the account or the webinar, or the registration was denied. The address comes from the ZAK, the tk or userEmail.",
		Remedy:      "Use another address, or ask the account's administrator.",
		Causes: []Cause{
			no("domain_blocked", "The domain of the address is blocked.",
				"Have the domain taken off the block list. Test data with example domains is a frequent reason."),
			no("address_blocked", "This very address is blocked.",
				"Have the address taken off the block list."),
			no("registrant_denied", "The registration of this address was denied.",
				"Approve the registrant in the console or through the API."),
		},
	},
	{
		Code: NoResponseFromWeb, Name: "NO_RESPONSE_FROM_WEB", Category: Platform, Where: PageWhere,
		Message:     "No response from web, try again later.",
		Description: "The page asked the server to join and got no answer within joinTimeout, although it tried several times under one joinId. Nobody was let in twice by that.",
		Remedy:      "Check that the page reaches the server: open its /healthz in the same browser.",
		Causes: []Cause{
			later("timeout", "The server did not answer in time.",
				"Try again. If it happens often, look at the server's load and at proxies on the way."),
			later("offline", "The browser says it has no network.",
				"Try again once the connection is back."),
			later("unreachable", "The server could not be reached. A page cannot tell a closed port from a bad certificate or a blocked request.",
				"Check in turn that the server runs, that the address is right, that this browser accepts its certificate, and that no Content-Security-Policy (connect-src) or blocker stops the request."),
		},
	},
}
