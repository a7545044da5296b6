package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
)

type fields = map[string]any

// awaitText returns the next event of the type whose data has the words.
func (p *page) awaitText(kind string, words ...string) event {
	p.t.Helper()
	for limit := time.Now().Add(testTimeout); time.Now().Before(limit); {
		e := p.await(kind)
		said := true
		for _, word := range words {
			said = said && strings.Contains(string(e.Data), word)
		}
		if said {
			return e
		}
	}
	p.t.Fatalf("no %s says %v", kind, words)
	return event{}
}

// expectNoEvent fails if an event of the type comes before one that is sent after it.
func (p *page) expectNoEvent(by *page, kind string) {
	p.t.Helper()
	by.command("seat.react", fields{"reaction": "tada"})
	for {
		select {
		case e := <-p.events:
			if e.Type == kind {
				p.t.Fatalf("notified of %s: %s", e.Type, e.Data)
			}
			if e.Type == "seat.reacted" && strings.Contains(string(e.Data), "tada") {
				return
			}
		case <-time.After(testTimeout):
			p.t.Fatal("the mark never came")
		}
	}
}

func TestWhatOnlyHostsMayInside(t *testing.T) {
	t.Parallel()
	_, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	id := response.Participant.UserID
	for kind, data := range map[string]fields{
		"session.rules": {"focusMode": true}, "session.spotlight": {"operate": "add", "userId": id}, "session.lower_hands": nil,
		"session.reclaim_host": nil, "seat.talk": {"userId": id, "allowed": true}, "capture.permit": {"userId": id, "allowed": true},
		"capture.set": {"status": "on"},
	} {
		guest.refused(kind, data, 1001)
	}
	for kind, all := range map[string][]fields{
		"session.rules":     {{"chatAllowed": "nobody"}, {"shareAllowed": "off"}, {"focusMode": "yes"}},
		"session.spotlight": {{"operate": "add"}, {"operate": "up", "userId": id}, {"operate": "add", "userId": 1}},
		"seat.react":        {nil, {"reaction": "<img onerror=alert(1)>"}},
		"seat.talk":         {{"userId": id}},
		"capture.permit":    {{"userId": id}},
		"capture.set":       {{"status": "maybe"}},
		"chat.delete":       {nil, {"id": uuid.NewString()}, {"id": strings.Repeat("x", 65)}},
		"chat.send":         {{"text": "x", "to": "nobody"}},
	} {
		for _, data := range all {
			host.refused(kind, data, 1002)
		}
	}
	host.refused("seat.talk", fields{"userId": id, "allowed": true}, 1004)
	host.refused("session.spotlight", fields{"operate": "remove", "userId": id}, 1004)
	host.refused("capture.set", fields{"status": "paused"}, 1004)
	host.refused("session.reclaim_host", nil, 1004)
}

