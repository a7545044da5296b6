package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestRegistrants(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		fresh := w.open(func(c *Config) { c.Shared = true })
		m := w.meeting()
		ada := &meeting.Registrant{
			ID: "r-1", MeetingID: m.ID, Email: "Ada@acme.example", FirstName: "Ada", LastName: "L.", Status: meeting.RegistrantPending,
			Panelist: true, Occurrence: noon.Add(time.Hour), CreatedAt: noon,
		}
		w.must(w.CreateRegistrant(ctx, ada))
		got, err := fresh.Registrant(ctx, ada.ID)
		w.must(err)
		wantEqual(t, got, ada)

		again := &meeting.Registrant{MeetingID: m.ID, Email: "ada@ACME.example", Status: meeting.RegistrantApproved, Panelist: true, Occurrence: ada.Occurrence}
		wantError(t, w.CreateRegistrant(ctx, again), ErrExists)
		other := &meeting.Registrant{MeetingID: m.ID, Email: "ada@acme.example", Status: meeting.RegistrantApproved}
		w.must(w.CreateRegistrant(ctx, other)) // for all occurrences, and no panelist

		_, err = w.Registrant(ctx, ada.ID) // now it is kept in the cache
		w.must(err)
		gone := *ada
		gone.Status = meeting.RegistrantCancelled
		w.must(w.UpdateRegistrant(ctx, &gone))
		got, err = w.Registrant(ctx, ada.ID)
		w.must(err)
		wantEqual(t, got.Status, meeting.RegistrantCancelled)
		again.ID = ""
		w.must(w.CreateRegistrant(ctx, again)) // whoever cancelled may come back
		wantError(t, w.UpdateRegistrant(ctx, ada), ErrExists)

		found, err := w.RegistrantsByEmail(ctx, m.ID, " ADA@acme.example")
		w.must(err)
		if len(found) != 3 || found[0].Status == meeting.RegistrantCancelled || found[2].Status != meeting.RegistrantCancelled {
			t.Fatalf("the registrations are %+v", found)
		}
		found, err = w.RegistrantsByEmail(ctx, m.ID, "nobody@acme.example")
		w.must(err)
		if len(found) != 0 {
			t.Fatalf("nobody registered: %+v", found)
		}
		all, err := w.RegistrantsOfMeeting(ctx, m.ID, Page{})
		w.must(err)
		rest, err := w.RegistrantsOfMeeting(ctx, m.ID, Page{After: all[0].ID, Limit: 1})
		w.must(err)
		if len(all) != 3 || len(rest) != 1 || rest[0].ID != all[1].ID {
			t.Fatalf("%d registrants are listed, then %d", len(all), len(rest))
		}
		wantError(t, w.CreateRegistrant(ctx, &meeting.Registrant{MeetingID: "nothing"}), ErrNotFound)
		wantError(t, w.UpdateRegistrant(ctx, &meeting.Registrant{ID: "nobody"}), ErrNotFound)
		_, err = w.Registrant(ctx, "nobody")
		wantError(t, err, ErrNotFound)
	})
}

func TestInstallations(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		fresh := w.open(func(c *Config) { c.Shared = true })
		a := w.account()
		app := &account.App{AccountID: a.ID, Name: "Notes", Key: "key"}
		w.must(w.CreateApp(ctx, app))
		_, err := w.InstallationFor(ctx, app.ID, a.ID, "ben")
		wantError(t, err, ErrNotFound)
		own := &account.Installation{
			ID: "i-1", AppID: app.ID, AccountID: a.ID, UserID: "ada", Scopes: []string{account.ScopeZAK, account.ScopeToken}, CreatedAt: noon,
		}
		w.must(w.CreateInstallation(ctx, own))
		got, err := fresh.Installation(ctx, own.ID)
		w.must(err)
		wantEqual(t, got, own)
		later := &account.Installation{AppID: app.ID, AccountID: a.ID, UserID: "ben", CreatedAt: noon.Add(time.Minute)}
		w.must(w.CreateInstallation(ctx, later))
		for user, want := range map[string]string{"ada": own.ID, "ben": later.ID, "cleo": later.ID} {
			got, err := w.InstallationFor(ctx, app.ID, a.ID, user)
			w.must(err)
			if got.ID != want {
				t.Fatalf("%s acts by %s, want %s", user, got.ID, want)
			}
		}
		_, err = w.Installation(ctx, own.ID) // kept in the cache
		w.must(err)
		less := *own
		less.Scopes = nil
		w.must(w.UpdateInstallation(ctx, &less))
		got, err = w.Installation(ctx, own.ID)
		w.must(err)
		if got.Grants(account.ScopeZAK) || !got.Installed() {
			t.Fatalf("the installation is %+v", got)
		}
		w.must(w.RemoveInstallations(ctx, app.ID, noon.Add(time.Hour)))
		got, err = w.Installation(ctx, own.ID)
		w.must(err)
		if got.Installed() {
			t.Fatal("the removal is not seen")
		}
		_, err = w.InstallationFor(ctx, app.ID, a.ID, "ada")
		wantError(t, err, ErrNotFound)
		all, err := w.InstallationsOfApp(ctx, app.ID, Page{AccountID: a.ID})
		w.must(err)
		if len(all) != 2 {
			t.Fatalf("%d installations are remembered", len(all))
		}
		wantError(t, w.CreateInstallation(ctx, &account.Installation{AppID: "nothing", AccountID: a.ID}), ErrNotFound)
		wantError(t, w.UpdateInstallation(ctx, &account.Installation{ID: "nothing"}), ErrNotFound)
	})
}

