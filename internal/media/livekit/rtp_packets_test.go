package livekit

import (
	"encoding/binary"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/livekit-server/pkg/sfu"
	"github.com/livekit/livekit-server/pkg/sfu/buffer"
	"github.com/livekit/livekit-server/pkg/sfu/utils"
	lk "github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"github.com/pion/rtp"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
)

func TestOnlyRTPLikeThatOfPagesIsRead(t *testing.T) {
	t.Parallel()
	packet := func(first byte, length int, more ...byte) []byte {
		return append(append([]byte{first}, make([]byte, length-1)...), more...)
	}
	extension := func(words byte) []byte {
		return append(packet(1<<7|1<<4, 12), 0xbe, 0xde, 0, words)
	}
	for _, test := range []struct {
		name    string
		packet  []byte
		payload int // -1 if it is dropped
	}{
		{"nothing", nil, -1},
		{"a header cut short", packet(1<<7, 11), -1},
		{"a header", packet(1<<7, 12), 0},
		{"another version", packet(1<<6, 100), -1},
		{"a payload", packet(1<<7, 1212), 1200},
		{"the longest", packet(1<<7, maxRTPPacket), maxRTPPacket - 12},
		{"one byte more", packet(1<<7, maxRTPPacket+1), -1},
		{"contributing sources", packet(1<<7|15, 80), 8},
		{"contributing sources cut short", packet(1<<7|15, 71), -1},
		{"no room for an extension", packet(1<<7|1<<4, 15), -1},
		{"an extension of nothing", append(extension(0), 1, 2), 2},
		{"an extension", append(extension(2), make([]byte, 11)...), 3},
		{"an extension cut short", append(extension(2), make([]byte, 7)...), -1},
		{"the longest extension", append(extension(60), make([]byte, 250)...), 10},
		{"a longer extension", append(extension(61), make([]byte, 254)...), -1},
		{"padding", packet(1<<7|1<<5, 20, 5), 4},
		{"all padding", packet(1<<7|1<<5, 20, 9), 0},
		{"more padding than there is", packet(1<<7|1<<5, 20, 10), -1},
		{"padding of nothing", packet(1<<7|1<<5, 20, 0), -1},
		{"no room for padding", packet(1<<7|1<<5, 12), -1},
	} {
		h, ok := parseRTP(test.packet)
		if got := len(h.payload); ok != (test.payload >= 0) || ok && got != test.payload {
			t.Errorf("%s: %v, payload of %d, want %d", test.name, ok, got, test.payload)
		}
		if !ok {
			continue
		}
		var theirs rtp.Packet // what passes here, Pion reads alike
		if err := theirs.Unmarshal(test.packet); err != nil || len(theirs.Payload) != test.payload {
			t.Errorf("%s: Pion's payload is of %d bytes: %v", test.name, len(theirs.Payload), err)
		}
	}
}

var (
	vp8  = webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBNACK}}}}
	h264 = webrtc.RTPCodecParameters{PayloadType: 98, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: vp8.RTCPFeedback}}
	red  = webrtc.RTPCodecParameters{PayloadType: 63, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/red", ClockRate: 48000, Channels: 2, SDPFmtpLine: "111/111"}}
	opus = webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}}
	rtx  = func(of webrtc.RTPCodecParameters) webrtc.RTPCodecParameters {
		return webrtc.RTPCodecParameters{PayloadType: of.PayloadType + 1, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=" + string(rune('0'+of.PayloadType/10)) + string(rune('0'+of.PayloadType%10))}}
	}
)

const (
	mainSource   = 1000
	repairSource = 1001
)

// received are LiveKit's buffers of one participant, with packets that a page may send.
type received struct {
	t      testing.TB
	codec  webrtc.RTPCodecParameters
	made   *buffer.Factory
	main   io.ReadWriteCloser
	repair io.ReadWriteCloser
	read   sync.WaitGroup

	forwarded atomic.Int32
}

// receive makes buffers that are not bound to a track yet.
func receive(t testing.TB, codec webrtc.RTPCodecParameters) *received {
	t.Helper()
	r := &received{t: t, codec: codec, made: buffer.NewFactoryOfBufferFactory(500, 200).CreateBufferFactory()}
	open := (&sources{began: time.Now(), end: func() {}, skips: newSkips()}).limit(r.made.GetOrNew)
	r.made.SetRTXPair(repairSource, mainSource, "")
	r.main, r.repair = open(packetio.RTPBufferPacket, mainSource), open(packetio.RTPBufferPacket, repairSource)
	return r
}

