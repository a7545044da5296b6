package livekit

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/livekit/livekit-server/test/client"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/mediatest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestEmbeddedStartsFast(t *testing.T) {
	t.Logf("start took %s", sharedEngine.start)
	if sharedEngine.start > time.Second {
		t.Errorf("start took %s, more than a second", sharedEngine.start)
	}
}

func TestTwoClientsExchangeMedia(t *testing.T) {
	room := roomOf(t)
	ctx := context.Background()
	for _, who := range []string{"ann", "bob"} {
		sharedEngine.guard.admit(fullGrant(room, who))
	}
	ann := dial(t, sharedEngine.server, tokenFor(t, sharedEngine.engine, fullGrant(room, "ann")), lk.TrackSource_MICROPHONE)
	bob := dial(t, sharedEngine.server, tokenFor(t, sharedEngine.engine, fullGrant(room, "bob")), lk.TrackSource_CAMERA)

	voice, err := ann.AddStaticTrack("audio/opus", "voice", "voice")
	if err != nil {
		t.Fatal(err)
	}
	defer voice.Stop()
	picture, err := bob.AddStaticTrack("video/vp8", "picture", "picture")
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Stop()
	eventually(t, "both receive media", func() bool { return ann.BytesReceived() > 0 && bob.BytesReceived() > 0 })

	sharedEngine.events.wait(t, media.EventJoined, room, "ann")
	published := sharedEngine.events.wait(t, media.EventPublished, room, "ann")
	if published.Track.Source != media.SourceMicrophone || published.ConnectionID != string(ann.ID()) {
		t.Errorf("published event = %+v", published)
	}

	people, err := sharedEngine.engine.Participants(ctx, room)
	if err != nil || len(people) != 2 {
		t.Fatalf("participants = %v, %v", people, err)
	}
	for _, p := range people {
		if !p.Active || len(p.Tracks) != 1 {
			t.Errorf("participant %+v: want active with one track", p)
		}
	}

	t.Run("mute", func(t *testing.T) {
		if err := sharedEngine.engine.Mute(ctx, room, "ann", media.SourceMicrophone); err != nil {
			t.Fatal(err)
		}
		e := sharedEngine.events.wait(t, media.EventMuted, room, "ann")
		if !e.Track.Muted || e.Track.ID != published.Track.ID {
			t.Errorf("muted event = %+v", e)
		}
		if err := sharedEngine.engine.Mute(ctx, room, "nobody", media.SourceMicrophone); !errors.Is(err, media.ErrNotConnected) {
			t.Errorf("mute of nobody = %v", err)
		}
	})

	t.Run("take the camera away", func(t *testing.T) {
		grant := fullGrant(room, "bob")
		grant.CanPublishCamera = false
		sharedEngine.guard.admit(grant)
		if err := sharedEngine.engine.UpdatePermission(ctx, grant); err != nil {
			t.Fatal(err)
		}
		sharedEngine.events.wait(t, media.EventUnpublished, room, "bob")
	})

	t.Run("leave", func(t *testing.T) {
		// Not by Stop, which may reset the connection before LiveKit has read the word.
		err := bob.SendRequest(&lk.SignalRequest{Message: &lk.SignalRequest_Leave{
			Leave: &lk.LeaveRequest{Reason: lk.DisconnectReason_CLIENT_INITIATED},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if e := sharedEngine.events.wait(t, media.EventLeft, room, "bob"); e.Reason != media.LeftByClient {
			t.Errorf("reason = %s, want %s", e.Reason, media.LeftByClient)
		}
	})
}

func TestOldTokenDoesNotRestoreRights(t *testing.T) {
	room := roomOf(t)
	token := tokenFor(t, sharedEngine.engine, fullGrant(room, "ann"))
	demoted := fullGrant(room, "ann")
	demoted.CanPublishMicrophone, demoted.CanPublishCamera, demoted.CanPublishScreen, demoted.CanPublishScreenAudio = false, false, false, false
	sharedEngine.guard.admit(demoted)
	dial(t, sharedEngine.server, token, lk.TrackSource_MICROPHONE)
	p, err := sharedEngine.engine.running.Load().rooms.GetParticipant(context.Background(),
		&lk.RoomParticipantIdentity{Room: room, Identity: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.GetPermission(); got.GetCanPublish() || got.GetCanPublishData() || !got.GetCanSubscribe() {
		t.Errorf("permission = %v, want subscribe only", got)
	}
}

func TestRemovedParticipantStaysOut(t *testing.T) {
	room := roomOf(t)
	ctx := context.Background()
	sharedEngine.guard.admit(fullGrant(room, "ann"))
	token := tokenFor(t, sharedEngine.engine, fullGrant(room, "ann"))
	dial(t, sharedEngine.server, token, lk.TrackSource_MICROPHONE)
	sharedEngine.events.wait(t, media.EventJoined, room, "ann")

	sharedEngine.guard.remove(room, "ann")
	if err := sharedEngine.engine.Remove(ctx, room, "ann"); err != nil {
		t.Fatal(err)
	}
	if e := sharedEngine.events.wait(t, media.EventLeft, room, "ann"); e.Reason != media.LeftRemoved {
		t.Errorf("reason = %s", e.Reason)
	}
	if _, err := client.NewWebSocketConn(wsURL(sharedEngine.server), token, nil); err == nil {
		t.Error("the old token opened a connection")
	}
	if got := getStatus(t, sharedEngine.server.URL+"/rtc/validate?access_token="+token); got != http.StatusForbidden {
		t.Errorf("status = %d, want 403", got)
	}
	if err := sharedEngine.engine.Remove(ctx, room, "ann"); err != nil {
		t.Errorf("second removal = %v", err)
	}
}

func TestEndedRoomIsNotRevived(t *testing.T) {
	room := roomOf(t)
	ctx := context.Background()
	sharedEngine.guard.admit(fullGrant(room, "ann"))
	token := tokenFor(t, sharedEngine.engine, fullGrant(room, "ann"))
	dial(t, sharedEngine.server, token, lk.TrackSource_MICROPHONE)
	sharedEngine.events.wait(t, media.EventJoined, room, "ann")

	sharedEngine.guard.remove(room, "ann")
	if err := sharedEngine.engine.EndRoom(ctx, room); err != nil {
		t.Fatal(err)
	}
	if e := sharedEngine.events.wait(t, media.EventLeft, room, "ann"); e.Reason != media.LeftRoomEnded {
		t.Errorf("reason = %s", e.Reason)
	}
	sharedEngine.events.wait(t, media.EventRoomClosed, room, "")
	if got := getStatus(t, sharedEngine.server.URL+"/rtc/validate?access_token="+token); got != http.StatusForbidden {
		t.Errorf("status = %d, want 403", got)
	}
	if sharedEngine.engine.running.Load().rooms.GetRoom(ctx, lk.RoomName(room)) != nil {
		t.Error("the room lives again")
	}
	// Behind the proxy, too, a token alone makes no room.
	if err := sharedEngine.engine.EndRoom(ctx, room); err != nil {
		t.Errorf("second end = %v", err)
	}
}

func (r removals) RemoveOlder(ctx context.Context, room, identity string, _ int) error {
	return r.Remove(ctx, room, identity)
}

func (removals) Mute(context.Context, string, string, media.Source) error { return nil }

func (removals) endTracks(context.Context, media.Grant, media.Source, []string) error { return nil }

func TestRemovedWhileConnecting(t *testing.T) {
	room := roomOf(t)
	// The guard says yes at the proxy and no afterwards, as when the host removes
	// somebody in that moment.
	asked := 0
	events := newRecorder()
	guard := mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) {
		asked++
		if asked == 1 {
			return fullGrant(room, "ann"), nil
		}
		return media.Grant{}, media.ErrNotAdmitted
	})
	n := postJoinCheck{engine: removals{events}, track: newTracker(), log: quiet()}
	g := media.Guard(guard)
	n.guard.Store(&g)
	_, _ = guard.Grant(context.Background(), room, "ann")
	n.check(media.Event{Kind: media.EventJoined, Room: room, Identity: "ann"})
	if _, ok, _ := events.find(media.EventLeft, room, "ann"); !ok {
		t.Error("not removed")
	}
}

func TestAnOlderPageThatIsStillComingInIsRemoved(t *testing.T) {
	guard := newFakeGuard()
	events := newRecorder()
	n := postJoinCheck{engine: removals{events}, track: newTracker(), log: quiet()}
	g := media.Guard(guard)
	n.guard.Store(&g)
	for identity, generation := range map[string]int{"older": 1, "newest": 2, "unknown": 0} {
		grant := fullGrant("room", identity)
		grant.Generation = 2
		guard.admit(grant)
		n.check(media.Event{Kind: media.EventJoined, Room: "room", Identity: identity, Generation: generation})
		if _, removed, _ := events.find(media.EventLeft, "room", identity); removed != (identity == "older") {
			t.Errorf("%s: removed: %t", identity, removed)
		}
	}
}

func TestOnlyOlderConnectionsAreRemoved(t *testing.T) {
	grant := fullGrant(roomOf(t), "ann")
	grant.Generation = 2
	ann := joinMedia(t, grant)
	ctx := longTimeout(t)
	sharedEngine.events.wait(t, media.EventJoined, grant.Room, "ann")
	for _, generation := range []int{1, 2} {
		if err := sharedEngine.engine.RemoveOlder(ctx, grant.Room, "ann", generation); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ann.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false); err != nil {
		t.Fatalf("the present page: %v", err)
	}
	if err := sharedEngine.engine.RemoveOlder(ctx, grant.Room, "ann", 3); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ann.Ended(ctx); err != nil {
		t.Errorf("the older page: %v", err)
	}
	for _, room := range []string{grant.Room, "nowhere"} {
		if err := sharedEngine.engine.RemoveOlder(ctx, room, "nobody", 3); err != nil {
			t.Errorf("nobody: %v", err)
		}
	}
}

func TestTracksInDisguiseRemoveTheirOwner(t *testing.T) {
	guard := newFakeGuard()
	events := newRecorder()
	n := postJoinCheck{engine: removals{events}, track: newTracker(), log: quiet()}
	g := media.Guard(guard)
	n.guard.Store(&g)
	for identity, track := range map[string]*lk.TrackInfo{
		"honest":   {Sid: "a", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA},
		"disguise": {Sid: "b", Type: lk.TrackType_AUDIO, Source: lk.TrackSource_CAMERA},
		"nameless": {Sid: "c", Type: lk.TrackType_AUDIO},
	} {
		guard.admit(fullGrant("room", identity))
		n.check(media.Event{Kind: media.EventPublished, Room: "room", Identity: identity, Track: trackFromLiveKit(track)})
		if _, removed, _ := events.find(media.EventLeft, "room", identity); removed != (identity != "honest") {
			t.Errorf("%s: removed: %t", identity, removed)
		}
	}
}

// Servers of one test process share an engine; what one of them knows nothing of
// is no reason to remove another's people.
func TestEachProxyChecksItsOwnParticipants(t *testing.T) {
	room := roomOf(t)
	sharedEngine.guard.admit(fullGrant(room, "ann"))
	e := sharedEngine.engine
	e.Signalling(newFakeGuard())
	defer e.Signalling(sharedEngine.guard)
	dial(t, sharedEngine.server, tokenFor(t, e, fullGrant(room, "ann")), lk.TrackSource_MICROPHONE)
	sharedEngine.events.wait(t, media.EventJoined, room, "ann")
	if err := e.EndRoom(context.Background(), room); err != nil {
		t.Fatal(err)
	}
	if left := sharedEngine.events.wait(t, media.EventLeft, room, "ann"); left.Reason != media.LeftRoomEnded {
		t.Errorf("ann left as %s: removed by a server that is not hers", left.Reason)
	}
	sharedEngine.events.wait(t, media.EventRoomClosed, room, "")
	if _, kept := e.postJoin.rooms.Load(room); kept {
		t.Error("the guard of a room that is over is kept")
	}
}

type removals struct{ events *recorder }

func (r removals) Remove(_ context.Context, room, identity string) error {
	r.events.add(media.Event{Kind: media.EventLeft, Room: room, Identity: identity})
	return nil
}

func (r removals) UpdatePermission(context.Context, media.Grant) error { return nil }

func TestBusyMediaPort(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	cfg := embeddedConfig()
	cfg.Embedded.MediaPort = conn.LocalAddr().(*net.UDPAddr).Port
	e := newEmbedded(cfg, quiet())
	err = e.Start(context.Background())
	if !errors.Is(err, media.ErrUnavailable) || !errors.Is(err, errPortBusy) {
		t.Errorf("error = %v, want ErrUnavailable and the busy port", err)
	}
	if err := e.EnsureRoom(context.Background(), "x"); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("EnsureRoom = %v, want ErrUnavailable", err)
	}
	if err := e.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := e.Start(context.Background()); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("start after close = %v", err)
	}
}

func TestBusyTCPPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	port := ln.Addr().(*net.TCPAddr).Port
	if err := probe(media.EmbeddedConfig{TCPFallback: true}, port); !errors.Is(err, errPortBusy) {
		t.Errorf("probe with TCP = %v, want busy", err)
	}
	// Another program may have the UDP port of this number.
	if err := probe(media.EmbeddedConfig{}, port); err != nil && !strings.Contains(err.Error(), "UDP") {
		t.Errorf("probe without TCP = %v", err)
	}
}

