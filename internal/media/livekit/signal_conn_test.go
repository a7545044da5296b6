package livekit

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// pageFrame is a frame as a page sends it, with a mask that changes every byte.
func pageFrame(first byte, payload []byte) []byte {
	frame := binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(len(payload)))
	mask := [4]byte{0x5a, 0xc3, 0x99, 0x0f}
	frame = append(frame, mask[:]...)
	for i, b := range payload {
		frame = append(frame, b^mask[i&3])
	}
	return frame
}

func signal(t *testing.T, request *lk.SignalRequest) []byte {
	t.Helper()
	message, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// A description of many pictures may be long, a list less so, and everything else is short.
func TestLongSignals(t *testing.T) {
	t.Parallel()
	description := &lk.SessionDescription{Type: "offer", Sdp: strings.Repeat("a=candidate\r\n", 20_000)}
	// A long candidate as browsers make them, with an IPv6 address and a name of its own.
	candidate := &lk.TrickleRequest{CandidateInit: `{"candidate":"candidate:4234997325 1 udp 2043278322 2001:db8:1234:5678:9abc:def0:1234:5678 61512 typ relay raddr 2001:db8:1234:5678:9abc:def0:1234:5678 rport 61512 generation 0 ufrag ` + strings.Repeat("u", 256) + ` network-id 11 network-cost 900","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"` + strings.Repeat("u", 256) + `"}`}
	long := &lk.TrickleRequest{CandidateInit: strings.Repeat("x", shortSignalBytes)}
	list := &lk.UpdateSubscription{TrackSids: slices.Repeat([]string{"TR_VCu48cZ46gZm9A"}, 3000)}
	longList := &lk.UpdateSubscription{TrackSids: slices.Repeat([]string{"TR_VCu48cZ46gZm9A"}, maxTrackIDs)}
	longID := &lk.UpdateLocalVideoTrack{TrackSid: strings.Repeat("x", shortSignalBytes)}
	for name, c := range map[string]struct {
		request *lk.SignalRequest
		want    error
	}{
		"offer":          {&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: description}}, nil},
		"answer":         {&lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: description}}, nil},
		"sync state":     {&lk.SignalRequest{Message: &lk.SignalRequest_SyncState{SyncState: &lk.SyncState{Answer: description}}}, nil},
		"candidate":      {&lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: candidate}}, nil},
		"long candidate": {&lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: long}}, errTooBig},
		"list":           {&lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: list}}, nil},
		"long list":      {&lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: longList}}, errTooBig},
		"long id":        {&lk.SignalRequest{Message: &lk.SignalRequest_UpdateVideoTrack{UpdateVideoTrack: longID}}, errTooBig},
	} {
		message := signal(t, c.request)
		half := len(message) / 2
		for how, frames := range map[string][][]byte{
			"one frame":  {pageFrame(0x82, message)},
			"two frames": {pageFrame(0x02, message[:half]), pageFrame(0x80, message[half:])},
		} {
			hold, free := newConnectLimiter(0).byteCounter("one")
			conn := &inspectedConn{Conn: bytesConn{}, in: bufio.NewReader(bytes.NewReader(bytes.Join(frames, nil))), inspection: inspection{
				check: func(message []byte) ([]byte, error) { return message, nil }, hold: hold,
			}}
			var err error
			for i := 0; i < len(frames) && err == nil; i++ {
				err = conn.readFrame()
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%s in %s: %v, want %v", name, how, err, c.want)
			}
			free()
			if c.want != nil {
				continue
			}
			header, err := readFrameHeader(bufio.NewReader(bytes.NewReader(conn.ready)))
			if err != nil || header.length != len(message) || !bytes.Equal(conn.ready[header.size:], message) {
				t.Errorf("%s in %s: passed on as %d bytes: %v", name, how, len(conn.ready), err)
			}
		}
	}
}

// However many connections a participant has, what they began to send and never end takes
// no more memory than the longest message and a little.
func TestIncompleteSignalsOfAParticipantAreBounded(t *testing.T) {
	t.Parallel()
	l := newConnectLimiter(0)
	begun := pageFrame(0x02, signal(t, &lk.SignalRequest{Message: &lk.SignalRequest_Offer{
		Offer: &lk.SessionDescription{Sdp: strings.Repeat("a", maxSignalBytes*3/4)},
	}}))
	open := func(who string) (*inspectedConn, func()) {
		hold, free := l.byteCounter(who)
		return &inspectedConn{Conn: bytesConn{}, in: bufio.NewReader(bytes.NewReader(begun)), inspection: inspection{hold: hold}}, free
	}
	first, freeFirst := open("one")
	second, freeSecond := open("one")
	other, freeOther := open("another")
	if err := first.readFrame(); err != nil {
		t.Fatal(err)
	}
	if err := second.readFrame(); !errors.Is(err, errTooBig) {
		t.Errorf("a second message that never ends: %v", err)
	}
	if err := other.readFrame(); err != nil {
		t.Errorf("another participant's: %v", err)
	}
	freeFirst()
	freeSecond()
	freeOther()
	if len(l.pendingBytes) != 0 {
		t.Errorf("still counted: %v", l.pendingBytes)
	}
	third, freeThird := open("one")
	defer freeThird()
	if err := third.readFrame(); err != nil {
		t.Errorf("after the others are gone: %v", err)
	}
}

// What comes in several frames goes on in one, between control frames.
func TestFramesOfAMessageBecomeOne(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 4096, 0xffff, 0x10000} {
		// What begins like an offer may be long.
		message := append([]byte{0x0a}, bytes.Repeat([]byte("livekit"), size/7+1)...)[:size]
		sent := bytes.Join([][]byte{pageFrame(0x02, message[:size/3]), {0x89, 0x80, 0, 0, 0, 0}, pageFrame(0x80, message[size/3:])}, nil)
		conn := &inspectedConn{Conn: bytesConn{}, in: bufio.NewReader(bytes.NewReader(sent)), inspection: inspection{
			hold: func(int) bool { return true },
			check: func(got []byte) ([]byte, error) {
				if !bytes.Equal(got, message) {
					t.Errorf("%d bytes: %d were checked", size, len(got))
				}
				return got, nil
			},
		}}
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		ping, got := got[:6], got[6:]
		in := bufio.NewReader(bytes.NewReader(got))
		header, err := readFrameHeader(in)
		if err != nil || ping[0] != 0x89 || !header.final || header.length != size || header.size+size != len(got) || !bytes.Equal(got[header.size:], message) {
			t.Errorf("%d bytes: %+v %v", size, header, err)
		}
	}
}
