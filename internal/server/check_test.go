package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
)

// checkResponse is what a check says beside the code.
type checkResponse struct {
	State   string
	Role    string
	Resumes bool
	Meeting struct {
		Topic   string
		Webinar bool
	}
	ResumeToken, Media, Realtime any
}

func checked(t *testing.T, a anteroomtest.JoinResponse) checkResponse {
	t.Helper()
	var c checkResponse
	if err := json.Unmarshal(a.Body, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

var check = map[string]any{"check": true}

func TestACheckAdmitsNobodyAndNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret", HostFirst: true})
	host := s.HostZAK()

	// The host's check does not begin the meeting.
	a := s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Role: 1, ZAK: host, Extra: check})
	expect(t, a, 0, "")
	if c := checked(t, a); c.State != "checked" || c.Role != "host" || c.Resumes || c.Meeting.Topic != "Standup" || c.Meeting.Webinar ||
		c.ResumeToken != nil || c.Media != nil || c.Realtime != nil {
		t.Fatalf("odd answer: %s", a.Body)
	}
	guest := anteroomtest.Join{Meeting: room.Number, Password: "secret", Name: "Ann"}
	expect(t, s.Join(guest), 3008, "host_not_here")

	first := s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Role: 1, ZAK: host})
	expect(t, first, 0, "")
	// The same identity again would be 4008 if the check had admitted anybody.
	for range 3 {
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Name: "Ann", CustomerKey: "ann", Extra: check}), 0, "")
	}
	joined := s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Name: "Ann", CustomerKey: "ann"})
	expect(t, joined, 0, "")
	var snapshot struct {
		Snapshot struct{ Participants []any }
	}
	if err := json.Unmarshal(joined.Body, &snapshot); err != nil || len(snapshot.Snapshot.Participants) != 2 {
		t.Fatalf("who is inside: %s", joined.Body)
	}
}

func TestACheckIsRefusedAsTheJoinWouldBe(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	later := s.AddMeeting(anteroomtest.Meeting{Topic: "Later", HostFirst: true})

	expect(t, s.Join(anteroomtest.Join{Meeting: later.Number, Extra: check}), 3008, "host_not_here")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Extra: map[string]any{"check": "yes"}}), 4003, "check_malformed")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Extra: map[string]any{"check": nil}}), 0, "")

	// Guessing passcodes by checks is no way around the limit of guesses.
	for range 10 {
		expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "wrong", Extra: check}), 3004, "passcode_wrong")
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret", Extra: check}), 3004, "throttled")
}

// joinFrom joins from another address, as a proxy reports it.
func joinFrom(t *testing.T, s *anteroomtest.Server, address string, j anteroomtest.Join) (code int, cause string) {
	t.Helper()
	var joined struct {
		ErrorCode int
		Cause     string
	}
	postJoin(t, s.URL, address, s.Request(j), &joined)
	return joined.ErrorCode, joined.Cause
}

// postJoin sends a join from another address, and decodes the response.
func postJoin(t *testing.T, server, address string, join, response any) {
	t.Helper()
	raw, err := json.Marshal(join)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/sdk/v1/join", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Forwarded-For", address)
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(response); err != nil {
		t.Fatal(err)
	}
}

func TestPasscodesAreGuessedTenTimesFromOneNetwork(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})
	causes := map[string]int{}
	for i := range 60 {
		code, cause := joinFrom(t, s, fmt.Sprintf("2001:db8:1:2::%x", i+1), anteroomtest.Join{Meeting: room.Number, Password: "wrong"})
		if code != 3004 {
			t.Fatalf("%d %s", code, cause)
		}
		causes[cause]++
		if i == 5 {
			// Somebody beside the guesser enters; that gives no guess back.
			code, cause = joinFrom(t, s, "2001:db8:1:2::ffff", anteroomtest.Join{Meeting: room.Number, Password: "secret", Name: "Ann"})
			if code != 0 {
				t.Fatalf("%d %s", code, cause)
			}
		}
	}
	if causes["passcode_wrong"] != 10 || causes["throttled"] != 50 {
		t.Errorf("%v, want 10 that are judged", causes)
	}
	if code, cause := joinFrom(t, s, "2001:db8:1:3::1", anteroomtest.Join{Meeting: room.Number, Password: "secret", Name: "Ben"}); code != 0 {
		t.Errorf("another network: %d %s", code, cause)
	}
}

func TestACheckReportsReturnersAndAudience(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	first := s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Ann"})
	expect(t, first, 0, "")
	again := anteroomtest.Join{Meeting: room.Number, Name: "Ann", ResumeToken: first.ResumeToken, Extra: check}
	if c := checked(t, s.Join(again)); !c.Resumes {
		t.Fatal("a page that comes back is not informed")
	}
	// The check used nothing up.
	again.Extra = nil
	expect(t, s.Join(again), 0, "")

	talk := s.AddMeeting(anteroomtest.Meeting{Topic: "Talk", Webinar: true})
	watcher := anteroomtest.Join{Meeting: talk.Number, Name: "Ann", Email: "ann@test.example", Extra: check}
	a := s.Join(watcher)
	expect(t, a, 3008, "host_not_here")
	var early struct{ Result struct{ Webinar bool } }
	if err := json.Unmarshal(a.Body, &early); err != nil || !early.Result.Webinar {
		t.Fatalf("whoever waits does not learn that it is a webinar: %s", a.Body)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: talk.Number, Role: 1, ZAK: s.HostZAK()}), 0, "")
	a = s.Join(watcher)
	expect(t, a, 0, "")
	if c := checked(t, a); !c.Meeting.Webinar || c.Role != "attendee" {
		t.Fatalf("odd answer: %s", a.Body)
	}
}
