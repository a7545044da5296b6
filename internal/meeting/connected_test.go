package meeting

import (
	"testing"
	"time"
)

func TestConnected(t *testing.T) {
	now := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	participant := func(state ParticipantState, lease, lost time.Duration) *Participant {
		s := &Participant{State: state, LeaseUntil: now.Add(lease)}
		if lost > 0 {
			s.LostAt = now.Add(-lost)
		}
		return s
	}
	cases := []struct {
		name        string
		participant *Participant
		want        bool
	}{
		{"nobody", nil, false},
		{"inside", participant(ParticipantJoined, time.Minute, 0), true},
		{"waiting", participant(ParticipantWaiting, time.Minute, 0), true},
		{"just lost", participant(ParticipantReconnecting, time.Minute, 2*time.Second), true},
		{"lost", participant(ParticipantReconnecting, time.Minute, 3*time.Second), false},
		{"lost while waiting", participant(ParticipantWaiting, time.Minute, time.Minute), false},
		{"its lease is over", participant(ParticipantJoined, 0, 0), false},
		{"a synthetic participant near its end", participant(ParticipantJoined, time.Second, 0), true},
		{"left", participant(ParticipantLeft, time.Minute, 0), false},
		{"removed", participant(ParticipantRemoved, time.Minute, 0), false},
	}
	for _, c := range cases {
		if got := c.participant.Connected(now); got != c.want {
			t.Errorf("%s: connected is %t", c.name, got)
		}
	}
}

func TestLostAndFound(t *testing.T) {
	first := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	for before, lost := range map[ParticipantState]ParticipantState{ParticipantJoined: ParticipantReconnecting, ParticipantWaiting: ParticipantWaiting} {
		s := &Participant{State: before}
		s.MarkLost(first)
		s.Departing = true
		s.MarkLost(first.Add(time.Second))
		if s.State != lost || !s.LostAt.Equal(first) {
			t.Errorf("a lost participant that was %s is %s since %s", before, s.State, s.LostAt)
		}
		s.MarkReconnected()
		if s.State != before || !s.LostAt.IsZero() || s.Departing {
			t.Errorf("a participant that was %s and came back is %+v", before, s)
		}
	}
}
