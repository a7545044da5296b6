package server_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	door "github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/mediatest"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
)

// listener is a media engine that hears whom a test lets speak.
type listener struct {
	door.Engine
	mu     sync.Mutex
	speaks map[string]bool
}

func (l *listener) Heard(_, identity string) (time.Time, bool) {
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

// company is a meeting of two: who watches, and who comes and goes.
type company struct {
	*stage
	t        *testing.T
	engine   *listener
	watcher  *page
	goer     *page
	resume   string
	identity string
	userID   float64
}

func gather(t *testing.T, times session.Times) *company {
	t.Helper()
	c := &company{t: t, engine: &listener{Engine: mediatest.New(), speaks: map[string]bool{}}}
	config := development(t)
	config.Times = times
	c.stage = raise(t, config, server.Parts{Media: c.engine})
	c.watcher, _ = c.enter(nil)
	var answer map[string]any
	c.goer, answer = c.enter(nil)
	c.resume = answer["resumeToken"].(string)
	who := answer["participant"].(map[string]any)
	c.identity, c.userID = who["mediaIdentity"].(string), who["userId"].(float64)
	return c
}

func (c *company) enter(replaced map[string]any) (*page, map[string]any) {
	c.t.Helper()
	_, answer := c.join(c.t, replaced)
	line, ok := answer["realtime"].(map[string]any)
	if !ok {
		c.t.Fatalf("no line: %v", answer)
	}
	p := &page{
		t: c.t, token: line["token"].(string), url: strings.Replace(line["url"].(string), "http", "ws", 1),
		events: make(chan event, 1024), subs: map[string]position{},
	}
	if code := p.connect(); code != 0 {
		c.t.Fatalf("the line was closed with %d", code)
	}
	return p, answer
}

// next is the next event of that type about who goes, as the watcher sees it.
func (c *company) next(kind string) map[string]any {
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

func (c *company) expect(kind string, want map[string]any) {
	c.t.Helper()
	got := c.next(kind)
	for name, value := range want {
		if got[name] != value {
			c.t.Fatalf("%s is %v, want %v", kind, got, want)
		}
	}
}

// seen is who goes as a fresh snapshot of the watcher shows them; nil once gone.
func (c *company) seen() *meeting.Seat {
	for _, seat := range c.seats(c.t) {
		if seat.ID == c.identity {
			return seat
		}
	}
	return nil
}

// show raises the hand, the camera and a shared screen, in the spotlight.
func (c *company) show() {
	c.t.Helper()
	c.goer.command("seat.share", nil)
	c.goer.command("seat.media", map[string]any{"audioOn": true, "muted": false, "videoOn": true, "sharing": true})
	c.goer.command("seat.hand", map[string]any{"raised": true})
	seat := c.seen()
	err := c.Store.Mutate(c.t.Context(), seat.SessionID, func(tx meeting.Tx) error {
		tx.Session().Conduct.Spotlights = []int64{seat.UserID}
		tx.Touch(false)
		return tx.SaveSession()
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.next("participant.updated")
	c.next("participant.updated")
}

func (c *company) goodbye(token string) {
	c.t.Helper()
	if err := c.Sessions.Goodbye(c.t.Context(), token); err != nil {
		c.t.Fatal(err)
	}
}

var nothingLeft = map[string]any{
	"state": "reconnecting", "mediaLost": true, "audioOn": false, "muted": true, "videoOn": false, "sharing": false, "handRaised": false,
}

func (c *company) showsNothing() {
	c.t.Helper()
	seat := c.seen()
	live, err := c.Store.Session(c.t.Context(), seat.SessionID)
	if err != nil {
		c.t.Fatal(err)
	}
	muted, videoOn, sharing := c.watcher.shown(seat.UserID)
	if !muted || videoOn || sharing || c.handUp() || !seat.Extras.MediaLost || slices.Contains(live.Conduct.Spotlights, seat.UserID) {
		c.t.Fatalf("of somebody who has vanished is left: muted %v, with a camera %v, sharing %v, %+v, spotlights %v", muted, videoOn, sharing, seat, live.Conduct.Spotlights)
	}
}

// handUp reports whether the hand is up in a fresh snapshot of the watcher.
func (c *company) handUp() bool {
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
	c := gather(t, session.Times{})
	c.goer.command("seat.hand", map[string]any{"raised": true})
	raisedAt := c.next("participant.updated")["handRaisedAt"]
	c.goodbye(c.resume)
	c.expect("participant.updated", map[string]any{"handRaised": false})
	var answer map[string]any
	c.goer, answer = c.enter(map[string]any{"resumeToken": c.resume})
	c.expect("participant.updated", map[string]any{"state": "joined", "mediaLost": false, "handRaised": true, "handRaisedAt": raisedAt})
	if self := answer["participant"].(map[string]any); self["handRaised"] != true || !c.handUp() {
		t.Fatalf("the hand went down with the page: %v", self)
	}
	// What a host does meanwhile counts.
	c.goodbye(answer["resumeToken"].(string))
	c.expect("participant.updated", map[string]any{"handRaised": false})
	seat := c.seen()
	err := c.Store.Mutate(t.Context(), seat.SessionID, func(tx meeting.Tx) error {
		away, err := tx.SeatByID(seat.ID)
		if err == nil {
			away.HandRaised = false
			err = tx.SaveSeat(away)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, answer = c.enter(map[string]any{"resumeToken": answer["resumeToken"]})
	if self := answer["participant"].(map[string]any); self["handRaised"] != false {
		t.Fatalf("a lowered hand came back up: %v", self)
	}
}

func TestAGoodbyeIsSeenAtOnceAndKeepsThePlaceForAReload(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{Goodbye: 2 * time.Second})
	c.engine.set(c.identity, true) // packets on their way change nothing
	c.show()
	// Nobody makes up the goodbye of somebody else.
	for _, forged := range []string{"forged", c.resume[:strings.LastIndexByte(c.resume, '.')] + ".forged"} {
		c.goodbye(forged)
		if seat := c.seen(); seat.Goodbye || !seat.LostAt.IsZero() {
			t.Fatalf("a forged goodbye counted: %+v", seat)
		}
	}
	began := time.Now()
	c.goodbye(c.resume)
	c.expect("participant.updated", nothingLeft)
	c.showsNothing()
	_, answer := c.enter(map[string]any{"resumeToken": c.resume})
	c.expect("participant.updated", map[string]any{"state": "joined"})
	if answer["participant"].(map[string]any)["userId"] != c.userID {
		t.Fatalf("the reload came to another place: %v", answer["participant"])
	}
	// One that comes after the reload changes nothing.
	c.goodbye(c.resume)
	if seat := c.seen(); !seat.LostAt.IsZero() || seat.Goodbye || seat.Extras.MediaLost {
		t.Fatalf("an old page's goodbye counted: %+v", seat)
	}
	c.goodbye(answer["resumeToken"].(string))
	c.expect("participant.updated", map[string]any{"state": "reconnecting", "mediaLost": true})
	second := time.Now()
	c.expect("participant.removed", map[string]any{"reason": "left"})
	if kept := time.Since(second); kept < 1500*time.Millisecond || kept > 3500*time.Millisecond {
		t.Errorf("the place was kept for %s after a goodbye, want 2 s (the first was %s ago)", kept, time.Since(began))
	}
}

func TestAPageThatWasPutAsideTakesItsPlaceBack(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{})
	c.goodbye(c.resume)
	c.expect("participant.updated", map[string]any{"state": "reconnecting"})
	// Its line breaks, so that the page notices and connects again; it is not told to stop.
	if code := c.goer.awaitClose(); code >= 3500 {
		t.Fatalf("the line was closed for good with %d", code)
	}
	if code := c.goer.connect(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	c.expect("participant.updated", map[string]any{"state": "joined", "mediaLost": false})
	if seat := c.seen(); seat.Goodbye || time.Until(seat.LeaseUntil) < 50*time.Second {
		t.Fatalf("a page that is back is kept until %s: %+v", seat.LeaseUntil, seat)
	}
}

func TestALostLineLeavesThePictureWhileMediaFlow(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{Lost: 4 * time.Second})
	c.engine.set(c.identity, true)
	c.show()
	c.goer.cut()
	c.expect("participant.updated", map[string]any{"state": "reconnecting", "mediaLost": false})
	if seat := c.seen(); !seat.VideoOn || !seat.Sharing || !seat.HandRaised {
		t.Fatalf("a picture that flows is not shown: %+v", seat)
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

func TestAClosedLineWithoutMediaIsOffTheStageAtOnce(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{Lost: 2 * time.Second})
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
	c := gather(t, session.Times{})
	id := c.seen().SessionID
	c.goer.command("seat.leave", nil)
	live, err := c.Store.Session(t.Context(), id)
	if err != nil || !live.Live() || live.Seats != 1 {
		t.Fatalf("with one left it is %+v, %v", live, err)
	}
	c.watcher.command("seat.leave", nil)
	live, err = c.Store.Session(t.Context(), id)
	if err != nil || live.Live() || live.EndReason != meeting.EndedEmpty {
		t.Fatalf("with nobody left it is %+v, %v", live, err)
	}
}

func TestSomebodyWhoWaitsSaysGoodbye(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{Goodbye: time.Second})
	seat := c.seen()
	err := c.Store.Mutate(t.Context(), seat.SessionID, func(tx meeting.Tx) error {
		held, err := tx.SeatByID(seat.ID)
		if err != nil {
			return err
		}
		held.State = meeting.SeatWaiting
		return tx.SaveSeat(held)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.goodbye(c.resume)
	if seat := c.seen(); seat.State != meeting.SeatWaiting || seat.LostAt.IsZero() {
		t.Fatalf("%+v", seat)
	}
	for end := time.Now().Add(patience); c.seen() != nil; {
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
	first := raise(t, config, server.Parts{Media: mediatest.New()})
	first.join(t, nil) // never connects, so that nothing notes its loss
	before := first.seats(t)
	if len(before) != 1 || before[0].State != meeting.SeatJoined {
		t.Fatalf("%+v", before)
	}
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	again := raise(t, config, server.Parts{Media: mediatest.New()})
	await(t, func() (bool, any) {
		seats := again.seats(t)
		return len(seats) == 1 && seats[0].State == meeting.SeatReconnecting && !seats[0].LostAt.IsZero(), seats
	})
}

// Somebody who comes and goes without end is told of so often, and no more.
func TestComingAndGoingIsToldSoOften(t *testing.T) {
	t.Parallel()
	c := gather(t, session.Times{Goodbye: time.Minute})
	begun, told := time.Now(), 0
	for range 150 {
		c.goodbye(c.resume)
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
			told++
		} else {
			up = data["handRaised"] == true
		}
	}
	if most := 2 * (32 + int(time.Since(begun).Seconds())); told > most || told < 20 {
		t.Errorf("told %d times, want 20 to %d", told, most)
	}
}
