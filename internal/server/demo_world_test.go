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

func TestRegistrationsAdmit(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Course", Registration: true, Approval: true, Password: "secret"})
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Other course", Registration: true})
	register := func(email string, change func(*anteroomtest.Registrant)) anteroomtest.Registrant {
		r := anteroomtest.Registrant{Meeting: room.Number, Email: email}
		if change != nil {
			change(&r)
		}
		return s.AddRegistrant(r)
	}
	ada := register("ada@home.example", nil)
	pending := register("ben@home.example", func(r *anteroomtest.Registrant) { r.Pending = true })
	denied := register("cleo@home.example", func(r *anteroomtest.Registrant) { r.Denied = true })
	cancelled := register("dan@home.example", nil)
	s.CancelRegistrant(cancelled.ID)
	elsewhere := register("eve@home.example", func(r *anteroomtest.Registrant) { r.Meeting = other.Number })
	join := func(tk, email string) anteroomtest.JoinResponse {
		return s.Join(anteroomtest.Join{Meeting: room.Number, TK: tk, Email: email, Password: "secret"})
	}
	expect(t, join("", ""), 3000, "email_missing")
	expect(t, join("", "kim@home.example"), 3099, "tk_missing")
	expect(t, join("made-up.tk", "kim@home.example"), 3099, "tk_missing")
	expect(t, join(ada.ID, "ada@home.example"), 3099, "registrant_id_as_tk")
	expect(t, join(pending.TK, "ben@home.example"), 3099, "tk_pending")
	expect(t, join(pending.TK, ""), 3099, "tk_pending") // whose it is, is known
	expect(t, join(denied.TK, "cleo@home.example"), 3620, "registrant_denied")
	expect(t, join(cancelled.TK, "dan@home.example"), 3099, "tk_cancelled")
	expect(t, join(elsewhere.TK, "eve@home.example"), 3099, "tk_other_meeting")
	stranger := s.AddUser(anteroomtest.User{Email: "kim@home.example"})
	both := s.Join(anteroomtest.Join{Meeting: room.Number, TK: ada.TK, ZAK: s.ZAK(stranger.ID, hour)})
	expect(t, both, 3099, "tk_other_person")
	in := anteroomtest.Join{Meeting: room.Number, TK: ada.TK} // neither address nor passcode
	expect(t, s.Join(in), 0, "")
	expect(t, s.Join(in), 4008, "already_inside")
	fay := register("fay@home.example", nil)
	odd := join(fay.TK, "kim@home.example") // a shared machine remembers the last address
	expect(t, odd, 0, "")
	if !strings.Contains(string(odd.Body), `"email":"fay@home.example"`) || !slices.ContainsFunc(odd.Warnings, func(w string) bool { return strings.HasPrefix(w, "email_differs: ") }) {
		t.Fatalf("admitted with the warnings %q: %s", odd.Warnings, odd.Body)
	}
}

func TestATKIsForItsOccurrence(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	clock := clockwork.NewFakeClockAt(noon)
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	weekly := []time.Time{noon, noon.AddDate(0, 0, 7)}
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Course", Occurrences: weekly, Registration: true})
	first := s.AddRegistrant(anteroomtest.Registrant{Meeting: room.Number, Email: "ada@home.example", Occurrence: weekly[0]})
	second := s.AddRegistrant(anteroomtest.Registrant{Meeting: room.Number, Email: "ada@home.example", Occurrence: weekly[1]})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: second.TK}), 3099, "tk_other_meeting")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: first.TK}), 0, "")
	s.EndMeeting(room.Number)
	clock.Advance(48 * hour)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: first.TK}), 4004, "occurrence_over")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: second.TK}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: first.TK}), 3099, "tk_other_meeting")
}

func TestWithdrawnGrantsReturn3713(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour)}), 0, "")
	obf := s.OBF(s.TestApp(), ada.ID, "", hour)
	installed := s.Authorise(s.TestApp(), ada.ID)
	s.WithdrawScopes(installed)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: obf}), 3713, "scope_withdrawn")
	s.Uninstall(installed)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: obf}), 3713, "app_uninstalled")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, "", hour)}), 0, "")
}

