package livekit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/anteroom/anteroom/internal/media"
)

// encoded is a protocol message as pages send it.
func encoded(f *testing.F, message proto.Message) []byte {
	f.Helper()
	raw, err := proto.Marshal(message)
	if err != nil {
		f.Fatal(err)
	}
	return raw
}

func signalSeeds(f *testing.F) [][]byte {
	f.Helper()
	track := &lk.AddTrackRequest{Cid: "c", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA}
	return [][]byte{
		encoded(f, &lk.SignalRequest{Message: &lk.SignalRequest_AddTrack{AddTrack: track}}),
		encoded(f, &lk.SignalRequest{Message: &lk.SignalRequest_Ping{Ping: 7}}),
		encoded(f, &lk.SignalRequest{Message: &lk.SignalRequest_Simulate{Simulate: &lk.SimulateScenario{}}}),
		encoded(f, &lk.SignalRequest{Message: &lk.SignalRequest_UpdateMetadata{UpdateMetadata: &lk.UpdateParticipantMetadata{Name: "n"}}}),
		{},
		{0x0a},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
	}
}

// FuzzCheckSignal demands that LiveKit reads in each message that passes what the
// check has seen: one of the kinds that pages may send, and a track only if it was
// asked about.
func FuzzCheckSignal(f *testing.F) {
	for _, seed := range signalSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		var asked *lk.AddTrackRequest
		var silent *lk.MuteTrackRequest
		passed, err := checkSignal(message, func(request *lk.SignalRequest) error {
			if r := request.GetAddTrack(); r != nil {
				asked = r
				return fits(r.GetType(), r.GetSource())
			}
			silent = request.GetMute()
			return nil
		})
		var refused *refusal
		if err != nil {
			if !errors.Is(err, errDropped) && !errors.As(err, &refused) {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		read := &lk.SignalRequest{}
		if proto.Unmarshal(passed, read) != nil {
			return // LiveKit ends the connection
		}
		switch said := read.GetMessage().(type) {
		case *lk.SignalRequest_AddTrack:
			if !proto.Equal(said.AddTrack, asked) {
				t.Fatalf("asked about %v, LiveKit reads %v", asked, said.AddTrack)
			}
		case *lk.SignalRequest_Mute:
			if !proto.Equal(said.Mute, silent) {
				t.Fatalf("asked about %v, LiveKit reads %v", silent, said.Mute)
			}
		case *lk.SignalRequest_Simulate, *lk.SignalRequest_UpdateMetadata:
			t.Fatalf("%T passed", said)
		}
		if len(read.ProtoReflect().GetUnknown()) > 0 {
			t.Fatalf("fields of no kind passed: %x", message)
		}
	})
}

// FuzzJoinRequest demands that no join request passes in which LiveKit would find a
// track or attributes.
func FuzzJoinRequest(f *testing.F) {
	body := encoded(f, &lk.JoinRequest{AddTrackRequests: []*lk.AddTrackRequest{{Cid: "c"}}})
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(body); err != nil || w.Close() != nil {
		f.Fatal(err)
	}
	for _, wrapped := range []*lk.WrappedJoinRequest{
		{JoinRequest: encoded(f, &lk.JoinRequest{})},
		{JoinRequest: body},
		{JoinRequest: zipped.Bytes(), Compression: lk.WrappedJoinRequest_GZIP},
		{Compression: 7},
	} {
		f.Add(encoded(f, wrapped))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		resumes, err := checkJoinRequest(base64.URLEncoding.EncodeToString(raw))
		if err != nil {
			return
		}
		wrapped, join := &lk.WrappedJoinRequest{}, &lk.JoinRequest{}
		if err := proto.Unmarshal(raw, wrapped); err != nil {
			t.Fatal(err)
		}
		inside := wrapped.GetJoinRequest()
		if wrapped.GetCompression() == lk.WrappedJoinRequest_GZIP {
			r, err := gzip.NewReader(bytes.NewReader(inside))
			if err != nil {
				t.Fatal(err)
			}
			if inside, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := proto.Unmarshal(inside, join); err != nil {
			t.Fatal(err)
		}
		if len(join.GetAddTrackRequests()) > 0 || join.GetMetadata() != "" || len(join.GetParticipantAttributes()) > 0 || len(inside) > maxJoinRequest || join.GetReconnect() != resumes {
			t.Fatalf("passed: %v", join)
		}
	})
}

