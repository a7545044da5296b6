package livekit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/sdp/v3"
	"google.golang.org/protobuf/proto"
)

const descriptionHead = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

// firefoxOffer differs most from what Chromium writes, with which the tests in a browser
// run.
const firefoxOffer = "v=0\r\no=mozilla...THIS_IS_SDPARTA-128.0 4611686018427387904 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" +
	"a=fingerprint:sha-256 00:11\r\na=group:BUNDLE 0 1\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 120 124\r\nc=IN IP4 0.0.0.0\r\nb=TIAS:1700000\r\na=candidate:0 1 UDP 2122252543 192.0.2.7 50000 typ host\r\n" +
	"a=candidate:1 1 TCP 2105524479 2001:db8::7 9 typ host tcptype active\r\na=sendonly\r\na=end-of-candidates\r\n" +
	"a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=fmtp:120 max-fs=12288;max-fr=60\r\na=fmtp:124 apt=120\r\n" +
	"a=ice-pwd:x\r\na=ice-ufrag:y\r\na=mid:0\r\na=msid:{s} {t}\r\na=rid:q send\r\na=rtcp-fb:120 nack pli\r\na=rtcp-mux\r\n" +
	"a=rtpmap:120 VP8/90000\r\na=rtpmap:124 rtx/90000\r\na=setup:actpass\r\na=simulcast:send q;h;f\r\na=ssrc:7 cname:{c}\r\na=ssrc-group:FID 7 8\r\n" +
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=mid:1\r\na=sctp-port:5000\r\na=max-message-size:1073741823\r\n"

// mediaSections makes a description of such sections.
func mediaSections(n int, more string) string {
	var out strings.Builder
	out.WriteString(descriptionHead + "a=group:BUNDLE")
	for i := range n {
		fmt.Fprintf(&out, " %d", i)
	}
	out.WriteString("\r\na=msid-semantic: WMS\r\n")
	for i := range n {
		fmt.Fprintf(&out, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:%d\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n%s", i, more)
	}
	return out.String()
}

func candidateLines(from, count int) string {
	var out strings.Builder
	for n := range count {
		fmt.Fprintf(&out, "a=candidate:%d 1 udp 1 192.0.2.1 %d typ host\r\n", from+n, 1+(from+n)%60_000)
	}
	return out.String()
}

// layerLines describe so many layers of a picture.
func layerLines(count int) string {
	var out strings.Builder
	for n := range count {
		fmt.Fprintf(&out, "a=rid:%d send\r\n", n)
	}
	return out.String() + "a=simulcast:send 0" + strings.Repeat(";1", count-1) + "\r\n"
}

func described(sdp string) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{Type: "offer", Sdp: sdp}}}
}

