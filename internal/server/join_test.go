package server_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
)

// expect fails the test unless the join came to the code and cause.
func expect(t *testing.T, a anteroomtest.JoinResponse, code int, cause string) {
	t.Helper()
	if a.ErrorCode != code || (cause != "" && a.Cause != cause) {
		t.Fatalf("want %d %s, got %d %s (HTTP %d): %s", code, cause, a.ErrorCode, a.Cause, a.HTTPStatus, a.Body)
	}
	if code != 0 && (a.MeetingStatus != 3 || a.ErrorMessage == "" || a.Remedy == "" || a.AttemptID == "") {
		t.Fatalf("a refusal without its parts: %s", a.Body)
	}
}

func TestJoinIsAdmittedWithEverythingToEnter(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	a := s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret"})
	expect(t, a, 0, "")
	if a.MeetingStatus != 2 || a.State != "joined" || a.Media == nil || a.Media.Token == "" || a.Realtime.Token == "" || a.ResumeToken == "" {
		t.Fatalf("something is missing: %s", a.Body)
	}
	if a.Participant.Role != "attendee" || a.Participant.UserID == 0 {
		t.Fatalf("odd participant: %s", a.Body)
	}
	if !strings.HasPrefix(a.Media.URL, "ws://127.0.0.1:") {
		t.Fatalf("odd media address %q", a.Media.URL)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Other"})
	gone := s.AddMeeting(anteroomtest.Meeting{Topic: "Deleted"})
	s.DeleteMeeting(gone.Number)
	later := s.AddMeeting(anteroomtest.Meeting{Topic: "Host first", HostFirst: true})
	off := s.AddApp(anteroomtest.App{Name: "Off", Disabled: true})
	stranger := s.AddUser(anteroomtest.User{Email: "stranger@test.example"})
	idle := s.AddUser(anteroomtest.User{Email: "idle@test.example"})
	idleZAK := s.ZAK(idle.ID, time.Hour)
	s.Deactivate(idle.ID)
	out := s.AddUser(anteroomtest.User{Email: "out@test.example"})
	outZAK := s.ZAK(out.ID, time.Hour)
	s.SignOut(out.ID)

	for name, c := range map[string]struct {
		join  anteroomtest.Join
		code  int
		cause string
	}{
		"no signature":        {anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"signature": ""}}, 4003, "signature_missing"},
		"no name":             {anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"userName": " "}}, 4003, "userName_missing"},
		"name too long":       {anteroomtest.Join{Meeting: room.Number, Name: strings.Repeat("é", 129)}, 4003, "userName_too_long"},
		"number not a number": {anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"meetingNumber": "https://x.example/j/81234567890"}}, 4003, "meetingNumber_malformed"},
		"zak and obf":         {anteroomtest.Join{Meeting: room.Number, ZAK: "a", OBF: "b"}, 4003, "zak_and_obf"},
		"rubbish signature":   {anteroomtest.Join{Meeting: room.Number, Signature: "undefined"}, 3712, "placeholder"},
		"for another meeting": {anteroomtest.Join{Meeting: room.Number, Signature: s.Sign(other.Number, 0)}, 3712, "mn_other_meeting"},
		"disabled app":        {anteroomtest.Join{Meeting: room.Number, Signature: s.SignAs(off, room.Number, 0)}, 3710, "app_disabled"},
		"unknown app":         {anteroomtest.Join{Meeting: room.Number, Signature: s.SignAs(anteroomtest.App{SDKKey: "nobody", SDKSecret: "nothing"}, room.Number, 0)}, 3704, "unknown_key"},
		"unknown meeting":     {anteroomtest.Join{Meeting: "99999999999"}, 3001, "unknown_number"},
		"deleted meeting":     {anteroomtest.Join{Meeting: gone.Number}, 3610, "deleted"},
		"wrong passcode":      {anteroomtest.Join{Meeting: room.Number, Password: "wrong"}, 3004, "passcode_wrong"},
		"no passcode":         {anteroomtest.Join{Meeting: room.Number}, 3004, "passcode_missing"},
		"host not there":      {anteroomtest.Join{Meeting: later.Number}, 3008, "host_not_here"},
		"role 1 without zak":  {anteroomtest.Join{Meeting: room.Number, Password: "secret", Role: 1}, 3003, "no_zak"},
		"role 1 as stranger":  {anteroomtest.Join{Meeting: room.Number, Password: "secret", Role: 1, ZAK: s.ZAK(stranger.ID, time.Hour)}, 3003, "not_host"},
		"zak malformed":       {anteroomtest.Join{Meeting: room.Number, Password: "secret", ZAK: "rubbish"}, 3623, "malformed"},
		"zak revoked":         {anteroomtest.Join{Meeting: room.Number, Password: "secret", ZAK: outZAK}, 3265, "revoked"},
		"zak of an idle user": {anteroomtest.Join{Meeting: room.Number, Password: "secret", ZAK: idleZAK}, 3265, "user_inactive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, s.Join(c.join), c.code, c.cause)
		})
	}
}

func TestTimeFollowsTheInjectedClock(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	signed, zak := s.Sign(room.Number, 0), s.ZAK(user.ID, time.Minute)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed, ZAK: zak}), 0, "")
	clock.Advance(61 * time.Second)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed, ZAK: zak}), 3265, "expired")
	clock.Advance(2 * time.Hour)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}), 3705, "expired")
}

func TestEveryFaultIsReportedInOneRound(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Host first", Password: "secret", HostFirst: true})
	a := s.Join(anteroomtest.Join{Meeting: room.Number, Password: "wrong", ZAK: "rubbish"})
	expect(t, a, 3623, "malformed")
	var also []int
	for _, f := range a.AlsoFailing {
		also = append(also, f.Code)
	}
	if len(also) != 2 || also[0] != 3004 || also[1] != 3008 {
		t.Fatalf("want 3004 and 3008 as well, got %v", also)
	}
}

