package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

func TestMutate(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben := w.join(m, "Ada"), w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Participant.Claims.DeviceID = "device" })
		id := ada.Session.ID
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			participants, err := tx.Participants()
			if err != nil {
				return err
			}
			if got := names(participants); got != "Ada:joined Ben:joined " {
				return fmt.Errorf("the participants are %s", got)
			}
			byNumber, err := tx.ParticipantByUserID(ben.Participant.UserID)
			if err != nil || byNumber != participants[1] {
				return fmt.Errorf("one participant has two objects: %w", err)
			}
			byNumber.Name, byNumber.HandRaised, byNumber.Role = "Benjamin", true, meeting.RoleCoHost
			tx.Session().Locked = true
			if revision := tx.BumpRevision(true); revision != 3 {
				return fmt.Errorf("the revision is %d, want 3", revision)
			}
			return tx.SaveParticipant(byNumber)
		}))
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if !live.Locked || live.Revision != 3 || live.GateRevision != ada.Session.GateRevision+1 || live.Participants != 2 {
			t.Fatalf("the session is %+v", live)
		}
		participant, err := w.Participant(ctx, ben.Participant.ID)
		w.must(err)
		if participant.Name != "Benjamin" || !participant.HandRaised || participant.Role != meeting.RoleCoHost || participant.Claims.DeviceID != "device" {
			t.Fatalf("the participant is %+v", participant)
		}

		refused := errors.New("refused")
		err = w.Mutate(ctx, id, func(tx meeting.Tx) error {
			participant, err := tx.ParticipantByID(ben.Participant.ID)
			if err != nil {
				return err
			}
			participant.State = meeting.ParticipantLeft
			tx.BumpRevision(true)
			if err := errors.Join(tx.SaveParticipant(participant), tx.SaveSession(), tx.AddRemoval(participant, noon)); err != nil {
				return err
			}
			return refused
		})
		wantError(t, err, refused)
		after, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		wantEqual(t, after, live)
		w.counted(id, 2)
	})
}

func TestRemovalAndLeaving(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		ben := w.join(m, "Ben", func(a *meeting.AdmitRequest) {
			a.Participant.Claims = meeting.IdentityClaims{UserID: "ben", DeviceID: "d"}
		})
		id := ada.Session.ID
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			participant, err := tx.ParticipantByID(ben.Participant.ID)
			if err != nil {
				return err
			}
			if err := tx.AddRemoval(participant, noon); err != nil {
				return err
			}
			tx.BumpRevision(true)
			participant.State, participant.LeftAt = meeting.ParticipantRemoved, noon
			if err := tx.SaveParticipant(participant); err != nil {
				return err
			}
			if gone, err := tx.ParticipantByUserID(ben.Participant.UserID); err != nil || gone != nil {
				return fmt.Errorf("a removed participant is still found: %v, %w", gone, err)
			}
			participants, err := tx.Participants()
			if err != nil || len(participants) != 1 {
				return fmt.Errorf("%d participants are left, %w", len(participants), err)
			}
			return nil
		}))
		w.counted(id, 1)
		removals, err := w.Removals(ctx, id)
		w.must(err)
		wantEqual(t, removals, []Removal{{Claims: ben.Participant.Claims, Name: "Ben", At: noon}})
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if live.Removals != 1 {
			t.Fatalf("the session counts %d removals", live.Removals)
		}
		// The place and the identity are free again.
		w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Participant.Claims, a.Capacity = ben.Participant.Claims, 2 })
		w.end(id)
		w.counted(id, 0)
		gone, err := w.Participant(ctx, ada.Participant.ID)
		w.must(err)
		if gone.State != meeting.ParticipantLeft || !gone.LeftAt.Equal(noon.Add(time.Hour)) {
			t.Fatalf("Ada's participant is %+v", gone)
		}
		removed, err := w.Participant(ctx, ben.Participant.ID)
		w.must(err)
		wantEqual(t, removed.State, meeting.ParticipantRemoved)
		wantError(t, w.Mutate(ctx, id, func(meeting.Tx) error { return nil }), ErrNotFound)
		wantError(t, w.Mutate(ctx, "nothing", func(meeting.Tx) error { return nil }), ErrNotFound)
	})
}

