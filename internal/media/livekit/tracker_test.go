package livekit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

func person(identity, sid string, tracks ...*lk.TrackInfo) *lk.ParticipantInfo {
	return &lk.ParticipantInfo{Identity: identity, Sid: sid, State: lk.ParticipantInfo_ACTIVE, Tracks: tracks}
}

func mic(sid string, muted bool) *lk.TrackInfo {
	return &lk.TrackInfo{Sid: sid, Source: lk.TrackSource_MICROPHONE, Muted: muted}
}

func brief(events []media.Event) string {
	var out []string
	for _, e := range events {
		s := fmt.Sprintf("%s %s%s", e.Kind, e.Identity, e.Reason)
		out = append(out, strings.TrimSpace(s+" "+e.Track.ID))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func TestTracker(t *testing.T) {
	start := time.Unix(1000, 0)
	type step struct {
		do   func(*tracker) []media.Event
		want string
	}
	joined := func(p *lk.ParticipantInfo) func(*tracker) []media.Event {
		return func(tr *tracker) []media.Event { return tr.joined("r", p) }
	}
	left := func(p *lk.ParticipantInfo) func(*tracker) []media.Event {
		return func(tr *tracker) []media.Event { return tr.left("r", p) }
	}
	list := func(asked time.Time, people ...*lk.ParticipantInfo) func(*tracker) []media.Event {
		return func(tr *tracker) []media.Event { return tr.reconcile("r", people, asked) }
	}
	before, after := start.Add(-time.Second), start.Add(time.Second)
	connecting := person("ann", "PA_1")
	connecting.State = lk.ParticipantInfo_JOINING

	for name, steps := range map[string][]step{
		"repeated reports change nothing": {
			{joined(person("ann", "PA_1", mic("TR_1", false))), "joined ann; track_published ann TR_1"},
			{joined(person("ann", "PA_1")), ""},
			{left(person("ann", "PA_1")), "left annunknown"},
			{left(person("ann", "PA_1")), ""},
			{joined(person("ann", "PA_1")), ""}, // a late report of a connection that is over
		},
		"a newer connection replaces": {
			{joined(person("ann", "PA_1")), "joined ann"},
			{joined(person("ann", "PA_2")), "joined ann; left annreplaced"},
			{left(person("ann", "PA_1")), ""}, // it is the old one that left
			{left(person("ann", "PA_2")), "left annunknown"},
		},
		"mute and unpublish": {
			{joined(person("ann", "PA_1", mic("TR_1", false))), "joined ann; track_published ann TR_1"},
			{func(tr *tracker) []media.Event { return tr.muted("r", "PA_1", mic("TR_1", true), true) }, "track_muted ann TR_1"},
			{func(tr *tracker) []media.Event { return tr.muted("r", "PA_1", mic("TR_1", true), true) }, ""},
			{func(tr *tracker) []media.Event { return tr.muted("r", "PA_1", mic("TR_1", false), false) }, "track_unmuted ann TR_1"},
			{func(tr *tracker) []media.Event { return tr.muted("r", "PA_9", mic("TR_1", true), true) }, ""},
			{func(tr *tracker) []media.Event { return tr.unpublished("r", "PA_1", "TR_1") }, "track_unpublished ann TR_1"},
			{func(tr *tracker) []media.Event { return tr.unpublished("r", "PA_1", "TR_1") }, ""},
		},
		"lost reports are repaired": {
			{joined(person("ann", "PA_1", mic("TR_1", false))), "joined ann; track_published ann TR_1"},
			{list(after, person("bob", "PA_2")), "joined bob; left annunknown"},
			{list(after, person("bob", "PA_2", mic("TR_2", true))), "track_published bob TR_2"},
			{list(after.Add(1), person("bob", "PA_2", mic("TR_2", false))), "track_unmuted bob TR_2"},
			{list(after, person("bob", "PA_2")), "track_unpublished bob TR_2"},
		},
		"a list older than a report": {
			{joined(person("ann", "PA_1")), "joined ann"},
			{list(before), ""},
			{left(person("ann", "PA_1")), "left annunknown"},
			{list(before, person("ann", "PA_1")), ""},
		},
		"still connecting": {
			{list(after, connecting), ""},
			{func(tr *tracker) []media.Event { return tr.aborted("r", connecting) }, "connect_failed ann"},
		},
		"room closed": {
			{joined(person("ann", "PA_1")), "joined ann"},
			{func(tr *tracker) []media.Event { return tr.closed("r") }, "left annroom_ended; room_closed"},
		},
		"shutdown": {
			{joined(person("ann", "PA_1")), "joined ann"},
			{(*tracker).shutdown, "left annshutdown; room_closed"},
			{(*tracker).shutdown, ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTracker()
			tr.now = func() time.Time { return start }
			for i, s := range steps {
				if got := brief(s.do(tr)); got != s.want {
					t.Fatalf("step %d: %q, want %q", i, got, s.want)
				}
			}
		})
	}
}

func TestTrackerForgetsTheGone(t *testing.T) {
	tr := newTracker()
	now := time.Unix(1000, 0)
	tr.now = func() time.Time { return now }
	for i := range 100 {
		p := person("ann", fmt.Sprint(i))
		tr.joined("r", p)
		tr.left("r", p)
	}
	now = now.Add(goneRetention + time.Second)
	tr.left("r", person("ann", "last"))
	if len(tr.gone) != 1 || len(tr.rooms) != 0 {
		t.Errorf("remembers %d ended connections and %d rooms", len(tr.gone), len(tr.rooms))
	}
}