// FuzzSignallingQuery demands that only known parameters reach LiveKit, each once,
// and that never is the page's token among them.
func FuzzSignallingQuery(f *testing.F) {
	f.Add("access_token=t&protocol=15&sdk=js&sdk=go")
	f.Add("join_request=CgA&reconnect=1;x=2")
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, raw string) {
		got, _, err := signallingQuery(raw)
		if err != nil {
			return
		}
		again, err := url.ParseQuery(got.Encode())
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range again {
			if len(values) != 1 || !slices.Contains(signallingParameters, name) {
				t.Fatalf("%s=%q reaches LiveKit", name, values)
			}
		}
	})
}

// FuzzProxyToken looks for a media token that is believed and was not made here.
func FuzzProxyToken(f *testing.F) {
	k := newKeys("key", strings.Repeat("s", 32))
	good, err := k.Token(f.Context(), media.Grant{Room: "r", Identity: "i"}, 24*time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-9] + "\n" + good[len(good)-9:])
	f.Add(tokenHeader + "e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		r := httptest.NewRequest(http.MethodGet, "/rtc", nil)
		r.Header.Set("Authorization", "Bearer "+text)
		if got, err := k.check(r); err == nil && (text != good || got.room != "r" || got.identity != "i") {
			t.Fatalf("%q is believed: %+v", text, got)
		}
	})
}

// bytesConn is a connection on which a page has sent something; what it gets is thrown away.
type bytesConn struct{ net.Conn }

func (bytesConn) Write(p []byte) (int, error)      { return len(p), nil }
func (bytesConn) SetReadDeadline(time.Time) error  { return nil }
func (bytesConn) SetWriteDeadline(time.Time) error { return nil }

// endless is a server's side of a WebSocket that reads from r.
func endless(r io.Reader) (*websocket.Conn, error) {
	client, server := net.Pipe()
	defer func() { _ = client.Close() }()
	go func() { _, _ = io.Copy(io.Discard, client) }()
	w := &hijacked{ResponseWriter: httptest.NewRecorder(), conn: readingConn{server, r}}
	request := httptest.NewRequest(http.MethodGet, "/rtc", nil)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		request.Header.Set(name, value)
	}
	return (&websocket.Upgrader{}).Upgrade(w, request, nil)
}

type readingConn struct {
	net.Conn
	from io.Reader
}

func (c readingConn) Read(p []byte) (int, error) { return c.from.Read(p) }
func (readingConn) Write(p []byte) (int, error)  { return len(p), nil }

type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// FuzzPageFrames demands that a server behind the inspection reads exactly the
// messages that were checked and passed, whatever bytes the page sends.
func FuzzPageFrames(f *testing.F) {
	frame := func(head byte, payload string) string {
		return string([]byte{head, byte(0x80 | len(payload)), 0, 0, 0, 0}) + payload
	}
	f.Add([]byte(frame(0x82, "whole")))
	f.Add([]byte(frame(0x02, "one") + frame(0x89, "ping") + frame(0x00, "two") + frame(0x80, "three") + frame(0x82, "next")))
	f.Add([]byte(frame(0x81, "text")))
	f.Add([]byte(frame(0xc2, "compressed")))
	f.Add([]byte("\x82\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x82\xfe\x00\x05\x01\x02\x03\x04wrong"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		var passed [][]byte
		hold, free := newConnectLimiter(0).byteCounter("anybody")
		defer free()
		c := &inspectedConn{Conn: bytesConn{}, in: bufio.NewReader(bytes.NewReader(sent)), inspection: inspection{hold: hold, check: func(message []byte) ([]byte, error) {
			if len(message) > maxSignalBytes {
				t.Fatalf("a message of %d bytes", len(message))
			}
			if len(message) > 0 && message[0] == 'd' {
				return nil, errDropped
			}
			passed = append(passed, bytes.Clone(message))
			return message, nil
		}}}
		ws, err := endless(c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ws.Close() }()
		for i := 0; ; i++ {
			kind, message, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if kind != websocket.BinaryMessage || i >= len(passed) || !bytes.Equal(message, passed[i]) {
				t.Fatalf("message %d behind the inspection was not checked: %q", i, message)
			}
		}
	})
}
