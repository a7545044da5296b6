package handbook

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
  ZoomMtg.inMeetingServiceListener('onUserIsInWaitingRoom', () => console.log('waiting to be let in'));
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
  await client.join(options); // resolves with '' when inside or in the waiting room
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
	clientRefusedLead    = "join ends in its error callback with this number, and onMeetingStatus follows with status 3. The SDK's dialogs never swallow the callback."
	componentRefusedLead = "join rejects with an Error whose reason is the name and whose message is the sentence; connection-change says Fail."
	notRaised            = "Anteroom never sends this number, so nothing needs to be handled here."
)

// retryWise tells whether waiting and joining again is what a page should do.
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
	closed := Snippet{Lead: "Inside, onMeetingStatus says 3 with the number.", Code: fill(clientClosed, e)}
	switch e.Code {
	case errcode.Success:
		return []Snippet{{Lead: "The success callback of join receives errorCode 0.", Code: clientSuccess}}
	case errcode.Fail:
		return []Snippet{refusal, {Lead: "A refused function ends in its own error callback.", Code: fill(clientFunction, e)}}
	case errcode.FailComponent:
		return []Snippet{{Lead: "Client View uses 1 for the same faults; 200 does not occur."}}
	case errcode.MeetingNotInit:
		refusal.Lead = "join ends in its error callback with 2. Join from init's success callback and it cannot happen:"
		refusal.Code = clientInit
		return []Snippet{refusal}
	case errcode.AnotherMeetingRunning:
		refusal.Lead = "join ends in its error callback with this number. While a meeting is live in the page no status event is sent, so the page is not led away from it."
		return []Snippet{refusal}
	case errcode.MeetingNotStart:
		refusal.Lead = "With the SDK's dialogs on, error is called once, with the topic and the scheduled time in result; the page stays, joins by itself when the meeting begins, and success follows. With isShowJoiningErrorDialog: false, wait yourself:"
		return []Snippet{refusal}
	case errcode.ReConnecting:
		return []Snippet{{Lead: "onMeetingStatus says 4 while the line is being restored, and 2 when it is back.", Code: fill(clientReconnecting, e)}}
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
	closed := Snippet{Lead: "Inside, connection-change says Closed with reason and number.", Code: fill(componentClosed, e)}
	switch e.Code {
	case errcode.Success:
		return []Snippet{{Lead: "join resolves with an empty string.", Code: componentSuccess}}
	case errcode.Fail:
		return []Snippet{{Lead: "A refused in-meeting function rejects with this number. A join that fails for such a reason rejects with 200.", Code: fill(componentFunction, e)}}
	case errcode.MeetingNotInit:
		return []Snippet{{Lead: "join rejects with 2. Await init first and it cannot happen:", Code: componentInit}}
	case errcode.AnotherMeetingRunning:
		refusal.Lead = "join rejects with this number. While a meeting is live in the page no status event is sent."
		return []Snippet{refusal}
	case errcode.MeetingNotStart:
		refusal.Lead = "join rejects at once; Component View never waits by itself. The same client can join again:"
		return []Snippet{refusal}
	case errcode.ReConnecting:
		return []Snippet{{Lead: "connection-change says Reconnecting, and Connected when the line is back.", Code: fill(componentReconnecting, e)}}
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
