package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/rogue"
)

type snapshot struct {
	Revision     int64
	Self         struct{ Muted, VideoOn, Sharing bool }
	Participants []struct {
		UserID                  int64 `json:"userId"`
		State                   string
		Muted, VideoOn, Sharing bool
		Role                    string
		HandRaised              bool
	}
	Chat []struct{ Text string }
}

func (p *page) snapshot() snapshot {
	p.t.Helper()
	raw, code, message := p.rpc("snapshot", nil)
	if code != 0 {
		p.t.Fatalf("no snapshot: %d %s", code, message)
	}
	var s snapshot
	if err := json.Unmarshal(raw, &s); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func hostAndGuest(t *testing.T, m anteroomtest.Meeting) (*anteroomtest.Server, anteroomtest.Meeting, *page, *page, anteroomtest.JoinResponse) {
	t.Helper()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(m)
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host"})
	guest, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest", Device: uuid.NewString()})
	return s, room, host, guest, response
}

// startWebinar is a webinar with its host and one of the audience.
func startWebinar(t *testing.T) (*anteroomtest.Server, *page, *page, anteroomtest.JoinResponse) {
	t.Helper()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Webinar: true})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Email: "host@test.example"})
	guest, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Email: "guest@test.example"})
	return s, host, guest, response
}

func TestPeopleSeeEachOther(t *testing.T) {
	t.Parallel()
	_, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	added := host.await("participant.added")
	if !strings.Contains(string(added.Data), `"Guest"`) {
		t.Fatalf("somebody else came: %s", added.Data)
	}
	if n := len(guest.snapshot().Participants); n != 2 {
		t.Fatalf("the guest sees %d people", n)
	}
	guest.command("seat.media", map[string]any{"audioOn": true, "muted": false, "videoOn": true})
	if e := host.await("participant.updated"); !strings.Contains(string(e.Data), `"videoOn":true`) {
		t.Fatalf("odd update %s", e.Data)
	}
	guest.command("chat.send", map[string]any{"text": "<b>hello</b>"})
	if e := host.await("chat.message"); !strings.Contains(string(e.Data), "hello") {
		t.Fatalf("odd message %s", e.Data)
	}
	host.command("chat.send", map[string]any{"text": "only you", "userId": response.Participant.UserID})
	if e := guest.await("chat.message"); strings.Contains(string(e.Data), "hello") {
		if e = guest.await("chat.message"); !strings.Contains(string(e.Data), "only you") {
			t.Fatalf("odd message %s", e.Data)
		}
	}
	host.command("seat.mute", map[string]any{"userId": response.Participant.UserID, "muted": true})
	guest.await("seat.muted")
	if s := guest.snapshot(); len(s.Chat) != 2 {
		t.Fatalf("the guest has %d messages", len(s.Chat))
	}
}

func TestOnlyHostsMayWhatHostsMay(t *testing.T) {
	t.Parallel()
	_, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	hostID := host.snapshot().Participants[0].UserID
	for kind, data := range map[string]any{
		"session.lock": map[string]any{"locked": true}, "session.end": nil, "session.mute_all": nil, "session.admit_all": nil,
		"seat.remove": map[string]any{"userId": hostID}, "seat.hold": map[string]any{"userId": hostID, "hold": true},
		"seat.mute": map[string]any{"userId": hostID, "muted": true}, "seat.rename": map[string]any{"userId": hostID, "userName": "x"},
		"seat.role": map[string]any{"userId": response.Participant.UserID, "role": "host"}, "seat.admit": map[string]any{"userId": hostID},
		"seat.hand": map[string]any{"userId": hostID, "raised": false},
	} {
		guest.refused(kind, data, 1001)
	}
	host.refused("seat.rename", map[string]any{"userName": strings.Repeat("x", 129)}, 1002)
	host.refused("seat.remove", map[string]any{"userId": 1}, 1002)
	host.refused("session.lock", nil, 1002)
	host.refused("no.such", nil, 1002)
	host.command("seat.role", map[string]any{"userId": response.Participant.UserID, "role": "cohost"})
	guest.command("session.lock", map[string]any{"locked": true})
	guest.refused("session.end", nil, 1001)
}

func TestALockedMeeting(t *testing.T) {
	t.Parallel()
	s, room, host, _, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	host.command("session.lock", map[string]any{"locked": true})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4006, "locked")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: response.ResumeToken}), 0, "")
	host.command("session.lock", map[string]any{"locked": false})
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
}

