package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// TestConcurrentTakeOversLeaveOneLiveParticipant: each of many newcomers takes over from a
// participant at the generation it saw; the rest get a conflict, and look again.
func TestConcurrentTakeOversLeaveOneLiveParticipant(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		first := w.join(w.meeting(), "Ada", func(a *meeting.AdmitRequest) { a.Participant.Claims = meeting.IdentityClaims{UserID: "ada"} })
		late := errors.New("too late")
		var mu sync.Mutex
		var wg sync.WaitGroup
		swapped := 0
		for range 8 {
			wg.Go(func() {
				err := w.Mutate(ctx, first.Session.ID, func(tx meeting.Tx) error {
					participant, err := tx.ParticipantByID(first.Participant.ID)
					if err != nil {
						return err
					}
					if participant.Generation != 1 {
						return late
					}
					participant.Generation++
					participant.JoinID, participant.RequestKey = "newer", "newer"
					participant.Flags.RecordTakeOver(time.Now())
					return tx.SaveParticipant(participant)
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					swapped++
				} else if !errors.Is(err, late) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.counted(first.Session.ID, 1)
		stored, err := w.Participant(ctx, first.Participant.ID)
		w.must(err)
		if swapped != 1 || stored.Generation != 2 || stored.RequestKey != "newer" || stored.Flags.Replacements[0] == 0 {
			t.Fatalf("%d swaps leave %+v", swapped, stored)
		}
	})
}

// TestAddParticipant: one participant goes as another comes, in one transaction and under a
// number of its own.
func TestAddParticipant(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada := w.join(m, "Ada")
		added := w.admitRequest(m, "Ben").Participant
		w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
			added = w.admitRequest(m, "Ben").Participant
			added.ID, added.State, added.Role, added.Generation = NewID(), meeting.ParticipantJoined, meeting.RoleAttendee, 1
			tx.AddParticipant(&added)
			old, err := tx.ParticipantByID(ada.Participant.ID)
			if err != nil {
				return err
			}
			old.State = meeting.ParticipantLeft
			tx.BumpRevision(false)
			return tx.SaveParticipant(old)
		}))
		w.counted(ada.Session.ID, 1)
		participants, err := w.LiveParticipants(ctx, ada.Session.ID)
		w.must(err)
		if len(participants) != 1 || participants[0].Name != "Ben" || participants[0].UserID != ada.Participant.UserID+userIDStep || participants[0].MeetingID != m.ID {
			t.Fatalf("inside are %s: %+v", names(participants), participants[0])
		}
		if cy := w.join(m, "Cy"); cy.Participant.UserID != participants[0].UserID+userIDStep {
			t.Fatalf("the next number is %d", cy.Participant.UserID)
		}
	})
}

// TestLostParticipantsAreCounted: a session knows how many of its participants have nobody
// behind them.
func TestLostParticipantsAreCounted(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		ada, ben := w.join(m, "Ada"), w.join(m, "Ben")
		set := func(id string, change func(*meeting.Participant)) {
			t.Helper()
			w.must(w.Mutate(ctx, ada.Session.ID, func(tx meeting.Tx) error {
				participant, err := tx.ParticipantByID(id)
				if err != nil {
					return err
				}
				change(participant)
				return tx.SaveParticipant(participant)
			}))
		}
		lost := func(want int) {
			t.Helper()
			live, err := w.LiveSession(ctx, m.ID)
			w.must(err)
			stored, err := w.Session(ctx, live.ID)
			w.must(err)
			if live.Disconnected != want || stored.Disconnected != want || live.Abandoned() != (want == live.Participants) {
				t.Fatalf("%d and %d are lost of %d, want %d", live.Disconnected, stored.Disconnected, live.Participants, want)
			}
		}
		lost(0)
		set(ada.Participant.ID, func(s *meeting.Participant) { s.MarkLost(time.Now()) })
		lost(1)
		set(ben.Participant.ID, func(s *meeting.Participant) { s.MarkLost(time.Now()) })
		lost(2)
		_, err := w.ResumeParticipant(ctx, ben.Participant.ID, 1, time.Now().Add(time.Minute), []byte{7})
		w.must(err)
		lost(1)
		set(ada.Participant.ID, func(s *meeting.Participant) { s.State = meeting.ParticipantLost })
		lost(0)
		if stored, err := w.Participant(ctx, ben.Participant.ID); err != nil || string(stored.SignatureDigest) != "\x07" {
			t.Fatalf("the digest is %v, %v", stored.SignatureDigest, err)
		}
		w.end(ada.Session.ID)
	})
}
