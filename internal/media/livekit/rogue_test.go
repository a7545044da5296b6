package livekit

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

func longTimeout(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

// signallingOf opens the connection of a participant at the proxy.
func signallingOf(t *testing.T, grant media.Grant) *rogue.Signalling {
	t.Helper()
	sharedEngine.guard.admit(grant)
	if err := sharedEngine.engine.EnsureRoom(context.Background(), grant.Room); err != nil {
		t.Fatal(err)
	}
	line, err := rogue.OpenSignalling(longTimeout(t), sharedEngine.server.URL, tokenFor(t, sharedEngine.engine, grant), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(line.Close)
	return line
}

// joinMedia enters a room with sound and pictures.
func joinMedia(t *testing.T, grant media.Grant) *rogue.Media {
	t.Helper()
	sharedEngine.guard.admit(grant)
	m, err := rogue.JoinMedia(longTimeout(t), sharedEngine.server.URL, tokenFor(t, sharedEngine.engine, grant))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func mustEnd(t *testing.T, line *rogue.Signalling, code int, reason string) {
	t.Helper()
	gotCode, gotReason, err := line.Ended()
	if err != nil || gotCode != code || gotReason != reason {
		t.Fatalf("ended with %d %q, error %v; want %d %q", gotCode, gotReason, err, code, reason)
	}
}

const (
	lastBinary       = 0x82
	firstBinary      = 0x02
	lastContinuation = 0x80
	nextContinuation = 0x00
	compressed       = 0x40
)

func TestOversizeMessagesEndTheConnection(t *testing.T) {
	const huge = 100 << 20
	zeros := make([]byte, maxSignalBytes+1)
	var bomb bytes.Buffer
	deflate, _ := flate.NewWriter(&bomb, flate.BestCompression)
	for range huge / len(zeros) {
		_, _ = deflate.Write(zeros)
	}
	_ = deflate.Flush()
	var fragments []rogue.Frame
	for range 100 {
		fragments = append(fragments, rogue.Frame{First: nextContinuation, Payload: zeros[:maxSignalBytes/50]})
	}
	fragments[0].First = firstBinary
	tiny := make([]rogue.Frame, maxSignalFrames+1)
	for i := range tiny {
		tiny[i] = rogue.Frame{First: nextContinuation, Payload: zeros[:1]}
	}
	tiny[0].First = firstBinary

	tests := []struct {
		name   string
		frames []rogue.Frame
		want   *refusal
	}{
		{"compressed", []rogue.Frame{{First: lastBinary | compressed, Payload: bomb.Bytes()}}, errFrame},
		{"announced", []rogue.Frame{{First: lastBinary, Length: huge, Payload: zeros}}, errTooBig},
		{"one byte too long", []rogue.Frame{{First: lastBinary, Payload: zeros}}, errTooBig},
		{"fragmented", fragments, errTooBig},
		{"in tiny frames", tiny, errTooBig},
		{"continued without a beginning", []rogue.Frame{{First: lastContinuation, Payload: zeros[:8]}}, errFrame},
		{"begun twice", []rogue.Frame{{First: firstBinary, Payload: zeros[:8]}, {First: lastBinary, Payload: zeros[:8]}}, errFrame},
		{"text", []rogue.Frame{{First: 0x81, Payload: []byte(`{"simulate":{"speakerUpdate":3}}`)}}, errNotBinary},
		{"reserved opcode", []rogue.Frame{{First: 0x83, Payload: zeros[:8]}}, errFrame},
		{"long ping", []rogue.Frame{{First: 0x89, Length: 126, Payload: zeros[:126]}}, errFrame},
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			line := signallingOf(t, fullGrant(roomOf(t), "ann"))
			if line.Extensions != "" {
				t.Errorf("the server agreed to %q", line.Extensions)
			}
			// The proxy may have closed the connection before all is written.
			_ = line.SendFrames(tt.frames...)
			mustEnd(t, line, tt.want.code, tt.want.reason)
		})
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > huge/2 {
		t.Errorf("%d MB allocated for messages that were refused", grown>>20)
	}
}

func TestMessagesInFramesReachLiveKit(t *testing.T) {
	line := signallingOf(t, fullGrant(roomOf(t), "ann"))
	ping, err := proto.Marshal(&lk.SignalRequest{Message: &lk.SignalRequest_PingReq{PingReq: &lk.Ping{Timestamp: 4711}}})
	if err != nil {
		t.Fatal(err)
	}
	err = line.SendFrames(
		rogue.Frame{First: firstBinary, Payload: ping[:1]},
		rogue.Frame{First: 0x89, Payload: []byte("between")},
		rogue.Frame{First: lastContinuation, Payload: ping[1:]},
	)
	for err == nil {
		var response *lk.SignalResponse
		if response, err = line.Receive(); response.GetPongResp().GetLastPingTimestamp() == 4711 {
			return
		}
	}
	t.Fatal(err)
}

func TestKindsOfSignals(t *testing.T) {
	// What the published client sends; each of the rest ends the connection.
	allowed := map[protoreflect.Name]bool{
		"offer": true, "answer": true, "trickle": true, "add_track": true, "mute": true, "subscription": true,
		"track_setting": true, "leave": true, "update_layers": true, "subscription_permission": true, "sync_state": true,
		"ping": true, "ping_req": true, "update_audio_track": true, "update_video_track": true, "update_metadata": true,
	}
	fields := (&lk.SignalRequest{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		field, request := fields.Get(i), &lk.SignalRequest{}
		if field.Message() != nil {
			request.ProtoReflect().Set(field, request.ProtoReflect().NewField(field))
		} else {
			request.ProtoReflect().Set(field, protoreflect.ValueOfInt64(1))
		}
		message, err := proto.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		_, err = checkSignal(message, func(*lk.SignalRequest) error { return nil })
		switch {
		case field.Name() == "update_metadata", field.Name() == "update_layers":
			if !errors.Is(err, errDropped) {
				t.Errorf("%s: %v, want it dropped", field.Name(), err)
			}
		case allowed[field.Name()] && err != nil:
			t.Errorf("%s: %v", field.Name(), err)
		case !allowed[field.Name()] && !errors.Is(err, errSignalKind):
			t.Errorf("%s: %v, want %v", field.Name(), err, errSignalKind)
		}
	}
	none := func(*lk.SignalRequest) error { return nil }
	ping, _ := proto.Marshal(&lk.SignalRequest{Message: &lk.SignalRequest_Ping{Ping: 1}})
	simulate, _ := proto.Marshal(&lk.SignalRequest{Message: &lk.SignalRequest_Simulate{Simulate: &lk.SimulateScenario{}}})
	for name, message := range map[string][]byte{
		"empty": nil, "two in one": append(bytes.Clone(ping), simulate...), "cut off": simulate[:1],
		"trailing": append(bytes.Clone(ping), 0), "nonsense": []byte(strings.Repeat("\xff", 20)),
	} {
		if _, err := checkSignal(message, none); !errors.Is(err, errSignalForm) {
			t.Errorf("%s: %v, want %v", name, err, errSignalForm)
		}
	}
	if _, err := checkSignal([]byte{0xfa, 0x7f, 0}, none); !errors.Is(err, errSignalKind) {
		t.Errorf("a kind of the future: %v", err)
	}
}

func TestSimulatedSpeakersAreRefused(t *testing.T) {
	line := signallingOf(t, fullGrant(roomOf(t), "ann"))
	err := line.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Simulate{
		Simulate: &lk.SimulateScenario{Scenario: &lk.SimulateScenario_SpeakerUpdate{SpeakerUpdate: 3}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	mustEnd(t, line, errSignalKind.code, errSignalKind.reason)
}

func TestTracksOfAWrongKindAreRefused(t *testing.T) {
	room := roomOf(t)
	listener := joinMedia(t, fullGrant(room, "listener"))
	for i, tt := range []struct {
		kind   lk.TrackType
		source lk.TrackSource
		want   *refusal
	}{
		{lk.TrackType_AUDIO, lk.TrackSource_CAMERA, errTrackKind},
		{lk.TrackType_AUDIO, lk.TrackSource_SCREEN_SHARE, errTrackKind},
		{lk.TrackType_VIDEO, lk.TrackSource_MICROPHONE, errTrackKind},
		{lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE_AUDIO, errTrackKind},
		{lk.TrackType_DATA, lk.TrackSource_CAMERA, errTrackKind},
		{lk.TrackType_AUDIO, lk.TrackSource_UNKNOWN, errTrackSource},
	} {
		t.Run(tt.kind.String()+" "+tt.source.String(), func(t *testing.T) {
			// Muted by the host: no sound of theirs may be heard, whatever its label.
			grant := fullGrant(room, fmt.Sprintf("ann%d", i))
			grant.CanPublishMicrophone = false
			m := joinMedia(t, grant)
			_, err := m.Publish(longTimeout(t), tt.kind, tt.source, false)
			if err == nil {
				t.Error("published")
			}
			code, reason, err := m.Ended(longTimeout(t))
			if err != nil || code != tt.want.code || reason != tt.want.reason {
				t.Errorf("ended with %d %q, error %v", code, reason, err)
			}
		})
	}
	for who, person := range listener.People() {
		if tracks := person.GetTracks(); len(tracks) > 0 {
			t.Errorf("others were notified of %s's %v", who, tracks)
		}
	}
}

func TestSilencedSoundIsNotHeard(t *testing.T) {
	room := roomOf(t)
	listener := joinMedia(t, fullGrant(room, "listener"))
	grant := fullGrant(room, "ann")
	ann := joinMedia(t, grant)
	ctx := longTimeout(t)
	spoken, err := ann.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listener.Hears(ctx, spoken.ID, 5); err != nil {
		t.Fatal(err)
	}
	waiting, err := ann.AddTrack(ctx, lk.TrackType_AUDIO, lk.TrackSource_SCREEN_SHARE_AUDIO, false)
	if err != nil {
		t.Fatal(err)
	}

	// The meeting takes the rights away; the media server hears of it a moment later.
	grant.CanPublishMicrophone, grant.CanPublishScreen, grant.CanPublishScreenAudio = false, false, false
	sharedEngine.guard.admit(grant)
	_, err = ann.AddTrack(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	var refused *rogue.NotAllowedError
	if !errors.As(err, &refused) || refused.Reason != lk.RequestResponse_NOT_ALLOWED {
		t.Errorf("another microphone: %v", err)
	}
	sharedEngine.events.wait(t, media.EventUnpublished, room, "ann")
	if err := spoken.Mute(false); err != nil {
		t.Fatal(err)
	}
	// Asked for while it was allowed, sent only now.
	if err := waiting.Start(ctx); err != nil {
		t.Fatal(err)
	}
	camera, err := ann.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	if err != nil {
		t.Fatal(err)
	}
	// So much of the picture is a second of sound, if there were any.
	seen, err := listener.Hears(ctx, camera.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	before := listener.Heard(spoken.ID)
	if _, err := listener.Hears(ctx, camera.ID, seen+50); err != nil {
		t.Fatal(err)
	}
	if after := listener.Heard(spoken.ID); after > before {
		t.Errorf("%d packets of sound after the silencing", after-before)
	}
	if n := ann.Tokens(); n > 0 {
		t.Errorf("the page was given %d tokens of LiveKit's", n)
	}
	if n := listener.Heard(waiting.ID); n > 0 {
		t.Errorf("%d packets of a track that was no longer allowed", n)
	}
}

func TestJoinRequestsAskForNoTracks(t *testing.T) {
	wrap := func(join *lk.JoinRequest, compression lk.WrappedJoinRequest_Compression, change func([]byte) []byte) string {
		body, err := proto.Marshal(join)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := proto.Marshal(&lk.WrappedJoinRequest{Compression: compression, JoinRequest: change(body)})
		if err != nil {
			t.Fatal(err)
		}
		return base64.URLEncoding.EncodeToString(raw)
	}
	same := func(b []byte) []byte { return b }
	zip := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	}
	bomb := func([]byte) []byte { return zip(make([]byte, 10<<20)) }
	plain := &lk.JoinRequest{ClientInfo: &lk.ClientInfo{Protocol: 16}}
	tracks := &lk.JoinRequest{AddTrackRequests: []*lk.AddTrackRequest{{Cid: "a", Source: lk.TrackSource_CAMERA}}}
	for _, tt := range []struct {
		name, request string
		want          int
	}{
		{"plain", wrap(plain, lk.WrappedJoinRequest_NONE, same), http.StatusOK},
		{"compressed", wrap(plain, lk.WrappedJoinRequest_GZIP, zip), http.StatusOK},
		{"with a track", wrap(tracks, lk.WrappedJoinRequest_NONE, same), http.StatusBadRequest},
		{"with a track, compressed", wrap(tracks, lk.WrappedJoinRequest_GZIP, zip), http.StatusBadRequest},
		{"with metadata", wrap(&lk.JoinRequest{Metadata: "host"}, lk.WrappedJoinRequest_NONE, same), http.StatusBadRequest},
		{"inflating", wrap(&lk.JoinRequest{}, lk.WrappedJoinRequest_GZIP, bomb), http.StatusBadRequest},
		{"not base64", "?", http.StatusBadRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grant := fullGrant(roomOf(t), "ann")
			sharedEngine.guard.admit(grant)
			query := url.Values{"access_token": {tokenFor(t, sharedEngine.engine, grant)}, "join_request": {tt.request}}
			if got := getStatus(t, sharedEngine.server.URL+"/rtc/v1/validate?"+query.Encode()); got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}

func TestConnectionsOfAParticipantAreLimited(t *testing.T) {
	l := newConnectLimiter(0)
	now := time.Now()
	var ends []func()
	for range maxConnections {
		done, err := l.acquire("ann", "192.0.2.1", purposeQuery, now)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, done)
	}
	if _, err := l.acquire("ann", "192.0.2.1", purposeQuery, now); !errors.Is(err, errTooManyConnections) {
		t.Errorf("one line too many: %v", err)
	}
	if _, err := l.acquire("bob", "192.0.2.1", purposeQuery, now); err != nil {
		t.Errorf("bob pays for ann: %v", err)
	}
	for _, done := range ends {
		done()
	}
	tries := maxConnections + 1
	for ; tries < 10*connectBurst; tries++ {
		done, err := l.acquire("ann", "192.0.2.1", purposeQuery, now)
		if err != nil {
			break
		}
		done()
	}
	if tries != connectBurst {
		t.Errorf("%d tries at once, want %d", tries, connectBurst)
	}
	later := now.Add(2 * connectBurst * time.Second / connectsPerSec)
	if done, err := l.acquire("carl", "192.0.2.1", purposeQuery, later); err != nil || len(l.open) != 2 {
		t.Errorf("%v, %d known; ann is over and bob is not", err, len(l.open))
	} else {
		done()
	}
}

func TestAParticipantBeginsFewSessions(t *testing.T) {
	l, now := newConnectLimiter(0), time.Now()
	begun := func() (n int) {
		for range 2 * sessionBurst {
			if done, err := l.acquire("ann", "192.0.2.1", purposeStart, now); err == nil {
				done()
				n++
			}
		}
		return n
	}
	if n := begun(); n != sessionBurst {
		t.Errorf("%d sessions at once, want %d", n, sessionBurst)
	}
	if _, err := l.acquire("ann", "192.0.2.1", purposeResume, now); err != nil {
		t.Error("her page may not resume the session that it has")
	}
	if _, err := l.acquire("bob", "192.0.2.1", purposeQuery, now); err != nil {
		t.Errorf("bob hears that he may not begin one: %v", err)
	}
	var soon *retryAfterError
	if _, err := l.acquire("ann", "192.0.2.1", purposeQuery, now.Add(4*time.Second)); !errors.As(err, &soon) || soon.wait.Round(time.Second) != 6*time.Second {
		t.Errorf("ann hears %v after 4 s, want a wait of 6 s more", err)
	}
	now = now.Add(30 * time.Second)
	if n := begun(); n != 3 {
		t.Errorf("%d sessions after 30 s, want 3", n)
	}
	if _, err := l.acquire("bob", "192.0.2.1", purposeStart, now); err != nil {
		t.Error("bob pays for ann")
	}
	wrapped := func(join *lk.JoinRequest) string {
		body, _ := proto.Marshal(join)
		raw, _ := proto.Marshal(&lk.WrappedJoinRequest{JoinRequest: body})
		return "join_request=" + base64.URLEncoding.EncodeToString(raw)
	}
	for address, want := range map[string]purpose{
		"/rtc?protocol=16": purposeStart, "/rtc?reconnect=0": purposeStart, "/rtc?reconnect=1&sid=PA_x": purposeResume, "/rtc?reconnect=true": purposeResume,
		"/rtc/v1?reconnect=1&" + wrapped(&lk.JoinRequest{ClientInfo: &lk.ClientInfo{Protocol: 16}}): purposeStart, "/rtc/v1?" + wrapped(&lk.JoinRequest{Reconnect: true}): purposeResume,
		"/rtc/validate?protocol=16": purposeQuery, "/rtc/v1/validate?" + wrapped(&lk.JoinRequest{}): purposeQuery,
	} {
		if _, got, err := forLiveKit(httptest.NewRequest(http.MethodGet, address, nil)); err != nil || got != want {
			t.Errorf("%s: %d, error %v, want %d", address, got, err, want)
		}
	}
}

func TestConnectionsFromAnAddressAreLimited(t *testing.T) {
	const most = 200
	l := newConnectLimiter(most)
	now := time.Now()
	var ends []func()
	enter := func(n int, address string, now time.Time) error {
		done, err := l.acquire(fmt.Sprint("participant ", n), address, purposeQuery, now)
		if err == nil {
			ends = append(ends, done)
		}
		return err
	}
	// A class behind one address comes in at once.
	for n := range most {
		if err := enter(n, fmt.Sprintf("2001:db8::%x", n), now); err != nil {
			t.Fatalf("number %d of a class: %v", n, err)
		}
	}
	later := now.Add(2 * time.Minute)
	for _, address := range []string{"2001:db8::1", "2001:db8::ffff:1"} {
		if err := enter(most, address, later); !errors.Is(err, errTooManyFromAddress) {
			t.Errorf("from %s: %v", address, err)
		}
	}
	if err := enter(most, "2001:db8:0:1::1", later); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for _, done := range ends {
		done()
	}
	if len(l.open) != 0 || len(l.openFrom) != 0 {
		t.Errorf("%d participants and %d addresses are remembered after the end", len(l.open), len(l.openFrom))
	}
	// Connections that end at once are counted, too.
	ends, later = nil, later.Add(2*time.Minute)
	for n := range 2 * most {
		err := enter(n, "192.0.2.7", later)
		if len(ends) > n {
			ends[n]()
		}
		if (err == nil) != (n < most) {
			t.Fatalf("try %d within a minute: %v", n, err)
		}
	}
}

func TestReconnectStormsEnd(t *testing.T) {
	grant := fullGrant(roomOf(t), "ann")
	sharedEngine.guard.admit(grant)
	token := tokenFor(t, sharedEngine.engine, grant)
	for range 10 * connectBurst {
		status, err := rogue.Validate(longTimeout(t), sharedEngine.server.URL, token)
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("nobody stopped it")
}

func TestFrameTracker(t *testing.T) {
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
	long := append([]byte{0x82, 126, 1, 0}, make([]byte, 256)...)
	huge := append([]byte{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}, make([]byte, 1<<16)...)
	stream := append([]byte(head), 0x89, 0)
	ends := map[int]bool{len(head): true, len(stream): true}
	for _, frame := range [][]byte{{0x82, 3, 1, 2, 3}, long, huge, {0x8a, 1, 0}} {
		stream = append(stream, frame...)
		ends[len(stream)] = true
	}
	for _, step := range []int{1, 2, 7, 1000, len(stream)} {
		var tracker frameTracker
		for at := 0; at < len(stream); {
			at += tracker.follow(stream[at:min(at+step, len(stream))])
			if tracker.between() != ends[at] {
				t.Fatalf("steps of %d: at %d a frame ends: %t", step, at, tracker.between())
			}
		}
	}
}
