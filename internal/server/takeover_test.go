package server_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
)

// lose cuts a page's connection for good and waits until somebody else is told. The
// moment in which a lost page still counts as connected is over by then.
func lose(t *testing.T, s *anteroomtest.Server, p *page, j anteroomtest.Join, watcher *page) anteroomtest.JoinResponse {
	t.Helper()
	p.cut()
	if watcher != nil {
		watcher.awaitText("participant.updated", "reconnecting")
	}
	var a anteroomtest.JoinResponse
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if a = s.Join(j); a.ErrorCode != 4008 {
			return a
		}
		if a.RetryAfter == nil || *a.RetryAfter > 3 {
			t.Fatalf("somebody whose connection was just lost is told to come back in %v s", a.RetryAfter)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return a
}

// updated waits for the event that says another page of a participant is here.
func (p *page) updated(userID int64) (fields map[string]any, host any) {
	p.t.Helper()
	for {
		var data struct {
			Participants []map[string]any
			HostUserID   any
		}
		if err := json.Unmarshal(p.await("participants.updated").Data, &data); err != nil {
			p.t.Fatal(err)
		}
		for _, one := range data.Participants {
			if one["userId"] == float64(userID) {
				return one, data.HostUserID
			}
		}
	}
}

// A signed-in person opens another page: to everybody else they stay the same
// participant, the older page is closed for good, and the bots that are there in
// their name stay.
func TestANewerPageOfTheSamePersonTakesOver(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	watcher, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Watcher"})
	as := anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host"}
	older, first := enter(t, s, as)
	watcher.await("participant.added")
	assistant := s.AddUser(anteroomtest.User{Email: "assistant@test.example"})
	_, second := enter(t, s, anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(assistant.ID, time.Hour)})
	older.command("seat.role", map[string]any{"userId": second.Participant.UserID, "role": "cohost"})
	older.command("seat.media", map[string]any{"audioOn": true, "videoOn": true})

	as.Name, as.ZAK = "Host on the phone", s.HostZAK()
	newer, again := enter(t, s, as)
	if again.Participant.UserID != first.Participant.UserID || again.Participant.Role != "host" {
		t.Fatalf("took over as %+v of %+v", again.Participant, first.Participant)
	}
	if code := older.awaitClose(); code != 4503 {
		t.Fatalf("the older page was closed with %d", code)
	}
	if code := older.connect(); code != 4503 {
		t.Fatalf("the older page came back: %d", code)
	}
	for {
		now, host := watcher.updated(first.Participant.UserID)
		if now["userName"] != "Host on the phone" {
			continue // the event of being made host at first
		}
		if now["role"] != "host" || now["videoOn"] != false || host != float64(first.Participant.UserID) {
			t.Fatalf("others see %v and the host %v", now, host)
		}
		break
	}
	snap := newer.snapshot()
	if len(snap.Participants) != 3 {
		t.Fatalf("%d people are inside", len(snap.Participants))
	}
	for _, p := range snap.Participants {
		if p.UserID == second.Participant.UserID && p.Role != "cohost" {
			t.Fatalf("the co-host became %s", p.Role)
		}
	}
	newer.command("session.lock", map[string]any{"locked": true})
	// What the older page's token gave is worth nothing any more.
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: first.ResumeToken}), 4006, "locked")
}

func TestAtMostThreeTakeOversAMinute(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	for range 4 {
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour)}), 0, "")
	}
	a := s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour)})
	expect(t, a, 4008, "already_inside")
	if !a.Retryable || a.RetryAfter == nil || *a.RetryAfter < 40 || *a.RetryAfter > 60 {
		t.Fatalf("told to come back in %v s: %s", a.RetryAfter, a.Body)
	}
}

