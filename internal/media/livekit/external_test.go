package livekit

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/test/client"
	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/protocol/utils/xtwirp"
	"github.com/livekit/protocol/webhook"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

// fakeServer serves the shared embedded engine as an external LiveKit would be: its
// own signalling and RoomService, behind LiveKit's own authentication.
func fakeServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := sharedEngine.engine.running.Load()
	formatter := rpc.NewTopicFormatter()
	roomClient, err := rpc.NewTypedRoomClient(s.rpcParams)
	if err != nil {
		t.Fatal(err)
	}
	participantClient, err := rpc.NewTypedParticipantClient(s.rpcParams)
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := service.NewRoomService(s.conf.Limit, s.conf.API, s.router, s.allocator, s.store, nil, formatter, roomClient, participantClient)
	if err != nil {
		t.Fatal(err)
	}
	var options []any
	for _, o := range xtwirp.DefaultServerOptions() {
		options = append(options, o)
	}
	mux := http.NewServeMux()
	xtwirp.RegisterServer(mux, lk.NewRoomServiceServer(rooms, options...))
	s.rtc.SetupRoutes(mux)
	check := service.NewAPIKeyAuthMiddleware(auth.NewSimpleKeyProvider(testKey, testSecret))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("access_token") {
			t.Error("the token reached LiveKit in the URL")
		}
		w.Header().Set("Access-Control-Allow-Origin", "https://upstream.example")
		check.ServeHTTP(w, r, mux.ServeHTTP)
	}))
	t.Cleanup(server.Close)
	return server
}

type externalFixture struct {
	engine *external
	proxy  *httptest.Server
	guard  *fakeGuard
	events *recorder
}

func newExternalFixture(t *testing.T) externalFixture {
	t.Helper()
	return newExternalFixtureAt(t, fakeServer(t))
}

