package server_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mediapkg "github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/mediatest"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
)

// listener is a media engine that hears whom a test lets speak.
type listener struct {
	mediapkg.Engine
	mu     sync.Mutex
	speaks map[string]bool
}

func (l *listener) LastHeard(_, identity string) (time.Time, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.speaks[identity] {
		return time.Now(), true
	}
	return time.Time{}, true
}

func (l *listener) set(identity string, speaks bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.speaks[identity] = speaks
}

// presenceFixture is a meeting of two: who watches, and who comes and goes.
type presenceFixture struct {
	*testServer
	t        *testing.T
	engine   *listener
	watcher  *page
	goer     *page
	resume   string
	identity string
	userID   float64
}

func newPresenceFixture(t *testing.T, times session.Times) *presenceFixture {
	t.Helper()
	c := &presenceFixture{t: t, engine: &listener{Engine: mediatest.New(), speaks: map[string]bool{}}}
	config := development(t)
	config.Times = times
	c.testServer = startServer(t, config, server.Parts{Media: c.engine})
	c.watcher, _ = c.enter(nil)
	var response map[string]any
	c.goer, response = c.enter(nil)
	c.resume = response["resumeToken"].(string)
	who := response["participant"].(map[string]any)
	c.identity, c.userID = who["mediaIdentity"].(string), who["userId"].(float64)
	return c
}

func (c *presenceFixture) enter(replaced map[string]any) (*page, map[string]any) {
	c.t.Helper()
	_, response := c.join(c.t, replaced)
	line, ok := response["realtime"].(map[string]any)
	if !ok {
		c.t.Fatalf("no line: %v", response)
	}
	p := &page{
		t: c.t, token: line["token"].(string), url: strings.Replace(line["url"].(string), "http", "ws", 1),
		events: make(chan event, 1024), subs: map[string]position{},
	}
	if code := p.connect(); code != 0 {
		c.t.Fatalf("the connection was closed with %d", code)
	}
	return p, response
}

// next is the next event of that type about who goes, as the watcher sees it.
func (c *presenceFixture) next(kind string) map[string]any {
	c.t.Helper()
	for {
		var data map[string]any
		if err := json.Unmarshal(c.watcher.await(kind).Data, &data); err != nil {
			c.t.Fatal(err)
		}
		if data["userId"] == c.userID {
			return data
		}
	}
}

func (c *presenceFixture) expect(kind string, want map[string]any) {
	c.t.Helper()
	got := c.next(kind)
	for name, value := range want {
		if got[name] != value {
			c.t.Fatalf("%s is %v, want %v", kind, got, want)
		}
	}
}

// seen is who goes as a fresh snapshot of the watcher shows them; nil once gone.
func (c *presenceFixture) seen() *meeting.Participant {
	for _, participant := range c.participants(c.t) {
		if participant.ID == c.identity {
			return participant
		}
	}
	return nil
}

