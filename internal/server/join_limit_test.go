package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
)

func TestAnonymousJoinsOfOneSignatureAndAddressAreLimited(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Capacity: 1000})
	shared := s.Sign(room.Number, 0)
	s.LimitJoins(s.TestApp(), 300) // what production has by default

	// By default a class of 200 with one signature, behind one address, enters at once.
	outcomes := map[string]int{}
	for i := range 200 {
		a := s.Join(anteroomtest.Join{Meeting: room.Number, Name: fmt.Sprint("Pupil ", i), Signature: shared})
		outcomes[fmt.Sprint(a.ErrorCode, " ", a.Cause)]++
	}
	if outcomes["0 "] != 200 {
		t.Fatalf("a class: %v", outcomes)
	}
	// 500 do not, from wherever they come.
	for i := range 300 {
		code, cause := joinFrom(t, s, fmt.Sprintf("203.0.113.%d", i%250), anteroomtest.Join{Meeting: room.Number, Name: fmt.Sprint("Bot ", i), Signature: shared})
		outcomes[fmt.Sprint(code, " ", cause)]++
	}
	if outcomes["0 "] != 300 || outcomes["4009 too_many_joins"] != 200 {
		t.Errorf("one signature: %v, want 300 inside", outcomes)
	}
	refused := s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Late", Signature: shared})
	var refusal struct {
		RetryAfter *int
		Retryable  bool
	}
	if err := json.Unmarshal(refused.Body, &refusal); err != nil {
		t.Fatal(err)
	}
	if refused.HTTPStatus != http.StatusTooManyRequests || refusal.RetryAfter == nil || *refusal.RetryAfter != 1 || !refusal.Retryable {
		t.Errorf("status %d: %s", refused.HTTPStatus, refused.Body)
	}
	clock.Advance(time.Second)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Late", Signature: shared}), 0, "")
}

func TestEachAppHasItsOwnLimitOfJoins(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture"})
	s.LimitJoins(s.TestApp(), 2)
	join := anteroomtest.Join{Meeting: room.Number, Name: "Ann"}
	first := s.Join(join)
	expect(t, first, 0, "")
	join.Name = "Ben"
	expect(t, s.Join(join), 0, "")
	join.Name = "Cem"
	expect(t, s.Join(join), 4009, "too_many_joins")
	// Who comes back, who is known, and who comes from elsewhere is not meant.
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Ann", ResumeToken: first.ResumeToken}), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Host", Role: 1, ZAK: s.HostZAK()}), 0, "")
	clock.Advance(time.Second) // for another signature
	if code, cause := joinFrom(t, s, "203.0.113.9", join); code != 0 {
		t.Errorf("from elsewhere: %d %s", code, cause)
	}
	other := s.AddApp(anteroomtest.App{Name: "Other"})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Dan", Signature: s.SignAs(other, room.Number, 0)}), 0, "")
	s.LimitJoins(s.TestApp(), 0) // development mode has no limit of its own
	expect(t, s.Join(join), 0, "")
}

// A page that comes back again and again, under whatever name, bothers the others no more
// often than its limit allows, and loses nothing by being refused.
func TestRejoinsAreLimited(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	for _, kind := range []string{"the same name", "another name"} {
		t.Run(kind, func(t *testing.T) {
			room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
			join := anteroomtest.Join{Meeting: room.Number, Name: "Mallory"}
			inside := s.Join(join)
			expect(t, inside, 0, "")
			begun, came := time.Now(), 0
			var refused anteroomtest.JoinResponse
			for i := range 90 {
				if join.ResumeToken = inside.ResumeToken; kind == "another name" {
					join.Name = fmt.Sprint("Mallory ", i)
				}
				if a := s.Join(join); a.ErrorCode == 0 {
					inside, came = a, came+1
				} else {
					refused = a
				}
			}
			if most := 31 + int(time.Since(begun).Seconds()); came > most || came < 30 {
				t.Errorf("came back %d times, want 30 to %d", came, most)
			}
			expect(t, refused, 4009, "too_many_joins")
			if refused.HTTPStatus != http.StatusTooManyRequests || refused.RetryAfter == nil || *refused.RetryAfter < 1 || *refused.RetryAfter > 1 {
				t.Errorf("status %d: %s", refused.HTTPStatus, refused.Body)
			}
			witness, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Witness"})
			if n := len(witness.snapshot().Participants); n != 2 {
				t.Errorf("%d people are inside, want the two who came", n)
			}
		})
	}
}

