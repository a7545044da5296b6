package store

import (
	"context"
	"reflect"
	"regexp"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestSessionPolicyIsStored(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		admitted := w.join(m, "Ada")
		policy := meeting.SessionPolicy{
			Chat: meeting.ChatHosts, UnmuteDisabled: true, RenameDisabled: true, HostsOnlyShare: true, AllowMultipleSharers: true, FocusMode: true,
			Spotlights: []int64{admitted.Participant.UserID, 7},
		}
		flags := meeting.ParticipantFlags{
			OriginHost: true, MayUnmute: true, AllowedToTalk: true, MayCapture: true, Capture: meeting.CapturePaused, AppName: "Notes",
		}
		w.must(w.Mutate(ctx, admitted.Session.ID, func(tx meeting.Tx) error {
			tx.Session().Policy = policy
			participant, err := tx.ParticipantByID(admitted.Participant.ID)
			if err != nil {
				return err
			}
			participant.Flags = flags
			if err := tx.SaveParticipant(participant); err != nil {
				return err
			}
			return tx.SaveSession()
		}))
		for name, read := range map[string]func() (*meeting.Session, error){
			"by id":      func() (*meeting.Session, error) { return w.Session(ctx, admitted.Session.ID) },
			"by meeting": func() (*meeting.Session, error) { return w.LiveSession(ctx, m.ID) },
		} {
			if live, err := read(); err != nil || !reflect.DeepEqual(live.Policy, policy) {
				t.Errorf("%s: %+v, %v", name, live.Policy, err)
			}
		}
		if participant, err := w.Participant(ctx, admitted.Participant.ID); err != nil || participant.Flags != flags {
			t.Errorf("%+v, %v", participant.Flags, err)
		}
	})
}

func TestEveryUserHasAHostKey(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		u := &account.User{AccountID: w.account().ID, Email: "ada@acme.example", Status: account.UserActive}
		w.must(w.CreateUser(ctx, u))
		if !regexp.MustCompile(`^\d{6}$`).MatchString(u.HostKey) {
			t.Fatalf("the key is %q", u.HostKey)
		}
		u.HostKey, u.DisplayName = "424242", "Other"
		w.must(w.UpdateUser(ctx, u))
		if read, err := w.User(ctx, u.ID); err != nil || read.HostKey != "424242" {
			t.Fatalf("read %q, %v", read.HostKey, err)
		}
		var raw []byte
		w.must(w.orm.NewRaw("SELECT host_key FROM users WHERE id = ?", u.ID).Scan(ctx, &raw))
		if len(raw) == 0 || regexp.MustCompile("424242").Match(raw) {
			t.Fatal("the key is not sealed")
		}
	})
}