func TestAnAppHasItsOwnDates(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t) // today, long after the platform's own dates
	now := time.Now()
	partner := s.AddApp(anteroomtest.App{Name: "Partner", Account: s.AddAccount("Partner Inc.").ID})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	join := func(obf string) anteroomtest.JoinResponse {
		return s.Join(anteroomtest.Join{Meeting: room.Number, OBF: obf, Signature: s.SignAs(partner, room.Number, 0)})
	}
	s.Enforce(partner, now.Add(-hour), now.Add(hour))
	expect(t, join(""), 0, "")
	expect(t, join("a.b.c"), 4013, "obf_malformed")
	s.Enforce(partner, now.Add(hour), now.Add(hour))
	expect(t, join("a.b.c"), 0, "")
	s.Enforce(partner, now.Add(-hour), now.Add(-hour))
	expect(t, join(""), 4012, "no_token")
	s.Exempt(partner)
	expect(t, join(""), 0, "")
}

func TestUnpublishedAppsStayAtHome(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	draft := s.AddApp(anteroomtest.App{Name: "Draft", Account: s.AddAccount("Drafts").ID, Unpublished: true})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	zak := s.ZAK(ada.ID, hour)
	signed := s.SignAs(draft, room.Number, 0)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: zak, Signature: signed}), 4011, "app_not_published")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: zak}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(draft, ada.ID, "", hour), Signature: signed}), 0, "")
	s.Configure(anteroomtest.Settings{BlockedKeys: []string{draft.SDKKey}})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(draft, ada.ID, "", hour), Signature: signed}), 6603, "blocked_by_admin")
}

func TestBarriersKeepPeopleApart(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	s.Configure(anteroomtest.Settings{Barriers: [][2]string{{"trade", "law"}}})
	user := func(email string, groups ...string) string {
		return s.ZAK(s.AddUser(anteroomtest.User{Email: email, Groups: groups}).ID, hour)
	}
	trader, lawyer, late, free := user("tess@test.example", "trade"), user("lou@test.example", "law"), user("lea@test.example", "law"), user("fred@test.example")
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: lawyer}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: trader}), 4007, "barrier")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: late}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: free}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Traders"})
	expect(t, s.Join(anteroomtest.Join{Meeting: other.Number, ZAK: trader}), 0, "")
}

func TestABusyHostLearnsWhere(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example", ConcurrentMeetings: 1})
	one := s.AddMeeting(anteroomtest.Meeting{Topic: "Algebra", Host: ada.ID})
	two := s.AddMeeting(anteroomtest.Meeting{Topic: "Geometry", Host: ada.ID})
	expect(t, s.Join(anteroomtest.Join{Meeting: one.Number, Role: 1, ZAK: s.ZAK(ada.ID, hour)}), 0, "")
	a := s.Join(anteroomtest.Join{Meeting: two.Number, Role: 1, ZAK: s.ZAK(ada.ID, hour)})
	expect(t, a, 3711, "host_busy")
	if !strings.Contains(a.Evidence, "Algebra") {
		t.Fatalf("the evidence does not name the meeting: %s", a.Evidence)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: two.Number, ZAK: s.ZAK(ada.ID, hour)}), 3005, "other_meeting_live")
}

func TestALicenceEndsLongMeetings(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example", MaxDuration: 40 * time.Minute})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Chat", Host: ada.ID, Instant: true})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.ZAK(ada.ID, hour)})
	clock.Advance(40*time.Minute - time.Second)
	s.Sweep()
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
	clock.Advance(time.Second)
	s.Sweep()
	if e := host.await("session.ended"); string(e.Data) != `{"reason":"duration_limit"}` {
		t.Fatalf("the host received %s", e.Data)
	}
	if code := host.awaitClose(); code != 4508 {
		t.Fatalf("the host was closed with %d", code)
	}
	if code := host.connect(); code != 4508 { // a page that was cut off meanwhile is told the same
		t.Fatalf("the host is refused with %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4004, "duration_limit")
}

func TestASimuliveWebinarRunsBySchedule(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	clock := clockwork.NewFakeClockAt(noon.Add(-time.Minute))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	webinar := s.AddMeeting(anteroomtest.Meeting{Topic: "Recorded", Webinar: true, Simulive: true, Practice: true, StartsAt: noon, Duration: hour})
	attendee := anteroomtest.Join{Meeting: webinar.Number, Email: "kim@home.example"}
	expect(t, s.Join(attendee), 3008, "too_early")
	clock.Advance(time.Minute)
	page, _ := enter(t, s, attendee) // without a host, and not held up by a practice session
	expect(t, s.Join(attendee), 0, "")
	clock.Advance(hour)
	expect(t, s.Join(attendee), 13208, "simulive_ended")
	s.Sweep()
	if code := page.awaitClose(); code != 4508 {
		t.Fatalf("the attendee was closed with %d", code)
	}
}

func TestAnAppStaysWhileItsUserReconnects(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	user, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour)})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, "", hour)}), 0, "")
	host.snapshot()
	user.cut()
	for !strings.Contains(string(host.await("participant.updated").Data), "reconnecting") {
	}
	if n := len(host.snapshot().Participants); n != 3 {
		t.Fatalf("%d people are inside, want the app too", n)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), ada.ID, "", hour)}), 0, "")
}