func TestParticipantsStayOnHoldAfterTheyLeave(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		ben := w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Participant.Claims = meeting.IdentityClaims{DeviceID: "ben's"} })
		id := ada.Session.ID
		change := func(participantID string, do func(*meeting.Participant)) {
			t.Helper()
			w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
				participant, err := tx.ParticipantByID(participantID)
				if err != nil {
					return err
				}
				do(participant)
				return tx.SaveParticipant(participant)
			}))
		}
		onHold := func(want int) (claims []meeting.IdentityClaims) {
			t.Helper()
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			participants, err := w.HeldParticipants(ctx, id)
			w.must(err)
			for _, participant := range participants {
				claims = append(claims, participant.Claims)
			}
			if live.OnHold != want || len(claims) != want {
				t.Fatalf("%d participants are on hold, %d are counted, want %d", len(claims), live.OnHold, want)
			}
			return claims
		}
		onHold(0)
		change(ben.Participant.ID, func(participant *meeting.Participant) {
			participant.State, participant.OnHold = meeting.ParticipantWaiting, true
		})
		change(ben.Participant.ID, func(participant *meeting.Participant) { participant.State = meeting.ParticipantLeft })
		wantEqual(t, onHold(1), []meeting.IdentityClaims{ben.Participant.Claims})
		w.counted(id, 1)
		w.must(w.Mutate(ctx, id, func(tx meeting.Tx) error {
			participants, err := tx.ParticipantsOnHold()
			if err != nil || len(participants) != 1 {
				return fmt.Errorf("%d participants are on hold, %w", len(participants), err)
			}
			participants[0].OnHold = false
			return tx.SaveParticipant(participants[0])
		}))
		onHold(0)
		w.counted(id, 1)
	})
}

// Whose hold ends after some messages reads none of them, and all later ones, whichever
// were deleted meanwhile.
func TestChatIsReadFromAPositionOn(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada").Participant
		say := func(ids ...string) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
				for _, id := range ids {
					if err := tx.AddChat(meeting.ChatMessage{ID: id, SenderParticipantID: ada.ID, Text: id, SentAt: time.Now()}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		letIn := func(want int64) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
				participant, err := tx.ParticipantByID(ada.ID)
				if err != nil {
					return err
				}
				if participant.HeldTo, err = tx.LastChat(); err != nil {
					return err
				}
				return tx.SaveParticipant(participant)
			}))
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			participants, err := w.HeldParticipants(ctx, ada.SessionID)
			w.must(err)
			if want > 0 && (len(participants) != 1 || participants[0].HeldTo != want) || want == 0 && len(participants) > 0 || live.HeldTo != want {
				t.Fatalf("%d participants, %d in the session, want one with %d", len(participants), live.HeldTo, want)
			}
		}
		reads := func(after int64, before string, want ...string) {
			t.Helper()
			found, more, err := w.ChatHistory(ctx, ada.SessionID, ada.ID, meeting.ReaderInside,
				meeting.ChatPage{Before: before, After: after, Messages: 10, Bytes: 1 << 20})
			w.must(err)
			var ids []string
			for _, message := range found {
				ids = append(ids, message.ID)
			}
			if more || !slices.Equal(ids, want) {
				t.Errorf("after %d, before %q: %q are read, want %q, more: %v", after, before, ids, want, more)
			}
		}
		letIn(0)
		say("a", "b", "c")
		letIn(3)
		w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error { return errors.Join(tx.DeleteChat("c"), tx.DeleteChat("b")) }))
		letIn(3)
		reads(3, "")
		say("d", "e")
		reads(3, "", "d", "e")
		reads(3, "e", "d")
		reads(0, "e", "a", "d")
		letIn(5)
	})
}

func TestMutationsAreOrdered(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		const writers, each = 8, 10
		var mu sync.Mutex
		seen := map[int64]bool{}
		var group sync.WaitGroup
		for range writers {
			group.Add(1)
			go func() {
				defer group.Done()
				for range each {
					var revision int64
					if err := w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error { revision = tx.BumpRevision(false); return nil }); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					seen[revision] = true
					mu.Unlock()
				}
			}()
		}
		group.Wait()
		live, err := w.LiveSession(ctx, m.ID)
		w.must(err)
		if len(seen) != writers*each || live.Revision != 1+writers*each {
			t.Fatalf("%d revisions were seen, the last is %d", len(seen), live.Revision)
		}
	})
}

func TestPanicsReachTheirCaller(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		func() {
			defer func() {
				if p := recover(); p != "broken" {
					t.Fatalf("the panic is %v", p)
				}
			}()
			_ = w.Mutate(ctx, ada.Session.ID, func(meeting.Tx) error { panic("broken") })
			t.Fatal("the panic was swallowed")
		}()
		w.join(m, "Ben")
		w.counted(ada.Session.ID, 2)
	})
}

