package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
)

// names are those of the participants in a page's snapshot.
func (p *page) names() string {
	p.t.Helper()
	raw, _, _ := p.rpc("snapshot", nil)
	var snapshot struct{ Participants []struct{ UserName string } }
	if err := json.Unmarshal(raw, &snapshot); err != nil {
		p.t.Fatal(err)
	}
	var all []string
	for _, participant := range snapshot.Participants {
		all = append(all, participant.UserName)
	}
	return strings.Join(all, ", ")
}

func TestTheAudienceOfAWebinarDoesNotSeeEachOther(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	number := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Webinar: true}).Number
	host, _ := enter(t, s, anteroomtest.Join{Meeting: number, Role: 1, ZAK: s.HostZAK(), Email: "host@test.example"})
	guest, response := enter(t, s, anteroomtest.Join{Meeting: number, Name: "Guest", Email: "guest@test.example", Device: "guest's"})
	host.upTo(guest)
	guest.upTo(host)
	other, theirs := enter(t, s, anteroomtest.Join{Meeting: number, Name: "Otto Other", Email: "otto@example.com", CustomerKey: "k-otto", Device: "otto's"})
	id := theirs.Participant.UserID
	host.awaitText("participant.added", "Otto Other", "k-otto", "otto@example.com")
	guest.refused("chat.send", fields{"text": "psst", "userId": id}, 1002)
	other.refused("chat.send", fields{"text": "psst", "userId": response.Participant.UserID}, 1002)
	other.command("seat.hand", fields{"raised": true})
	other.command("seat.rename", fields{"userName": "Otto Renamed"})
	other.awaitText("participant.updated", "Otto Renamed")
	other.command("seat.react", fields{"reaction": "heart"})
	other.cut()
	host.awaitText("participant.updated", "reconnecting")
	if code := other.connect(); code != 0 {
		t.Fatal(code)
	}
	host.awaitText("participant.updated", `"joined"`)
	host.command("seat.hold", fields{"userId": id, "hold": true})
	host.command("seat.admit", fields{"userId": id})
	host.awaitText("participant.added", "Otto Renamed", `"state":"joined"`)
	if seen := guest.upTo(host); seen != "" {
		t.Errorf("an attendee is notified of another:\n%s", seen)
	}
	if names := guest.names(); strings.Contains(names, "Otto") || strings.Count(names, ",") != 1 {
		t.Errorf("an attendee sees %s", names)
	}
	if names := host.names(); !strings.Contains(names, "Otto Renamed") {
		t.Errorf("the host sees %s", names)
	}

	// Who may talk is heard, and so seen.
	host.command("seat.talk", fields{"userId": id, "allowed": true})
	guest.awaitText("participant.added", "Otto Renamed")
	guest.refused("chat.send", fields{"text": "psst", "userId": id}, 1001)
	host.command("seat.talk", fields{"userId": id, "allowed": false})
	guest.awaitText("participant.updated", `"allowedToTalk":false`)
	other.command("seat.rename", fields{"userName": "Otto Again"})
	if seen := guest.upTo(host); seen != "" {
		t.Errorf("an attendee is notified of one who may talk no longer:\n%s", seen)
	}

	// Panelists are seen, and see the audience, but not what is for hosts.
	host.command("seat.role", fields{"userId": id, "role": "panelist"})
	added := guest.awaitText("participant.added", "Otto Again")
	if strings.Contains(string(added.Data), "k-otto") || strings.Contains(string(added.Data), "otto@") {
		t.Errorf("an attendee received %s", added.Data)
	}
	other.upTo(host)
	if names := other.names(); !strings.Contains(names, "Guest") {
		t.Errorf("a panelist sees %s", names)
	}
	guest.command("seat.rename", fields{"userName": "Greta Guest"})
	other.awaitText("participant.updated", "Greta Guest")
	host.command("seat.role", fields{"userId": id, "role": "attendee"})
	guest.awaitText("participant.updated", `"role":"attendee"`)
	other.command("seat.hand", fields{"raised": true})
	other.command("seat.leave", nil)
	host.awaitText("participant.removed", `"left"`)
	if seen := guest.upTo(host); seen != "" {
		t.Errorf("an attendee is notified of one who is in the audience again:\n%s", seen)
	}

	// Made the host, they are the only one in the eyes of everybody.
	successor, heirs := enter(t, s, anteroomtest.Join{Meeting: number, Name: "Heir", Email: "heir@test.example", CustomerKey: "k-heir", Device: "heir's"})
	host.command("seat.role", fields{"userId": heirs.Participant.UserID, "role": "host"})
	guest.awaitText("participant.added", "Heir", `"role":"host"`, `"cohost"`, `"hostUserId":`)
	successor.awaitText("participant.updated", "k-heir")
}

func TestACustomerKeyIsForHostsAndItsOwner(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	guest.upTo(host)
	other, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Otto", CustomerKey: "k-otto", Device: "otto's"})
	if !strings.Contains(string(response.Body), "k-otto") {
		t.Errorf("the owner received %s", response.Body)
	}
	host.awaitText("participant.updated", "k-otto")
	host.command("seat.hold", fields{"userId": response.Participant.UserID, "hold": true})
	host.command("seat.admit", fields{"userId": response.Participant.UserID})
	other.await("seat.admitted")
	seen := guest.upTo(host)
	raw, _, _ := guest.rpc("snapshot", nil)
	if !strings.Contains(seen, "Otto") || strings.Contains(seen, "k-otto") || strings.Contains(string(raw), "k-otto") {
		t.Errorf("a participant is told:\n%s%s", seen, raw)
	}
	for name, p := range map[string]*page{"host": host, "owner": other} {
		if raw, _, _ := p.rpc("snapshot", nil); !strings.Contains(string(raw), "k-otto") {
			t.Errorf("the %s is not notified: %s", name, raw)
		}
	}
}

// Whoever waits sees nobody else, on no page of the roster.
func TestWhoeverWaitsSeesNobody(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	number := s.AddMeeting(anteroomtest.Meeting{Topic: "Waiting", WaitingRoom: true}).Number
	enter(t, s, anteroomtest.Join{Meeting: number, Role: 1, ZAK: s.HostZAK(), Name: "Hanna Host"})
	waiting, _ := enter(t, s, anteroomtest.Join{Meeting: number, Name: "Wanda"})
	for _, after := range []int64{0, 1} {
		raw, _, _ := waiting.rpc("snapshot", fields{"after": after})
		if strings.Contains(string(raw), "Hanna") || !strings.Contains(string(raw), "Wanda") {
			t.Errorf("after %d: %s", after, raw)
		}
	}
}