func (r *received) bind() {
	r.t.Helper()
	uris := []string{
		"urn:ietf:params:rtp-hdrext:ssrc-audio-level",
		"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
		"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
		"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
	}
	params := webrtc.RTPParameters{Codecs: []webrtc.RTPCodecParameters{r.codec, rtx(r.codec)}}
	for n, uri := range uris {
		params.HeaderExtensions = append(params.HeaderExtensions, webrtc.RTPHeaderExtensionParameter{URI: uri, ID: n + 1})
	}
	b := r.made.GetBuffer(mainSource)
	if err := b.Bind(params, r.codec.RTPCodecCapability, 100_000); err != nil {
		r.t.Fatal(err)
	}
	forward := func(*buffer.ExtPacket) {}
	if r.codec.MimeType == red.MimeType {
		forward = r.forwardRED()
	}
	r.read.Go(func() {
		data := make([]byte, 1500)
		for {
			if packet, err := b.ReadExtended(data); err != nil {
				return
			} else if packet != nil {
				forward(packet)
				buffer.ReleaseExtPacket(packet)
			}
		}
	})
}

// forwardRED returns what LiveKit does with RED for those who do not receive it.
func (r *received) forwardRED() func(*buffer.ExtPacket) {
	receiver := sfu.NewRedPrimaryReceiver(redReceiver{}, utils.DownTrackSpreaderParams{Logger: logger.GetLogger()})
	if err := receiver.AddDownTrack(&opusTrack{r: r}); err != nil {
		r.t.Fatal(err)
	}
	return func(packet *buffer.ExtPacket) { receiver.ForwardRTP(packet, 0) }
}

// redReceiver is LiveKit's, of a track that comes as RED.
type redReceiver struct{ sfu.TrackReceiver }

func (redReceiver) Codec() webrtc.RTPCodecParameters { return red }

// opusTrack is for somebody who receives no RED.
type opusTrack struct {
	sfu.TrackSender
	r *received
}

func (*opusTrack) SubscriberID() lk.ParticipantID { return "ann" }

func (o *opusTrack) WriteRTP(*buffer.ExtPacket, int32) int32 {
	o.r.forwarded.Add(1)
	return 1
}

func (r *received) close() {
	_, _ = r.main.Close(), r.repair.Close()
	r.read.Wait()
}

