package livekit

import (
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/sfu/buffer"
	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

// participantOf is LiveKit's.
func participantOf(t *testing.T, room, identity string) types.LocalParticipant {
	t.Helper()
	r := sharedEngine.engine.running.Load().rooms.GetRoom(context.Background(), lk.RoomName(room))
	if r == nil {
		t.Fatal("no room")
	}
	p := r.GetParticipant(lk.ParticipantIdentity(identity))
	if p == nil {
		t.Fatalf("%s is not there", identity)
	}
	return p
}

// sourcesKept are the sources of packets and reports that LiveKit keeps of a participant.
func sourcesKept(p types.LocalParticipant) (packets, reports int) {
	factory := p.(interface{ GetBufferFactory() *buffer.Factory }).GetBufferFactory()
	factory.RLock()
	defer factory.RUnlock()
	of := reflect.ValueOf(factory).Elem()
	return of.FieldByName("rtpBuffers").Len(), of.FieldByName("rtcpReaders").Len()
}

// Whoever sends or reports about more sources than pages have loses the session, and
// little is kept of the sources.
func TestAConnectionHasFewSources(t *testing.T) {
	const many = 50_000
	room := roomOf(t)
	ann := joinMedia(t, fullGrant(room, "ann"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		send func(m *rogue.Media, of lk.SignalTarget, from, count int) error
		most int
	}{
		{"reports", (*rogue.Media).ReportSources, maxReportSources},
		{"packets", (*rogue.Media).SendSources, maxPacketSources},
	} {
		for of, name := range lk.SignalTarget_name {
			t.Run(tt.name+" "+strings.ToLower(name), func(t *testing.T) {
				identity := "eve " + tt.name + name
				eve := joinMedia(t, fullGrant(room, identity))
				if _, err := eve.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false); err != nil {
					t.Fatal(err)
				}
				if _, err := eve.Hears(longTimeout(t), track.ID, 0); err != nil {
					t.Fatal(err)
				}
				p := participantOf(t, room, identity)
				eventually(t, "packets arrive", func() bool { packets, _ := sourcesKept(p); return packets > 0 })
				most := 0
				for from := 0; from < many; from += 250 {
					if err := tt.send(eve, lk.SignalTarget(of), from, 250); err != nil {
						break
					}
					packets, reports := sourcesKept(p)
					most = max(most, packets, reports)
					if from%5000 == 0 {
						time.Sleep(time.Millisecond) // or the sockets overflow
					}
				}
				if left := sharedEngine.events.wait(t, media.EventLeft, room, identity); left.Reason != media.LeftRemoved {
					t.Errorf("left because of %q", left.Reason)
				}
				if most > tt.most+100 {
					t.Errorf("%d sources were kept", most)
				}
				if _, _, err := eve.Ended(longTimeout(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Some more sources than pages have disturb nobody.
func TestFewSourcesDoNoHarm(t *testing.T) {
	room := roomOf(t)
	ann, bob := joinMedia(t, fullGrant(room, "ann")), joinMedia(t, fullGrant(room, "bob"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Hears(longTimeout(t), track.ID, 0); err != nil {
		t.Fatal(err)
	}
	for of := range lk.SignalTarget_name {
		if err := bob.ReportSources(lk.SignalTarget(of), 0, maxReportSources-100); err != nil {
			t.Fatal(err)
		}
		if err := bob.SendSources(lk.SignalTarget(of), 0, maxPacketSources-100); err != nil {
			t.Fatal(err)
		}
	}
	p := participantOf(t, room, "bob")
	eventually(t, "the sources are known", func() bool { _, reports := sourcesKept(p); return reports >= maxReportSources-100 })
	if _, err := bob.Hears(longTimeout(t), track.ID, bob.Heard(track.ID)+10); err != nil {
		t.Fatal(err)
	}
}

// discard is a buffer of a source.
type discard struct{ closed int }

func (*discard) Read([]byte) (int, error)    { return 0, io.EOF }
func (*discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) Close() error              { d.closed++; return nil }

// Sources of tracks that end make room for others, and over hours there may be more.
func TestEndedSourcesDoNotCount(t *testing.T) {
	t.Parallel()
	for kind, most := range map[packetio.BufferPacketType]int{packetio.RTPBufferPacket: maxPacketSources, packetio.RTCPBufferPacket: maxReportSources} {
		ended := make(chan struct{}, 2)
		counted := &sources{began: time.Now(), end: func() { ended <- struct{}{} }}
		made := 0
		open := counted.limit(func(packetio.BufferPacketType, uint32) io.ReadWriteCloser { made++; return &discard{} })
		for n := range 3 * most {
			source := open(kind, uint32(n))
			if _, err := source.Write([]byte{1}); err != nil {
				t.Fatalf("source %d: %v", n, err)
			}
			for range 2 { // Pion may close one twice
				if err := source.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
		counted.began = time.Now().Add(-10 * time.Hour)
		if counted.packets != 0 || counted.reports != 0 || made != 3*most {
			t.Errorf("%d and %d sources of %d are left", counted.packets, counted.reports, made)
		}
		for n := range most + 3600 { // ten hours' of packets
			if _, err := open(kind, uint32(n)).Write([]byte{1}); err != nil {
				t.Fatalf("source %d after hours: %v", n, err)
			}
		}
		counted.began = time.Now()
		before := made
		for n := range 1000 {
			if _, err := open(kind, uint32(n)).Write([]byte{1}); err == nil {
				t.Fatal("another source is kept")
			}
		}
		<-ended
		if made != before || len(ended) > 0 {
			t.Errorf("%d buffers were made for more sources, ended %d times more", made-before, len(ended))
		}
	}
}

// Pion hands its settings to nobody; unexported fields are looked into. When this fails,
// Pion has changed, and settingsOf has to be mended.
func TestThisPionsSettingsAreFound(t *testing.T) {
	t.Parallel()
	if _, err := settingsOf(&webrtc.PeerConnection{}); err == nil {
		t.Error("a connection without settings has some")
	}
}
