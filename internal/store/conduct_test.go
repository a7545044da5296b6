package store

import (
	"context"
	"reflect"
	"regexp"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestWhatHostsAllowIsKept(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		m := w.meeting()
		taken := w.join(m, "Ada")
		conduct := meeting.Conduct{
			Chat: meeting.ChatHosts, UnmuteBarred: true, RenameBarred: true, ShareByHosts: true, SeveralSharers: true, FocusMode: true,
			Spotlights: []int64{taken.Seat.UserID, 7},
		}
		extras := meeting.Extras{
			OriginHost: true, MayUnmute: true, Talks: true, MayCapture: true, Capture: meeting.CapturePaused, AppName: "Notes",
		}
		w.must(w.Mutate(ctx, taken.Session.ID, func(tx meeting.Tx) error {
			tx.Session().Conduct = conduct
			seat, err := tx.SeatByID(taken.Seat.ID)
			if err != nil {
				return err
			}
			seat.Extras = extras
			if err := tx.SaveSeat(seat); err != nil {
				return err
			}
			return tx.SaveSession()
		}))
		for name, read := range map[string]func() (*meeting.Session, error){
			"by id":      func() (*meeting.Session, error) { return w.Session(ctx, taken.Session.ID) },
			"by meeting": func() (*meeting.Session, error) { return w.LiveSession(ctx, m.ID) },
		} {
			if live, err := read(); err != nil || !reflect.DeepEqual(live.Conduct, conduct) {
				t.Errorf("%s: %+v, %v", name, live.Conduct, err)
			}
		}
		if seat, err := w.Seat(ctx, taken.Seat.ID); err != nil || seat.Extras != extras {
			t.Errorf("%+v, %v", seat.Extras, err)
		}
	})
}

func TestEveryUserHasAHostKey(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
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