// show raises the hand, the camera and a shared screen, in the spotlight.
func (c *presenceFixture) show() {
	c.t.Helper()
	c.goer.command("seat.share", nil)
	c.goer.command("seat.media", map[string]any{"audioOn": true, "muted": false, "videoOn": true, "sharing": true})
	c.goer.command("seat.hand", map[string]any{"raised": true})
	participant := c.seen()
	err := c.Store.Mutate(c.t.Context(), participant.SessionID, func(tx meeting.Tx) error {
		tx.Session().Policy.Spotlights = []int64{participant.UserID}
		tx.BumpRevision(false)
		return tx.SaveSession()
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.next("participant.updated")
	c.next("participant.updated")
}

func (c *presenceFixture) depart(token string) {
	c.t.Helper()
	if err := c.Sessions.Depart(c.t.Context(), token); err != nil {
		c.t.Fatal(err)
	}
}

var nothingLeft = map[string]any{
	"state": "reconnecting", "mediaLost": true, "audioOn": false, "muted": true, "videoOn": false, "sharing": false, "handRaised": false,
}

func (c *presenceFixture) showsNothing() {
	c.t.Helper()
	participant := c.seen()
	live, err := c.Store.Session(c.t.Context(), participant.SessionID)
	if err != nil {
		c.t.Fatal(err)
	}
	muted, videoOn, sharing := c.watcher.visible(participant.UserID)
	if !muted || videoOn || sharing || c.handUp() || !participant.Flags.MediaLost || slices.Contains(live.Policy.Spotlights, participant.UserID) {
		c.t.Fatalf("of somebody who has vanished is left: muted %v, with a camera %v, sharing %v, %+v, spotlights %v", muted, videoOn, sharing, participant, live.Policy.Spotlights)
	}
}

// handUp reports whether the hand is up in a fresh snapshot of the watcher.
func (c *presenceFixture) handUp() bool {
	c.t.Helper()
	for _, one := range c.watcher.snapshot().Participants {
		if float64(one.UserID) == c.userID {
			return one.HandRaised
		}
	}
	return false
}

// A reload keeps the participant, and a raised hand is theirs, not the page's: it is
// down for others only while nobody is there, and keeps its place in the order.
func TestAHandStaysUpOverAReload(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{})
	c.goer.command("seat.hand", map[string]any{"raised": true})
	raisedAt := c.next("participant.updated")["handRaisedAt"]
	c.depart(c.resume)
	c.expect("participant.updated", map[string]any{"handRaised": false})
	var response map[string]any
	c.goer, response = c.enter(map[string]any{"resumeToken": c.resume})
	c.expect("participant.updated", map[string]any{"state": "joined", "mediaLost": false, "handRaised": true, "handRaisedAt": raisedAt})
	if self := response["participant"].(map[string]any); self["handRaised"] != true || !c.handUp() {
		t.Fatalf("the hand went down with the page: %v", self)
	}
	// What a host does meanwhile counts.
	c.depart(response["resumeToken"].(string))
	c.expect("participant.updated", map[string]any{"handRaised": false})
	participant := c.seen()
	err := c.Store.Mutate(t.Context(), participant.SessionID, func(tx meeting.Tx) error {
		away, err := tx.ParticipantByID(participant.ID)
		if err == nil {
			away.HandRaised = false
			err = tx.SaveParticipant(away)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, response = c.enter(map[string]any{"resumeToken": response["resumeToken"]})
	if self := response["participant"].(map[string]any); self["handRaised"] != false {
		t.Fatalf("a lowered hand came back up: %v", self)
	}
}

func TestADepartureShowsAtOnceAndAReloadIsAdmitted(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{Departing: 2 * time.Second})
	c.engine.set(c.identity, true) // packets on their way change nothing
	c.show()
	// Nobody makes up the departure of somebody else.
	for _, forged := range []string{"forged", c.resume[:strings.LastIndexByte(c.resume, '.')] + ".forged"} {
		c.depart(forged)
		if participant := c.seen(); participant.Departing || !participant.LostAt.IsZero() {
			t.Fatalf("a forged departure counted: %+v", participant)
		}
	}
	began := time.Now()
	c.depart(c.resume)
	c.expect("participant.updated", nothingLeft)
	c.showsNothing()
	_, response := c.enter(map[string]any{"resumeToken": c.resume})
	c.expect("participant.updated", map[string]any{"state": "joined"})
	if response["participant"].(map[string]any)["userId"] != c.userID {
		t.Fatalf("the reload came to another place: %v", response["participant"])
	}
	// One that comes after the reload changes nothing.
	c.depart(c.resume)
	if participant := c.seen(); !participant.LostAt.IsZero() || participant.Departing || participant.Flags.MediaLost {
		t.Fatalf("an old page's departure counted: %+v", participant)
	}
	c.depart(response["resumeToken"].(string))
	c.expect("participant.updated", map[string]any{"state": "reconnecting", "mediaLost": true})
	second := time.Now()
	c.expect("participant.removed", map[string]any{"reason": "left"})
	if stored := time.Since(second); stored < 1500*time.Millisecond || stored > 3500*time.Millisecond {
		t.Errorf("the place was kept for %s after a departure, want 2 s (the first was %s ago)", stored, time.Since(began))
	}
}

func TestAPageThatWasPutAsideReconnects(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{})
	c.depart(c.resume)
	c.expect("participant.updated", map[string]any{"state": "reconnecting"})
	// Its line breaks, so that the page notices and connects again; it is not told to stop.
	if code := c.goer.awaitClose(); code >= 3500 {
		t.Fatalf("the connection was closed for good with %d", code)
	}
	if code := c.goer.connect(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	c.expect("participant.updated", map[string]any{"state": "joined", "mediaLost": false})
	if participant := c.seen(); participant.Departing || time.Until(participant.LeaseUntil) < 50*time.Second {
		t.Fatalf("a page that is back is kept until %s: %+v", participant.LeaseUntil, participant)
	}
}

func TestADisconnectKeepsVideoWhileMediaFlow(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{Lost: 4 * time.Second})
	c.engine.set(c.identity, true)
	c.show()
	c.goer.cut()
	c.expect("participant.updated", map[string]any{"state": "reconnecting", "mediaLost": false})
	if participant := c.seen(); !participant.VideoOn || !participant.Sharing || !participant.HandRaised {
		t.Fatalf("a picture that flows is not shown: %+v", participant)
	}
	c.engine.set(c.identity, false)
	c.expect("participant.updated", nothingLeft)
	c.showsNothing()
	c.engine.set(c.identity, true)
	c.expect("participant.updated", map[string]any{
		"state": "reconnecting", "mediaLost": false, "audioOn": true, "muted": false, "videoOn": true, "sharing": true, "handRaised": true,
	})
	c.expect("participant.removed", map[string]any{"reason": "lost"})
}

func TestADisconnectWithoutMediaClearsPresenceAtOnce(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{Lost: 2 * time.Second})
	c.show()
	began := time.Now()
	c.goer.cut()
	c.expect("participant.updated", nothingLeft)
	if took := time.Since(began); took > time.Second {
		t.Errorf("off the stage after %s", took)
	}
	c.showsNothing()
	c.expect("participant.removed", map[string]any{"reason": "lost"})
	if took := time.Since(began); took < 1900*time.Millisecond || took > 4*time.Second {
		t.Errorf("given up %s after the loss, want 2 s", took)
	}
}

// A meeting ends when its last participant gives up their place, and not before.
func TestTheLastToLeaveEndsTheMeeting(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{})
	id := c.seen().SessionID
	c.goer.command("seat.leave", nil)
	live, err := c.Store.Session(t.Context(), id)
	if err != nil || !live.Live() || live.Participants != 1 {
		t.Fatalf("with one left it is %+v, %v", live, err)
	}
	c.watcher.command("seat.leave", nil)
	live, err = c.Store.Session(t.Context(), id)
	if err != nil || live.Live() || live.EndReason != meeting.EndedEmpty {
		t.Fatalf("with nobody left it is %+v, %v", live, err)
	}
}

