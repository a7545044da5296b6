package session

import (
	"fmt"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// counted returns how many of so many connections at once the limits let pass.
func counted(c *connections, now time.Time, times int, participant *meeting.Participant) (passed int) {
	for range times {
		if c.take(participant, now) {
			passed++
		}
	}
	return passed
}

func stranger(id, signature, address string) *meeting.Participant {
	return &meeting.Participant{
		ID: id, MeetingID: "m", SignatureDigest: fmt.Appendf(nil, "%-32s", signature), Flags: meeting.ParticipantFlags{Origin: address},
	}
}

func TestAParticipantConnectsUnderAnyNameSoOften(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	c := newConnections()
	first := stranger("first", "s", "a")
	renamed := stranger("second", "s", "a")
	renamed.Flags.FirstParticipantID = "first"
	if n := counted(&c, now, 25, first) + counted(&c, now, 25, renamed); n != connectBurst {
		t.Errorf("under two names: %d at once, want %d", n, connectBurst)
	}
	user := meeting.IdentityClaims{UserID: "kim"}
	home, office := &meeting.Participant{ID: "home", MeetingID: "m", Claims: user}, &meeting.Participant{ID: "office", MeetingID: "m", Claims: user}
	if n := counted(&c, now, 25, home) + counted(&c, now, 25, office); n != connectBurst {
		t.Errorf("with one account: %d at once, want %d", n, connectBurst)
	}
	now = now.Add(10 * time.Second)
	if n := counted(&c, now, 25, renamed); n != 10 {
		t.Errorf("%d ten seconds later, want 10", n)
	}
}

// Whoever joins anew all the time is somebody new each time: all who could be the same
// share what nobody needs on a network that works. What everybody needs is their own.
func TestStrangersShareUnusualConnections(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]func(i int) *meeting.Participant{
		"one signature": func(i int) *meeting.Participant { return stranger(fmt.Sprint(i), "s", fmt.Sprint(i)) },
		"one address":   func(i int) *meeting.Participant { return stranger(fmt.Sprint(i), fmt.Sprint(i), "a") },
	} {
		now := time.Unix(1_000_000, 0)
		c := newConnections()
		passed := 0
		for i := range 300 {
			passed += counted(&c, now, connectBurst, one(i))
		}
		if want := 300*usualBurst + connectBurst; passed != want {
			t.Errorf("%s: 300 people connect %d times at once, want %d", name, passed, want)
		}
		if n := counted(&c, now, 10, one(1000)); n != usualBurst {
			t.Errorf("%s: who comes then connects %d times, want %d", name, n, usualBurst)
		}
		// Eight times a minute, for all of them at the same time.
		for range 8 {
			now = now.Add(time.Minute / 8)
			for i := range 300 {
				if !c.take(one(i), now) {
					t.Fatalf("%s: %d is refused", name, i)
				}
			}
		}
		if n := counted(&c, now, 25, stranger("elsewhere", "other", "other")); n != 25 {
			t.Errorf("%s: somebody else connects %d times, want 25", name, n)
		}
	}
}