func TestWhoIsNotTakenOverWhileConnected(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	course := s.AddMeeting(anteroomtest.Meeting{Topic: "Course", Registration: true})
	ada := s.AddRegistrant(anteroomtest.Registrant{Meeting: course.Number, Email: "ada@home.example"})
	tk := anteroomtest.Join{Meeting: course.Number, TK: ada.TK}
	watcher, _ := enter(t, s, anteroomtest.Join{Meeting: course.Number, Role: 1, ZAK: s.HostZAK()})
	first, in := enter(t, s, tk)
	refused := s.Join(tk)
	expect(t, refused, 4008, "already_inside")
	if !refused.Retryable || refused.RetryAfter != nil {
		t.Fatalf("%s", refused.Body)
	}
	if back := lose(t, s, first, tk, watcher); back.Participant.UserID != in.Participant.UserID {
		t.Fatalf("whose connection is lost is not taken over: %s", back.Body)
	}
	s.Configure(anteroomtest.Settings{RegistrantTakeOver: true})
	expect(t, s.Join(tk), 0, "")

	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	zak := anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour)}
	expect(t, s.Join(zak), 0, "")
	other := s.AddApp(anteroomtest.App{Name: "Other app"})
	through := zak
	through.Signature = s.SignAs(other, room.Number, 0)
	expect(t, s.Join(through), 4008, "already_inside")
	s.Configure(anteroomtest.Settings{TakeOverOff: true})
	expect(t, s.Join(zak), 4008, "already_inside")
	s.Configure(anteroomtest.Settings{})
	expect(t, s.Join(zak), 0, "")
}

// Whoever closes a tab and joins from a new one is inside at once, whatever they join
// with: a page that has announced its departure keeps nobody out.
func TestAClosedTabBlocksNobody(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	s.Configure(anteroomtest.Settings{TakeOverOff: true})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Course", Registration: true})
	host := anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()}
	_, first := enter(t, s, host)
	registrant := s.AddRegistrant(anteroomtest.Registrant{Meeting: room.Number, Email: "ada@home.example"})
	open := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	enter(t, s, anteroomtest.Join{Meeting: open.Number, ZAK: s.ZAK(user.ID, time.Hour)})
	bot := anteroomtest.Join{Meeting: open.Number, OBF: s.OBF(s.TestApp(), user.ID, open.Number, time.Hour)}
	_, asBot := enter(t, s, bot)
	tk := anteroomtest.Join{Meeting: room.Number, TK: registrant.TK}
	_, asRegistrant := enter(t, s, tk)
	for name, one := range map[string]struct {
		join anteroomtest.Join
		was  anteroomtest.JoinResponse
	}{"a host": {host, first}, "a bot": {bot, asBot}, "a registrant": {tk, asRegistrant}} {
		if a := s.Post("/sdk/v1/goodbye", []byte(`{"resumeToken":"`+one.was.ResumeToken+`"}`)); a.HTTPStatus != 204 {
			t.Fatalf("%s: the departure returned %d", name, a.HTTPStatus)
		}
		again := s.Join(one.join)
		if again.ErrorCode != 0 || again.Participant.UserID != one.was.Participant.UserID || again.Participant.Role != one.was.Participant.Role {
			t.Errorf("%s who closed their tab: %s", name, again.Body)
		}
	}
}

// A page that comes back with other credentials gets what those give, in the place of
// its own participant of before.
func TestResumingReadsTheCredentials(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Capacity: 2})
	watcher, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Watcher"})
	guest, first := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Ann"})

	bad := s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Ann", ResumeToken: first.ResumeToken, ZAK: "x.y.z"})
	expect(t, bad, 3623, "malformed")
	wrong := s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Ann", ResumeToken: first.ResumeToken, Signature: "x.y.z"})
	if wrong.ErrorCode != 3712 {
		t.Fatalf("a wrong signature resumes: %s", wrong.Body)
	}
	if code := guest.connect(); code != 0 {
		t.Fatalf("a refused return closed the page with %d", code)
	}

	host, asHost := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Ann", Role: 1, ZAK: s.HostZAK(), ResumeToken: first.ResumeToken})
	if asHost.Participant.Role != "host" || asHost.Participant.UserID == first.Participant.UserID {
		t.Fatalf("a guest came back as %+v", asHost.Participant)
	}
	if code := guest.awaitClose(); code != 4503 {
		t.Fatalf("the guest's page was closed with %d", code)
	}
	if n := len(host.snapshot().Participants); n != 2 {
		t.Fatalf("%d people are inside", n)
	}
	for {
		var gone struct{ UserID int64 }
		if err := json.Unmarshal(watcher.await("participant.removed").Data, &gone); err != nil {
			t.Fatal(err)
		}
		if gone.UserID == first.Participant.UserID {
			break
		}
	}
	again, demoted := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Ann", ResumeToken: asHost.ResumeToken})
	if demoted.Participant.Role != "attendee" {
		t.Fatalf("the host came back without a ZAK as %s", demoted.Participant.Role)
	}
	again.refused("session.lock", map[string]any{"locked": true}, 1001)
}

