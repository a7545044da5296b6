package server_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
)

const hour = time.Hour

func TestAHostsZAKWithoutEmailStartsAWebinar(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	webinar := s.AddMeeting(anteroomtest.Meeting{Topic: "Launch", Webinar: true, Password: "secret"})
	expect(t, s.Join(anteroomtest.Join{Meeting: webinar.Number, Role: 1}), 3624, "no_host_credentials")
	a := s.Join(anteroomtest.Join{Meeting: webinar.Number, Role: 1, ZAK: s.HostZAK()})
	expect(t, a, 0, "")
	if a.Participant.Role != "host" {
		t.Fatalf("the host is a %s", a.Participant.Role)
	}
}

func TestAnAlternativeHostNeedsNoPasscodeAndEntersALockedMeeting(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ben := s.AddUser(anteroomtest.User{Email: "ben@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Board", Password: "secret", AlternativeHosts: []string{ben.ID}})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	host.command("session.lock", map[string]any{"locked": true})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret"}), 4006, "locked")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.ZAK(ben.ID, hour)}), 0, "")
}

func TestNobodyBecomesHostByAnEmailAddressOrAnOBF(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	cleo := s.AddUser(anteroomtest.User{Email: "cleo@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Cleo's", Host: cleo.ID})
	webinar := s.AddMeeting(anteroomtest.Meeting{Topic: "Cleo's webinar", Host: cleo.ID, Webinar: true})
	obf := s.OBF(s.TestApp(), cleo.ID, "", hour)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, Email: cleo.Email}), 3003, "no_zak")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, OBF: obf, Email: cleo.Email}), 3003, "obf_cannot_start")
	expect(t, s.Join(anteroomtest.Join{Meeting: webinar.Number, Role: 1, Email: cleo.Email}), 3624, "no_host_credentials")
	expect(t, s.Join(anteroomtest.Join{Meeting: webinar.Number, Role: 1, OBF: obf, Email: cleo.Email}), 3624, "obf_cannot_start")
	a := s.Join(anteroomtest.Join{Meeting: room.Number, Email: cleo.Email})
	expect(t, a, 0, "")
	if a.Participant.Role != "attendee" {
		t.Fatalf("an address made a %s", a.Participant.Role)
	}
}

func TestAPanelistEntersAPracticeSession(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	webinar := s.AddMeeting(anteroomtest.Meeting{Topic: "Launch", Webinar: true, Practice: true, Registration: true, Password: "secret"})
	pat := s.AddRegistrant(anteroomtest.Registrant{Meeting: webinar.Number, Email: "pat@stage.example", Panelist: true})
	kim := s.AddRegistrant(anteroomtest.Registrant{Meeting: webinar.Number, Email: "kim@home.example"})
	panelist, attendee := anteroomtest.Join{Meeting: webinar.Number, TK: pat.TK}, anteroomtest.Join{Meeting: webinar.Number, TK: kim.TK}
	expect(t, s.Join(panelist), 3008, "host_not_here")
	host, _ := enter(t, s, anteroomtest.Join{Meeting: webinar.Number, Role: 1, ZAK: s.HostZAK()})
	expect(t, s.Join(attendee), 3008, "practice_session")
	inside, a := enter(t, s, panelist)
	if a.Participant.Role != "panelist" {
		t.Fatalf("the panelist is a %s", a.Participant.Role)
	}
	inside.refused("session.broadcast", nil, 1001)
	host.command("session.broadcast", nil)
	host.refused("session.broadcast", nil, 1004)
	if e := inside.await("session.updated"); string(e.Data) != `{"practice":false}` {
		t.Fatalf("the panelist received %s", e.Data)
	}
	expect(t, s.Join(attendee), 0, "")
}

func TestAnOBFBotAndItsUserAreBothInside(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour)}), 0, "")
	bot := anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, room.Number, hour), Name: "Notes"}
	expect(t, s.Join(bot), 0, "")
	expect(t, s.Join(bot), 4008, "already_inside") // the same app with the same OBF
	other := s.AddApp(anteroomtest.App{Name: "Scribe"})
	expect(t, s.Join(anteroomtest.Join{
		Meeting: room.Number, OBF: s.OBF(other, ada.ID, "", hour), Signature: s.SignAs(other, room.Number, 0),
	}), 0, "")
}

func TestTwoAnonymousTabsOfOneBrowserAreTwoPeople(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	tab := anteroomtest.Join{Meeting: room.Number, Device: uuid.NewString(), Email: "kim@home.example", CustomerKey: "kim"}
	one, two := s.Join(tab), s.Join(tab)
	expect(t, one, 0, "")
	expect(t, two, 0, "")
	if one.Participant.UserID == two.Participant.UserID {
		t.Fatal("two tabs are one participant")
	}
}

