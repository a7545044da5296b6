package store

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

const chatColumns = `id, session_id, sender_participant_id, sender_user_id, sender_name, receiver_participant_id, receiver_user_id,
	receiver_name, body, sent_at`

var (
	chatHistory = define(`SELECT ` + chatColumns + ` FROM chat
		WHERE session_id = ? AND (receiver_participant_id IN (?, ?, ?, ?) OR sender_participant_id = ?) AND position > ?
		ORDER BY position DESC LIMIT ?`)
	chatBefore = define(`SELECT ` + chatColumns + ` FROM chat
		WHERE session_id = ? AND (receiver_participant_id IN (?, ?, ?, ?) OR sender_participant_id = ?) AND position > ?
			AND position < (SELECT position FROM chat WHERE session_id = ? AND id = ?)
		ORDER BY position DESC LIMIT ?`)
	pruneChat  = define(`DELETE FROM chat WHERE session_id = ? AND position <= ?`)
	chatByID   = define(`SELECT ` + chatColumns + ` FROM chat WHERE session_id = ? AND id = ?`)
	deleteChat = define(`DELETE FROM chat WHERE session_id = ? AND id = ?`)
)

func scanChat(row scanner) (meeting.ChatMessage, error) {
	var (
		c    meeting.ChatMessage
		sent int64
	)
	err := row.Scan(&c.ID, &c.SessionID, &c.SenderParticipantID, &c.SenderUserID, &c.SenderName, &c.ReceiverParticipantID, &c.ReceiverUserID,
		&c.ReceiverName, &c.Text, &sent)
	c.SentAt = fromMicros(sent)
	return c, err
}

// How long chat is stored unless the configuration says otherwise.
const (
	// MaxChatMessages is how many of a session's newest messages are stored.
	MaxChatMessages = 2000
	// ChatLife is how long messages are stored after their session has ended.
	ChatLife = 30 * 24 * time.Hour
	// chatSlack is how many more there may be before the oldest are deleted.
	chatSlack = 64
)

// ChatHistory returns the last messages that a participant may read, oldest first, and
// whether there are older ones: those that it sent or was sent itself, and, of those
// to many, what people of its kind read: everyone's and, for hosts, the hosts' and the
// waiting room's; for somebody who waits, the waiting room's alone.
func (s *Store) ChatHistory(ctx context.Context, sessionID, participantID string, as meeting.Reader, page meeting.ChatPage) (found []meeting.ChatMessage, more bool, err error) {
	if s.rosters.hasNoChat(sessionID) {
		return nil, false, nil
	}
	const everyone, nobody = "", "@"
	readable := [3]string{everyone, nobody, nobody}
	switch as {
	case meeting.ReaderHost:
		readable = [3]string{everyone, meeting.ToHosts, meeting.ToWaitingRoom}
	case meeting.ReaderWaiting:
		readable = [3]string{meeting.ToWaitingRoom, nobody, nobody}
	}
	query, args := chatHistory, []any{sessionID, participantID, readable[0], readable[1], readable[2], participantID, page.After}
	if page.Before != "" {
		query, args = chatBefore, append(args, sessionID, page.Before)
	}
	rows, err := s.engine.reader(ctx).query(query, append(args, int64(page.Messages+1))...)
	if err != nil {
		return nil, false, wrapErr(err, "the chat cannot be read")
	}
	defer rows.Close()
	for bytes := 0; rows.Next(); {
		message, err := scanChat(rows)
		if err != nil {
			return nil, false, wrapErr(err, "the chat cannot be read")
		}
		bytes += len(message.Text)
		if len(found) == page.Messages || len(found) > 0 && bytes > page.Bytes {
			more = true
			break
		}
		found = append(found, message)
	}
	slices.Reverse(found)
	return found, more, wrapErr(rows.Err(), "the chat cannot be read")
}