func TestDescriptionsAreOfTheUsualForm(t *testing.T) {
	t.Parallel()
	one := mediaSections(1, "")
	for name, tt := range map[string]struct {
		sdp         string
		want        error
		work, found int
	}{
		"Firefox's":                         {firefoxOffer, nil, 6, 2},
		"nothing":                           {"", nil, 0, 0},
		"a version":                         {"v=0", nil, 0, 0},
		"one":                               {one, nil, 1, 0},
		"short line ends":                   {strings.ReplaceAll(one, "\r\n", "\n"), nil, 1, 0},
		"many":                              {mediaSections(2000, ""), nil, 2000, 0},
		"candidates":                        {mediaSections(4, candidateLines(0, 30)), nil, 4, 120},
		"candidates of the session":         {descriptionHead + candidateLines(0, 9), nil, 0, 9},
		"too many candidates":               {mediaSections(5, candidateLines(0, 30)), errTooManySignals, 0, 0},
		"candidates without end":            {mediaSections(1, candidateLines(0, 15_000)), errTooManySignals, 0, 0},
		"a line end of another kind":        {strings.ReplaceAll(mediaSections(2000, ""), "\r\nm=", "\n\rm="), errSignalForm, 0, 0},
		"a carriage return":                 {strings.ReplaceAll(one, "\r\nm=", "\rm="), errSignalForm, 0, 0},
		"two carriage returns":              {strings.ReplaceAll(one, "\r\nm=", "\r\r\nm="), errSignalForm, 0, 0},
		"an empty line":                     {strings.ReplaceAll(one, "\r\nm=", "\r\n\r\nm="), errSignalForm, 0, 0},
		"a blank":                           {strings.ReplaceAll(one, "\r\nm=", "\r\n m="), errSignalForm, 0, 0},
		"a tab":                             {strings.ReplaceAll(one, "audio 9", "audio\t9"), errSignalForm, 0, 0},
		"two lines in one":                  {strings.ReplaceAll(one, "t=0 0", "t=0 0 m=audio 9 RTP 0"), errSignalForm, 0, 0},
		"two lines in an address":           {strings.ReplaceAll(one, "IP4 0.0.0.0", "IP4 0.0.0.0 a=candidate:1"), errSignalForm, 0, 0},
		"a connection of a type not in use": {one + "k=prompt\r\n", errSignalForm, 0, 0},
		"no line":                           {"?", errSignalForm, 0, 0},
		"lines without end":                 {mediaSections(1, strings.Repeat("a=x\r\n", maxSectionLines)), errTooManySignals, 0, 0},
		"sources without end":               {mediaSections(1, strings.Repeat("a=ssrc:1 cname:x\r\n", maxSourceLines+1)), errTooManySignals, 0, 0},
		"feedback to all":                   {mediaSections(1, strings.Repeat("a=rtcp-fb:* nack\r\n", maxFeedbackToAll+1)), errTooManySignals, 0, 0},
		"formats without end":               {descriptionHead + "m=audio 9 RTP" + strings.Repeat(" 0", maxWords) + "\r\n", errTooManySignals, 0, 0},
		"layers":                            {mediaSections(3, layerLines(maxLayers/2)), nil, 3 + 3*maxLayers, 0},
		"layers without end":                {mediaSections(1, layerLines(maxLayers/2+1)), errTooManySignals, 0, 0},
		"rids without end":                  {mediaSections(1, strings.Repeat("a=rid:0 send\r\n", maxLayers+1)), errTooManySignals, 0, 0},
		"streams without end":               {mediaSections(1, strings.Repeat("a=msid:s t\r\n", maxStreams+1)), errTooManySignals, 0, 0},
		"extensions without end":            {mediaSections(1, strings.Repeat("a=extmap:1 urn:x\r\n", maxExtensions+1)), errTooManySignals, 0, 0},
		"sections until the last":           {mediaSections(maxMID+1, ""), nil, maxMID + 1, 0},
		"a section after the last":          {mediaSections(maxMID+2, ""), errSignalForm, 0, 0},
		"a section with a name":             {strings.ReplaceAll(one, "a=mid:0", "a=mid:audio"), errSignalForm, 0, 0},
		"a section by another number":       {strings.ReplaceAll(one, "a=mid:0", "a=mid:00"), errSignalForm, 0, 0},
		"a section without a number":        {strings.ReplaceAll(one, "a=mid:0", "a=mid"), errSignalForm, 0, 0},
		"a section twice":                   {strings.ReplaceAll(mediaSections(2, ""), "a=mid:1", "a=mid:0"), errSignalForm, 0, 0},
		"lines of the session":              {descriptionHead + strings.Repeat("a=x\r\n", maxSessionLines), errTooManySignals, 0, 0},
		"groups of nothing":                 {descriptionHead + "a=group:BUNDLE" + strings.Repeat(" 0", maxGrouped+1) + "\r\n", errTooManySignals, 0, 0},
		"large sections": {
			descriptionHead + strings.Repeat("m=video 9 RTP"+strings.Repeat(" 0", 70)+"\r\n"+strings.Repeat("a=fmtp:0 x=y\r\n", 300), 10), nil, 60, 0,
		},
	} {
		for where, request := range map[string]*lk.SignalRequest{
			"offer":  described(tt.sdp),
			"answer": {Message: &lk.SignalRequest_Answer{Answer: &lk.SessionDescription{Type: "answer", Sdp: tt.sdp}}},
			"state":  {Message: &lk.SignalRequest_SyncState{SyncState: &lk.SyncState{Offer: &lk.SessionDescription{Sdp: tt.sdp}}}},
			"answer in a state": {Message: &lk.SignalRequest_SyncState{SyncState: &lk.SyncState{
				Offer: &lk.SessionDescription{Sdp: "v=0\r\n"}, Answer: &lk.SessionDescription{Sdp: tt.sdp},
			}}},
		} {
			got, err := descriptionsIn(signal(t, request))
			if !errors.Is(err, tt.want) || err == nil && (got.work != tt.work || len(got.candidates) != tt.found) {
				t.Errorf("%s, %s: %d sections, %d candidates, error %v", name, where, got.work, len(got.candidates), err)
			}
		}
	}
}

// Pages describe again what they have found: it counts once. What is new counts like
// candidates that are sent by themselves.
func TestCandidatesInDescriptionsCount(t *testing.T) {
	t.Parallel()
	c := connIn("room")
	for n := range descriptionBurst {
		if _, err := c.check(signal(t, described(mediaSections(1, candidateLines(0, 60))))); err != nil {
			t.Fatalf("description %d: %v", n, err)
		}
	}
	c = connIn("room")
	passed := 0
	for ; passed < descriptionBurst; passed++ {
		if _, err := c.check(signal(t, described(mediaSections(1, candidateLines(passed*100, 100))))); err != nil {
			break
		}
	}
	if passed < candidateBurst/100 || passed > candidateBurst/100+1 {
		t.Errorf("%d candidates pass, want %d", passed*100, candidateBurst)
	}
	trickle := &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: strings.Repeat("x", 900)}}}
	for range 50 {
		if _, err := c.check(signal(t, trickle)); err != nil {
			return
		}
	}
	t.Error("candidates by themselves are counted apart")
}

