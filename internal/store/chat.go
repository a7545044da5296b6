package store

import (
	"context"
	"slices"

	"github.com/anteroom/anteroom/internal/meeting"
)

var chatHistory = define(`SELECT id, session_id, sender_seat_id, sender_user_id, sender_name, receiver_seat_id, receiver_user_id,
	receiver_name, body, sent_at FROM chat
	WHERE session_id = ? AND (receiver_seat_id = '' OR receiver_seat_id = ? OR sender_seat_id = ?)
	ORDER BY position DESC LIMIT ?`)

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
// those to everyone, and those that it sent or was sent itself.
func (s *Store) ChatHistory(ctx context.Context, sessionID, seatID string, limit int) ([]meeting.ChatMessage, error) {
	if s.rosters.quiet(sessionID) {
		return nil, nil
	}
	found, err := list(s.engine.reader(ctx), scanChat, chatHistory, sessionID, seatID, seatID, int64(limit))
	if err != nil {
		return nil, told(err, "the chat cannot be read")
	}
	slices.Reverse(found)
	return found, nil
}
