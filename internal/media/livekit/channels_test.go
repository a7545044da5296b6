package livekit

import (
	"runtime"
	"strings"
	"testing"

	"github.com/livekit/livekit-server/pkg/rtc"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// channelsRead counts the data channels that LiveKit reads from, for everybody.
func channelsRead() int {
	stacks := make([]byte, 64<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	count := 0
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "ReadDataChannel") && strings.Contains(stack, "(*PCTransport).onDataChannel") {
			count++
		}
	}
	return count
}

func heapMB() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 20)
}

// Whoever opens more data channels than pages do loses the session, and nothing is
// stored of the channels.
func TestAConnectionHasFewDataChannels(t *testing.T) {
	room := roomOf(t)
	ann := joinMedia(t, fullGrant(room, "ann"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	for of, name := range lk.SignalTarget_name {
		for _, label := range []string{"_reliable", "_lossy", "x"} {
			t.Run(strings.ToLower(name)+" "+label, func(t *testing.T) {
				eve := joinMedia(t, fullGrant(room, "eve "+name+label))
				if _, err := eve.Hears(longTimeout(t), track.ID, 0); err != nil {
					t.Fatal(err)
				}
				before, memory := channelsRead(), heapMB()
				if err := eve.OpenChannels(longTimeout(t), lk.SignalTarget(of), label, 500); err != nil {
					t.Fatal(err)
				}
				most := 0
				if left := sharedEngine.events.wait(t, media.EventLeft, room, "eve "+name+label); left.Reason != media.LeftRemoved {
					t.Errorf("left because of %q", left.Reason)
				}
				eventually(t, "the channels end", func() bool {
					now := channelsRead() - before
					most = max(most, now)
					return now <= 0
				})
				if most > maxChannels {
					t.Errorf("%d data channels were open", most)
				}
				if more := heapMB() - memory; more > 60 {
					t.Errorf("%d MB more", more)
				}
				if _, _, err := eve.Ended(longTimeout(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// The channels that pages open, and some more, disturb nobody.
func TestFewDataChannelsDoNoHarm(t *testing.T) {
	room := roomOf(t)
	ann, bob := joinMedia(t, fullGrant(room, "ann")), joinMedia(t, fullGrant(room, "bob"))
	track, err := ann.Publish(longTimeout(t), lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Hears(longTimeout(t), track.ID, 0); err != nil {
		t.Fatal(err)
	}
	before := channelsRead()
	for of := range lk.SignalTarget_name {
		if err := bob.OpenChannels(longTimeout(t), lk.SignalTarget(of), "x", maxChannels); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all channels are read", func() bool { return channelsRead()-before >= 2*maxChannels })
	if _, err := bob.Hears(longTimeout(t), track.ID, bob.Heard(track.ID)+10); err != nil {
		t.Fatal(err)
	}
}

// LiveKit hands its peer connections to nobody; unexported fields are looked into. When
// this fails, LiveKit has changed, and peerConnectionsOf has to be mended.
func TestThisLiveKitsConnectionsAreFound(t *testing.T) {
	if _, err := peerConnectionsOf(&rtc.ParticipantImpl{}); err == nil {
		t.Error("a participant without connections has some")
	}
	if _, err := peerConnectionsOf(&rtc.ParticipantImpl{TransportManager: &rtc.TransportManager{}}); err == nil {
		t.Error("a participant without connections has some")
	}
}