func TestAWaitingParticipantDeparts(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{Departing: time.Second})
	participant := c.seen()
	err := c.Store.Mutate(t.Context(), participant.SessionID, func(tx meeting.Tx) error {
		held, err := tx.ParticipantByID(participant.ID)
		if err != nil {
			return err
		}
		held.State = meeting.ParticipantWaiting
		return tx.SaveParticipant(held)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.depart(c.resume)
	if participant := c.seen(); participant.State != meeting.ParticipantWaiting || participant.LostAt.IsZero() {
		t.Fatalf("%+v", participant)
	}
	for end := time.Now().Add(testTimeout); c.seen() != nil; {
		if time.Now().After(end) {
			t.Fatal("somebody who waited and went is there for ever")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestWhoWasConnectedToADeadProcessIsReconnecting starts a server on what another
// one left behind without a word, as kill -9 does.
func TestWhoWasConnectedToADeadProcessIsReconnecting(t *testing.T) {
	t.Parallel()
	config := development(t)
	first := startServer(t, config, server.Parts{Media: mediatest.New()})
	first.join(t, nil) // never connects, so that nothing notes its loss
	before := first.participants(t)
	if len(before) != 1 || before[0].State != meeting.ParticipantJoined {
		t.Fatalf("%+v", before)
	}
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	again := startServer(t, config, server.Parts{Media: mediatest.New()})
	await(t, func() (bool, any) {
		participants := again.participants(t)
		return len(participants) == 1 && participants[0].State == meeting.ParticipantReconnecting && !participants[0].LostAt.IsZero(), participants
	})
}

// Somebody who comes and goes without end is notified of so often, and no more.
func TestPresenceEventsAreRateLimited(t *testing.T) {
	t.Parallel()
	c := newPresenceFixture(t, session.Times{Departing: time.Minute})
	begun, recorded := time.Now(), 0
	for range 150 {
		c.depart(c.resume)
		c.goer.awaitClose()
		c.goer.connect()
	}
	c.watcher.command("seat.hand", map[string]any{"raised": true})
	for up := false; !up; {
		var data map[string]any
		if err := json.Unmarshal(c.watcher.await("participant.updated").Data, &data); err != nil {
			t.Fatal(err)
		}
		if data["userId"] == c.userID {
			recorded++
		} else {
			up = data["handRaised"] == true
		}
	}
	if most := 2 * (32 + int(time.Since(begun).Seconds())); recorded > most || recorded < 20 {
		t.Errorf("notified %d times, want 20 to %d", recorded, most)
	}
}