func TestNobodyUnmutesAgainstTheRules(t *testing.T) {
	t.Parallel()
	s, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Lesson"})
	id := response.Participant.UserID
	guest.command("seat.media", fields{"audioOn": true, "muted": false})
	host.command("session.mute_all", fields{"muted": true, "unmuteAllowed": false})
	guest.await("seat.muted")
	grants := func() string {
		return mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`)))
	}
	if g := grants(); strings.Contains(g, "microphone") || !strings.Contains(g, "camera") {
		t.Fatalf("the media proxy still takes sound: %s", g)
	}
	guest.refused("seat.media", fields{"muted": false}, 1001)
	guest.refused("seat.mute", fields{"muted": false}, 1001)
	host.command("seat.mute", fields{"userId": id, "muted": false})
	guest.await("seat.unmute_requested")
	if g := grants(); !strings.Contains(g, "microphone") {
		t.Fatalf("who was asked may not speak: %s", g)
	}
	guest.command("seat.media", fields{"muted": false})
	host.awaitText("participant.updated", `"muted":false`)
	host.command("seat.mute", fields{"userId": id, "muted": true})
	guest.awaitText("participant.updated", `"mayUnmute":false`)
	guest.refused("seat.media", fields{"muted": false}, 1001)
	host.command("session.rules", fields{"unmuteAllowed": true})
	guest.awaitText("session.updated", `"unmuteAllowed":true`)
	guest.command("seat.media", fields{"muted": false})
}

// Whoever has not joined the audio is shown muted, so joining it unmuted is unmuting.
func TestNobodyUnmutesByLeavingTheAudio(t *testing.T) {
	t.Parallel()
	s, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Lesson"})
	guest.command("seat.media", fields{"audioOn": true, "muted": false})
	guest.command("seat.media", fields{"audioOn": false})
	host.command("session.rules", fields{"unmuteAllowed": false})
	guest.refused("seat.media", fields{"audioOn": true}, 1001)
	guest.refused("seat.media", fields{"audioOn": true, "muted": false}, 1001)
	guest.refused("seat.mute", fields{"muted": false}, 1001)
	if g := mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))); strings.Contains(g, "microphone") {
		t.Errorf("the media proxy takes sound: %s", g)
	}
	guest.command("seat.media", fields{"audioOn": true, "muted": true})
	host.command("session.rules", fields{"unmuteAllowed": true})
	guest.awaitText("session.updated", `"unmuteAllowed":true`)
	guest.command("seat.media", fields{"muted": false})
	// Whoever speaks as unmuting is forbidden may go on, until they stop.
	host.command("session.rules", fields{"unmuteAllowed": false})
	guest.command("seat.media", fields{"audioOn": true, "muted": false, "videoOn": true})
	guest.command("seat.media", fields{"audioOn": false})
	guest.refused("seat.media", fields{"audioOn": true}, 1001)
}

func TestChatGoesWhereItMay(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	other, third := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	waiting, held := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Held"})
	host.command("seat.hold", fields{"userId": held.Participant.UserID, "hold": true})
	waiting.await("seat.held")
	guest.command("chat.send", fields{"text": "for the hosts", "to": "hosts"})
	host.awaitText("chat.message", "for the hosts", `"userId":2`)
	guest.refused("chat.send", fields{"text": "psst", "to": "waitingRoom"}, 1001)
	host.command("chat.send", fields{"text": "soon", "to": "waitingRoom"})
	waiting.awaitText("chat.message", "soon", `"userId":4`)
	if n := len(waiting.snapshot().Chat); n != 1 {
		t.Fatalf("somebody who waits reads %d messages", n)
	}
	other.expectNoEvent(host, "chat.message")
	if n := len(other.snapshot().Chat); n != 0 {
		t.Fatalf("a participant reads %d messages of others", n)
	}
	hostID := host.snapshot().Participants[0].UserID
	host.command("session.rules", fields{"chatAllowed": "hosts"})
	guest.refused("chat.send", fields{"text": "all"}, 1001)
	guest.refused("chat.send", fields{"text": "you", "userId": third.Participant.UserID}, 1001)
	guest.command("chat.send", fields{"text": "to the host", "userId": hostID})
	host.command("session.rules", fields{"chatAllowed": "off"})
	guest.refused("chat.send", fields{"text": "x", "userId": hostID}, 1001)
	host.command("chat.send", fields{"text": "hosts may"})
	_, late := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Late"})
	if !strings.Contains(string(late.Body), "hosts may") || strings.Contains(string(late.Body), "to the host") {
		t.Fatalf("a late joiner reads %s", late.Body)
	}
}

func TestMessagesAreTakenBack(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	other, third := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	said := func(p *page, data fields) string {
		var out struct{ Result struct{ ID string } }
		if err := json.Unmarshal(p.command("chat.send", data), &out); err != nil || out.Result.ID == "" {
			t.Fatalf("no id: %v", err)
		}
		return out.Result.ID
	}
	mine, theirs := said(guest, fields{"text": "oops"}), said(other, fields{"text": "rude"})
	private := said(guest, fields{"text": "between us", "userId": third.Participant.UserID})
	guest.refused("chat.delete", fields{"id": theirs}, 1001)
	host.refused("chat.delete", fields{"id": private}, 1002)
	guest.command("chat.delete", fields{"id": mine})
	host.awaitText("chat.deleted", mine)
	host.command("chat.delete", fields{"id": theirs})
	other.awaitText("chat.deleted", theirs)
	guest.command("chat.delete", fields{"id": private})
	if n := len(other.snapshot().Chat); n != 0 {
		t.Fatalf("%d messages are left", n)
	}
}

func TestOneSharesUnlessSeveralMay(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	other, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	guest.command("seat.share", nil)
	guest.command("seat.media", fields{"sharing": true})
	other.refused("seat.share", nil, 1004)
	other.refused("seat.media", fields{"sharing": true}, 1004)
	host.command("seat.share", nil)
	guest.await("seat.share_stopped")
	other.awaitText("participant.updated", `"sharing":false`)
	host.command("seat.media", fields{"sharing": true})
	host.command("session.rules", fields{"severalSharers": true})
	guest.command("seat.share", nil)
	guest.command("seat.media", fields{"sharing": true})
	host.command("session.rules", fields{"shareAllowed": "hosts"})
	guest.await("seat.share_stopped")
	other.refused("seat.share", nil, 1001)
	again := s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))
	if grants := mediaGrants(t, again); strings.Contains(grants, "screen_share") {
		t.Fatalf("the media proxy still takes screens: %s", grants)
	}
}

func TestSpotlightsFocusAndHands(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	other, third := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	first, second := number(response.Participant.UserID), number(third.Participant.UserID)
	host.command("session.spotlight", fields{"operate": "add", "userId": response.Participant.UserID})
	host.command("session.spotlight", fields{"operate": "add", "userId": third.Participant.UserID})
	guest.awaitText("session.updated", `"spotlights":[`+first+","+second+"]")
	guest.command("seat.hand", fields{"raised": true})
	host.command("session.rules", fields{"focusMode": true, "renameAllowed": false})
	other.awaitText("session.updated", `"focusMode":true`, `"renameAllowed":false`)
	other.refused("seat.rename", fields{"userName": "Somebody"}, 1001)
	host.command("session.lower_hands", nil)
	guest.awaitText("participant.updated", `"handRaised":false`)
	guest.command("seat.react", fields{"reaction": "clap"})
	other.awaitText("seat.reacted", `"clap"`, first)
	guest.command("seat.leave", nil)
	other.awaitText("session.updated", `"spotlights":[`+second+"]")
	_, late := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Late"})
	if body := string(late.Body); !strings.Contains(body, `"focusMode":true`) || !strings.Contains(body, `"spotlights":[`+second+"]") {
		t.Fatalf("a late joiner received %s", body)
	}
}

// Hands stand in the order in which they were raised, for late comers too.
func TestHandsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	raised := func(p *page, userID int64) time.Time {
		t.Helper()
		var change struct{ HandRaisedAt time.Time }
		e := p.awaitText("participant.updated", `"handRaised":true`, number(userID))
		if err := json.Unmarshal(e.Data, &change); err != nil || change.HandRaisedAt.IsZero() {
			t.Fatalf("%v: when is a hand raised? %s", err, e.Data)
		}
		return change.HandRaisedAt
	}
	third, other := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	third.command("seat.hand", fields{"raised": true})
	first := raised(host, other.Participant.UserID)
	guest.command("seat.hand", fields{"raised": true})
	second := raised(host, response.Participant.UserID)
	third.command("seat.hand", fields{"raised": true})
	if again := raised(host, other.Participant.UserID); !again.Equal(first) || !first.Before(second) {
		t.Fatalf("raised at %v, again at %v, the second at %v", first, again, second)
	}
	_, late := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Late"})
	if body := string(late.Body); strings.Count(body, `"handRaisedAt":"`) != 2 {
		t.Fatalf("a late joiner received %s", body)
	}
	guest.command("seat.hand", fields{"raised": false})
	guest.command("seat.hand", fields{"raised": true})
	if again := raised(host, response.Participant.UserID); !second.Before(again) {
		t.Fatalf("lowered and raised anew at %v, first at %v", again, second)
	}
}

// Who invites others needs the passcode: the hosts, as long as they are hosts.
func TestHostsReceiveThePasscode(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-pass"
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: secret})
	host, joined := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host", Password: secret})
	guest, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest", Password: secret})
	knows := func(p *page) bool {
		raw, _, _ := p.rpc("snapshot", nil)
		return strings.Contains(string(raw), `"passcode":"`+secret+`"`)
	}
	if !strings.Contains(string(joined.Body), secret) || !knows(host) {
		t.Fatalf("the host received %s", joined.Body)
	}
	if strings.Contains(string(response.Body), secret) || knows(guest) {
		t.Fatalf("a guest received %s", response.Body)
	}
	role := func(role string) {
		host.command("seat.role", fields{"userId": response.Participant.UserID, "role": role})
		guest.awaitText("participant.updated", `"role":"`+role+`"`)
	}
	role("cohost")
	if !knows(guest) {
		t.Fatal("a co-host is not notified")
	}
	role("attendee")
	if knows(guest) {
		t.Fatal("told although no co-host any more")
	}
}

func TestTheHostsRoleIsClaimedAndReclaimed(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	guest, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest"})
	wrong := "000000"
	if s.HostKey() == wrong {
		wrong = "000001"
	}
	guest.refused("session.claim_host", fields{"hostKey": wrong}, 1002)
	guest.refused("session.claim_host", fields{"hostKey": ""}, 1002)
	guest.refused("session.claim_host", fields{"hostKey": 5}, 1002)
	guest.command("session.claim_host", fields{"hostKey": s.HostKey()})
	guest.awaitText("participants.updated", `"role":"host"`)
	other, third := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Third"})
	other.refused("session.claim_host", fields{"hostKey": s.HostKey()}, 1004)
	host, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host"})
	host.command("seat.role", fields{"userId": third.Participant.UserID, "role": "host"})
	other.awaitText("participants.updated", `[{"role":"host","userId":`+number(third.Participant.UserID)+`},{"role":"cohost"`, `"hostUserId":`+number(third.Participant.UserID))
	other.refused("session.reclaim_host", nil, 1001)
	host.command("session.reclaim_host", nil)
	guest.awaitText("participants.updated", `"hostUserId":`+number(response.Participant.UserID))
	host.command("session.lock", fields{"locked": true})
	host.command("seat.leave", nil)
	guest.awaitText("participant.removed", `"userId":`+number(response.Participant.UserID), `"role":"host"`, `"hostUserId":`)
}

func TestHostKeysAreNotGuessed(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	guest, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest"})
	for range 10 {
		guest.refused("session.claim_host", fields{"hostKey": "nokey"}, 1002)
	}
	guest.refused("session.claim_host", fields{"hostKey": s.HostKey()}, 1004)
	// Nobody else is kept out: not beside the one who guesses, nor in another meeting.
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Another"})
	elsewhere, _ := enter(t, s, anteroomtest.Join{Meeting: other.Number, Name: "Host", Device: "the host's"})
	elsewhere.command("session.claim_host", fields{"hostKey": s.HostKey()})
	beside, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Beside"})
	beside.command("session.claim_host", fields{"hostKey": s.HostKey()})
	beside.command("seat.leave", nil)
	guest.await("participant.removed")
	// Coming again and again brings no more than the address may.
	guesses := 10
	for tries := 0; guesses < 200 && tries < 10; tries++ {
		again, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Again"})
		for range 10 {
			if _, code, _ := again.rpc("command", fields{"requestId": uuid.NewString(), "type": "session.claim_host", "data": fields{"hostKey": "nokey"}}); code == 1002 {
				guesses++
			}
		}
		again.command("seat.leave", nil)
	}
	if guesses != 50 {
		t.Errorf("%d keys were judged from one address, want 50", guesses)
	}
	clock.Advance(6 * time.Minute)
	guest.command("session.claim_host", fields{"hostKey": s.HostKey()})
}

func TestAnAttendeeIsAllowedToTalk(t *testing.T) {
	t.Parallel()
	s, host, guest, response := startWebinar(t)
	host.command("seat.talk", fields{"userId": response.Participant.UserID, "allowed": true})
	guest.awaitText("participant.updated", `"allowedToTalk":true`)
	again := s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))
	if grants := mediaGrants(t, again); !strings.Contains(grants, "microphone") || strings.Contains(grants, "camera") {
		t.Fatalf("with the word: %s", grants)
	}
	host.command("seat.talk", fields{"userId": response.Participant.UserID, "allowed": false})
	again = s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))
	if grants := mediaGrants(t, again); strings.Contains(grants, "microphone") {
		t.Fatalf("without the word: %s", grants)
	}
}