func TestHostStartsAndEnds(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC))
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Host first", HostFirst: true})
	guest := anteroomtest.Join{Meeting: room.Number}
	host := anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()}
	expect(t, s.Join(guest), 3008, "host_not_here")
	a := s.Join(host)
	expect(t, a, 0, "")
	if a.Participant.Role != "host" {
		t.Fatalf("the host is %q", a.Participant.Role)
	}
	expect(t, s.Join(guest), 0, "")
	s.EndMeeting(room.Number)
	ended := s.Join(guest)
	expect(t, ended, 3008, "host_not_here")
	if !ended.Retryable {
		t.Fatal("a meeting that its host may start again is not worth asking for again")
	}
	clock.Advance(11 * time.Minute)
	expect(t, s.Join(guest), 3008, "host_not_here")
	host.ZAK = s.HostZAK()
	expect(t, s.Join(host), 0, "")
}

func TestCapacityIsExactUnderAStorm(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Full", Capacity: 100})
	var wg sync.WaitGroup
	responses := make([]anteroomtest.JoinResponse, 200)
	for i := range responses {
		wg.Go(func() { responses[i] = s.Join(anteroomtest.Join{Meeting: room.Number}) })
	}
	wg.Wait()
	counts := map[int]int{}
	for _, a := range responses {
		counts[a.ErrorCode]++
	}
	if counts[0] != 100 || counts[4005] != 100 {
		t.Fatalf("want 100 admitted and 100 times 4005, got %v", counts)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()}), 0, "")
}

func TestASignedInPersonIsOneParticipant(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "u@test.example"})
	join := anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour)}
	first := s.Join(join)
	expect(t, first, 0, "")
	second := s.Join(join)
	expect(t, second, 0, "")
	if second.Participant.UserID != first.Participant.UserID {
		t.Fatal("one person is two participants")
	}
	if a := s.Post("/sdk/v1/leave", []byte(`{"resumeToken":"`+first.ResumeToken+`"}`)); a.HTTPStatus != 204 {
		t.Fatalf("leaving answered %d", a.HTTPStatus)
	}
	if third := s.Join(join); third.Participant.UserID != first.Participant.UserID {
		t.Fatal("the older page's departure freed the newer one's place")
	}
	anonymous := anteroomtest.Join{Meeting: room.Number, Device: uuid.NewString()}
	expect(t, s.Join(anonymous), 0, "")
	expect(t, s.Join(anonymous), 0, "")
}

func TestComingBack(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "For one", Capacity: 1})
	first := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, first, 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4005, "full")
	back := s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: first.ResumeToken})
	expect(t, back, 0, "")
	if back.Participant.UserID != first.Participant.UserID {
		t.Fatal("a reload added another participant")
	}
	if back.ResumeToken == first.ResumeToken {
		t.Fatal("the older page may still act for the participant")
	}
	s.EndMeeting(room.Number)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: back.ResumeToken}), 3008, "host_not_here")
}

func TestALostResponseLeavesNoStaleParticipant(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "For one", Capacity: 1})
	body, err := json.Marshal(s.Request(anteroomtest.Join{Meeting: room.Number, JoinID: uuid.NewString()}))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	responses := make([]anteroomtest.JoinResponse, 8)
	for i := range responses {
		wg.Go(func() { responses[i] = s.Post("/sdk/v1/join", body) })
	}
	wg.Wait()
	for _, a := range responses {
		expect(t, a, 0, "")
		if a.AttemptID != responses[0].AttemptID || a.ResumeToken != responses[0].ResumeToken {
			t.Fatal("the same joinId got two responses")
		}
	}
}

func TestAWaitingRoomHoldsPeople(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Waiting", WaitingRoom: true})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()}), 0, "")
	a := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, a, 0, "")
	if a.State != "waiting" || a.Media != nil {
		t.Fatalf("somebody who waits was admitted: %s", a.Body)
	}
}

// A page that asks for it gets refusals with HTTP 200: a browser would write
// every other status to the console in red.
func TestRefusalsReturn200OnRequest(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	wrong, err := json.Marshal(s.Request(anteroomtest.Join{Meeting: room.Number, Password: "wrong"}))
	if err != nil {
		t.Fatal(err)
	}
	nameless, err := json.Marshal(s.Request(anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"userName": " "}}))
	if err != nil {
		t.Fatal(err)
	}
	huge := []byte(`{"userName":"` + strings.Repeat("x", 2<<20) + `"}`)
	for name, c := range map[string]struct {
		path   string
		body   []byte
		status int
		code   int
	}{
		"refused":                        {"/sdk/v1/join", wrong, 403, 3004},
		"refused, quietly":               {"/sdk/v1/join?status=200", wrong, 200, 3004},
		"option, quietly":                {"/sdk/v1/join?status=200", nameless, 200, 4003},
		"too large, quietly":             {"/sdk/v1/join?status=200", huge, 200, 4003},
		"another value is no wish":       {"/sdk/v1/join?status=204", wrong, 403, 3004},
		"media of not admitted":          {"/sdk/v1/media", []byte(`{"resumeToken":"x"}`), 403, 0},
		"media of not admitted, quietly": {"/sdk/v1/media?status=200", []byte(`{"resumeToken":"x"}`), 200, 0},
	} {
		if a := s.Post(c.path, c.body); a.HTTPStatus != c.status || a.ErrorCode != c.code || a.Media != nil {
			t.Errorf("%s: want HTTP %d and %d, got HTTP %d: %s", name, c.status, c.code, a.HTTPStatus, a.Body)
		}
	}
}
