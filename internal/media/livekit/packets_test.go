package livekit

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/test/client"
	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"

	"github.com/anteroom/anteroom/internal/media"
)

// LiveKit offers no way to put something between it and its sockets; a field of
// its room manager is reached into. When this fails, LiveKit has changed: look
// for what NewLocalRoomManager makes of its configuration, and mend configOf.
func TestThisLiveKitCanLosePackets(t *testing.T) {
	_, err := configOf(sharedEngine.engine.running.Load().rooms)
	if err != nil {
		t.Fatalf("LiveKit has changed, and packets cannot be lost on purpose any more: %v", err)
	}
	// Something of another shape is noticed rather than misread.
	if _, err := configOf(&service.RoomManager{}); err == nil {
		t.Fatal("an empty room manager was taken for one with a configuration")
	}
}

// flowing reports, by looking twice, whether a client receives media.
func flowing(c *client.RTCClient, pause time.Duration) bool {
	before := c.BytesReceived()
	time.Sleep(pause)
	return c.BytesReceived() > before
}

func TestPacketsOfOneAreLostAndComeBack(t *testing.T) {
	room := roomOf(t)
	people := map[string]*client.RTCClient{}
	for _, who := range []string{"ann", "bob", "eve"} {
		sharedEngine.guard.admit(fullGrant(room, who))
		people[who] = dial(t, sharedEngine.server, tokenFor(t, sharedEngine.engine, fullGrant(room, who)), lk.TrackSource_MICROPHONE)
	}
	for _, who := range []string{"ann", "bob"} {
		track, err := people[who].AddStaticTrack("audio/opus", "voice", "voice")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(track.Stop)
	}
	moves := func(who string, want bool) {
		t.Helper()
		eventually(t, who+" receives, or not", func() bool { return flowing(people[who], 300*time.Millisecond) == want })
	}
	for who := range people {
		moves(who, true)
	}

	// Bob hears nothing any more and is not heard: eve still sees ann, and ann, who
	// saw nobody but bob, nobody.
	restore, err := sharedEngine.engine.DropPackets(room, "bob", func() bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	moves("bob", false)
	moves("ann", false)
	if !flowing(people["eve"], 500*time.Millisecond) {
		t.Fatal("somebody else's packets were lost")
	}
	if flowing(people["bob"], 500*time.Millisecond) || flowing(people["ann"], 500*time.Millisecond) {
		t.Fatal("packets came through")
	}
	restore()
	moves("bob", true)
	moves("ann", true)

	// So many packets, and no more.
	var left atomic.Int64
	left.Store(20)
	restore, err = sharedEngine.engine.DropPackets(room, "", func() bool { return left.Add(-1) >= 0 })
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "twenty packets are lost", func() bool { return left.Load() < 0 })
	for who := range people {
		moves(who, true)
	}
	restore()
	restore()
	sharedEngine.engine.dropper.mu.Lock()
	defer sharedEngine.engine.dropper.mu.Unlock()
	if sharedEngine.engine.dropper.victims.Load() != nil || sharedEngine.engine.dropper.quit != nil {
		t.Error("nothing is lost any more, and packets are still looked at")
	}
}

// The proxy is not the only thing that keeps a connection out while packets are
// lost: one that was past it already comes to nothing.
func TestAConnectionThatComesDuringALossIsSilent(t *testing.T) {
	room := roomOf(t)
	for _, who := range []string{"ann", "bob"} {
		sharedEngine.guard.admit(fullGrant(room, who))
	}
	bob := dial(t, sharedEngine.server, tokenFor(t, sharedEngine.engine, fullGrant(room, "bob")), lk.TrackSource_MICROPHONE)
	track, err := bob.AddStaticTrack("audio/opus", "voice", "voice")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(track.Stop)
	restore, err := sharedEngine.engine.DropPackets(room, "ann", func() bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	token := tokenFor(t, sharedEngine.engine, fullGrant(room, "ann"))
	opts := &client.Options{AutoSubscribe: true}
	conn, err := client.NewWebSocketConn(wsURL(sharedEngine.server), token, opts)
	if err != nil {
		t.Fatal(err)
	}
	silent, err := client.NewRTCClient(conn, false, opts)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = silent.Run() }()
	t.Cleanup(silent.Stop)
	// It may come up within the first look; then it falls silent.
	_ = silent.WaitUntilConnected(2 * time.Second)
	eventually(t, "it is silent", func() bool { return !flowing(silent, 300*time.Millisecond) })
	if flowing(silent, time.Second) {
		t.Fatal("packets came through")
	}
	restore()
	ann := dial(t, sharedEngine.server, token, lk.TrackSource_MICROPHONE)
	eventually(t, "ann hears bob", func() bool { return ann.BytesReceived() > 0 })
}

// Who was heard over UDP and now sends over TCP is not taken for silent.
func TestNothingIsKnownOfConnectionsOverTCP(t *testing.T) {
	h, now := &packetMonitor{}, &atomic.Int64{}
	now.Store(time.Now().UnixNano())
	h.addresses.Store(addressOfNobody, now)
	heard := &types.ICEConnectionInfo{Type: types.ICEConnectionTypeUDP, Remote: []*types.ICECandidateExtended{
		{Candidate: &webrtc.ICECandidate{Address: addressOfNobody.Addr().String(), Port: addressOfNobody.Port()}},
	}}
	if at, ok := h.lastFrom([]*types.ICEConnectionInfo{heard}); !ok || at.UnixNano() != now.Load() {
		t.Errorf("over UDP: %v, known %v", at, ok)
	}
	for _, connections := range [][]*types.ICEConnectionInfo{
		{heard, {Type: types.ICEConnectionTypeTCP}}, {{Type: types.ICEConnectionTypeTCP, Remote: heard.Remote}},
	} {
		if at, ok := h.lastFrom(connections); ok {
			t.Errorf("over TCP: known to be silent since %v", at)
		}
	}
}

func TestLossesNeedAnEngineMadeForThem(t *testing.T) {
	cfg := embeddedConfig()
	cfg.Embedded.PacketFaults = false
	e := newEmbedded(cfg, quiet())
	if _, err := e.DropPackets("r", "i", nil); !errors.Is(err, errNoPacketDrops) {
		t.Errorf("error = %v", err)
	}
	closed := newEmbedded(embeddedConfig(), quiet())
	restore, err := closed.DropPackets("r", "i", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	restore()
	if _, err := closed.DropPackets("r", "i", nil); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("error of a closed engine = %v", err)
	}
	var engine media.Engine = &external{}
	if _, ok := engine.(media.PacketDropper); ok {
		t.Error("an external engine claims that it loses packets")
	}
}

func BenchmarkPacketThatIsNotLost(b *testing.B) {
	c := &droppingConn{dropper: &packetDropper{}}
	for b.Loop() {
		if c.drops(addressOfNobody) {
			b.Fatal("lost")
		}
	}
}

var addressOfNobody = netip.MustParseAddrPort("127.0.0.1:9")