func TestResumeParticipant(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		waiting := w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Participant.State = meeting.ParticipantWaiting })
		later := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
		same, err := w.ResumeParticipant(ctx, ada.Participant.ID, 1, later, nil)
		w.must(err)
		if same.Participant.Generation != 2 || same.Session.Revision != 3 || !same.Participant.LeaseUntil.Equal(later) {
			t.Fatalf("resumed as %+v in %+v", same.Participant, same.Session)
		}
		_, err = w.ResumeParticipant(ctx, ada.Participant.ID, 1, later, nil)
		wantError(t, err, ErrConflict)
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			participant, err := tx.ParticipantByID(ada.Participant.ID)
			if err != nil {
				return err
			}
			participant.MarkLost(later)
			participant.Departing, participant.AudioOn, participant.VideoOn, participant.Sharing, participant.Flags.HoldsShare = true, true, true, true, true
			return tx.SaveParticipant(participant)
		}))
		lost, err := w.Participant(ctx, ada.Participant.ID)
		w.must(err)
		if !lost.LostAt.Equal(later) || !lost.Departing || lost.State != meeting.ParticipantReconnecting {
			t.Fatalf("a lost participant is read as %+v", lost)
		}
		back, err := w.ResumeParticipant(ctx, ada.Participant.ID, 2, later, nil)
		w.must(err)
		if back.Participant.State != meeting.ParticipantJoined || !back.Participant.LostAt.IsZero() || back.Participant.Departing || back.Session.Revision != 4 {
			t.Fatalf("came back as %s at revision %d", back.Participant.State, back.Session.Revision)
		}
		if back.Participant.AudioOn || back.Participant.VideoOn || back.Participant.Sharing || back.Participant.Flags.HoldsShare {
			t.Fatalf("the newer page has the older one's devices: %+v", back.Participant)
		}
		stored, err := w.Participant(ctx, ada.Participant.ID)
		w.must(err)
		wantEqual(t, *stored, back.Participant)
		still, err := w.ResumeParticipant(ctx, waiting.Participant.ID, 1, later, nil)
		w.must(err)
		wantEqual(t, still.Participant.State, meeting.ParticipantWaiting)
		w.end(ada.Session.ID)
		_, err = w.ResumeParticipant(ctx, ada.Participant.ID, 3, later, nil)
		wantError(t, err, ErrNotFound)
		_, err = w.ResumeParticipant(ctx, "nothing", 1, later, nil)
		wantError(t, err, ErrNotFound)
	})
}

func TestLeases(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		start := time.Now()
		var participants []string
		for i := range 5 {
			participants = append(participants, w.join(m, fmt.Sprint(i), func(a *meeting.AdmitRequest) { a.Participant.LeaseUntil = start.Add(time.Minute) }).Participant.ID)
		}
		w.must(w.RenewLeases(ctx, append(participants[:2:2], "nobody"), start.Add(time.Hour)))
		w.must(w.RenewLeases(ctx, participants[:1], start)) // never shortened
		expired, err := w.ExpiredParticipants(ctx, start.Add(2*time.Minute), 10)
		w.must(err)
		if len(expired) != 3 {
			t.Fatalf("%d leases are over, want 3", len(expired))
		}
		few, err := w.ExpiredParticipants(ctx, start.Add(2*time.Minute), 2)
		w.must(err)
		if len(few) != 2 {
			t.Fatalf("%d of at most 2 participants are answered", len(few))
		}
		none, err := w.ExpiredParticipants(ctx, start, 10)
		w.must(err)
		if len(none) != 0 {
			t.Fatalf("%d leases are over too early", len(none))
		}
	})
}

func TestPlacements(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		inside, resumed, left := w.join(m, "inside"), w.join(m, "resumed"), w.join(m, "left")
		waits := w.join(m, "waits", func(a *meeting.AdmitRequest) { a.Participant.State = meeting.ParticipantWaiting })
		if _, err := w.ResumeParticipant(ctx, resumed.Participant.ID, resumed.Participant.Generation, time.Now().Add(time.Minute), nil); err != nil {
			t.Fatal(err)
		}
		w.must(w.Mutate(ctx, left.Session.ID, func(tx meeting.Tx) error {
			participant, err := tx.ParticipantByID(left.Participant.ID)
			if err != nil {
				return err
			}
			participant.State = meeting.ParticipantLeft
			return tx.SaveParticipant(participant)
		}))
		placements, err := w.Placements(ctx, []string{inside.Participant.ID, resumed.Participant.ID, left.Participant.ID, waits.Participant.ID, "nobody"})
		w.must(err)
		want := map[string]meeting.Placement{
			inside.Participant.ID:  {Generation: inside.Participant.Generation, State: meeting.ParticipantJoined},
			resumed.Participant.ID: {Generation: resumed.Participant.Generation + 1, State: meeting.ParticipantJoined},
			waits.Participant.ID:   {Generation: waits.Participant.Generation, State: meeting.ParticipantWaiting},
		}
		if !maps.Equal(placements, want) {
			t.Errorf("%v, want %v", placements, want)
		}
	})
}