func TestARemovedPersonStaysOut(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	if status := media(t, response); status != http.StatusOK {
		t.Fatalf("the media proxy returns %d to a participant", status)
	}
	host.command("seat.remove", map[string]any{"userId": response.Participant.UserID})
	if code := guest.awaitClose(); code != 4502 {
		t.Fatalf("the connection was closed with %d", code)
	}
	if status := media(t, response); status != http.StatusForbidden {
		t.Fatalf("the media proxy returns %d to a removed participant's old token", status)
	}
	if code := guest.connect(); code != 4502 {
		t.Fatalf("a removed page's connection: %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: response.ResumeToken}), 3009, "removed_by_host")
	// A token that a newer page had made old is one of theirs all the same.
	twice, first := enter(t, s, anteroomtest.Join{Meeting: room.Number, Device: "first"})
	second := s.Join(anteroomtest.Join{Meeting: room.Number, Device: "first", ResumeToken: first.ResumeToken})
	expect(t, second, 0, "")
	host.command("seat.remove", map[string]any{"userId": second.Participant.UserID})
	twice.awaitClose()
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Device: "another", ResumeToken: first.ResumeToken}), 3009, "removed_by_host")
}

// Whoever a host has put on hold waits, whatever they join with, until they are
// admitted.
func TestWhoeverIsOnHoldComesBackToTheWaitingRoom(t *testing.T) {
	t.Parallel()
	s, room, host, _, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	state := func(j anteroomtest.Join, want string) anteroomtest.JoinResponse {
		t.Helper()
		j.Meeting = room.Number
		a := s.Join(j)
		if expect(t, a, 0, ""); a.State != want {
			t.Errorf("%+v: %s, want %s", j, a.State, want)
		}
		return a
	}
	anonymous := anteroomtest.Join{Meeting: room.Number, Name: "Kim", Device: "kim's"}
	page, response := enter(t, s, anonymous)
	host.command("seat.hold", map[string]any{"userId": response.Participant.UserID, "hold": true})
	page.await("seat.held")
	state(anonymous, "waiting") // a second tab
	page.command("seat.leave", nil)
	again := state(anteroomtest.Join{Name: "Somebody else", Device: "kim's"}, "waiting")
	state(anteroomtest.Join{Name: "Kim", Device: "another"}, "joined")
	host.command("seat.admit", map[string]any{"userId": again.Participant.UserID})
	state(anonymous, "joined")

	// A page without a device id is known by its resume tokens: the older ones, and those
	// of a participant that was left.
	page, older := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Lee"})
	newer := s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Lee", ResumeToken: older.ResumeToken})
	expect(t, newer, 0, "")
	page.awaitClose()
	host.command("seat.hold", map[string]any{"userId": newer.Participant.UserID, "hold": true})
	waits := state(anteroomtest.Join{Name: "Lee", ResumeToken: older.ResumeToken}, "waiting")
	state(anteroomtest.Join{Name: "Lee", ResumeToken: newer.ResumeToken}, "waiting")
	renamed := state(anteroomtest.Join{Name: "Max", ResumeToken: waits.ResumeToken}, "waiting")
	s.Post("/sdk/v1/leave", []byte(`{"resumeToken":"`+renamed.ResumeToken+`"}`))
	again = state(anteroomtest.Join{Name: "Lee", ResumeToken: renamed.ResumeToken}, "waiting")
	state(anteroomtest.Join{Name: "Lee"}, "joined") // nobody knows who that is
	host.command("seat.admit", map[string]any{"userId": again.Participant.UserID})
	s.Post("/sdk/v1/leave", []byte(`{"resumeToken":"`+again.ResumeToken+`"}`))
	state(anteroomtest.Join{Name: "Lee", ResumeToken: older.ResumeToken}, "joined")

	user := s.AddUser(anteroomtest.User{Email: "kim@test.example"})
	signedIn := anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, hour), Device: "user's"}
	page, response = enter(t, s, signedIn)
	host.command("seat.hold", map[string]any{"userId": response.Participant.UserID, "hold": true})
	page.await("seat.held")
	page.command("seat.leave", nil)
	state(anteroomtest.Join{Device: "user's"}, "waiting")
	signedIn.Device = "user's other one"
	again = state(signedIn, "waiting")
	host.command("session.admit_all", nil)
	state(signedIn, "joined")
	state(anteroomtest.Join{Device: "user's"}, "joined")
	if again.Participant.UserID == response.Participant.UserID {
		t.Error("a participant that was left is admitted again")
	}

	// An anonymous page that is inside is no way in for the account.
	lou := s.AddUser(anteroomtest.User{Email: "lou@test.example"})
	signedIn = anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(lou.ID, hour), Device: "lou's"}
	page, response = enter(t, s, signedIn)
	host.command("seat.hold", map[string]any{"userId": response.Participant.UserID, "hold": true})
	page.await("seat.held")
	page.command("seat.leave", nil)
	signedIn.Device = "lou's other one"
	signedIn.ResumeToken = state(anteroomtest.Join{Name: "Nobody", Device: signedIn.Device}, "joined").ResumeToken
	again = state(signedIn, "waiting")
	host.command("seat.admit", map[string]any{"userId": again.Participant.UserID})
	signedIn.ResumeToken = ""
	state(signedIn, "joined")

	// Nor is it for an account that was removed.
	host.command("seat.remove", map[string]any{"userId": again.Participant.UserID})
	anonymous = anteroomtest.Join{Name: "Nobody", Device: "lou's third"}
	signedIn.Device, signedIn.ResumeToken = anonymous.Device, state(anonymous, "joined").ResumeToken
	expect(t, s.Join(signedIn), 3009, "removed_by_host")
}

