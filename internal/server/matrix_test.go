package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// askers are who asks in each column of the matrix.
var askers = []struct {
	title   string
	webinar bool
	role    meeting.Role
	talks   bool
}{
	{"meeting host", false, meeting.RoleHost, false},
	{"meeting cohost", false, meeting.RoleCoHost, false},
	{"meeting attendee", false, meeting.RoleAttendee, false},
	{"webinar host", true, meeting.RoleHost, false},
	{"webinar cohost", true, meeting.RoleCoHost, false},
	{"webinar panelist", true, meeting.RolePanelist, false},
	{"webinar attendee", true, meeting.RoleAttendee, false},
	{"webinar attendee who may talk", true, meeting.RoleAttendee, true},
}

// states are those in which each of them asks.
var states = []string{"joined", "reconnecting", "waiting", "left", "removed", "lost", "dismissed", "older page", "ended"}

// matrixRow is a command, with data that succeeds for somebody, and what each asker
// who is inside is answered: 0, or the code of the refusal. Waiting says the same of
// all who wait. Whoever is gone is always answered 1003.
//
// The data names other people in the meeting: {host}, {cohost}, {attendee} and
// {waiting}; {theirs} is a message of theirs to everybody, {own} one of the asker's.
type matrixRow struct {
	command, data string
	inside        [8]int
	waiting       int
}

