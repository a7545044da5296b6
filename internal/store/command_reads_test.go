package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/session"
)

// readsEngine counts what transactions read.
type readsEngine struct {
	engine
	reads *int
}

func (e readsEngine) write(ctx context.Context, fn func(runner) error) error {
	return e.engine.write(ctx, func(r runner) error { return fn(readsRunner{r, e.reads}) })
}

type readsRunner struct {
	runner
	reads *int
}

func (r readsRunner) query(st *statement, args ...any) (*sql.Rows, error) {
	*r.reads++
	return r.runner.query(st, args...)
}

// silentChannel has no listeners, and counts how often it is asked to admit people, for
// which other nodes are asked, and where a session's events stand, for which nodes ask
// Redis.
type silentChannel struct {
	session.ControlChannel
	positions *int
}

func (c silentChannel) Position(string) meeting.Position {
	*c.positions++
	return meeting.Position{}
}
func (silentChannel) Publish(string, int64, string, any)   {}
func (silentChannel) Send(string, int64, string, any)      {}
func (c silentChannel) Admit(...string)                    { *c.positions++ }
func (silentChannel) SetHost(string, bool)                 {}
func (silentChannel) Close(string, int, session.CloseCode) {}

// silentMedia is a media server to which nobody is connected.
type silentMedia struct{ media.Engine }

func (silentMedia) Mute(context.Context, string, string, media.Source) error { return nil }
func (silentMedia) UpdatePermission(context.Context, media.Grant) error      { return nil }
func (silentMedia) EndRoom(context.Context, string) error                    { return nil }

// While a command changes a session, nobody else writes to an SQLite database: what
// commands for everybody read is the same for many people as for few.
func TestCommandsForEverybodyReadTheSessionOnce(t *testing.T) {
	inside := func(participant *meeting.Participant) {
		participant.AudioOn, participant.Muted, participant.Sharing, participant.HandRaised = true, false, true, true
	}
	for _, c := range []struct {
		name, command, data string
		kind                meeting.Kind
		people              func(*meeting.Participant)
	}{
		{"admit all who are on hold", "session.admit_all", "", meeting.KindNoFixedTime, func(participant *meeting.Participant) {
			participant.State, participant.OnHold = meeting.ParticipantWaiting, true
		}},
		{"admit all who came into the waiting room", "session.admit_all", "", meeting.KindNoFixedTime, func(participant *meeting.Participant) {
			participant.State = meeting.ParticipantWaiting
		}},
		{"mute all", "session.mute_all", `{"unmuteAllowed":false}`, meeting.KindNoFixedTime, inside},
		{"mute all of a webinar's audience", "session.mute_all", "", meeting.KindWebinar, inside},
		{"ask all to unmute", "session.mute_all", `{"muted":false}`, meeting.KindNoFixedTime, func(*meeting.Participant) {}},
		{"lower all hands", "session.lower_hands", "", meeting.KindNoFixedTime, inside},
		{"end all shares", "session.rules", `{"shareAllowed":"hosts","focusMode":true}`, meeting.KindNoFixedTime, inside},
		{"end for all", "session.end", "", meeting.KindNoFixedTime, inside},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, func(t *testing.T, w *testDB) {
				var counted []string
				for _, people := range []int{2, 20} {
					m := w.meeting()
					m.Kind = c.kind
					host := w.join(m, "Host", func(a *meeting.AdmitRequest) { a.Participant.Role = meeting.RoleHost })
					var ids []string
					for i := range people {
						one := w.join(m, fmt.Sprint("P", i), func(a *meeting.AdmitRequest) {
							a.Participant.Claims.DeviceID, a.Participant.Email = a.Participant.ID, "kim@home.example" // hosts are told the address
						})
						ids = append(ids, one.Participant.ID)
					}
					w.must(w.Mutate(t.Context(), host.Session.ID, func(tx meeting.Tx) error {
						for _, id := range ids {
							participant, err := tx.ParticipantByID(id)
							if err != nil {
								return err
							}
							c.people(participant)
							if err := tx.SaveParticipant(participant); err != nil {
								return err
							}
						}
						return nil
					}))
					var reads, positions int
					w.engine = readsEngine{w.engine, &reads}
					service := session.New(session.Config{
						Repository: w.Store, Channel: silentChannel{positions: &positions}, Media: silentMedia{}, NewID: NewID,
						Clock: clockwork.NewFakeClockAt(noon), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
					})
					if _, _, err := service.Command(t.Context(), &host.Participant, c.command, []byte(c.data)); err != nil {
						t.Fatal(err)
					}
					w.engine = w.engine.(readsEngine).engine
					counted = append(counted, fmt.Sprintf("%d reads, %d looks at the events", reads, positions))
				}
				if counted[0] != counted[1] {
					t.Errorf("with 2 people %s, with 20 people %s", counted[0], counted[1])
				}
			})
		})
	}
}