func newExternalFixtureAt(t *testing.T, liveKit *httptest.Server) externalFixture {
	t.Helper()
	e, err := New(media.Config{
		Mode: media.ModeExternal, APIKey: testKey, APISecret: testSecret,
		External: media.ExternalConfig{URL: wsURL(liveKit), ReconcileInterval: 5 * time.Minute},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := externalFixture{engine: e.(*external), guard: newFakeGuard(), events: newRecorder()}
	o.engine.OnEvent(o.events.add)
	o.proxy = httptest.NewServer(o.engine.Signalling(o.guard))
	t.Cleanup(func() {
		o.proxy.Close()
		if err := o.engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return o
}

func TestExternalMediaOfAnOlderPageEnd(t *testing.T) {
	o := newExternalFixture(t)
	grant := fullGrant(roomOf(t), "ann")
	grant.Generation = 2
	o.guard.admit(grant)
	sharedEngine.guard.admit(grant)
	ctx := longTimeout(t)
	ann, err := rogue.JoinMedia(ctx, o.proxy.URL, tokenFor(t, o.engine, grant))
	if err != nil {
		t.Fatal(err)
	}
	defer ann.Close()
	for _, generation := range []int{1, 2} {
		if err := o.engine.RemoveOlder(ctx, grant.Room, "ann", generation); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ann.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false); err != nil {
		t.Fatalf("the present page: %v", err)
	}
	o.engine.reconcile(ctx)
	if e := o.events.wait(t, media.EventJoined, grant.Room, "ann"); e.Generation != 2 {
		t.Errorf("known as of generation %d", e.Generation)
	}
	if err := o.engine.RemoveOlder(ctx, grant.Room, "ann", 3); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ann.Ended(ctx); err != nil {
		t.Errorf("the older page: %v", err)
	}
	if err := o.engine.RemoveOlder(ctx, grant.Room, "nobody", 3); err != nil {
		t.Errorf("nobody: %v", err)
	}
}

func TestExternalMediaThroughTheProxy(t *testing.T) {
	o := newExternalFixture(t)
	// The stand-in's own owner looks at who comes in, too.
	room, ctx := roomOf(t), context.Background()
	for _, who := range []string{"ann", "bob"} {
		o.guard.admit(fullGrant(room, who))
		sharedEngine.guard.admit(fullGrant(room, who))
	}
	token := tokenFor(t, o.engine, fullGrant(room, "ann"))
	ann := dial(t, o.proxy, token, lk.TrackSource_MICROPHONE)
	bob := dial(t, o.proxy, tokenFor(t, o.engine, fullGrant(room, "bob")), lk.TrackSource_CAMERA)
	voice, err := ann.AddStaticTrack("audio/opus", "voice", "voice")
	if err != nil {
		t.Fatal(err)
	}
	defer voice.Stop()
	eventually(t, "bob hears ann", func() bool { return bob.BytesReceived() > 0 })

	// No webhook has come: the list shows who is there.
	o.engine.reconcile(ctx)
	o.events.wait(t, media.EventJoined, room, "ann")
	o.events.wait(t, media.EventJoined, room, "bob")
	o.events.wait(t, media.EventPublished, room, "ann")

	if err := o.engine.Mute(ctx, room, "ann", media.SourceMicrophone); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ann is muted in the list", func() bool {
		o.engine.reconcile(ctx)
		_, ok, _ := o.events.find(media.EventMuted, room, "ann")
		return ok
	})
	grant := fullGrant(room, "ann")
	grant.CanPublishMicrophone = false
	sharedEngine.guard.admit(grant)
	o.guard.admit(grant)
	if err := o.engine.UpdatePermission(ctx, grant); err != nil {
		t.Fatal(err)
	}
	if err := o.engine.UpdatePermission(ctx, fullGrant(room, "nobody")); !errors.Is(err, media.ErrNotConnected) {
		t.Errorf("permission of nobody = %v", err)
	}

	o.guard.remove(room, "ann")
	if err := o.engine.Remove(ctx, room, "ann"); err != nil {
		t.Fatal(err)
	}
	if err := o.engine.Remove(ctx, room, "ann"); err != nil {
		t.Errorf("second removal = %v", err)
	}
	o.engine.reconcile(ctx)
	o.events.wait(t, media.EventLeft, room, "ann")
	if got := getStatus(t, o.proxy.URL+"/rtc/validate?access_token="+token); got != 403 {
		t.Errorf("removed: %d, want 403", got)
	}
	if _, err := client.NewWebSocketConn(wsURL(o.proxy), token, nil); err == nil {
		t.Error("the old token opened a connection")
	}

	if err := o.engine.EndRoom(ctx, room); err != nil {
		t.Fatal(err)
	}
	if err := o.engine.EndRoom(ctx, room); err != nil {
		t.Errorf("second end = %v", err)
	}
	if people, err := o.engine.Participants(ctx, room); err != nil || len(people) != 0 {
		t.Errorf("participants of an ended room = %v, %v", people, err)
	}
}

func TestExternalTracksThatAreReplacedEnd(t *testing.T) {
	o := newExternalFixture(t)
	o.engine.replaceTime = 0
	grant := fullGrant(roomOf(t), "ann")
	o.guard.admit(grant)
	sharedEngine.guard.admit(grant)
	ctx := longTimeout(t)
	ann, err := rogue.JoinMedia(ctx, o.proxy.URL, tokenFor(t, o.engine, grant))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ann.Close)
	camera, err := ann.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	if err != nil {
		t.Fatal(err)
	}
	sharedEngine.events.wait(t, media.EventPublished, grant.Room, "ann")
	if err := o.engine.endTracks(ctx, grant, media.SourceCamera, []string{camera.ID}); err != nil {
		t.Fatal(err)
	}
	if e := sharedEngine.events.wait(t, media.EventUnpublished, grant.Room, "ann"); e.Track.ID != camera.ID {
		t.Errorf("ended %+v", e.Track)
	}
	if err := ann.Permitted(ctx, func(p *lk.ParticipantPermission) bool {
		return slices.Contains(p.GetCanPublishSources(), lk.TrackSource_CAMERA)
	}); err != nil {
		t.Errorf("the right has not come back: %v", err)
	}
}

func TestExternalValidateHasOneOrigin(t *testing.T) {
	o := newExternalFixture(t)
	room := roomOf(t)
	o.guard.admit(fullGrant(room, "ann"))
	res, err := http.Get(o.proxy.URL + "/rtc/validate?access_token=" + tokenFor(t, o.engine, fullGrant(room, "ann")))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status = %d", res.StatusCode)
	}
	if got := res.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != "*" {
		t.Errorf("origins = %v", got)
	}
}

