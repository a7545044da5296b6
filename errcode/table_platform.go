package errcode

var platformRows = []Entry{
	{
		Code: NotSupportWebclient, Name: "NOT_SUPPORT_WEBCLIENT", Category: Platform, Where: GateWhere,
		Message:     "Not support start or join meeting from web.",
		Description: "An administrator turned off joining from browsers for the meeting's whole account. If only this meeting forbids it, the code is 3611.",
		Remedy:      "Ask the account's administrator to allow the web client.",
		Causes: []Cause{
			no("web_client_off", "The web client is turned off for the account.",
				"Turn it on in the account's settings."),
		},
	},
	{
		Code: TSPNotSupport, Name: "TSP_NOT_SUPPORT", Category: Platform, Where: GateWhere,
		Message:     "Telephone-only audio from another provider is not supported in the browser.",
		Description: "The meeting's audio uses only a third-party telephony provider, which browsers cannot connect to.",
		Remedy:      "Allow computer audio in the meeting, or dial in by phone.",
		Causes: []Cause{
			no("tsp_audio_only", "The meeting's audio is third-party telephony only.",
				"Set the meeting's audio to computer audio or to both."),
		},
	},
	{
		Code: UseDesktopOrMobile, Name: "USE_DESKTOP_OR_MOBILE", Category: Platform, Where: GateWhere,
		Message:     "Unable join from browser, please join using the Zoom desktop client or mobile app.",
		Description: "This meeting does not allow joining from a browser. The message is kept as it is because apps compare it; on this server, change the meeting's settings.",
		Remedy:      "Change the meeting's settings to allow joining from browsers.",
		Causes: []Cause{
			no("browser_join_off", "Joining from browsers is turned off for this meeting.",
				"Allow it in the meeting's settings."),
			no("end_to_end_encrypted", "The meeting is end-to-end encrypted, which the web client does not support.",
				"Use enhanced encryption for meetings that people join from browsers."),
		},
	},
	{
		Code: EmailBlocked, Name: "EMAIL_BLOCKED", Category: Platform, Where: GateWhere,
		Message:     "Email is blocked by Administrator.",
		Description: "The person's email address or its domain is on the block list of the account or the webinar, or the registration was denied. The address comes from the ZAK, the tk or userEmail.",
		Remedy:      "Use another email address, or ask the account's administrator.",
		Causes: []Cause{
			no("domain_blocked", "The email domain is blocked.",
				"Have the domain removed from the block list. Test data with example domains is a common reason."),
			no("address_blocked", "This email address is blocked.",
				"Have the address removed from the block list."),
			no("registrant_denied", "The registration for this email address was denied.",
				"Approve the registrant."),
		},
	},
	{
		Code: NoResponseFromWeb, Name: "NO_RESPONSE_FROM_WEB", Category: Platform, Where: PageWhere,
		Message:     "No response from web, try again later.",
		Description: "The page sent the join to the server and got no response within joinTimeout, even after several tries. The tries share one joinId, so no one can join twice.",
		Remedy:      "Check that the browser can reach the server: open its /healthz in the same browser.",
		Causes: []Cause{
			later("timeout", "The server did not respond in time.",
				"Try again. If it happens often, check the server's load and any proxies in front of it."),
			later("offline", "The browser is offline.",
				"Try again when the network connection is back."),
			later("unreachable", "The server could not be reached. A page cannot tell a closed port from a bad certificate or a blocked request.",
				"Check in this order: the server is running, the address is correct, this browser accepts its certificate, and no Content-Security-Policy (connect-src) or ad blocker stops the request."),
			localNetworkBlocked, websocketBlocked, cspBlocked, mixedContent,
			later("network", "The server responds, but audio and video found no way through the network.",
				"Open UDP and TCP to the media port of the server, or set up TURN. A VPN or a company firewall is the most common reason."),
		},
	},
}