func (r *received) send(to io.Writer, number uint16, timestamp uint32, payload []byte) {
	r.t.Helper()
	h := rtp.Header{Version: 2, PayloadType: uint8(r.codec.PayloadType), SequenceNumber: number, Timestamp: timestamp, SSRC: mainSource}
	if to == r.repair {
		h.PayloadType, h.SSRC = h.PayloadType+1, repairSource
		payload = append(binary.BigEndian.AppendUint16(nil, number), payload...)
	}
	packet, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := to.Write(packet); err != nil {
		r.t.Fatal(err)
	}
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

var keyFrame = []byte{0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0, 0, 0, 0}

// However the numbers of a source run, LiveKit seldom takes many packets for lost.
func TestNumbersThatRunAreFollowedSeldom(t *testing.T) {
	const packets = 500
	for name, next := range map[string]func(r *received, n int) (to io.Writer, number uint16, at uint32){
		"forward": func(r *received, n int) (io.Writer, uint16, uint32) {
			return r.main, uint16(n * 32_000), uint32(n * 1800)
		},
		"backward": func(r *received, n int) (io.Writer, uint16, uint32) { return r.main, uint16(-n), uint32(n) },
		"repairs": func(r *received, n int) (io.Writer, uint16, uint32) {
			return r.repair, uint16(n * 32_000), uint32(n * 1800)
		},
		"by turns": func(r *received, n int) (io.Writer, uint16, uint32) {
			if n%2 == 0 {
				return r.main, uint16(n), uint32(n)
			}
			return r.repair, uint16(n + 32_000), uint32(n)
		},
	} {
		for _, bound := range []bool{true, false} {
			if !bound && name != "forward" && name != "backward" {
				continue
			}
			r := receive(t, vp8)
			if bound {
				r.bind()
			}
			r.send(r.main, 0, 0, keyFrame)
			before := mallocs()
			for n := range packets {
				to, number, at := next(r, n+1)
				r.send(to, number, at, keyFrame)
			}
			if !bound {
				r.bind()
			}
			made := mallocs() - before
			if most := uint64(packets*100 + (skipsAtOnce+10)<<16); made > most {
				t.Errorf("%s, bound %v: %d allocations, want fewer than %d", name, bound, made, most)
			}
			r.close()
		}
	}
}

// After a pause of the network tracks go on, and lost packets are repaired.
func TestNumbersOfPagesAreFollowed(t *testing.T) {
	r := receive(t, vp8)
	r.send(r.main, 65_000, 1000, keyFrame)
	r.send(r.main, 65_001, 1000, keyFrame)
	r.bind()
	stats := func() uint64 { return uint64(r.made.GetBuffer(mainSource).GetStats().GetPackets()) }
	want, number, at := uint64(2), uint16(65_001), uint32(1000)
	for _, skip := range []uint16{1, 2, 200, 1, 10_000, 1, 1, 40_000, 1, 3} {
		number += skip
		at += uint32(skip) * 90
		r.send(r.main, number, at, keyFrame)
		want++
		if got := stats(); got != want {
			t.Fatalf("%d packets after %d were skipped, want %d", got, skip-1, want)
		}
	}
	r.send(r.repair, number-1, at-90, keyFrame)
	r.send(r.main, number-2, at-180, keyFrame)
	if got := stats(); got != want+2 {
		t.Errorf("%d packets after repairs, want %d", got, want+2)
	}
	r.close()
}

// A header may not leave less room for a payload of RED than LiveKit reads of it.
func TestAPayloadBehindALongHeaderIsNotRead(t *testing.T) {
	r := receive(t, red)
	r.bind()
	r.send(r.main, 1, 480_000, []byte{0x6f, 0xfc, 1, 2, 3})
	r.send(r.main, 2, 480_960, []byte{0x6f, 0xfc, 1, 2, 3})
	eventually(t, "packets are forwarded", func() bool { return r.forwarded.Load() == 2 })
	// One is missing, and the next repeats it with a time from before.
	h := rtp.Header{Version: 2, PayloadType: uint8(red.PayloadType), SequenceNumber: 4, Timestamp: 482_880, SSRC: mainSource, Extension: true, ExtensionProfile: 0xabcd}
	if err := h.SetExtension(0, make([]byte, 1476)); err != nil {
		t.Fatal(err)
	}
	repeats := append(binary.BigEndian.AppendUint32(nil, 1<<31|111<<24|10_000<<10), 0x6f)
	packet, err := (&rtp.Packet{Header: h, Payload: repeats}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.main.Write(packet); err != nil {
		t.Fatal(err)
	}
	r.send(r.main, 5, 483_840, repeats) // behind a short header it is only late
	eventually(t, "packets are forwarded", func() bool { return r.forwarded.Load() == 3 })
	r.close()
}

// FuzzRTP hands LiveKit what anybody may send. Nothing may panic.
func FuzzRTP(f *testing.F) {
	f.Add(uint8(0), uint8(0), []byte{0x90, 0, 0, 1, 0xbe, 0xde, 0, 2, 0x10, 1, 0x20, 2, 0x31, 1, 2, 0, 0x10, 0, 0, 0x9d, 1, 0x2a})
	f.Add(uint8(1), uint8(1), []byte{0x80, 0, 0, 1, 0x78, 0, 2, 0x67, 1, 0, 9})
	f.Add(uint8(2), uint8(0), []byte{0x80, 0, 0, 1, 0xef, 0, 1, 0, 0x6f})
	f.Add(uint8(3), uint8(0), []byte{0xa0, 0, 0, 1, 2, 3, 3})
	f.Add(uint8(0), uint8(1), []byte{0x90, 0, 0, 1, 0x10, 0, 0, 1, 1, 0, 2, 0, 0x80, 0xf0})
	f.Fuzz(func(t *testing.T, codec, to uint8, data []byte) {
		r := receive(t, []webrtc.RTPCodecParameters{vp8, h264, red, opus}[codec%4])
		r.bind()
		defer r.close()
		r.send(r.main, 0, 0, keyFrame)
		for len(data) >= 4 {
			packet := []byte{data[0], byte(r.codec.PayloadType), data[1], data[2], 0, 0, data[3], 0, 0, 0, 3, 0xe8}
			into := r.main
			if to%2 == 1 {
				packet[1]++
				packet[11]++
				into = r.repair
			}
			length := min(len(data)-4, 1+int(data[3]))
			packet = append(packet, data[4:4+length]...)
			data = data[4+length:]
			_, _ = into.Write(packet)
		}
	})
}
