package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/anteroomtest"
)

// write sends a message and returns the refusal's code and words.
func (p *page) write(text string) (int, string) {
	_, code, message := p.rpc("command", map[string]any{"requestId": uuid.NewString(), "type": "chat.send", "data": fields{"text": text}})
	return code, message
}

// recovering asks for a channel's events from an offset on, as no page of ours does.
func (p *page) recovering(channel, epoch string, offset uint64) {
	p.t.Helper()
	p.cut()
	p.mu.Lock()
	p.subs[channel] = position{Epoch: epoch, Offset: offset}
	p.mu.Unlock()
	if code := p.connect(); code != 0 {
		p.t.Fatalf("the connection was closed with %d", code)
	}
}

// channel is the page's subscription of a kind, and where it stands.
func (p *page) channel(kind string) (name string, at position) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, at := range p.subs {
		if strings.HasPrefix(name, kind+":") {
			return name, at
		}
	}
	p.t.Fatalf("there is no channel of the kind %s", kind)
	return "", at
}

// upTo returns everything that has arrived, up to a message that is sent after it.
func (p *page) upTo(by *page) (seen string) {
	p.t.Helper()
	mark := uuid.NewString()
	by.command("chat.send", fields{"text": mark})
	for limit := time.After(testTimeout); ; {
		select {
		case e := <-p.events:
			if e.Type == "chat.message" && strings.Contains(string(e.Data), mark) {
				return seen
			}
			seen += e.Type + " " + string(e.Data) + "\n"
		case <-limit:
			p.t.Fatalf("the last message never came, only:\n%s", seen)
		}
	}
}

func TestAFloodOfChatBlocksNobody(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	written := 0
	for range 50 {
		code, message := guest.write(strings.Repeat("<", 4096))
		switch {
		case code == 0:
			written++
		case code != 1006 || !strings.HasPrefix(message, "RATE_LIMITED: retryAfter "):
			t.Fatalf("%d %s", code, message)
		}
	}
	if written < 20 || written > 40 {
		t.Errorf("%d messages of 50 sent at once were written", written)
	}
	if code, _ := host.write("calm down"); code != 0 {
		t.Errorf("the host is limited, too: %d", code)
	}
	guest.cut()
	guest.connect()
	for i := range 20 {
		p, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: fmt.Sprint("Guest ", i)})
		raw, code, _ := p.rpc("snapshot", nil)
		if code != 0 || len(raw) > 192<<10 || strings.Contains(string(raw), `\u003c`) {
			t.Fatalf("the %d. snapshot: %d, %d bytes", i, code, len(raw))
		}
	}
}

func TestChatIsReadInPages(t *testing.T) {
	t.Parallel()
	_, _, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for i := range 20 {
		if code, message := guest.write(fmt.Sprintf("%02d %s", i, strings.Repeat("😀", 4000))); code != 0 {
			t.Fatal(code, message)
		}
	}
	raw, _, _ := host.rpc("snapshot", nil)
	var first struct {
		Chat     []struct{ ID, Text string }
		MoreChat bool
	}
	if err := json.Unmarshal(raw, &first); err != nil || !first.MoreChat || len(first.Chat) < 2 || len(raw) > 192<<10 {
		t.Fatalf("%d messages in %d bytes, more: %v, %v", len(first.Chat), len(raw), first.MoreChat, err)
	}
	read := first.Chat
	for more := true; more; {
		raw, code, message := host.rpc("chat", fields{"before": read[0].ID})
		var page struct {
			Chat []struct{ ID, Text string }
			More bool
		}
		if err := json.Unmarshal(raw, &page); err != nil || code != 0 || len(page.Chat) == 0 {
			t.Fatal(code, message, err)
		}
		read, more = append(page.Chat, read...), page.More
	}
	if len(read) != 20 {
		t.Fatalf("%d messages were read", len(read))
	}
	for i, message := range read {
		if !strings.HasPrefix(message.Text, fmt.Sprintf("%02d ", i)) {
			t.Errorf("message %d is %.10q", i, message.Text)
		}
	}
	for _, data := range []any{nil, fields{"before": strings.Repeat("x", 65)}, fields{"before": 7}, 7} {
		if _, code, _ := host.rpc("chat", data); code != 1002 {
			t.Errorf("%v: %d", data, code)
		}
	}
}