func TestExternalUnreachable(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	deadURL := dead.URL
	dead.Close()
	wrong := httptest.NewServer(http.NotFoundHandler())
	defer wrong.Close()
	live := fakeServer(t)
	for name, tt := range map[string]struct{ url, secret, says string }{
		"dead":         {deadURL, testSecret, ""},
		"not LiveKit":  {wrong.URL, testSecret, "does not lead to a LiveKit"},
		"other secret": {live.URL, strings.Repeat("z", 40), "refused the API key"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := New(media.Config{
				Mode: media.ModeExternal, APIKey: testKey, APISecret: tt.secret,
				External: media.ExternalConfig{URL: tt.url},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = e.Close(context.Background()) }()
			err = e.EnsureRoom(context.Background(), "room")
			if !errors.Is(err, media.ErrUnavailable) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want ErrUnavailable: %q", err, tt.says)
			}
		})
	}
}

func TestWebhook(t *testing.T) {
	o := newExternalFixture(t)
	hook := httptest.NewServer(o.engine.Webhook())
	defer hook.Close()
	room := roomOf(t)
	event := &lk.WebhookEvent{
		Id: "EV_1", Event: webhook.EventParticipantJoined, CreatedAt: time.Now().Unix(),
		Room:        &lk.Room{Name: room},
		Participant: &lk.ParticipantInfo{Identity: "ann", Sid: "PA_1"},
	}
	// LiveKit's own sender signs and posts it, twice.
	sender := webhook.NewURLNotifier(webhook.URLNotifierParams{URL: hook.URL, APIKey: testKey, APISecret: testSecret})
	for range 2 {
		if err := sender.QueueNotify(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	}
	sender.Stop(false)
	o.events.wait(t, media.EventJoined, room, "ann")
	o.events.mu.Lock()
	n := len(o.events.list)
	o.events.mu.Unlock()
	if n != 1 {
		t.Errorf("%d events of a repeated webhook, want 1", n)
	}

	token, _ := newKeys(testKey, testSecret).Token(context.Background(), fullGrant(room, "bob"), time.Minute)
	signedHash, err := auth.NewAccessToken(testKey, testSecret).SetValidFor(time.Minute).SetSha256("hash").ToJWT()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		method, auth string
		size         int
		want         int
	}{
		"unsigned":            {"POST", "", 10, 401},
		"signature of nobody": {"POST", "nonsense", 10, 401},
		"a participant's":     {"POST", token, 10, 401},
		"oversize":            {"POST", signedHash, maxWebhookBytes + 1, 401},
		"another body":        {"POST", signedHash, 10, 401},
		"get":                 {"GET", token, 0, 405},
	} {
		body := bytes.NewReader(bytes.Repeat([]byte{'{'}, tt.size))
		r := httptest.NewRequest(tt.method, "/", body)
		if tt.auth != "" {
			r.Header.Set("Authorization", tt.auth)
		}
		w := httptest.NewRecorder()
		o.engine.Webhook().ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tt.want)
		}
		read := tt.size - body.Len()
		if tt.auth != signedHash && read > 0 || read > maxWebhookBytes+1 {
			t.Errorf("%s: %d bytes of the body were read", name, read)
		}
	}
}

func TestExternalURLForms(t *testing.T) {
	for in, want := range map[string]string{
		"ws://lk:7880": "http://lk:7880", "wss://lk": "https://lk",
		"https://lk/media/": "https://lk/media", "http://lk": "http://lk",
	} {
		e, err := newExternal(media.Config{APIKey: "k", APISecret: testSecret, External: media.ExternalConfig{URL: in}}, quiet())
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := url.Parse(want); e.target.String() != got.String() {
			t.Errorf("%s becomes %s, want %s", in, e.target, want)
		}
		_ = e.Close(context.Background())
	}
}

// The probe asks LiveKit itself, which knows its secret.
func TestTheProbeNeedsTheSecret(t *testing.T) {
	o := newExternalFixture(t)
	if err := o.engine.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	wrong, err := New(media.Config{
		Mode: media.ModeExternal, APIKey: testKey, APISecret: strings.Repeat("w", 32),
		External: media.ExternalConfig{URL: o.engine.target.String(), ReconcileInterval: 5 * time.Minute},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = wrong.Close(context.Background()) }()
	if err := wrong.(media.Prober).Probe(t.Context()); !errors.Is(err, media.ErrUnavailable) || !strings.Contains(err.Error(), "refused the API key or secret") {
		t.Errorf("a wrong secret: %v", err)
	}
}