// LiveKit tries all candidates again when ICE restarts.
func TestRestartsOfICECount(t *testing.T) {
	t.Parallel()
	restart := func(line, value string, candidates int) *lk.SignalRequest {
		return described(mediaSections(2, "a=ice-"+line+":"+value+"\r\n"+candidateLines(0, candidates)))
	}
	for _, line := range []string{"ufrag", "pwd"} {
		for _, tt := range []struct {
			candidates, want int
			another          func(n int) string
		}{
			{60, descriptionBurst, func(int) string { return "same" }},
			{60, candidateBurst / (60 + restartCost), func(n int) string { return fmt.Sprint(n) }},
			{60, candidateBurst / (60 + restartCost), func(n int) string { return fmt.Sprint(n % 2) }},
			{0, candidateBurst / restartCost, func(n int) string { return fmt.Sprint(n) }},
		} {
			c := connIn("room")
			passed := 0
			for ; passed < descriptionBurst; passed++ {
				if _, err := c.check(signal(t, restart(line, tt.another(passed), tt.candidates))); err != nil {
					break
				}
			}
			if passed < tt.want || passed > tt.want+1 {
				t.Errorf("%d restarts by another %s with %d candidates pass, want %d", passed, line, tt.candidates, tt.want)
			}
		}
	}
}

func TestKnownCandidatesAreFew(t *testing.T) {
	t.Parallel()
	var before connHistory
	for n := range 10 * maxCandidatesKnown {
		before.describeICE(offerSignal, description{candidates: [][]byte{fmt.Appendf(nil, "a=candidate:%d", n)}})
	}
	if n := len(before.ice[offerSignal].candidates); n > maxCandidatesKnown+maxCandidates {
		t.Errorf("%d are kept", n)
	}
}

func TestOffersInJoinRequestsAreBounded(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sdp string
		ok  bool
	}{
		"none": {"", true}, "a page's": {mediaSections(10, ""), true}, "many sections": {mediaSections(unitOfSections+1, ""), false},
		"candidates": {mediaSections(1, candidateLines(0, 1)), false}, "another form": {"v=0\n\rm=audio 9 RTP 0", false},
	} {
		body, err := proto.Marshal(&lk.JoinRequest{PublisherOffer: &lk.SessionDescription{Type: "offer", Sdp: tt.sdp}})
		if err != nil {
			t.Fatal(err)
		}
		wrapped, err := proto.Marshal(&lk.WrappedJoinRequest{JoinRequest: body})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := checkJoinRequest(base64.URLEncoding.EncodeToString(wrapped)); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzDescriptions demands that LiveKit's parser finds no more in a description than the
// proxy has counted.
func FuzzDescriptions(f *testing.F) {
	whole := mediaSections(2, candidateLines(0, 2)+"a=ssrc:1 cname:x\r\na=rtcp-fb:* nack\r\n")
	f.Add(whole)
	f.Add(strings.ReplaceAll(whole, "\r\nm=", "\n\rm="))
	f.Add(strings.ReplaceAll(whole, "\r\n", "\n"))
	f.Add(descriptionHead + "t=0 0 m=audio 9 RTP 0\r\n" + candidateLines(0, 1) + "m=video 9/2 RTP 0 1")
	f.Add("v=0 o=- 1 2 IN IP4 x s=\n t=\n\r c=IN IP4 a=candidate:\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readDescription([]byte(text))
		if err != nil {
			return
		}
		var read sdp.SessionDescription
		// What is read before an error counts as well.
		_ = read.UnmarshalString(text)
		count := func(attributes []sdp.Attribute, key string) (n int) {
			for _, a := range attributes {
				if a.Key == key {
					n++
				}
			}
			return n
		}
		candidates, mids := count(read.Attributes, "candidate"), map[string]bool{}
		for _, m := range read.MediaDescriptions {
			candidates += count(m.Attributes, "candidate")
			if mid, ok := m.Attribute("mid"); ok {
				if number, err := strconv.Atoi(mid); err != nil || number < 0 || number > maxMID || mids[mid] {
					t.Fatalf("a section named %q, the door has seen a number", mid)
				}
				mids[mid] = true
			}
			if n := len(m.Attributes); n >= maxSectionLines || count(m.Attributes, "ssrc") > maxSourceLines ||
				count(m.Attributes, "rid") > maxLayers || count(m.Attributes, "simulcast") > maxLayers || count(m.Attributes, "msid") > maxStreams ||
				count(m.Attributes, "extmap") > maxExtensions || len(m.MediaName.Formats) > maxWords {
				t.Fatalf("a section of %d lines", n)
			}
		}
		if len(read.MediaDescriptions) > got.work || candidates > len(got.candidates) {
			t.Fatalf("%d sections and %d candidates, the door has counted %d and %d", len(read.MediaDescriptions), candidates, got.work, len(got.candidates))
		}
	})
}
