package session

import (
	"errors"
	"fmt"
	"testing"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Many pages that ask for the same state of a large meeting read it once.
func TestRostersAreReadOncePerRevision(t *testing.T) {
	var r rosters
	reads, people := 0, smallMeeting+1
	of := func(session string, revision int64) int {
		t.Helper()
		seats, err := r.of(&meeting.Session{ID: session, Revision: revision}, func() ([]*meeting.Seat, error) {
			reads++
			return make([]*meeting.Seat, people), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(seats)
	}
	for _, step := range []struct {
		session  string
		revision int64
		people   int
		want     int
		reads    int
	}{
		{"a", 1, 11, 11, 1},
		{"a", 1, 12, 11, 1},
		{"b", 1, 20, 20, 2},
		{"a", 2, 12, 12, 3},
		{"a", 2, 13, 12, 3},
		{"b", 1, 21, 20, 3},
		{"c", 1, 10, 10, 4},
		{"c", 1, 9, 9, 5},
	} {
		if people = step.people; of(step.session, step.revision) != step.want || reads != step.reads {
			t.Fatalf("%+v: %d reads", step, reads)
		}
	}
	people = 100
	for i := range 3 * rostersKept {
		of(fmt.Sprint("meeting ", i), 1)
	}
	if len(r.kept) != rostersKept {
		t.Errorf("%d are kept", len(r.kept))
	}
	last := fmt.Sprint("meeting ", 3*rostersKept-1)
	before := reads
	if of(last, 1); reads != before {
		t.Error("the newest is not kept")
	}
	r.forget(last)
	if of(last, 1); reads != before+1 {
		t.Error("a forgotten one is kept")
	}
	broken := errors.New("down")
	if _, err := r.of(&meeting.Session{ID: "d"}, func() ([]*meeting.Seat, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}
