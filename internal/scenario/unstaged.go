package scenario

import "github.com/anteroom/anteroom/errcode"

// unstaged are causes that no recipe can bring about, each with the reason.
var unstaged = []Unstaged{
	{errcode.Fail, "unexpected", "it stands for what nobody foresaw"},
	{errcode.Fail, "insecure_context", "the page has to be served over plain HTTP from another machine, which no step does"},
	{errcode.Fail, "asset_blocked", "a file of the SDK has to be kept from the page, which no step does"},
	{errcode.FailComponent, "unexpected", "it stands for what nobody foresaw"},
	{errcode.FailComponent, "insecure_context", "the page has to be served over plain HTTP from another machine, which no step does"},
	{errcode.FailComponent, "asset_blocked", "a file of the SDK has to be kept from the page, which no step does"},
	{errcode.Fail, "csp_blocked", "the page's own Content-Security-Policy decides, which no step changes"},
	{errcode.Fail, "frame_policy", "the page has to be in another page's frame, which no step does"},
	{errcode.FailComponent, "csp_blocked", "the page's own Content-Security-Policy decides, which no step changes"},
	{errcode.NoResponseFromWeb, "local_network_blocked", "the browser has to refuse the local network, which no step does"},
	{errcode.NoResponseFromWeb, "websocket_blocked", "a proxy has to stand before the server, which no step puts there"},
	{errcode.NoResponseFromWeb, "csp_blocked", "the page's own Content-Security-Policy decides, which no step changes"},
	{errcode.NoResponseFromWeb, "mixed_content", "the page has to be served over HTTPS from elsewhere, which no step does"},
	{errcode.NoResponseFromWeb, "network", "a firewall has to stand before the media port, which no step puts there"},
	{errcode.Disconnect, "server_gone", "the whole server has to stop"},
	{errcode.Disconnect, "local_network_blocked", "the browser has to refuse the local network, which no step does"},
	{errcode.Disconnect, "websocket_blocked", "a proxy has to stand before the server, which no step puts there"},
	{errcode.Disconnect, "csp_blocked", "the page's own Content-Security-Policy decides, which no step changes"},
	{errcode.Disconnect, "mixed_content", "the page has to be served over HTTPS from elsewhere, which no step does"},
	{errcode.NoResponseFromWeb, "offline", "the browser itself has to say that it has no network, which no step does"},
	{errcode.Fail, "cancelled", "the page calls leaveMeeting while its own join is under way, which no step does at the right moment"},
	{errcode.FailComponent, "cancelled", "the page calls leaveMeeting while its own join is under way, which no step does at the right moment"},
	{errcode.AnotherMeetingRunning, "other_view_in_page", "the page has to load both views, which no step does"},
	{errcode.SignatureInvalid, "empty", "an empty signature is refused earlier: 4003 signature_missing"},
	{errcode.SignatureInvalid, "mn_formatted", "it is a note and refuses nothing"},
	{errcode.SDKVersionUnsupported, "below_platform_minimum", "the platform's minimum would refuse everybody on this server"},
	{errcode.ServerError, "internal", "it stands for what nobody foresaw"},
	{errcode.MeetingEnded, "empty", "a meeting closes by itself only when nobody is left to be told"},
	{errcode.ReConnecting, "media_lost", "the control channel and the media are cut together"},
	{errcode.Disconnect, "seat_lost", "the page has to be cut off for longer than it tries to come back, and then come back"},
	{errcode.Disconnect, "token_invalid", "the page would have to lose a token that it keeps to itself"},
}
