package livekit

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"
)

// A source is an SSRC that packets come from, or that a report is about. Pion and LiveKit
// keep some hundred bytes for each source of reports, and two kilobytes for each of
// packets, until the connection ends. Pages have up to a dozen sources of their own, and
// reports about two of each picture and one of each sound that they receive. Reports that
// arrive after a track has ended bring its sources back, so that over hours there may be
// more.
const (
	maxPacketSources  = 256
	packetSourceEvery = 10 * time.Second
	maxReportSources  = 2048
	reportSourceEvery = time.Second
)

var errManySources = errors.New("too many sources")

// sources are those of one connection.
type sources struct {
	began time.Time
	end   func()        // ends the session
	skips *rate.Limiter // of the participant

	mu               sync.Mutex
	packets, reports int
	ended            bool
}

// add counts a source, and reports whether there may be so many.
func (s *sources) add(kind packetio.BufferPacketType, now time.Time) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count, most := s.of(kind, now.Sub(s.began))
	if s.ended || *count >= most {
		if !s.ended {
			s.ended = true
			go s.end() // Pion holds a lock that is needed to end
		}
		return false
	}
	*count++
	return true
}

// of returns the number of sources of a kind, and how many there may be.
func (s *sources) of(kind packetio.BufferPacketType, age time.Duration) (count *int, most int) {
	if kind == packetio.RTPBufferPacket {
		return &s.packets, maxPacketSources + int(age/packetSourceEvery)
	}
	return &s.reports, maxReportSources + int(age/reportSourceEvery)
}

func (s *sources) remove(kind packetio.BufferPacketType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count, _ := s.of(kind, 0)
	*count--
}

// bufferFactory makes what Pion writes the packets of a source into.
type bufferFactory = func(packetio.BufferPacketType, uint32) io.ReadWriteCloser

// limit makes a factory that counts the sources, and has next make their buffers. Once
// there are too many it makes no more.
func (s *sources) limit(next bufferFactory) bufferFactory {
	return func(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
		if !s.add(kind, time.Now()) {
			return noBuffer{}
		}
		packets := next(kind, ssrc)
		if kind == packetio.RTPBufferPacket {
			packets = &rtpBuffer{ReadWriteCloser: packets, skips: s.skips}
		}
		return &countedBuffer{ReadWriteCloser: packets, closed: sync.OnceFunc(func() { s.remove(kind) })}
	}
}

// countedBuffer belongs to a source that counts until it is closed.
type countedBuffer struct {
	io.ReadWriteCloser
	closed func()
}

// Close implements io.Closer.
func (b *countedBuffer) Close() error {
	b.closed()
	return b.ReadWriteCloser.Close()
}

// SetReadDeadline is for Pion, which looks for it.
func (b *countedBuffer) SetReadDeadline(t time.Time) error {
	next := b.ReadWriteCloser
	if packets, ok := next.(*rtpBuffer); ok {
		next = packets.ReadWriteCloser
	}
	if buffer, ok := next.(interface{ SetReadDeadline(time.Time) error }); ok {
		return buffer.SetReadDeadline(t)
	}
	return nil
}

// noBuffer belongs to one source too many. Its error ends the work on a packet, which may
// name more of them.
type noBuffer struct{}

// Read implements io.Reader.
func (noBuffer) Read([]byte) (int, error) { return 0, io.EOF }

// Write implements io.Writer.
func (noBuffer) Write([]byte) (int, error) { return 0, errManySources }

// Close implements io.Closer.
func (noBuffer) Close() error { return nil }

// limitSourcesOf stops the transport of a connection once there are too many sources, and
// then calls end. The connections of a participant share how often many packets may be
// skipped. It must be called before the connection is described.
func limitSourcesOf(connection *webrtc.PeerConnection, skips *rate.Limiter, end func()) error {
	settings, err := settingsOf(connection)
	if err == nil {
		err = errBufferFields
	}
	if err != nil {
		return err
	}
	counted := &sources{began: time.Now(), skips: skips, end: func() {
		_ = connection.SCTP().Transport().ICETransport().Stop()
		end()
	}}
	settings.BufferFactory = counted.limit(settings.BufferFactory)
	return nil
}

// settingsOf are those of one connection, from which it takes the factory once encryption
// has been agreed upon.
func settingsOf(connection *webrtc.PeerConnection) (*webrtc.SettingEngine, error) {
	api, err := unexported[webrtc.API](connection, "api")
	if err != nil {
		return nil, err
	}
	if api == nil {
		return nil, errors.New("Pion's connection has no api")
	}
	settings, err := unexported[webrtc.SettingEngine](api, "settingEngine")
	if err != nil {
		return nil, err
	}
	if settings == nil || settings.BufferFactory == nil {
		return nil, errors.New("LiveKit's connection makes no buffers")
	}
	return settings, nil
}
