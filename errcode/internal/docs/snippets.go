package docs

import (
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/errcode"
)

// fill puts number and name of a row into a snippet.
func fill(code string, e errcode.Entry) string {
	return strings.NewReplacer("{code}", strconv.Itoa(int(e.Code)), "{name}", e.Name).Replace(code)
}

const (
	clientRefused = `function enter(options) {
  ZoomMtg.join({
    ...options, // meetingNumber, userName, signature, passWord, …
    success: () => console.log('joined'),
    error: (e) => {
      if (e.errorCode === {code}) { // {name}
        console.warn(e.cause, '-', e.remedy, e.attemptId);
      }
    },
  });
}`
	clientRetry = `function enter(options) {
  ZoomMtg.join({
    ...options, // meetingNumber, userName, signature, passWord, …
    success: () => console.log('joined'),
    error: (e) => {
      if (e.errorCode === {code} && e.retryable) { // {name}
        setTimeout(() => enter(options), (e.retryAfter ?? 10) * 1000);
      } else {
        console.warn(e.errorCode, e.cause, '-', e.remedy);
      }
    },
  });
}`
	clientInit = `function enter(initOptions, joinOptions) {
  ZoomMtg.init({
    ...initOptions, // leaveUrl, …
    success: () => ZoomMtg.join(joinOptions),
    error: (e) => console.error('init failed:', e),
  });
}`
	clientSuccess = `function enter(options) {
  ZoomMtg.inMeetingServiceListener('onUserIsInWaitingRoom', () => console.log('in the waiting room'));
  ZoomMtg.join({
    ...options, // meetingNumber, userName, signature, passWord, …
    success: (r) => console.log(r.errorCode), // 0
  });
}`
	clientClosed = `ZoomMtg.inMeetingServiceListener('onMeetingStatus', (s) => {
  if (s.meetingStatus === 3 && s.errorCode === {code}) { // {name}
    console.warn(s.errorMessage);
  }
});`
	clientReconnecting = `ZoomMtg.inMeetingServiceListener('onMeetingStatus', (s) => {
  if (s.meetingStatus === 4) console.log('reconnecting', s.errorCode); // {code}
  if (s.meetingStatus === 2) console.log('connected');
});`
	clientFunction = `ZoomMtg.lockMeeting({ // a host's function
  lockMeeting: true,
  error: (e) => {
    if (e.errorCode === {code}) console.warn('refused:', e.errorMessage); // {name}
  },
});`

	componentRefused = `async function enter(client, options) {
  try {
    await client.join(options); // meetingNumber, userName, signature, password, …
  } catch (e) {
    if (e.errorCode !== {code}) throw e; // {name}
    console.warn(e.message, e.cause, '-', e.remedy);
  }
}`
	componentRetry = `async function enter(client, options) {
  for (;;) {
    try {
      return await client.join(options); // meetingNumber, userName, signature, password, …
    } catch (e) {
      if (e.errorCode !== {code} || !e.retryable) throw e; // {name}
      await new Promise((done) => setTimeout(done, (e.retryAfter ?? 10) * 1000));
    }
  }
}`
	componentInit = `async function enter(client, initOptions, joinOptions) {
  await client.init(initOptions); // zoomAppRoot, language, …
  await client.join(joinOptions);
}`
	componentSuccess = `async function enter(client, options) {
  await client.join(options); // resolves with '' in the meeting or its waiting room
  console.log(client.getCurrentUser());
}`
	componentClosed = `client.on('connection-change', (p) => {
  if (p.state === 'Closed' && p.errorCode === {code}) { // {name}
    console.warn(p.reason);
  }
});`
	componentReconnecting = `client.on('connection-change', (p) => {
  if (p.state === 'Reconnecting') console.log('reconnecting', p.errorCode); // {code}
  if (p.state === 'Connected') console.log('connected');
});`
	componentFunction = `async function lock(client) {
  try {
    await client.lockMeeting(true); // a host's function
  } catch (e) {
    if (e.errorCode === {code}) console.warn(e.type, e.reason); // {name}
  }
}`
)

const (
	clientRefusedLead    = "join calls its error callback with this code, then onMeetingStatus reports status 3. The callback runs even if the SDK shows a dialog."
	componentRefusedLead = "join rejects with an Error whose reason is the code's name and whose message is the text above; connection-change reports Fail."
	notRaised            = "Anteroom never returns this code, so your app does not need to handle it."
)