// Whoever is inside and signs in from a page that waits as well waits with it: nobody
// inside sees them any longer.
func TestAParticipantThatAWaitingPageTakesOverWaits(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	user := s.AddUser(anteroomtest.User{Email: "kim@test.example"})
	anonymous := anteroomtest.Join{Meeting: room.Number, Name: "Nobody", Device: "other"}
	waits, held := enter(t, s, anonymous)
	host.command("seat.hold", map[string]any{"userId": held.Participant.UserID, "hold": true})
	waits.await("seat.held")
	signedIn := anteroomtest.Join{Meeting: room.Number, Name: "Kim", ZAK: s.ZAK(user.ID, hour), Device: "kim's"}
	older, inside := enter(t, s, signedIn)
	signedIn.Device, signedIn.ResumeToken = anonymous.Device, held.ResumeToken
	newer := s.Join(signedIn)
	if expect(t, newer, 0, ""); newer.State != "waiting" || newer.Participant.UserID != inside.Participant.UserID {
		t.Fatalf("%s as %d, want waiting as %d", newer.State, newer.Participant.UserID, inside.Participant.UserID)
	}
	older.awaitClose()
	for _, id := range []int64{held.Participant.UserID, inside.Participant.UserID} {
		guest.awaitText("participant.removed", `"userId":`+number(id))
	}
	if seen := guest.snapshot(); len(seen.Participants) != 2 {
		t.Errorf("the guest %d sees %+v", response.Participant.UserID, seen.Participants)
	}
}

// What anybody can type keeps its owner out of nothing when a borrower is removed.
func TestABorrowedNameKeyOrAddressBlocksNobody(t *testing.T) {
	t.Parallel()
	s, room, host, _, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for _, device := range []string{"thief", ""} { // without one, the address is all there is
		borrowed := anteroomtest.Join{Meeting: room.Number, Name: "Victim", CustomerKey: "victim", Email: "victim@home.example", Device: device}
		thief, stolen := enter(t, s, borrowed)
		host.command("seat.remove", map[string]any{"userId": stolen.Participant.UserID})
		thief.awaitClose()
	}
	// Every page of the SDK names its browser.
	own := anteroomtest.Join{Meeting: room.Number, Name: "Victim", CustomerKey: "victim", Email: "Victim@home.example", Device: "own"}
	expect(t, s.Join(own), 0, "")
	own.CustomerKey = ""
	expect(t, s.Join(own), 0, "")
	// Where nothing else is known of either, the address is all there is.
	own.CustomerKey, own.Device = "victim", ""
	expect(t, s.Join(own), 3009, "removed_by_host")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Name: "Thief", Device: "thief"}), 3009, "removed_by_host")
}

func TestAnEndedMeetingIsNotRevived(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	host.command("session.end", nil)
	if code := guest.awaitClose(); code != 4501 {
		t.Fatalf("the connection was closed with %d", code)
	}
	if status := media(t, response); status != http.StatusForbidden {
		t.Fatalf("the media proxy returns %d after the end", status)
	}
	if code := guest.connect(); code != 4501 {
		t.Fatalf("a connection into an ended meeting: %d", code)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 3008, "host_not_here")
}

func TestANewerPageReplacesTheOlder(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	newer, again := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest", ResumeToken: response.ResumeToken})
	if again.Participant.UserID != response.Participant.UserID {
		t.Fatal("another participant")
	}
	if code := guest.awaitClose(); code != 4503 {
		t.Fatalf("the older line was closed with %d", code)
	}
	if code := guest.connect(); code != 4503 {
		t.Fatalf("the older page came back: %d", code)
	}
	if n := len(host.snapshot().Participants); n != 2 {
		t.Fatalf("%d people are inside", n)
	}
	newer.command("seat.hand", map[string]any{"raised": true})
}

