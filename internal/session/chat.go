package session

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/meeting"
)

// How much a participant may write in a second, and at once. Nobody types so fast;
// apps that copy answers or captions into the chat keep within it.
const (
	writePerSec = 5
	writeBurst  = 20
)

// maxChatID is longer than every message's id.
const maxChatID = 64

// Names under which messages to a group stand.
const (
	hostsName       = "Hosts"
	waitingRoomName = "Waiting room"
)

func sendChat(c *action) error {
	var in struct {
		Text   string
		UserID int64
		To     string
	}
	if err := c.read(&in); err != nil {
		return err
	}
	text := strings.TrimRight(strings.Map(printed, in.Text), " \t\r\n")
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > MaxChatLength || !utf8.ValidString(text) {
		return refuse(RefusedParameters, "text: 1 to %d characters", MaxChatLength)
	}
	message := meeting.ChatMessage{
		ID: c.messageID(), SessionID: c.self.SessionID, SenderParticipantID: c.self.ID, SenderUserID: c.self.UserID,
		SenderName: c.self.Name, Text: text, SentAt: c.service.Clock.Now(),
	}
	readers, err := c.address(&message, in.UserID, in.To)
	if err != nil {
		return err
	}
	sent, err := c.tx.Chat(message.ID)
	if err != nil {
		return err
	}
	if sent != nil {
		// It is reported again, for nobody may have heard of it; pages know it by its
		// id.
		message = *sent
	} else if err := c.tx.AddChat(message); err != nil {
		return err
	}
	view := chatView(message)
	c.result = view
	if readers == nil {
		c.tx.BumpRevision(false)
		c.publish("chat.message", view)
		return nil
	}
	for _, participantID := range readers {
		c.send(participantID, "chat.message", view)
	}
	return nil
}

// messageIDs are the ids of messages that are named by the requests that sent them.
var messageIDs = uuid.MustParse("9a1b8f0e-6c0f-4a51-8d0c-2f4f6a3a7c11")

// messageID is the id of the message that is being sent: the same where its page, of the
// same generation, sends the same request again.
func (c *action) messageID() string {
	if c.requestID == "" {
		return c.service.NewID()
	}
	name := fmt.Sprintf("%s %d %s", c.self.ID, c.self.Generation, c.requestID)
	return uuid.NewHash(sha256.New(), messageIDs, []byte(name), 8).String()
}

// printed drops control characters, which nobody sees and which take six bytes each in
// JSON. Tabs and ends of lines stay.
func printed(r rune) rune {
	if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || r == '\u2028' || r == '\u2029' {
		return -1
	}
	return r
}

// address says to whom a message goes, if its sender may write to them, and who is
// notified of it; nil is everybody inside.
func (c *action) address(message *meeting.ChatMessage, userID int64, to string) ([]string, error) {
	reach := c.tx.Session().Policy.Chat
	host := hasHostRights(c.self)
	if !host && reach == meeting.ChatOff {
		return nil, refuse(RefusedPrivileges, "the host has turned off chat")
	}
	if userID == 0 {
		switch to {
		case "", "everyone":
			if !host && reach != meeting.ChatEveryone {
				return nil, refuse(RefusedPrivileges, "participants may write only to hosts")
			}
			return nil, nil
		case "hosts":
			message.ReceiverParticipantID, message.ReceiverUserID, message.ReceiverName = meeting.ToHosts, meeting.HostsNumber, hostsName
			return c.readers(hasHostRights)
		case "waitingRoom":
			if !host {
				return nil, refuse(RefusedPrivileges, "only hosts may write to the waiting room")
			}
			message.ReceiverParticipantID, message.ReceiverUserID, message.ReceiverName = meeting.ToWaitingRoom, meeting.WaitingRoomNumber, waitingRoomName
			return c.readers(func(participant *meeting.Participant) bool {
				return hasHostRights(participant) || participant.State == meeting.ParticipantWaiting
			})
		}
		return nil, refuse(RefusedParameters, "to: everyone, hosts or waitingRoom")
	}
	receiver, err := c.target(userID)
	if err != nil {
		return nil, err
	}
	if receiver == c.self {
		return nil, refuse(RefusedParameters, "userId: you cannot send a message to yourself")
	}
	if c.tx.Session().Webinar && c.self.Role == meeting.RoleAttendee && receiver.Role == meeting.RoleAttendee {
		return nil, refuse(RefusedPrivileges, "attendees of a webinar cannot write to each other")
	}
	if !host && reach != meeting.ChatEveryone && !hasHostRights(receiver) {
		return nil, refuse(RefusedPrivileges, "participants may write only to hosts")
	}
	message.ReceiverParticipantID, message.ReceiverUserID, message.ReceiverName = receiver.ID, receiver.UserID, receiver.Name
	return []string{receiver.ID, c.self.ID}, nil
}

