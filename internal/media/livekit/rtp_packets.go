package livekit

import (
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"time"

	"github.com/livekit/livekit-server/pkg/sfu/buffer"
	"github.com/livekit/livekit-server/pkg/sfu/rtpstats"
	"golang.org/x/time/rate"
)

// LiveKit copies each RTP packet into a buffer of 1500 bytes, and reads the first ten of a
// RED payload whatever its length: behind a header that fills the buffer that ends the
// process, in v1.13.5. Pages send headers of up to a hundred bytes, in packets of 1200.
const (
	maxRTPHeader = 256
	maxRTPPacket = 1460
)

// LiveKit asks again for each packet that a sequence number skips, one by one. A source may
// skip a few in any packet. More at a time, as after a pause of the network, a participant
// may skip once a second.
const (
	maxSkippedPackets = 256
	skipsAtOnce       = 16
	skipsPerSecond    = 1
)

// newSkips limits how often a participant skips many packets.
func newSkips() *rate.Limiter { return rate.NewLimiter(skipsPerSecond, skipsAtOnce) }

// rtpHeader is the part of a packet's header that is needed here.
type rtpHeader struct {
	number    uint16
	timestamp uint32
	payload   []byte
}

// parseRTP reports whether a packet is well formed, and no longer than those of pages.
func parseRTP(packet []byte) (h rtpHeader, ok bool) {
	length := 12
	if len(packet) < length || len(packet) > maxRTPPacket || packet[0]>>6 != 2 {
		return h, false
	}
	length += 4 * int(packet[0]&15)
	if packet[0]&(1<<4) != 0 {
		length += 4
		if len(packet) < length {
			return h, false
		}
		length += 4 * int(binary.BigEndian.Uint16(packet[length-2:]))
	}
	end := len(packet)
	if length > maxRTPHeader || length > end {
		return h, false
	}
	if packet[0]&(1<<5) != 0 {
		padding := int(packet[end-1])
		if padding == 0 || padding > end-length {
			return h, false
		}
		end -= padding
	}
	return rtpHeader{
		number: binary.BigEndian.Uint16(packet[2:]), timestamp: binary.BigEndian.Uint32(packet[4:]),
		payload: packet[length:end],
	}, true
}

// highest are the sequence number and the timestamp that packets of a source have reached.
type highest struct {
	number    uint16
	timestamp uint32
}

// skips reports whether LiveKit would take many packets for lost. It takes an older number
// with a later timestamp for one of the next round.
func (h highest) skips(number uint16, timestamp uint32) bool {
	ahead := number - h.number
	if ahead <= 1<<15 {
		return ahead > maxSkippedPackets
	}
	return later(timestamp, h.timestamp)
}

func later(timestamp, than uint32) bool {
	ahead := timestamp - than
	return ahead != 0 && ahead <= 1<<31
}

// rtpBuffer drops packets that LiveKit must not read. Pion writes one at a time.
type rtpBuffer struct {
	io.ReadWriteCloser
	skips *rate.Limiter

	begun bool
	highest
}

// Write implements io.Writer.
func (b *rtpBuffer) Write(packet []byte) (int, error) {
	if h, ok := parseRTP(packet); !ok || !b.allow(h) {
		return len(packet), nil
	}
	return b.ReadWriteCloser.Write(packet)
}

// allow reports whether a packet skips few others, or may skip many.
func (b *rtpBuffer) allow(h rtpHeader) bool {
	if source, ok := b.ReadWriteCloser.(*buffer.Buffer); ok {
		received, repairs := progressOf(source)
		if repairs {
			if len(h.payload) < 2 {
				return len(h.payload) == 0 // all padding
			}
			h.number = binary.BigEndian.Uint16(h.payload)
		}
		if received != nil {
			return !received.skips(h.number, h.timestamp) || b.skips.AllowN(time.Now(), 1)
		}
		if repairs { // of a source that has not begun LiveKit takes none
			return true
		}
	}
	// LiveKit reads what comes first once the track is known.
	if !b.begun {
		b.begun, b.highest = true, highest{h.number, h.timestamp}
		return true
	}
	skips := b.highest.skips(h.number, h.timestamp)
	if skips && !b.skips.AllowN(time.Now(), 1) {
		return false
	}
	if skips || h.number-b.number <= maxSkippedPackets {
		b.number = h.number
	}
	if !skips && later(h.timestamp, b.timestamp) {
		b.timestamp = h.timestamp
	}
	return true
}

// progressOf returns what LiveKit has received of a source, or nil before it has begun. The
// packets of a source may instead repair those of another, the progress of which counts.
// LiveKit tells neither; unexported fields are looked into.
func progressOf(b *buffer.Buffer) (reached *highest, repairs bool) {
	b.RLock()
	primary := (*buffer.Buffer)(reflect.ValueOf(b).Elem().FieldByIndex(primaryField).UnsafePointer())
	b.RUnlock()
	if primary != nil {
		b, repairs = primary, true
	}
	b.RLock()
	stats := (*rtpstats.RTPStatsReceiver)(reflect.ValueOf(b.BufferBase).Elem().FieldByIndex(statsField).UnsafePointer())
	b.RUnlock()
	if stats == nil || !stats.IsActive() {
		return nil, repairs
	}
	return &highest{stats.HighestSequenceNumber(), stats.HighestTimestamp()}, repairs
}

var primaryField, statsField, errBufferFields = bufferFields()

// bufferFields finds the fields that progressOf needs.
func bufferFields() (primary, stats []int, err error) {
	p, ok := reflect.TypeFor[buffer.Buffer]().FieldByName("primaryBufferForRTX")
	s, found := reflect.TypeFor[buffer.BufferBase]().FieldByName("rtpStats")
	if !ok || p.Type != reflect.TypeFor[*buffer.Buffer]() || !found || s.Type != reflect.TypeFor[*rtpstats.RTPStatsReceiver]() {
		return nil, nil, errors.New("LiveKit's buffers have no fields of the type that is expected")
	}
	return p.Index, s.Index, nil
}