func TestWaitingAndBeingAdmitted(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Waiting", WaitingRoom: true})
	host, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	guest, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Guest"})
	host.await("participant.added")
	guest.refused("chat.send", map[string]any{"text": "let me in"}, 1003)
	if n := len(guest.snapshot().Participants); n != 1 {
		t.Fatalf("somebody who waits sees %d people", n)
	}
	host.command("seat.admit", map[string]any{"userId": response.Participant.UserID})
	guest.await("seat.admitted")
	if n := len(guest.snapshot().Participants); n != 2 {
		t.Fatalf("an admitted guest sees %d people", n)
	}
	fresh := s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))
	if fresh.Media == nil || fresh.Media.Token == "" {
		t.Fatalf("no media token after being admitted: %s", fresh.Body)
	}
	host.command("chat.send", map[string]any{"text": "welcome"})
	guest.await("chat.message")
	host.command("seat.hold", map[string]any{"userId": response.Participant.UserID, "hold": true})
	guest.await("seat.held")
	fresh.Realtime = response.Realtime
	if status := media(t, fresh); status != http.StatusForbidden {
		t.Fatalf("the media proxy returns %d to somebody who waits again", status)
	}
}

func TestNothingIsLostWhenTheConnectionBreaks(t *testing.T) {
	t.Parallel()
	_, _, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	before := guest.snapshot().Revision
	guest.cut()
	host.await("participant.updated") // the guest is shown as reconnecting
	for i := range 20 {
		host.command("chat.send", map[string]any{"text": number(int64(i))})
	}
	if code := guest.connect(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	for i := range 20 {
		e := guest.await("chat.message")
		var m struct{ Text string }
		if err := json.Unmarshal(e.Data, &m); err != nil || m.Text != number(int64(i)) {
			t.Fatalf("want message %d, got %s", i, e.Data)
		}
		if e.Revision <= before {
			t.Fatalf("revision %d after %d", e.Revision, before)
		}
		before = e.Revision
	}
	if s := guest.snapshot(); len(s.Chat) != 20 {
		t.Fatalf("the snapshot has %d messages", len(s.Chat))
	}
}

func TestARepeatedRequestRunsOnce(t *testing.T) {
	t.Parallel()
	_, _, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	request := map[string]any{"requestId": uuid.NewString(), "type": "chat.send", "data": map[string]any{"text": "once"}}
	var wg sync.WaitGroup
	responses := make([]string, 4)
	for i := range responses {
		wg.Go(func() {
			raw, _, _ := guest.rpc("command", request)
			responses[i] = string(raw)
		})
	}
	wg.Wait()
	for _, a := range responses {
		if a != responses[0] || a == "" {
			t.Fatalf("one request, several answers: %q", responses)
		}
	}
	if s := host.snapshot(); len(s.Chat) != 1 {
		t.Fatalf("one request, %d messages", len(s.Chat))
	}
}

// media connects to the media proxy with the token of a join.
func media(t *testing.T, a anteroomtest.JoinResponse) int {
	t.Helper()
	if a.Media == nil {
		t.Fatal("no media token")
	}
	address := "http" + strings.TrimPrefix(a.Media.URL, "ws") + "/rtc/validate?access_token=" + a.Media.Token
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestThereIsOneHost(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	second := s.AddUser(anteroomtest.User{Email: "second@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", AlternativeHosts: []string{second.ID}})
	other, first := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.ZAK(second.ID, time.Hour), Name: "Second"})
	host, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host"})
	if first.Participant.Role != "host" || response.Participant.Role != "host" {
		t.Fatalf("they came as %s and %s", first.Participant.Role, response.Participant.Role)
	}
	roles := func(p *page) map[string]int {
		counts := map[string]int{}
		for _, one := range p.snapshot().Participants {
			counts[one.Role]++
		}
		return counts
	}
	if r := roles(host); r["host"] != 1 || r["cohost"] != 1 {
		t.Fatalf("two hosts are inside: %v", r)
	}
	other.refused("session.end", nil, 1001)
	host.command("seat.leave", nil)
	other.await("participant.removed")
	if r := roles(other); r["host"] != 1 {
		t.Fatalf("nobody followed the host who left: %v", r)
	}
	other.command("session.end", nil)
}