func TestARemovedSignedInPersonCannotComeBackAnonymouslyFromTheSameDevice(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Device: "host's"})
	guest, a := enter(t, s, anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour), Device: "ada's"})
	host.command("seat.remove", map[string]any{"userId": a.Participant.UserID})
	if code := guest.awaitClose(); code != 4502 {
		t.Fatalf("the page was closed with %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Device: "ada's"}), 3009, "removed_by_host")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour), Device: "another"}), 3009, "removed_by_host")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Device: "another"}), 0, "")
}

func TestSomebodyRemovedFromTheWaitingRoomStaysOut(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Interviews", WaitingRoom: true})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	waiting, a := enter(t, s, anteroomtest.Join{Meeting: room.Number, Device: "kim's"})
	if a.State != "waiting" {
		t.Fatalf("the state is %s", a.State)
	}
	host.command("seat.remove", map[string]any{"userId": a.Participant.UserID})
	if code := waiting.awaitClose(); code != 4509 {
		t.Fatalf("the page was closed with %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Device: "kim's"}), 3009, "not_admitted")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: a.ResumeToken}), 3009, "not_admitted")
}

func TestAHostRestartsAnEndedScheduledMeeting(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Review", StartsAt: clock.Now(), Duration: hour})
	first := s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	expect(t, first, 0, "")
	s.EndMeeting(room.Number)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 3008, "host_not_here")
	clock.Advance(24 * hour) // long after its last occurrence
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4004, "ended_by_host")
	again := s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	expect(t, again, 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
}

func TestBetweenOccurrencesJoinBeforeHostDecides(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	clock := clockwork.NewFakeClockAt(noon)
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	weekly := []time.Time{noon, noon.AddDate(0, 0, 7)}
	closed := s.AddMeeting(anteroomtest.Meeting{Topic: "Closed", Occurrences: weekly, HostFirst: true})
	open := s.AddMeeting(anteroomtest.Meeting{Topic: "Open", Occurrences: weekly})
	for _, room := range []anteroomtest.Meeting{closed, open} {
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()}), 0, "")
		s.EndMeeting(room.Number)
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 3008, "host_not_here") // guests do not revive it
	}
	clock.Advance(48 * hour)
	expect(t, s.Join(anteroomtest.Join{Meeting: closed.Number}), 3008, "host_not_here")
	expect(t, s.Join(anteroomtest.Join{Meeting: open.Number}), 0, "")
	s.EndMeeting(open.Number)
	clock.Advance(14 * 24 * hour)
	expect(t, s.Join(anteroomtest.Join{Meeting: open.Number}), 4004, "ended_by_host")
}

func TestAReloadWhileLockedIsAdmitted(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Capacity: 2})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	_, before := enter(t, s, anteroomtest.Join{Meeting: room.Number})
	host.command("session.lock", map[string]any{"locked": true})
	after := s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: before.ResumeToken})
	expect(t, after, 0, "")
	if after.Participant.UserID != before.Participant.UserID {
		t.Fatal("the reload became another participant")
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4006, "locked")
}

func TestAnExpiredOBFOnAnInternalJoinIs4013(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	obf := s.OBF(s.TestApp(), ada.ID, "", time.Minute)
	clock.Advance(2 * time.Minute)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: obf}), 4013, "obf_expired")
}

func TestARightOBFWithoutItsUserIs4017AndTheBotGoesWhenItsUserGoes(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	for _, c := range []struct {
		name string
		// goes makes the user leave, who is inside as the given page and participant.
		goes func(room anteroomtest.Meeting, host, user *page, participant anteroomtest.JoinResponse)
	}{
		{"leaves", func(_ anteroomtest.Meeting, _, user *page, _ anteroomtest.JoinResponse) {
			user.command("seat.leave", nil)
		}},
		{"is removed", func(_ anteroomtest.Meeting, host, _ *page, participant anteroomtest.JoinResponse) {
			host.command("seat.remove", map[string]any{"userId": participant.Participant.UserID})
		}},
		{"is put into the waiting room", func(_ anteroomtest.Meeting, host, _ *page, participant anteroomtest.JoinResponse) {
			host.command("seat.hold", map[string]any{"userId": participant.Participant.UserID, "hold": true})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
			host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
			bot := anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, "", hour), Name: "Notes"}
			expect(t, s.Join(bot), 4017, "authorizing_user_absent")
			user, participant := enter(t, s, anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour)})
			notes, inside := enter(t, s, bot) // the refused join has not used the OBF up
			c.goes(room, host, user, participant)
			if code := notes.awaitClose(); code != 4506 {
				t.Fatalf("the app was closed with %d", code)
			}
			for { // the host is notified why
				var gone struct {
					UserID int64 `json:"userId"`
					Reason string
				}
				if err := json.Unmarshal(host.await("participant.removed").Data, &gone); err != nil {
					t.Fatal(err)
				}
				if gone.UserID == inside.Participant.UserID {
					if gone.Reason != "authorizer_left" {
						t.Fatalf("the reason is %s", gone.Reason)
					}
					break
				}
			}
			expect(t, s.Join(bot), 4017, "authorizing_user_absent")
			expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: inside.ResumeToken, Signature: " "}), 4003, "signature_missing")
		})
	}
}