// readers are the sender and every participant that is picked.
func (c *action) readers(pick func(*meeting.Participant) bool) ([]string, error) {
	participants, err := c.tx.Participants()
	if err != nil {
		return nil, err
	}
	ids := []string{c.self.ID}
	for _, participant := range participants {
		if participant.ID != c.self.ID && pick(participant) {
			ids = append(ids, participant.ID)
		}
	}
	return ids, nil
}

// deleteChat takes a message back: its sender's, or a host's who can read it.
func deleteChat(c *action) error {
	var in struct{ ID string }
	if err := c.read(&in); err != nil {
		return err
	}
	if in.ID == "" || len(in.ID) > maxChatID {
		return refuse(RefusedParameters, "id: 1 to %d characters", maxChatID)
	}
	message, err := c.tx.Chat(in.ID)
	if err != nil {
		return err
	}
	own := message != nil && message.SenderParticipantID == c.self.ID
	if message == nil || (!own && !c.canRead(message)) {
		return refuse(RefusedParameters, "id: there is no message with this ID")
	}
	if !own && !hasHostRights(c.self) {
		return refuse(RefusedPrivileges, "")
	}
	if err := c.tx.DeleteChat(in.ID); err != nil {
		return err
	}
	erased, err := c.visibleTo(message)
	if err != nil {
		return err
	}
	session := c.self.SessionID
	c.afterCommit(func() { c.service.Channel.Erase(session, erased...) })
	gone := map[string]any{"id": in.ID}
	if message.ReceiverParticipantID == meeting.ToWaitingRoom {
		waiting, err := c.readers(func(participant *meeting.Participant) bool { return participant.State == meeting.ParticipantWaiting })
		if err != nil {
			return err
		}
		for _, participantID := range waiting[1:] {
			c.send(participantID, "chat.deleted", gone)
		}
	}
	// Everybody is told: the id says nothing to those who never had the message,
	// and a page that is away finds out by the revision.
	c.tx.BumpRevision(false)
	c.publish("chat.deleted", gone)
	return nil
}

// visibleTo are the participants on whose channels a message may have gone out; none
// means the session's channel. Whoever was a host then may be none now.
func (c *action) visibleTo(message *meeting.ChatMessage) ([]string, error) {
	switch message.ReceiverParticipantID {
	case "":
		return nil, nil
	case meeting.ToHosts:
		ids, err := c.readers(func(participant *meeting.Participant) bool {
			return hasHostRights(participant) || participant.Flags.WasHost
		})
		return append(ids, message.SenderParticipantID), err
	case meeting.ToWaitingRoom: // only hosts write there; whoever waited then may be inside now
		return c.readers(func(*meeting.Participant) bool { return true })
	}
	return []string{message.SenderParticipantID, message.ReceiverParticipantID}, nil
}

func (c *action) canRead(message *meeting.ChatMessage) bool {
	switch message.ReceiverParticipantID {
	case "", c.self.ID:
		return true
	case meeting.ToHosts, meeting.ToWaitingRoom:
		return hasHostRights(c.self)
	}
	return false
}

// readerFor is as whom a participant reads the session's chat.
func readerFor(participant *meeting.Participant) meeting.Reader {
	switch {
	case participant.State == meeting.ParticipantWaiting:
		return meeting.ReaderWaiting
	case hasHostRights(participant):
		return meeting.ReaderHost
	}
	return meeting.ReaderInside
}