// retryWise reports whether waiting and joining again is what a page should do.
func retryWise(e errcode.Entry) bool {
	// A page that caught an unforeseen error, or a meeting it is itself in,
	// gains nothing by joining in a loop.
	return e.Retryable() && e.Where != errcode.PageWhere || e.Code == errcode.NoResponseFromWeb
}

func clientSnippets(e errcode.Entry) []Snippet {
	refusal := Snippet{Lead: clientRefusedLead, Code: fill(clientRefused, e)}
	if retryWise(e) {
		refusal.Code = fill(clientRetry, e)
	}
	closed := Snippet{Lead: "During the meeting, onMeetingStatus reports status 3 with this code.", Code: fill(clientClosed, e)}
	switch e.Code {
	case errcode.Success:
		return []Snippet{{Lead: "join calls its success callback with errorCode 0.", Code: clientSuccess}}
	case errcode.Fail:
		return []Snippet{refusal, {Lead: "A rejected function calls its own error callback.", Code: fill(clientFunction, e)}}
	case errcode.FailComponent:
		return []Snippet{{Lead: "Client View uses 1 for the same errors; 200 does not occur."}}
	case errcode.MeetingNotInit:
		refusal.Lead = "join calls its error callback with 2. To avoid it, call join from init's success callback:"
		refusal.Code = clientInit
		return []Snippet{refusal}
	case errcode.AnotherMeetingRunning:
		refusal.Lead = "join calls its error callback with this code. While a meeting is live in the page, no status event is sent, so the page does not navigate away from it."
		return []Snippet{refusal}
	case errcode.MeetingNotStart:
		refusal.Lead = "With the SDK's dialogs on, error is called once, with the topic and the scheduled time in result. The page then waits, joins automatically when the meeting starts, and calls success. With isShowJoiningErrorDialog: false, retry in your code:"
		return []Snippet{refusal}
	case errcode.ReConnecting:
		return []Snippet{{Lead: "onMeetingStatus reports 4 while reconnecting, and 2 when the connection is back.", Code: fill(clientReconnecting, e)}}
	case errcode.Disconnect, errcode.AuthorizedUserLeft:
		return []Snippet{closed}
	case errcode.MeetingEnded, errcode.BeRemoved:
		return []Snippet{closed, refusal}
	}
	if !e.Raised() {
		return []Snippet{{Lead: notRaised}}
	}
	return []Snippet{refusal}
}

func componentSnippets(e errcode.Entry) []Snippet {
	refusal := Snippet{Lead: componentRefusedLead, Code: fill(componentRefused, e)}
	if retryWise(e) {
		refusal.Code = fill(componentRetry, e)
	}
	closed := Snippet{Lead: "During the meeting, connection-change reports Closed with the reason and this code.", Code: fill(componentClosed, e)}
	switch e.Code {
	case errcode.Success:
		return []Snippet{{Lead: "join resolves with an empty string.", Code: componentSuccess}}
	case errcode.Fail:
		return []Snippet{{Lead: "A rejected in-meeting function rejects with this code. A join that fails for the same reason rejects with 200.", Code: fill(componentFunction, e)}}
	case errcode.MeetingNotInit:
		return []Snippet{{Lead: "join rejects with 2. To avoid it, await init first:", Code: componentInit}}
	case errcode.AnotherMeetingRunning:
		refusal.Lead = "join rejects with this code. While a meeting is live in the page, no status event is sent."
		return []Snippet{refusal}
	case errcode.MeetingNotStart:
		refusal.Lead = "join rejects immediately; Component View does not wait. The same client can join again:"
		return []Snippet{refusal}
	case errcode.ReConnecting:
		return []Snippet{{Lead: "connection-change reports Reconnecting, and Connected when the connection is back.", Code: fill(componentReconnecting, e)}}
	case errcode.Disconnect, errcode.AuthorizedUserLeft:
		return []Snippet{closed}
	case errcode.MeetingEnded, errcode.BeRemoved:
		return []Snippet{closed, refusal}
	}
	if !e.Raised() {
		return []Snippet{{Lead: notRaised}}
	}
	return []Snippet{refusal}
}