func TestARepeatedJoinMeetsNoStaleParticipantAfterARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := anteroomtest.Start(t, anteroomtest.WithFolder(folder))
	room := first.AddMeeting(anteroomtest.Meeting{Topic: "For one", Capacity: 1})
	body := first.Request(anteroomtest.Join{Meeting: room.Number, JoinID: uuid.NewString()})
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	before := first.Post("/sdk/v1/join", raw)
	expect(t, before, 0, "")
	first.Close()
	second := anteroomtest.Start(t, anteroomtest.WithFolder(folder))
	// Whoever knows the joinId alone is somebody else.
	body["userName"] = "Mallory"
	forged, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, second.Post("/sdk/v1/join", forged), 4005, "full")
	after := second.Post("/sdk/v1/join", raw)
	expect(t, after, 0, "")
	if after.Participant.UserID != before.Participant.UserID {
		t.Fatal("the same request added a second participant")
	}
	expect(t, second.Post("/sdk/v1/join", forged), 4005, "full")
}

func TestDevelopersGetEveryToken(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t, anteroomtest.WithDemoWorld())
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Course", Registration: true})
	mint := func(body map[string]any) (token string, fault string) {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		var response struct {
			Token  string
			Errors []struct{ Property, Reason string }
		}
		if err := json.Unmarshal(s.Post("/dev/v1/tokens", raw).Body, &response); err != nil {
			t.Fatal(err)
		}
		if len(response.Errors) > 0 {
			return "", response.Errors[0].Property
		}
		return response.Token, ""
	}
	kim := map[string]any{"kind": "tk", "meetingNumber": room.Number, "email": "kim@home.example", "firstName": "Kim"}
	tk, _ := mint(kim)
	if again, _ := mint(kim); again != tk {
		t.Fatal("the same registration has two tks")
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, TK: tk}), 0, "")
	open := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
	zak, _ := mint(map[string]any{"kind": "zak", "user": user.Email, "sdkKey": s.SDKKey})
	expect(t, s.Join(anteroomtest.Join{Meeting: open.Number, ZAK: zak}), 0, "")
	obf, _ := mint(map[string]any{"kind": "obf", "user": user.ID, "sdkKey": s.SDKKey, "meetingNumber": open.Number})
	expect(t, s.Join(anteroomtest.Join{Meeting: open.Number, OBF: obf}), 0, "")
	s.Uninstall(s.Authorise(s.TestApp(), user.ID))
	expect(t, s.Join(anteroomtest.Join{Meeting: open.Number, ZAK: zak}), 3713, "app_uninstalled")
	for name, c := range map[string]struct {
		body map[string]any
		want string
	}{
		"no kind":           {map[string]any{}, "kind"},
		"another kind":      {map[string]any{"kind": "pac"}, "kind"},
		"nobody":            {map[string]any{"kind": "zak", "user": "nobody"}, "user"},
		"no such app":       {map[string]any{"kind": "obf", "sdkKey": "x"}, "sdkKey"},
		"too long":          {map[string]any{"kind": "zak", "ttlSeconds": 9_000_000_000}, "ttlSeconds"},
		"no time at all":    {map[string]any{"kind": "zak", "ttlSeconds": 0}, "ttlSeconds"},
		"negative":          {map[string]any{"kind": "obf", "ttlSeconds": -5}, "ttlSeconds"},
		"no meeting":        {map[string]any{"kind": "tk", "email": "a@b.example"}, "meetingNumber"},
		"no registration":   {map[string]any{"kind": "tk", "email": "a@b.example", "meetingNumber": open.Number}, "meetingNumber"},
		"no address":        {map[string]any{"kind": "tk", "meetingNumber": room.Number}, "email"},
		"number of letters": {map[string]any{"kind": "obf", "meetingNumber": "abc"}, "meetingNumber"},
	} {
		if _, fault := mint(c.body); fault != c.want {
			t.Errorf("%s: the fault is in %q, want %q", name, fault, c.want)
		}
	}
}