func TestEmptyEngineAnswers(t *testing.T) {
	e := newEmbedded(embeddedConfig(), quiet())
	ctx := context.Background()
	if err := e.Remove(ctx, "r", "i"); err != nil {
		t.Error(err)
	}
	if err := e.EndRoom(ctx, "r"); err != nil {
		t.Error(err)
	}
	if people, err := e.Participants(ctx, "r"); err != nil || len(people) != 0 {
		t.Error(people, err)
	}
	if err := e.UpdatePermission(ctx, fullGrant("r", "i")); !errors.Is(err, media.ErrNotConnected) {
		t.Error(err)
	}
	if err := e.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestHostingModeListensOnTCPAndFreesIt(t *testing.T) {
	cfg := media.Config{Embedded: media.EmbeddedConfig{TCPFallback: true}}
	engine, err := New(cfg, nil) // with a random key
	if err != nil {
		t.Fatal(err)
	}
	e := engine.(*embedded)
	ctx := context.Background()
	events := newRecorder()
	e.OnEvent(events.add)

	var starts sync.WaitGroup
	for range 8 {
		starts.Go(func() {
			if err := e.EnsureRoom(ctx, "hosting"); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	s := e.running.Load()
	if s == nil {
		t.Fatal("not started")
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if got := s.conf.RTC.NodeIP.PrimaryIP(); net.ParseIP(got) == nil {
		t.Errorf("announced address = %q", got)
	}
	token := tokenFor(t, e, fullGrant("hosting", "ann"))
	proxy := e.Signalling(mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) {
		return fullGrant("hosting", "ann"), nil
	}))

	if err := e.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(ctx); err != nil {
		t.Errorf("second close = %v", err)
	}
	if err := probe(cfg.Embedded, s.port); err != nil {
		t.Errorf("after close: %v", err)
	}
	w := httptest.NewRecorder()
	proxy.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/rtc/validate?access_token="+token, nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("proxy of a closed engine = %d, want 503", w.Code)
	}
}

func TestCloseReportsDepartures(t *testing.T) {
	e := newEmbedded(embeddedConfig(), quiet())
	events := newRecorder()
	e.OnEvent(events.add)
	e.events.put(e.track.joined("r", person("ann", "PA_1"))...)
	if err := e.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left, ok, _ := events.find(media.EventLeft, "r", "ann"); !ok || left.Reason != media.LeftShutdown {
		t.Errorf("departure = %+v, %t", left, ok)
	}
}

func TestBrowsersAreSentToNoThirdParty(t *testing.T) {
	room := roomOf(t)
	sharedEngine.guard.admit(fullGrant(room, "ann"))
	servers := make(chan []*lk.ICEServer, 1)
	opts := &client.Options{SignalResponseInterceptor: func(msg *lk.SignalResponse, next client.SignalResponseHandler) error {
		if join := msg.GetJoin(); join != nil {
			servers <- join.GetIceServers()
		}
		return next(msg)
	}}
	dialWith(t, sharedEngine.server, tokenFor(t, sharedEngine.engine, fullGrant(room, "ann")), opts)
	select {
	case got := <-servers:
		for _, s := range got {
			for _, u := range s.GetUrls() {
				if !strings.HasPrefix(u, "stun:127.0.0.1:") {
					t.Errorf("browsers received %s", u)
				}
			}
		}
		if len(got) == 0 {
			t.Error("no ICE servers: LiveKit's defaults would apply")
		}
	case <-time.After(testTimeout):
		t.Fatal("no join response")
	}
}

func TestTURNServersReachBrowsers(t *testing.T) {
	cfg := embeddedConfig()
	cfg.Embedded.TURNServers = []media.TURNServer{{
		Host: "turn.example.org", Port: 443, Protocol: "tls", Secret: "shared", TTL: time.Hour,
	}}
	conf, err := liveKitConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	setPort(conf, cfg.Embedded, 7882)
	if len(conf.RTC.TURNServers) != 1 || conf.RTC.TURNServers[0].TTL != 3600 || !conf.IsTURNSEnabled() {
		t.Errorf("TURN servers = %+v", conf.RTC.TURNServers)
	}
	if !*conf.RTC.AllowTCPFallback || conf.RTC.TCPPort != 0 {
		t.Error("a TLS relay allows fallback without a TCP port of ours")
	}
	if conf.Room.AutoCreate || conf.Development {
		t.Error("rooms by joining, or development mode")
	}
}