// Another name gives nobody another allowance.
func TestAllowancesGoWithThePersonNotTheName(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	join := anteroomtest.Join{Meeting: s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"}).Number}
	begun, said, asked := time.Now(), 0, 0
	for i := range 5 {
		join.Name = fmt.Sprint("Mallory ", i)
		page, response := enter(t, s, join)
		for n := range 25 {
			id := fmt.Sprint(i, " ", n)
			if _, code, _ := page.rpc("command", map[string]any{"requestId": id, "type": "chat.send", "data": map[string]any{"text": "buy"}}); code == 0 {
				said++
			}
			if _, code, _ := page.rpc("command", map[string]any{"requestId": id + " hand", "type": "seat.hand", "data": map[string]any{"raised": true}}); code == 0 {
				asked++
			}
		}
		join.ResumeToken = response.ResumeToken
	}
	took := time.Since(begun).Seconds()
	if most := 21 + int(5*took); said > most {
		t.Errorf("%d messages within %.1f s, want at most %d", said, took, most)
	}
	if most := 61 + int(30*took); said+asked > most {
		t.Errorf("%d commands within %.1f s, want at most %d", said+asked, took, most)
	}
}

// Whoever has a verified identity comes back no more often for having left first: joining
// anew tells the others as much as any return, and brings no new allowance.
func TestVerifiedPeopleLeaveAndJoinSoOften(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	lecture := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Registration: true})
	user := s.AddUser(anteroomtest.User{Email: "mallory@test.example"})
	eve := s.AddRegistrant(anteroomtest.Registrant{Meeting: lecture.Number, Email: "eve@home.example"})
	for kind, join := range map[string]anteroomtest.Join{
		"a signed-in user": {Meeting: room.Number, Name: "Mallory", ZAK: s.ZAK(user.ID, time.Hour)},
		"a registrant":     {Meeting: lecture.Number, Name: "Eve", TK: eve.TK},
	} {
		t.Run(kind, func(t *testing.T) {
			begun, came, said := time.Now(), 0, 0
			for i := range 90 {
				join.Device = fmt.Sprint("device ", i)
				a := s.Join(join)
				if a.ErrorCode != 0 {
					expect(t, a, 4009, "too_many_joins")
					continue
				}
				came++
				p := &page{t: t, token: a.Realtime.Token, url: a.Realtime.URL, events: make(chan event, 4096), subs: map[string]position{}}
				if code := p.connect(); code != 0 {
					t.Fatal(code)
				}
				if code, _ := p.write("buy"); code == 0 {
					said++
				}
				p.command("seat.leave", nil)
			}
			took := time.Since(begun).Seconds()
			if most := 31 + int(took); came > most || came < 30 {
				t.Errorf("came %d times, want 30 to %d", came, most)
			}
			if most := 21 + int(5*took); said > most || said < 20 {
				t.Errorf("wrote %d messages within %.1f s, want 20 to %d", said, took, most)
			}
		})
	}
	// Elsewhere they have done nothing yet.
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Another"})
	expect(t, s.Join(anteroomtest.Join{Meeting: other.Number, Name: "Mallory", ZAK: s.ZAK(user.ID, time.Hour)}), 0, "")
}

// A class whose pupils sign in or have registered enters at once, from one address.
func TestAClassOfVerifiedPeopleEntersAtOnce(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Class", Capacity: 300, Registration: true})
	s.LimitJoins(s.TestApp(), 300)
	for i := range 40 {
		email := fmt.Sprintf("pupil%d@school.example", i)
		join := anteroomtest.Join{Meeting: room.Number, Name: email}
		join.TK = s.AddRegistrant(anteroomtest.Registrant{Meeting: room.Number, Email: email}).TK
		if i%2 == 0 {
			join.ZAK = s.ZAK(s.AddUser(anteroomtest.User{Email: email}).ID, time.Hour)
		}
		expect(t, s.Join(join), 0, "")
	}
}

// Many attendees together keep no host from acting, nor a co-host who has just become one.
func TestAttendeesTogetherHoldUpNoHost(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup", Capacity: 300})
	host.command("seat.role", fields{"userId": response.Participant.UserID, "role": "cohost"})
	// Each asks for more than it may at once, which takes more than all may; a method
	// that nobody knows costs as much as a snapshot.
	const attendees, each = 110, 12
	var pages []*page
	for i := range attendees {
		p, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: fmt.Sprint("Mallory ", i)})
		pages = append(pages, p)
	}
	starved, stop := make(chan struct{}), make(chan struct{})
	report := sync.OnceFunc(func() { close(starved) })
	var all sync.WaitGroup
	for _, p := range pages {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, code, _ := p.rpc("unknown", nil); code == 1006 && i < each {
					report()
				}
				if i >= each {
					time.Sleep(time.Second / 10)
				}
			}
		})
	}
	defer all.Wait()
	defer close(stop)
	select {
	case <-starved:
	case <-time.After(time.Minute):
		t.Fatal("the attendees may ask for all they want")
	}
	for name, p := range map[string]*page{"host": host, "co-host": guest} {
		for range 8 {
			if _, code, message := p.rpc("snapshot", nil); code != 0 {
				t.Errorf("the %s is refused: %d %s", name, code, message)
			}
		}
		p.command("seat.react", fields{"reaction": "tada"})
	}
}