// Every command has a row here, with one for each right that it looks at by itself.
var matrix = []matrixRow{
	{"capture.permit", `{"userId":{attendee},"allowed":true}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"capture.request", `{}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"capture.set", `{"status":"on"}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"chat.delete", `{"id":"{own}"}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"chat.delete", `{"id":"{theirs}"}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"chat.send", `{"text":"to all"}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"chat.send", `{"text":"to hosts","to":"hosts"}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"chat.send", `{"text":"to the waiting room","to":"waitingRoom"}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"chat.send", `{"text":"to a host","userId":{host}}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"chat.send", `{"text":"to an attendee","userId":{attendee}}`, [8]int{0, 0, 0, 0, 0, 0, 1002, 1002}, 1003},
	{"chat.send", `{"text":"to one who waits","userId":{waiting}}`, [8]int{0, 0, 1002, 0, 0, 1002, 1002, 1002}, 1003},
	{"seat.admit", `{"userId":{waiting}}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"seat.hand", `{"raised":true}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"seat.hand", `{"raised":false,"userId":{attendee}}`, [8]int{0, 0, 1001, 0, 0, 1001, 1002, 1002}, 1003},
	{"seat.hold", `{"userId":{attendee},"hold":true}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"seat.hold", `{"userId":{host},"hold":true}`, [8]int{1004, 1004, 1001, 1004, 1004, 1001, 1001, 1001}, 1003},
	{"seat.leave", `{}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 0},
	{"seat.media", `{"audioOn":true,"muted":true}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"seat.media", `{"audioOn":true,"muted":false}`, [8]int{0, 0, 0, 0, 0, 0, 1001, 0}, 1003},
	{"seat.media", `{"videoOn":true}`, [8]int{0, 0, 0, 0, 0, 0, 1001, 1001}, 1003},
	{"seat.media", `{"sharing":true}`, [8]int{1004, 1004, 1004, 1004, 1004, 1004, 1001, 1001}, 1003},
	{"seat.mute", `{"muted":false}`, [8]int{0, 0, 0, 0, 0, 0, 1001, 0}, 1003},
	{"seat.mute", `{"userId":{attendee},"muted":true}`, [8]int{0, 0, 1001, 0, 0, 1001, 1002, 1002}, 1003},
	{"seat.mute", `{"userId":{waiting},"muted":true}`, [8]int{1004, 1004, 1002, 1004, 1004, 1002, 1002, 1002}, 1003},
	{"seat.react", `{"reaction":"clap"}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"seat.remove", `{"userId":{attendee}}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"seat.remove", `{"userId":{waiting}}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"seat.remove", `{"userId":{cohost}}`, [8]int{0, 1001, 1001, 0, 1001, 1001, 1001, 1001}, 1003},
	{"seat.rename", `{"userName":"Me"}`, [8]int{0, 0, 0, 0, 0, 0, 0, 0}, 1003},
	{"seat.rename", `{"userId":{attendee},"userName":"You"}`, [8]int{0, 0, 1001, 0, 0, 1001, 1002, 1002}, 1003},
	{"seat.role", `{"userId":{attendee},"role":"cohost"}`, [8]int{0, 1001, 1001, 0, 1001, 1001, 1001, 1001}, 1003},
	{"seat.role", `{"userId":{attendee},"role":"host"}`, [8]int{0, 1001, 1001, 0, 1001, 1001, 1001, 1001}, 1003},
	{"seat.share", `{}`, [8]int{0, 0, 0, 0, 0, 0, 1001, 1001}, 1003},
	{"seat.talk", `{"userId":{attendee},"allowed":true}`, [8]int{1004, 1004, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.admit_all", `{}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.broadcast", `{}`, [8]int{1004, 1004, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.claim_host", `{"hostKey":"123456"}`, [8]int{1004, 1004, 1004, 1004, 1004, 1004, 1004, 1004}, 1003},
	{"session.end", `{}`, [8]int{0, 1001, 1001, 0, 1001, 1001, 1001, 1001}, 1003},
	{"session.lock", `{"locked":true}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.lower_hands", `{}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.mute_all", `{"muted":true}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.reclaim_host", `{}`, [8]int{1001, 1001, 1001, 1001, 1001, 1001, 1001, 1001}, 1003},
	{"session.rules", `{"chatAllowed":"off"}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
	{"session.spotlight", `{"operate":"add","userId":{attendee}}`, [8]int{0, 0, 1001, 0, 0, 1001, 1001, 1001}, 1003},
}

// roleFixture is a session with one of each.
type roleFixture struct {
	s    *testServer
	room *meeting.Meeting
	id   string
	fill *strings.Replacer
	self *meeting.Participant
}

// addParticipant adds a participant past the gate: what is tried here is what it may do.
func (c *roleFixture) addParticipant(t *testing.T, participant meeting.Participant) *meeting.Participant {
	t.Helper()
	ask := meeting.AdmitRequest{Meeting: c.room, SessionID: c.id, Capacity: 100, Now: time.Now(), Practice: c.room.IsWebinar(), Participant: participant}
	if c.id != "" {
		live, err := c.s.Store.Session(t.Context(), c.id)
		if err != nil {
			t.Fatal(err)
		}
		ask.GateRevision = live.GateRevision
	}
	ask.Participant.ID, ask.Participant.GUID, ask.Participant.Muted, ask.Participant.LeaseUntil = store.NewID(), store.NewID(), true, time.Now().Add(time.Hour)
	if participant.State == meeting.ParticipantReconnecting {
		ask.Participant.LostAt = time.Now()
	}
	admitted, err := c.s.Store.Admit(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	c.id = admitted.Session.ID
	return &admitted.Participant
}

func (s *testServer) newRoleFixture(t *testing.T, room *meeting.Meeting, who meeting.Participant) *roleFixture {
	t.Helper()
	c := &roleFixture{s: s, room: room}
	names := []string{}
	name := func(key string, participant *meeting.Participant) *meeting.Participant {
		names = append(names, "{"+key+"}", number(participant.UserID))
		return participant
	}
	if who.Role == meeting.RoleHost {
		name("host", c.addParticipant(t, meeting.Participant{Name: "Co-host", Role: meeting.RoleCoHost}))
	} else {
		name("host", c.addParticipant(t, meeting.Participant{Name: "Host", Role: meeting.RoleHost, Flags: meeting.ParticipantFlags{OriginHost: true}}))
	}
	name("cohost", c.addParticipant(t, meeting.Participant{Name: "Other co-host", Role: meeting.RoleCoHost}))
	other := name("attendee", c.addParticipant(t, meeting.Participant{Name: "Attendee", Role: meeting.RoleAttendee}))
	name("waiting", c.addParticipant(t, meeting.Participant{Name: "Waiting", Role: meeting.RoleAttendee, State: meeting.ParticipantWaiting}))
	state := who.State
	if !state.Live() {
		who.State = meeting.ParticipantJoined
	}
	c.self = c.addParticipant(t, who)
	err := s.Store.Mutate(t.Context(), c.id, func(tx meeting.Tx) error {
		for key, from := range map[string]*meeting.Participant{"{theirs}": other, "{own}": c.self} {
			id := store.NewID()
			names = append(names, key, id)
			if err := tx.AddChat(meeting.ChatMessage{ID: id, SenderParticipantID: from.ID, Text: "hello"}); err != nil {
				return err
			}
		}
		participant, err := tx.ParticipantByID(c.self.ID)
		if err != nil {
			return err
		}
		participant.State, participant.LostAt = state, who.LostAt
		return tx.SaveParticipant(participant)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.fill = strings.NewReplacer(names...)
	return c
}

// code is 0 or the code with which the command is refused.
func (c *roleFixture) code(t *testing.T, row matrixRow) int {
	t.Helper()
	_, _, err := c.s.Sessions.Command(context.Background(), c.self, row.command, json.RawMessage(c.fill.Replace(row.data)))
	var refused *session.CommandError
	switch {
	case err == nil || errors.As(err, &refused) && refused == nil:
		return 0
	case refused == nil:
		t.Fatal(err)
	}
	return int(refused.Code)
}

// TestWhoMayWhat asks for every command in every role and every state.
func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	var known []string
	for _, row := range matrix {
		known = append(known, row.command)
	}
	for _, command := range session.Commands() {
		if !slices.Contains(known, command) {
			t.Errorf("the command %s has no row in the matrix", command)
		}
	}
	slices.Sort(known)
	if extra := slices.DeleteFunc(slices.Compact(known), func(name string) bool { return slices.Contains(session.Commands(), name) }); len(extra) > 0 {
		t.Errorf("the matrix has rows of unknown commands: %v", extra)
	}
	s := startServer(t, development(t), server.Parts{})
	for i, row := range matrix {
		for k, who := range askers {
			for _, state := range states {
				want := row.inside[k]
				switch state {
				case "joined", "reconnecting":
				case "waiting":
					want = row.waiting
				default:
					want = session.RefusedState
				}
				room := *s.room
				room.ID, room.Number = "", fmt.Sprintf("9%02d%02d%06d", i, k, slices.Index(states, state))
				room.Kind = meeting.KindScheduled
				if who.webinar {
					room.Kind = meeting.KindWebinar
				}
				if err := s.Store.CreateMeeting(t.Context(), &room); err != nil {
					t.Fatal(err)
				}
				participant := meeting.Participant{Name: "Self", Role: who.role, State: meeting.ParticipantJoined, Flags: meeting.ParticipantFlags{AllowedToTalk: who.talks}}
				if state != "older page" && state != "ended" {
					participant.State = meeting.ParticipantState(state)
				}
				c := s.newRoleFixture(t, &room, participant)
				switch state {
				case "older page":
					if _, err := s.Store.ResumeParticipant(t.Context(), c.self.ID, c.self.Generation, time.Now().Add(time.Hour), nil); err != nil {
						t.Fatal(err)
					}
				case "ended":
					if err := s.Sessions.EndSession(t.Context(), c.id, meeting.EndedByHost); err != nil {
						t.Fatal(err)
					}
				}
				if got := c.code(t, row); got != want {
					t.Errorf("%s %s by a %s, %s: %d, want %d", row.command, row.data, who.title, state, got, want)
				}
				_ = s.Sessions.EndSession(t.Context(), c.id, meeting.EndedByHost)
			}
		}
	}
}

// TestEveryCommandIsDocumented reads the page of the protocol.
func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "protocol", "control-channel.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range session.Commands() {
		if !strings.Contains(string(page), "`"+command+"`") {
			t.Errorf("%s is not documented", command)
		}
	}
}
