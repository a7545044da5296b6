package livekit

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

// flaky is a LiveKit whose calls fail a number of times, by their name.
type flaky struct {
	mu    sync.Mutex
	fails map[string]int
}

func (f *flaky) failing(call string, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails[call] = times
}

func (f *flaky) left(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fails[call]
}

func (f *flaky) serve(t *testing.T, liveKit *httptest.Server) *httptest.Server {
	t.Helper()
	target, err := url.Parse(liveKit.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		call := path.Base(r.URL.Path)
		fail := f.fails[call] > 0
		if fail {
			f.fails[call]--
		}
		f.mu.Unlock()
		if fail {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// TestExternalCallsThatFailAreRetried lets the first calls of each kind fail. The
// regular reconciliation is far away.
func TestExternalCallsThatFailAreRetried(t *testing.T) {
	liveKit := &flaky{fails: map[string]int{}}
	o := newExternalFixtureAt(t, liveKit.serve(t, fakeServer(t)))
	o.engine.retryDelay = time.Millisecond
	const times, always = 3, 1 << 30
	room, ctx := roomOf(t), longTimeout(t)
	grantOf := func(who string) media.Grant {
		grant := fullGrant(room, who)
		grant.Generation = 1
		return grant
	}
	enter := func(who string) *rogue.Media {
		o.guard.admit(grantOf(who))
		sharedEngine.guard.admit(grantOf(who)) // the stand-in's own owner looks as well
		m, err := rogue.JoinMedia(ctx, o.proxy.URL, tokenFor(t, o.engine, grantOf(who)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}
	ann, bob, old := enter("ann"), enter("bob"), enter("eve")
	voice, err := bob.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	if err != nil {
		t.Fatal(err)
	}
	// The proxy ends the signalling while LiveKit does not. The reason arrives unless
	// the page is sending.
	mustEnd := func(m *rogue.Media, who string) {
		t.Helper()
		if code, reason, err := m.Ended(ctx); ctx.Err() != nil || code != 0 && reason != errParticipantGone.reason {
			t.Errorf("%s: the connection ended with %d %q, %v", who, code, reason, err)
		}
	}
	people := func() map[string]media.Participant {
		list, err := o.engine.Participants(context.Background(), room)
		if err != nil {
			t.Error(err)
		}
		out := map[string]media.Participant{}
		for _, p := range list {
			out[p.Identity] = p
		}
		return out
	}
	eventually(t, "all are there", func() bool { return len(people()) == 3 })

	o.guard.remove(room, "ann")
	liveKit.failing("RemoveParticipant", always)
	if err := o.engine.Remove(ctx, room, "ann"); err == nil {
		t.Error("the failed removal has no error")
	}
	mustEnd(ann, "ann")
	liveKit.failing("RemoveParticipant", times)
	eventually(t, "ann is removed", func() bool { _, in := people()["ann"]; return !in })

	newer := grantOf("eve")
	newer.Generation = 2
	o.guard.admit(newer)
	liveKit.failing("RemoveParticipant", always)
	if err := o.engine.RemoveOlder(ctx, room, "eve", 2); err == nil {
		t.Error("the failed removal of an old page has no error")
	}
	mustEnd(old, "the old page")
	liveKit.failing("RemoveParticipant", times)
	eventually(t, "the old page is removed", func() bool { _, in := people()["eve"]; return !in })

	grant := grantOf("bob")
	grant.Muted = true
	o.guard.admit(grant)
	liveKit.failing("MutePublishedTrack", times)
	if err := o.engine.Mute(ctx, room, "bob", media.SourceMicrophone); err == nil {
		t.Error("the failed mute has no error")
	}
	eventually(t, "bob is muted", func() bool {
		return slices.Contains(people()["bob"].Tracks, media.Track{ID: voice.ID, Source: media.SourceMicrophone, Muted: true})
	})

	grant.CanPublishCamera = false
	o.guard.admit(grant)
	liveKit.failing("UpdateParticipant", times)
	if err := o.engine.UpdatePermission(ctx, grant); err == nil {
		t.Error("the failed change of rights has no error")
	}
	if err := bob.Permitted(ctx, func(p *lk.ParticipantPermission) bool {
		return !slices.Contains(p.GetCanPublishSources(), lk.TrackSource_CAMERA)
	}); err != nil {
		t.Errorf("bob keeps the right to the camera: %v", err)
	}

	liveKit.failing("DeleteRoom", times)
	if err := o.engine.EndRoom(ctx, room); err == nil {
		t.Error("the failed end has no error")
	}
	eventually(t, "the room is empty", func() bool { return len(people()) == 0 })
	for _, call := range []string{"RemoveParticipant", "MutePublishedTrack", "UpdateParticipant", "DeleteRoom"} {
		if n := liveKit.left(call); n > 0 {
			t.Errorf("%s was not called often enough, %d failures are left", call, n)
		}
	}
	eventually(t, "nothing is left to do", func() bool {
		o.engine.mu.Lock()
		defer o.engine.mu.Unlock()
		return len(o.engine.failed) == 0
	})
}

// Whoever has no participant is found by the regular reconciliation, too: another
// node's call may have failed.
func TestReconciliationRemovesWhoeverIsNotAdmitted(t *testing.T) {
	liveKit := &flaky{fails: map[string]int{}}
	o := newExternalFixtureAt(t, liveKit.serve(t, fakeServer(t)))
	room, ctx := roomOf(t), longTimeout(t)
	enter := func(grant media.Grant) *rogue.Media {
		grant.Metadata, grant.Attributes = "metadata", map[string]string{"key": "value"}
		o.guard.admit(grant)
		sharedEngine.guard.admit(grant)
		m, err := rogue.JoinMedia(ctx, o.proxy.URL, tokenFor(t, o.engine, grant))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}
	ann := enter(fullGrant(room, "ann"))
	enter(media.Grant{Room: room, Identity: "bob", Name: "Bob", Muted: true, CanSubscribe: true, Hidden: true})
	// Nobody needs a change, so that none is made.
	liveKit.failing("UpdateParticipant", 1)
	liveKit.failing("RemoveParticipant", 1)
	o.engine.reconcile(ctx)
	if liveKit.left("UpdateParticipant") != 1 || liveKit.left("RemoveParticipant") != 1 {
		t.Error("somebody is changed who has what they may have")
	}
	if people, err := o.engine.Participants(ctx, room); err != nil || len(people) != 2 {
		t.Fatalf("an admitted participant is not there: %v, %v", people, err)
	}
	liveKit.failing("RemoveParticipant", 0)
	o.guard.remove(room, "ann")
	o.engine.reconcile(ctx)
	eventually(t, "ann is removed", func() bool {
		people, err := o.engine.Participants(ctx, room)
		return err == nil && len(people) == 1 && people[0].Identity == "bob"
	})
	if _, _, err := ann.Ended(ctx); ctx.Err() != nil {
		t.Error(err)
	}
}

// A request that the guard has admitted just before a removal becomes no connection.
func TestRemovalBetweenQuestionAndConnection(t *testing.T) {
	open := newOpenConns()
	conn, leave := open.add("room/ann", 1)
	_, leaveOther := open.add("room/bob", 1)
	open.end("room/ann", 2)
	page, server := net.Pipe()
	t.Cleanup(func() { _ = page.Close() })
	conn.setConn(&inspectedConn{Conn: server})
	if err := page.SetReadDeadline(time.Now().Add(testTimeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := page.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is open: %v", err)
	}
	leave()
	leaveOther()
	if len(open.byParticipant) != 0 {
		t.Errorf("%d participants are kept", len(open.byParticipant))
	}
}