func TestPresentParticipants(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		var all []string
		for i := range 3 {
			all = append(all, w.join(m, fmt.Sprint(i)).Participant.ID)
		}
		lost, gone := w.join(m, "lost"), w.join(m, "gone")
		w.must(w.Mutate(ctx, lost.Session.ID, func(tx meeting.Tx) error {
			for id, change := range map[string]func(*meeting.Participant){
				lost.Participant.ID: func(participant *meeting.Participant) { participant.MarkLost(time.Now()) },
				gone.Participant.ID: func(participant *meeting.Participant) { participant.State = meeting.ParticipantLeft },
			} {
				participant, err := tx.ParticipantByID(id)
				if err != nil {
					return err
				}
				change(participant)
				if err := tx.SaveParticipant(participant); err != nil {
					return err
				}
			}
			return nil
		}))
		var found []string
		for after := ""; ; {
			page, err := w.PresentParticipants(ctx, after, 2)
			w.must(err)
			for _, participant := range page {
				after = participant.ID
				found = append(found, participant.ID)
			}
			if len(page) < 2 {
				break
			}
		}
		slices.Sort(all)
		wantEqual(t, found, all)
	})
}

func TestEmptySessions(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		empty := func() int {
			found, err := w.EmptySessions(ctx, time.Now().Add(time.Minute), 10)
			w.must(err)
			return len(found)
		}
		if empty() != 0 {
			t.Fatal("a session with somebody inside is empty")
		}
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			participant, err := tx.ParticipantByID(ada.Participant.ID)
			if err != nil {
				return err
			}
			participant.State = meeting.ParticipantLost
			return tx.SaveParticipant(participant)
		}))
		if empty() != 1 {
			t.Fatal("a session that everybody left is not empty")
		}
		if long, err := w.EmptySessions(ctx, time.Now().Add(-time.Minute), 10); err != nil || len(long) != 0 {
			t.Fatalf("it has been empty for long: %v, %v", long, err)
		}
		w.join(m, "Ada")
		if empty() != 0 {
			t.Fatal("a session that filled again is empty")
		}
	})
}

func TestChat(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben, mia := w.join(m, "Ada").Participant, w.join(m, "Ben").Participant, w.join(m, "Mia").Participant
		say := func(from, to meeting.Participant, text string) {
			w.must(w.Mutate(ctx, from.SessionID, func(tx meeting.Tx) error {
				return tx.AddChat(meeting.ChatMessage{
					ID: NewID(), SenderParticipantID: from.ID, SenderUserID: from.UserID, SenderName: from.Name, ReceiverParticipantID: to.ID,
					ReceiverUserID: to.UserID, ReceiverName: to.Name, Text: text, SentAt: noon,
				})
			}))
		}
		say(ada, meeting.Participant{}, "one")
		say(ada, ben, "two")
		say(ben, ada, "three")
		say(mia, meeting.Participant{}, "four")
		say(mia, meeting.Participant{ID: meeting.ToHosts}, "five")
		say(ada, meeting.Participant{ID: meeting.ToWaitingRoom}, "six")
		const inside, host, waiting = meeting.ReaderInside, meeting.ReaderHost, meeting.ReaderWaiting
		for _, c := range []struct {
			participant meeting.Participant
			as          meeting.Reader
			limit       int
			want        string
		}{
			{ada, inside, 10, "one two three four six "},
			{ben, inside, 10, "one two three four "},
			{ben, host, 10, "one two three four five six "},
			{ben, waiting, 10, "two three six "},
			{mia, inside, 10, "one four five "},
			{ada, host, 2, "five six "},
		} {
			history, _, err := w.ChatHistory(ctx, ada.SessionID, c.participant.ID, c.as, newest(c.limit))
			w.must(err)
			got := ""
			for _, line := range history {
				got += line.Text + " "
			}
			if got != c.want {
				t.Errorf("%s reads %q as %d, want %q", c.participant.Name, got, c.as, c.want)
			}
		}
		history, _, err := w.ChatHistory(ctx, ada.SessionID, ada.ID, inside, newest(10))
		w.must(err)
		w.must(w.Mutate(ctx, ada.SessionID, func(tx meeting.Tx) error {
			if none, err := tx.Chat("nobody"); none != nil || err != nil {
				t.Errorf("a message that is not there: %v, %v", none, err)
			}
			one, err := tx.Chat(history[0].ID)
			if err != nil || one == nil || one.Text != "one" || one.SenderParticipantID != ada.ID {
				t.Errorf("read %v, %v", one, err)
			}
			return tx.DeleteChat(history[0].ID)
		}))
		if history, _, err = w.ChatHistory(ctx, ada.SessionID, mia.ID, inside, newest(10)); err != nil || len(history) != 2 {
			t.Errorf("after a deletion %d messages are left, %v", len(history), err)
		}
	})
}
