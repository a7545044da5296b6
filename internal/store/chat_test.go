package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// newest is a page of so many messages, however long they are.
func newest(messages int) meeting.ChatPage {
	return meeting.ChatPage{Messages: messages, Bytes: 1 << 20}
}

// sendChat writes messages of a participant to everybody.
func (w *testDB) sendChat(admitted meeting.Admitted, texts ...string) {
	for _, text := range texts {
		w.must(w.Mutate(context.Background(), admitted.Session.ID, func(tx meeting.Tx) error {
			return tx.AddChat(meeting.ChatMessage{ID: NewID(), SenderParticipantID: admitted.Participant.ID, Text: text})
		}))
	}
}

func TestChatIsReadInBoundedPages(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		admitted := w.join(w.meeting(), "Ada")
		for i := range 12 {
			w.sendChat(admitted, fmt.Sprintf("%02d %s", i, strings.Repeat("x", 97)))
		}
		page := func(before string, messages, bytes int, want string, wantMore bool) string {
			t.Helper()
			found, more, err := w.ChatHistory(ctx, admitted.Session.ID, admitted.Participant.ID, meeting.ReaderInside,
				meeting.ChatPage{Before: before, Messages: messages, Bytes: bytes})
			w.must(err)
			got := ""
			for _, message := range found {
				got += message.Text[:3]
			}
			if got != want || more != wantMore {
				t.Errorf("before %q, %d messages, %d bytes: %q, more %v; want %q, %v", before, messages, bytes, got, more, want, wantMore)
			}
			if len(found) == 0 {
				return ""
			}
			return found[0].ID
		}
		last := page("", 3, 10_000, "09 10 11 ", true)
		last = page(last, 100, 450, "05 06 07 08 ", true)
		last = page(last, 100, 1, "04 ", true)
		last = page(last, 4, 10_000, "00 01 02 03 ", false)
		page(last, 4, 10_000, "", false)
		page("nobody's", 4, 10_000, "", false)
	})
}

func TestChatIsStoredForAsLongAsConfigured(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		w.Store = w.open(func(c *Config) { c.MaxChatMessages = 100 })
		admitted, other := w.join(w.meeting(), "Ada"), w.join(w.meeting(), "Bob")
		w.sendChat(other, "elsewhere")
		for i := range 200 {
			w.sendChat(admitted, fmt.Sprint(i))
		}
		count := func(admitted meeting.Admitted) int {
			found, _, err := w.ChatHistory(ctx, admitted.Session.ID, admitted.Participant.ID, meeting.ReaderInside, newest(1000))
			w.must(err)
			return len(found)
		}
		if n := count(admitted); n < 100 || n >= 100+chatSlack {
			t.Errorf("%d messages are kept, want 100 and at most %d more", n, chatSlack)
		}
		w.must(w.Mutate(ctx, admitted.Session.ID, func(tx meeting.Tx) error {
			tx.Session().EndedAt, tx.Session().EndReason = noon, meeting.EndedByHost
			return tx.SaveSession()
		}))
		w.must(w.PruneChat(ctx, noon.Add(-time.Hour)))
		if count(admitted) == 0 {
			t.Error("deleted before its time")
		}
		w.must(w.PruneChat(ctx, noon.Add(time.Hour)))
		if count(admitted) != 0 || count(other) != 1 {
			t.Errorf("%d messages of an old session, %d of one that runs", count(admitted), count(other))
		}
	})
}