func TestMeetingsChangeHands(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		a := w.account()
		m, other := w.meetingOf(a, "ada"), w.meetingOf(a, "cleo")
		in := w.join(m, "Ada")
		for _, one := range []*meeting.Meeting{m, other} {
			_, err := w.Meeting(ctx, one.ID)
			w.must(err)
			_, err = w.MeetingByNumber(ctx, one.Number)
			w.must(err)
		}
		w.must(w.TransferMeetings(ctx, "ada", "ben"))
		byID, err := w.Meeting(ctx, m.ID)
		w.must(err)
		byNumber, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		untouched, err := w.Meeting(ctx, other.ID)
		w.must(err)
		if byID.HostID != "ben" || byNumber.HostID != "ben" || untouched.HostID != "cleo" {
			t.Fatalf("the hosts are %s, %s and %s", byID.HostID, byNumber.HostID, untouched.HostID)
		}
		live, err := w.LiveSessionsOfHost(ctx, "ben")
		w.must(err)
		if len(live) != 1 || live[0].ID != in.Session.ID {
			t.Fatalf("ben hosts %d live sessions", len(live))
		}
	})
}

// TestAnAppActsOnlyBesideItsUser is the race of a user who leaves while an app
// joins in their name.
func TestAnAppActsOnlyBesideItsUser(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		bot := func(a *meeting.AdmitRequest) {
			a.Participant.Claims = meeting.IdentityClaims{AppID: "app", OBFID: a.Participant.ID, AuthorizerID: "ada"}
		}
		user := w.join(m, "Ada", func(a *meeting.AdmitRequest) { a.Participant.Claims.UserID = "ada" })
		w.join(m, "Ben")
		one, two := w.join(m, "Notes", bot), w.join(m, "Scribe", bot)
		set := func(state meeting.ParticipantState) {
			t.Helper()
			w.must(w.Mutate(ctx, user.Session.ID, func(tx meeting.Tx) error {
				participant, err := tx.ParticipantByID(user.Participant.ID)
				if err != nil {
					return err
				}
				participant.State = state
				return tx.SaveParticipant(participant)
			}))
		}
		for _, c := range []struct {
			state meeting.ParticipantState
			want  error
		}{{meeting.ParticipantReconnecting, nil}, {meeting.ParticipantWaiting, ErrConflict}, {meeting.ParticipantLeft, ErrConflict}} {
			set(c.state)
			req := w.admitRequest(m, "Late")
			bot(&req)
			if _, err := w.Admit(ctx, req); !errors.Is(err, c.want) {
				t.Fatalf("with the user %s the error is %v, want %v", c.state, err, c.want)
			}
		}
		w.must(w.Mutate(ctx, user.Session.ID, func(tx meeting.Tx) error {
			left, err := tx.ParticipantByID(two.Participant.ID)
			if err != nil {
				return err
			}
			left.State = meeting.ParticipantLeft
			if err := tx.SaveParticipant(left); err != nil {
				return err
			}
			participants, err := tx.ParticipantsAuthorizedBy("ada")
			if err != nil {
				return err
			}
			if len(participants) != 2 || participants[0].ID != one.Participant.ID || participants[1].Name != "Late" {
				t.Errorf("the apps of Ada are %s", names(participants))
			}
			none, err := tx.ParticipantsAuthorizedBy("")
			if len(none) > 0 {
				t.Errorf("apps of nobody are %s", names(none))
			}
			return err
		}))
	})
}

func TestARequestIsAdmittedOnce(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		same := func(a *meeting.AdmitRequest) { a.Participant.RequestKey = "request" }
		first := w.join(m, "Ada", same)
		req := w.admitRequest(m, "Ada")
		same(&req)
		_, err := w.Admit(ctx, req)
		wantError(t, err, ErrConflict)
		w.counted(first.Session.ID, 1)
		none, err := w.LiveParticipantByRequest(ctx, "")
		w.must(err)
		if none != nil {
			t.Fatal("no request found a participant")
		}
		w.end(first.Session.ID)
		gone, err := w.LiveParticipantByRequest(ctx, "request")
		w.must(err)
		if gone != nil {
			t.Fatal("a participant that is gone is found")
		}
		w.join(m, "Ada", same)
	})
}

func TestSessionsWhoseTimeIsUp(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		due := w.join(w.meeting(), "Ada", func(a *meeting.AdmitRequest) { a.EndsBy = noon.Add(time.Hour) })
		w.join(w.meeting(), "Ben")
		for at, want := range map[time.Duration]int{time.Hour - time.Second: 0, time.Hour: 1} {
			found, err := w.DueSessions(ctx, noon.Add(at), 10)
			w.must(err)
			if len(found) != want || (want == 1 && (found[0].ID != due.Session.ID || !found[0].EndsBy.Equal(noon.Add(time.Hour)))) {
				t.Fatalf("after %s these are due: %+v", at, found)
			}
		}
		w.end(due.Session.ID)
		found, err := w.DueSessions(ctx, noon.Add(2*time.Hour), 10)
		w.must(err)
		if len(found) != 0 {
			t.Fatal("an ended session is due")
		}
	})
}
