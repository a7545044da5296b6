package scenario

import "github.com/anteroom/anteroom/errcode"

// unsupported are causes that no recipe can bring about, each with the reason.
var unsupported = []Unsupported{
	{errcode.Fail, "unexpected", "it covers errors that nobody has foreseen"},
	{errcode.Fail, "insecure_context", "the page must come over plain HTTP from another machine, which a step cannot do"},
	{errcode.Fail, "asset_blocked", "the page must fail to load a file of the SDK, which a step cannot do"},
	{errcode.FailComponent, "unexpected", "it covers errors that nobody has foreseen"},
	{errcode.FailComponent, "insecure_context", "the page must come over plain HTTP from another machine, which a step cannot do"},
	{errcode.FailComponent, "asset_blocked", "the page must fail to load a file of the SDK, which a step cannot do"},
	{errcode.Fail, "csp_blocked", "it depends on the page's own Content-Security-Policy, which a step cannot change"},
	{errcode.Fail, "frame_policy", "the page must be in a frame of another page, which a step cannot do"},
	{errcode.FailComponent, "csp_blocked", "it depends on the page's own Content-Security-Policy, which a step cannot change"},
	{errcode.NoResponseFromWeb, "local_network_blocked", "the browser must block the local network, which a step cannot do"},
	{errcode.NoResponseFromWeb, "websocket_blocked", "there must be a proxy in front of the server, which a step cannot add"},
	{errcode.NoResponseFromWeb, "csp_blocked", "it depends on the page's own Content-Security-Policy, which a step cannot change"},
	{errcode.NoResponseFromWeb, "mixed_content", "the page must come over HTTPS from elsewhere, which a step cannot do"},
	{errcode.NoResponseFromWeb, "network", "there must be a firewall in front of the media port, which a step cannot add"},
	{errcode.Disconnect, "server_gone", "the whole server must stop"},
	{errcode.Disconnect, "local_network_blocked", "the browser must block the local network, which a step cannot do"},
	{errcode.Disconnect, "websocket_blocked", "there must be a proxy in front of the server, which a step cannot add"},
	{errcode.Disconnect, "csp_blocked", "it depends on the page's own Content-Security-Policy, which a step cannot change"},
	{errcode.Disconnect, "mixed_content", "the page must come over HTTPS from elsewhere, which a step cannot do"},
	{errcode.NoResponseFromWeb, "offline", "the browser must report that it is offline, which a step cannot do"},
	{errcode.Fail, "cancelled", "the page must call leaveMeeting while its own join is in progress, which a step cannot time"},
	{errcode.FailComponent, "cancelled", "the page must call leaveMeeting while its own join is in progress, which a step cannot time"},
	{errcode.AnotherMeetingRunning, "other_view_in_page", "the page must load both views, which a step cannot do"},
	{errcode.SignatureInvalid, "empty", "an empty signature is refused earlier, with 4003 signature_missing"},
	{errcode.SignatureInvalid, "mn_formatted", "it is a note and does not refuse the join"},
	{errcode.SDKVersionUnsupported, "below_platform_minimum", "the server's minimum version would refuse everyone on this server"},
	{errcode.ServerError, "internal", "it covers errors that nobody has foreseen"},
	{errcode.MeetingEnded, "empty", "a meeting ends by itself only when nobody is left in it"},
	{errcode.ReConnecting, "media_lost", "a step can only cut the control channel and the media together"},
	{errcode.Disconnect, "seat_lost", "the page must be disconnected for longer than it tries to reconnect, and then reconnect"},
	{errcode.Disconnect, "token_invalid", "the page must lose a token that a step cannot reach"},
}