// Whoever follows the updates sees one host after each of them: when a host joins
// beside another, when the role is handed over, and when the host leaves.
func TestEachUpdateShowsOneHost(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	second := s.AddUser(anteroomtest.User{Email: "second@test.example"})
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", AlternativeHosts: []string{second.ID}})
	first, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.ZAK(second.ID, time.Hour), Name: "Second"})
	watcher, watching := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Watcher"})
	roles := map[int64]string{}
	for _, one := range watcher.snapshot().Participants {
		roles[one.UserID] = one.Role
	}
	type change struct {
		UserID       int64
		Role         string
		Participants []change
		HostUserID   *int64
	}
	// follow reads updates up to one that says what is awaited.
	follow := func(kind, word string) {
		t.Helper()
		for {
			var e event
			select {
			case e = <-watcher.events:
			case <-time.After(testTimeout):
				t.Fatalf("no %s with %s came", kind, word)
			}
			var data change
			if err := json.Unmarshal(e.Data, &data); err != nil {
				t.Fatal(err)
			}
			for _, one := range append([]change{data}, data.Participants...) {
				if one.Role != "" {
					roles[one.UserID] = one.Role
				}
			}
			if e.Type == "participant.removed" {
				delete(roles, data.UserID)
			}
			var hosts []int64
			for id, role := range roles {
				if role == "host" {
					hosts = append(hosts, id)
				}
			}
			if len(hosts) != 1 || data.HostUserID != nil && *data.HostUserID != hosts[0] {
				t.Fatalf("after %s %s the hosts are %v", e.Type, e.Data, hosts)
			}
			if e.Type == kind && strings.Contains(string(e.Data), word) {
				return
			}
		}
	}
	host, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Name: "Host"})
	follow("participant.added", "hostUserId")
	if r := roles[response.Participant.UserID]; r != "host" || len(roles) != 3 {
		t.Fatalf("who joined as the host is %q among %v", r, roles)
	}
	host.command("seat.role", map[string]any{"userId": watching.Participant.UserID, "role": "host"})
	follow("participants.updated", "hostUserId")
	watcher.command("seat.role", map[string]any{"userId": response.Participant.UserID, "role": "host"})
	follow("participants.updated", "hostUserId")
	host.command("seat.leave", nil)
	follow("participant.removed", "hostUserId")
	first.command("seat.leave", nil)
}

// Those inside who are no hosts learn nothing of who waits.
func TestWhoWaitsIsForHosts(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	_, held := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Held"})
	userID := held.Participant.UserID
	host.command("seat.hold", map[string]any{"userId": userID, "hold": true})
	guest.await("participant.removed")
	host.command("seat.rename", map[string]any{"userId": userID, "userName": "Secret"})
	if e := host.await("participant.updated"); !strings.Contains(string(e.Data), "Secret") {
		t.Fatalf("the host is not notified: %s", e.Data)
	}
	guest.refused("chat.send", map[string]any{"text": "psst", "userId": userID}, 1002)
	host.command("chat.send", map[string]any{"text": "over"})
	limit := time.After(testTimeout)
	for {
		select {
		case e := <-guest.events:
			if strings.Contains(string(e.Data), "Secret") {
				t.Fatalf("a guest is notified of who waits: %s %s", e.Type, e.Data)
			}
			if e.Type == "chat.message" {
				return
			}
		case <-limit:
			t.Fatal("the chat message never came")
		}
	}
}

func TestAttendeesOfAWebinarWatch(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Webinar: true})
	host, speaker := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK(), Email: "host@test.example"})
	_, listener := enter(t, s, anteroomtest.Join{Meeting: room.Number, Email: "guest@test.example"})
	if grants := mediaGrants(t, speaker); !strings.Contains(grants, "camera") {
		t.Fatalf("the host may not speak: %s", grants)
	}
	if grants := mediaGrants(t, listener); strings.Contains(grants, "camera") || strings.Contains(grants, "microphone") {
		t.Fatalf("an attendee may speak: %s", grants)
	}
	host.command("seat.role", map[string]any{"userId": listener.Participant.UserID, "role": "cohost"})
	again := s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+listener.ResumeToken+`"}`))
	if grants := mediaGrants(t, again); !strings.Contains(grants, "camera") {
		t.Fatalf("a co-host may not speak: %s", grants)
	}
}

// mediaGrants names the sources that the media server takes of whoever shows the
// answer's token at the proxy.
func mediaGrants(t *testing.T, a anteroomtest.JoinResponse) string {
	t.Helper()
	if a.Media == nil {
		t.Fatalf("no media token: %s", a.Body)
	}
	line, err := rogue.OpenSignalling(t.Context(), a.Media.URL, a.Media.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	first, err := line.Receive()
	if err != nil {
		t.Fatal(err)
	}
	rights := first.GetJoin().GetParticipant().GetPermission()
	if !rights.GetCanPublish() {
		return ""
	}
	return strings.ToLower(fmt.Sprint(rights.GetCanPublishSources()))
}
