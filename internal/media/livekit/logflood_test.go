package livekit

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/loglimit"
)

// levelSilent is above every level.
const levelSilent = slog.LevelError + 4

// logOutput is what the engine of all tests logs.
type logOutput struct {
	level slog.LevelVar
	mu    sync.Mutex
	text  bytes.Buffer
}

func (o *logOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *logOutput) lines() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Split(strings.TrimSuffix(o.text.String(), "\n"), "\n")
}

// watch lets the engine's log begin anew, at a level, until the test ends.
func (o *logOutput) watch(t *testing.T, level slog.Level) {
	sharedEngine.logLimit.Close() // what was counted so far
	o.mu.Lock()
	o.text.Reset()
	o.mu.Unlock()
	o.level.Set(level)
	t.Cleanup(func() { o.level.Set(levelSilent) })
}

const icePassword = "abcdefghijklmnopqrstuvwx"

// offerOf is an offer of so many sounds in a format, each with more connections.
func offerOf(sounds int, format, more string) *lk.SignalRequest {
	var sdp strings.Builder
	sdp.WriteString("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:" + icePassword +
		"\r\na=fingerprint:sha-256 " + strings.TrimSuffix(strings.Repeat("AA:", 32), ":") + "\r\na=setup:actpass\r\na=group:BUNDLE")
	for i := range sounds {
		fmt.Fprintf(&sdp, " %d", i)
	}
	sdp.WriteString("\r\n")
	for i := range sounds {
		fmt.Fprintf(&sdp, "m=audio 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0\r\na=mid:%d\r\na=sendonly\r\na=msid:s t%d\r\na=rtcp-mux\r\n%s", format, i, i, more)
	}
	return &lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{Type: "offer", Sdp: sdp.String(), Id: 1}}}
}

// attackWith sends a message on a connection of its own, and waits until LiveKit has
// read it: it returns the ping that follows.
func attackWith(t *testing.T, who string, attacks ...*lk.SignalRequest) {
	t.Helper()
	line := signallingOf(t, fullGrant(roomOf(t), who))
	for _, attack := range append(attacks, &lk.SignalRequest{Message: &lk.SignalRequest_PingReq{PingReq: &lk.Ping{Timestamp: 7}}}) {
		if err := line.Send(attack); err != nil {
			return // LiveKit has ended it
		}
	}
	for {
		response, err := line.Receive()
		if err != nil {
			return
		}
		if response.GetPongResp() != nil {
			return
		}
	}
}

func TestParticipantsDoNotFillTheLog(t *testing.T) {
	sharedEngine.log.watch(t, slog.LevelInfo)
	strange := &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: "{}", Target: 7}}}
	trickles := make([]*lk.SignalRequest, 3*loglimit.PerMessage)
	for i := range trickles {
		trickles[i] = strange
	}
	attackWith(t, "trickle", trickles...)
	const complaint = `msg="livekit: extract codecs from media section failed"`
	count := func(text string) (n int) {
		for _, line := range sharedEngine.log.lines() {
			if strings.Contains(line, text) {
				n++
			}
			if len(line) > 4096 {
				t.Errorf("a connection of %d bytes: %.300s", len(line), line)
			}
		}
		return n
	}

	// It complains of each sound in a further offer that comes before the first has failed.
	unknown := offerOf(100, "99", "")
	offers := slices.Repeat([]*lk.SignalRequest{unknown}, 10)
	eventually(t, "as many lines as are allowed", func() bool {
		attackWith(t, "codecs", offers...)
		return count(complaint) == loglimit.PerMessage
	})
	sharedEngine.logLimit.Close()
	if count(loglimit.LeftOut) == 0 {
		t.Error("no line counts those that were left out")
	}
	if n := count("trickle-"); n > loglimit.PerPlace {
		t.Errorf("%d lines about candidates", n)
	}
}

func TestTheLogOfDebuggingIsShortAndHasNoPasswords(t *testing.T) {
	sharedEngine.log.watch(t, slog.LevelDebug)
	const candidates = maxCandidates
	attackWith(t, "ann", offerOf(1, "111", "a=rtpmap:111 opus/48000/2\r\n"+strings.Repeat("a=candidate:x\r\n", candidates)))
	attackWith(t, "bob", offerOf(1, "111", strings.Repeat("a=x:"+strings.Repeat("y", 1000)+"\r\n", 60)))
	eventually(t, "lines about the candidates", func() bool {
		return strings.Count(strings.Join(sharedEngine.log.lines(), "\n"), "unmarshal candidate") >= candidates
	})
	total := 0
	for _, line := range sharedEngine.log.lines() {
		if strings.Contains(line, icePassword) {
			t.Fatalf("a password is in the log: %.400s", line)
		}
		total += len(line)
	}
	if total > 1000*candidates {
		t.Errorf("%d bytes are logged", total)
	}
}

// Whoever signs a webhook wrongly is notified of in no words of theirs.
func TestRefusedWebhooksAreNotRepeated(t *testing.T) {
	o := newExternalFixture(t)
	var out logOutput
	o.engine.log = slog.New(slog.NewTextHandler(&out, nil))
	for _, token := range []string{"", strings.Repeat("junk", 10_000), "eyJhbGciOiJIUzI1NiJ9." + strings.Repeat("x", 40_000) + ".x"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		o.engine.Webhook().ServeHTTP(httptest.NewRecorder(), r)
	}
	lines := out.lines()
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3: %.500s", len(lines), lines)
	}
	for _, line := range lines {
		if !strings.Contains(line, "level=INFO") || len(line) > 200 {
			t.Errorf("line = %.300s", line)
		}
	}
}