// Two pages of one person at once: one participant is left, and one page speaks for it.
func TestTwoTakeOversAtOnce(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	watcher, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Watcher"})
	join := anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour)}
	expect(t, s.Join(join), 0, "")
	var wg sync.WaitGroup
	responses := make([]anteroomtest.JoinResponse, 8)
	for i := range responses {
		wg.Go(func() { responses[i] = s.Join(join) })
	}
	wg.Wait()
	entered := 0
	for _, a := range responses {
		switch a.ErrorCode {
		case 0:
			entered++
		case 4008:
		default:
			t.Errorf("%s", a.Body)
		}
	}
	// Each of them takes over what it has looked at, or looks again.
	if entered == 0 || entered > 3 {
		t.Errorf("%d pages took over within a moment", entered)
	}
	if n := len(watcher.snapshot().Participants); n != 2 {
		t.Fatalf("%d people are inside", n)
	}
}

// A meeting in which nobody is connected keeps nobody from anything.
func TestADesertedMeeting(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example", ConcurrentMeetings: 1})
	one := s.AddMeeting(anteroomtest.Meeting{Topic: "One", HostFirst: true, Host: ada.ID})
	two := s.AddMeeting(anteroomtest.Meeting{Topic: "Two", HostFirst: true, Host: ada.ID})
	host := func(m anteroomtest.Meeting) anteroomtest.Join {
		return anteroomtest.Join{Meeting: m.Number, Role: 1, ZAK: s.ZAK(ada.ID, time.Hour)}
	}
	expect(t, s.Join(host(one)), 0, "")
	busy := s.Join(host(two))
	expect(t, busy, 3711, "host_busy")
	var said struct {
		Result struct{ MeetingNumber, Topic string }
	}
	if err := json.Unmarshal(busy.Body, &said); err != nil || said.Result.MeetingNumber != one.Number || said.Result.Topic != "One" {
		t.Fatalf("the running meeting is not named: %s", busy.Body)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: one.Number}), 0, "")

	// The last one leaves: it is over at once.
	guests := s.AddMeeting(anteroomtest.Meeting{Topic: "Guests", HostFirst: true, Host: ada.ID})
	s.EndMeeting(one.Number)
	alone := s.Join(host(guests))
	expect(t, alone, 0, "")
	if a := s.Post("/sdk/v1/leave", []byte(`{"resumeToken":"`+alone.ResumeToken+`"}`)); a.HTTPStatus != 204 {
		t.Fatalf("leaving answered %d", a.HTTPStatus)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: guests.Number}), 3008, "host_not_here")

	// The last one is lost: guests wait, and the host is free for another meeting.
	page, in := enter(t, s, host(one))
	page.cut()
	var a anteroomtest.JoinResponse
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline) && a.ErrorCode != 3008; time.Sleep(100 * time.Millisecond) {
		a = s.Join(anteroomtest.Join{Meeting: one.Number})
		if a.ErrorCode == 0 {
			s.Post("/sdk/v1/leave", []byte(`{"resumeToken":"`+a.ResumeToken+`"}`))
		}
	}
	expect(t, a, 3008, "host_not_here")
	expect(t, s.Join(host(two)), 0, "")
	if code := page.connect(); code != 4501 {
		t.Fatalf("the meeting that its host left for another one goes on: %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: one.Number, ResumeToken: in.ResumeToken}), 3008, "host_not_here")
}

// Another person in the same tab gets a place of their own, and the one of before goes.
func TestAnotherPersonDoesNotInheritAPlace(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Host", Role: 1, ZAK: s.HostZAK()})
	ann, first := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Ann"})
	host.command("seat.role", map[string]any{"userId": first.Participant.UserID, "role": "cohost"})
	_, second := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Eve", ResumeToken: first.ResumeToken})
	if p := second.Participant; p.UserID == first.Participant.UserID || p.Role != "attendee" {
		t.Fatalf("Eve came in as %+v", p)
	}
	if code := ann.awaitClose(); code != 4503 {
		t.Fatalf("Ann's page was closed with %d", code)
	}
	if n := len(host.snapshot().Participants); n != 2 {
		t.Fatalf("%d people are inside", n)
	}
}