func TestTheAudienceIsBroughtUpAndSentBack(t *testing.T) {
	t.Parallel()
	s, host, guest, response := startWebinar(t)
	id := response.Participant.UserID
	grants := func() string {
		return mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`)))
	}
	host.command("seat.talk", fields{"userId": id, "allowed": true})
	host.command("seat.role", fields{"userId": id, "role": "panelist"})
	guest.awaitText("participant.updated", `"role":"panelist"`, `"allowedToTalk":false`)
	if now := grants(); !strings.Contains(now, "camera") {
		t.Fatalf("a panelist: %s", now)
	}
	guest.command("seat.media", fields{"videoOn": true, "audioOn": true, "muted": false})
	host.command("session.spotlight", fields{"operate": "add", "userId": id})
	host.command("seat.role", fields{"userId": id, "role": "attendee"})
	guest.awaitText("session.updated", `"spotlights":[]`)
	guest.awaitText("participant.updated", `"role":"attendee"`, `"videoOn":false`, `"muted":true`)
	if now := grants(); strings.Contains(now, "camera") || strings.Contains(now, "microphone") {
		t.Fatalf("an attendee again: %s", now)
	}
}

func TestPanelistsAreOfWebinars(t *testing.T) {
	t.Parallel()
	_, _, host, _, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	id := response.Participant.UserID
	host.refused("seat.role", fields{"userId": id, "role": "panelist"}, 1004)
	host.refused("seat.role", fields{"userId": id, "role": "king"}, 1002)
}

func TestRecordingNeedsAHostsLeave(t *testing.T) {
	t.Parallel()
	_, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	id := response.Participant.UserID
	guest.command("capture.request", nil)
	host.awaitText("capture.requested", number(id))
	host.command("capture.permit", fields{"userId": id, "allowed": true})
	guest.awaitText("capture.answered", "true")
	guest.command("capture.set", fields{"status": "on"})
	host.awaitText("participant.updated", `"capture":"on"`)
	guest.refused("capture.set", fields{"status": "on"}, 1004)
	host.command("capture.permit", fields{"userId": id, "allowed": false})
	host.awaitText("participant.updated", `"capture":"off"`)
	guest.refused("capture.set", fields{"status": "on"}, 1001)
}

// What is said while somebody is on hold was not said to them, whatever participant they have
// later.
func TestNobodyReadsMessagesSentWhileTheyWereOnHold(t *testing.T) {
	t.Parallel()
	s, room, host, _, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "kim@test.example"})
	reads := func(how string, p *page, want ...string) {
		t.Helper()
		var texts []string
		for _, message := range p.snapshot().Chat {
			texts = append(texts, message.Text)
		}
		if !slices.Equal(texts, want) {
			t.Errorf("%s: %q are read, want %q", how, texts, want)
		}
	}
	host.command("chat.send", fields{"text": "before"})
	said := []string{"before"}
	// held enters, is put on hold, and misses what is said meanwhile.
	held := func(join anteroomtest.Join) (*page, anteroomtest.JoinResponse) {
		t.Helper()
		p, response := enter(t, s, join)
		reads(join.Name+" before the hold", p, said...)
		host.command("seat.hold", fields{"userId": response.Participant.UserID, "hold": true})
		p.await("seat.held")
		host.command("chat.send", fields{"text": "about " + join.Name})
		said = append(said, "about "+join.Name)
		return p, response
	}
	admit := func(p *page, response anteroomtest.JoinResponse) {
		t.Helper()
		host.command("seat.admit", fields{"userId": response.Participant.UserID})
		p.await("seat.admitted")
	}
	say := func(text string) {
		host.command("chat.send", fields{"text": text})
		said = append(said, text)
	}

	ben := anteroomtest.Join{Meeting: room.Number, Name: "Ben", Device: "ben's"}
	p, response := held(ben)
	admit(p, response)
	say("after Ben")
	reads("let in", p, "after Ben")
	renamed := ben
	renamed.Name, renamed.ResumeToken = "Benjamin", response.ResumeToken
	p, response = enter(t, s, renamed)
	reads("under another name", p, "after Ben")
	p.command("seat.leave", nil)
	p, _ = enter(t, s, ben)
	reads("left and came back", p, "after Ben")
	// A page that stores no device id is known by the resume token of the participant it
	// left.
	p, _ = enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Ben", ResumeToken: response.ResumeToken})
	reads("came back by a resume token", p, "after Ben")

	eve := anteroomtest.Join{Meeting: room.Number, Name: "Eve", Device: "eve's"}
	p, _ = held(eve)
	p.command("seat.leave", nil)
	p, response = enter(t, s, eve)
	admit(p, response)
	reads("left the waiting room and came back", p)
	say("after Eve")
	reads("after it", p, "after Eve")

	kim := anteroomtest.Join{Meeting: room.Number, Name: "Kim", ZAK: s.ZAK(user.ID, time.Hour), Device: "kim's"}
	p, response = held(kim)
	admit(p, response)
	say("after Kim")
	kim.Device = "kim's other one"
	p, again := enter(t, s, kim)
	if again.Participant.UserID != response.Participant.UserID {
		t.Error("the other page has not taken the place")
	}
	reads("signed in, from another page", p, "after Kim")
	p.command("seat.leave", nil)
	p, _ = enter(t, s, kim)
	reads("signed in, left and came back", p, "after Kim")

	p, _ = enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Somebody else", Device: "another"})
	reads("somebody else", p, said...)
	reads("the host", host, said...)
}
