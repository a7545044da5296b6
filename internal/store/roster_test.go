package store

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
)

// TestRosterIsExact compares what is stored of a session with the database while
// joins and every kind of change race.
func TestRosterIsExact(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		uncached := w.open(func(c *Config) { c.Shared = true })
		compare := func(when, sessionID, participantID string) {
			t.Helper()
			stored, err := w.LiveParticipants(ctx, sessionID)
			w.must(err)
			read, err := uncached.LiveParticipants(ctx, sessionID)
			w.must(err)
			if !reflect.DeepEqual(stored, read) {
				t.Fatalf("%s: kept %s, read %s", when, names(stored), names(read))
			}
			keptChat, _, err := w.ChatHistory(ctx, sessionID, participantID, meeting.ReaderInside, newest(100))
			w.must(err)
			readChat, _, err := uncached.ChatHistory(ctx, sessionID, participantID, meeting.ReaderInside, newest(100))
			w.must(err)
			if !reflect.DeepEqual(keptChat, readChat) {
				t.Fatalf("%s: kept %v, read %v", when, keptChat, readChat)
			}
		}
		change := func(sessionID, name string, fn func(meeting.Tx, *meeting.Participant) error) error {
			return w.Mutate(ctx, sessionID, func(tx meeting.Tx) error {
				participants, err := tx.Participants()
				if err != nil || len(participants) < 2 {
					return err
				}
				participant := participants[len(participants)-1]
				participant.Name = name
				return fn(tx, participant)
			})
		}
		for round, joins := range []int{2, 5, 12, 3 * maxRosterParticipants} {
			first := w.join(m, "Ada")
			session, participant := first.Session.ID, first.Participant.ID
			compare("begun", session, participant)
			second := w.join(m, "Bo", func(req *meeting.AdmitRequest) {
				req.Participant.Claims = meeting.IdentityClaims{AppID: "app", CustomerKey: "key"}
				req.Participant.SignatureDigest = []byte{1}
			})
			compare("two", session, participant)
			held, err := w.LiveParticipants(ctx, session)
			w.must(err)
			var group sync.WaitGroup
			for i := range joins {
				group.Add(1)
				go func() {
					defer group.Done()
					var err error
					switch i % 6 {
					case 0:
						err = change(session, fmt.Sprint("renamed ", i), func(tx meeting.Tx, s *meeting.Participant) error { return tx.SaveParticipant(s) })
					case 1:
						_, err = w.LiveParticipants(ctx, session)
					case 2:
						err = change(session, "gone", func(tx meeting.Tx, s *meeting.Participant) error {
							s.State, s.LeftAt = meeting.ParticipantLeft, noon
							return tx.SaveParticipant(s)
						})
					default:
						_, err = w.Admit(ctx, meeting.AdmitRequest{
							Meeting: m, SessionID: session, GateRevision: first.Session.GateRevision, Capacity: 1000, Now: noon,
							Participant: meeting.Participant{ID: NewID(), Name: fmt.Sprint("guest ", i)},
						})
					}
					if err != nil {
						t.Error(err)
					}
				}()
			}
			group.Wait()
			compare(fmt.Sprint("raced in round ", round), session, participant)
			compare("read again", session, participant)
			if got := names(held); got != "Ada:joined Bo:joined " {
				t.Fatalf("participants in a reader's hands became %s", got)
			}
			if resumed, err := w.ResumeParticipant(ctx, participant, 1, first.Participant.LeaseUntil, nil); err != nil || resumed.Participant.Generation != 2 {
				t.Fatalf("resumed %+v, %v", resumed.Participant, err)
			}
			compare("resumed", session, participant)
			w.must(w.Mutate(ctx, session, func(tx meeting.Tx) error {
				return tx.AddChat(meeting.ChatMessage{ID: NewID(), SenderParticipantID: second.Participant.ID, Text: "hello", SentAt: noon})
			}))
			if chat, _, err := w.ChatHistory(ctx, session, participant, meeting.ReaderInside, newest(100)); err != nil || len(chat) != 1 {
				t.Fatalf("the chat is %v, %v", chat, err)
			}
			compare("chatted", session, participant)
			w.end(session)
			compare("ended", session, participant)
		}
	})
}

// TestRosterForgetsNoChat reports that what is not kept of a session is not taken
// for silence.
func TestRosterForgetsNoChat(t *testing.T) {
	c := newRosterCache(false)
	for i := range rosterShards * rosterShardSize * 2 {
		c.sessionStarted(meeting.Participant{SessionID: fmt.Sprint(i)})
	}
	stored := 0
	for i := range rosterShards * rosterShardSize * 2 {
		id := fmt.Sprint(i)
		if !c.hasNoChat(id) {
			c.changed(id, true, false, false)
			continue
		}
		stored++
		c.changed(id, false, true, false)
		if c.hasNoChat(id) {
			t.Fatalf("session %s is quiet after a chat message", id)
		}
	}
	if stored == 0 || stored > rosterShards*rosterShardSize {
		t.Fatalf("%d sessions were kept, want at most %d", stored, rosterShards*rosterShardSize)
	}
	if c.hasNoChat("unknown") || newRosterCache(true).hasNoChat("0") {
		t.Fatal("an unknown session is quiet")
	}
}

// TestLogBeginsAnew carries a log over and looks whether the next write reuses it.
func TestLogBeginsAnew(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	e := w.engine.(*sqliteEngine)
	m := w.meeting()
	for i := range 50 {
		w.join(m, fmt.Sprint("guest ", i))
	}
	if e.writer.committed.Load() == 0 {
		t.Fatal("no write was counted")
	}
	before, err := checkpoint(e.checkpointConn)
	w.must(err)
	e.checkpointer.pass(0)
	w.join(m, "Last")
	after, err := checkpoint(e.checkpointConn)
	w.must(err)
	if after >= before {
		t.Fatalf("the log has %d pages after it was to begin anew, %d before", after, before)
	}
	w.counted(w.join(m, "Ann").Session.ID, 52)
	e.writer.stop()
	e.writer.betweenTransactions(nil) // A writer that is gone keeps nobody waiting.
}