func TestWhatWasDeletedIsNotRecovered(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	away, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Away"})
	away.snapshot()
	session, before := away.channel("session")
	participant, participantAt := guest.channel("seat")
	for _, data := range []fields{{"text": "a secret for all"}, {"text": "a secret for one", "userId": response.Participant.UserID}} {
		var sent struct{ Result struct{ ID string } }
		if err := json.Unmarshal(host.command("chat.send", data), &sent); err != nil {
			t.Fatal(err)
		}
		guest.await("chat.message")
		host.command("chat.delete", fields{"id": sent.Result.ID})
		guest.await("chat.deleted")
	}
	away.upTo(host)
	away.recovering(session, before.Epoch, before.Offset)
	guest.recovering(participant, participantAt.Epoch, 0)
	for _, p := range []*page{away, guest} {
		if seen := p.upTo(host); strings.Contains(seen, "a secret") {
			t.Errorf("recovered what was deleted:\n%s", seen)
		}
	}
}

func TestNobodyRecoversMessagesFromBeforeTheyJoined(t *testing.T) {
	t.Parallel()
	s, room, host, guest, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	for _, text := range []string{"the first", "the second"} {
		host.command("chat.send", fields{"text": text})
	}
	late, response := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Late"})
	session, at := late.channel("session")
	host.command("chat.send", fields{"text": "the third"})
	late.awaitText("chat.message", "the third")
	for _, offset := range []uint64{0, 1} {
		late.recovering(session, at.Epoch, offset)
		if seen := late.upTo(host); strings.Contains(seen, "the first") || strings.Contains(seen, "the second") {
			t.Errorf("recovered from before the entry:\n%s", seen)
		}
	}
	// What was said while somebody was on hold was not said to them.
	id := response.Participant.UserID
	host.command("seat.hold", fields{"userId": id, "hold": true})
	late.await("seat.held")
	host.command("chat.send", fields{"text": "about the one who waits"})
	host.command("seat.admit", fields{"userId": id})
	late.await("seat.admitted")
	late.recovering(session, at.Epoch, 5)
	if seen := late.upTo(guest); strings.Contains(seen, "about the one who waits") {
		t.Errorf("recovered what was said meanwhile:\n%s", seen)
	}
}

// A deleted message is erased where it was heard, by whoever was a host then, and nowhere
// else: others still recover what they missed.
func TestADeletedMessageToHostsIsErasedWhereItWasReceived(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	by, other := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Bystander"})
	host.command("seat.role", fields{"userId": response.Participant.UserID, "role": "cohost"})
	host.command("chat.send", fields{"text": "for the bystander", "userId": other.Participant.UserID})
	by.await("chat.message")
	author, _ := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Author"})
	var sent struct{ Result struct{ ID string } }
	if err := json.Unmarshal(author.command("chat.send", fields{"text": "a secret", "to": "hosts"}), &sent); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*page{host, guest, author} {
		p.awaitText("chat.message", "a secret")
	}
	host.command("seat.role", fields{"userId": response.Participant.UserID, "role": "attendee"})
	author.command("chat.delete", fields{"id": sent.Result.ID})
	all := []*page{host, guest, author, by}
	for _, p := range all {
		p.await("chat.deleted")
		channel, at := p.channel("seat")
		p.recovering(channel, at.Epoch, 0)
	}
	for _, p := range all {
		seen := p.upTo(host)
		if strings.Contains(seen, "a secret") {
			t.Errorf("recovered what was deleted:\n%s", seen)
		}
		if p == by && !strings.Contains(seen, "for the bystander") {
			t.Errorf("what a bystander has missed was erased as well:\n%s", seen)
		}
	}
}
