package store

import (
	"context"
	"slices"

	"github.com/anteroom/anteroom/internal/meeting"
)

const chatColumns = `id, session_id, sender_seat_id, sender_user_id, sender_name, receiver_seat_id, receiver_user_id,
	receiver_name, body, sent_at`

var (
	chatHistory = define(`SELECT ` + chatColumns + ` FROM chat
		WHERE session_id = ? AND (receiver_seat_id IN (?, ?, ?, ?) OR sender_seat_id = ?)
		ORDER BY position DESC LIMIT ?`)
	chatByID   = define(`SELECT ` + chatColumns + ` FROM chat WHERE session_id = ? AND id = ?`)
	deleteChat = define(`DELETE FROM chat WHERE session_id = ? AND id = ?`)
)

func scanChat(row scanner) (meeting.ChatMessage, error) {
	var (
		c    meeting.ChatMessage
		sent int64
	)
	err := row.Scan(&c.ID, &c.SessionID, &c.SenderSeatID, &c.SenderUserID, &c.SenderName, &c.ReceiverSeatID, &c.ReceiverUserID,
		&c.ReceiverName, &c.Text, &sent)
	c.SentAt = unstamp(sent)
	return c, err
}

// ChatHistory answers the last messages that a seat may read, oldest first:
// those that it sent or was sent itself, and, of those to many, what
// people of its kind read: everyone's and, for hosts, the hosts' and the waiting
// room's; for somebody who waits, the waiting room's alone.
func (s *Store) ChatHistory(ctx context.Context, sessionID, seatID string, as meeting.Reader, limit int) ([]meeting.ChatMessage, error) {
	if s.rosters.quiet(sessionID) {
		return nil, nil
	}
	const everyone, nobody = "", "@"
	readable := [3]string{everyone, nobody, nobody}
	switch as {
	case meeting.ReaderHost:
		readable = [3]string{everyone, meeting.ToHosts, meeting.ToWaitingRoom}
	case meeting.ReaderWaiting:
		readable = [3]string{meeting.ToWaitingRoom, nobody, nobody}
	}
	found, err := list(s.engine.reader(ctx), scanChat, chatHistory, sessionID, seatID, readable[0], readable[1], readable[2], seatID, int64(limit))
	if err != nil {
		return nil, told(err, "the chat cannot be read")
	}
	slices.Reverse(found)
	return found, nil
}
