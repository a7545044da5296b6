package meeting

import (
	"testing"
	"time"
)

func TestConnected(t *testing.T) {
	now := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	seat := func(state SeatState, lease, lost time.Duration) *Seat {
		s := &Seat{State: state, LeaseUntil: now.Add(lease)}
		if lost > 0 {
			s.LostAt = now.Add(-lost)
		}
		return s
	}
	cases := []struct {
		name string
		seat *Seat
		want bool
	}{
		{"nobody", nil, false},
		{"inside", seat(SeatJoined, time.Minute, 0), true},
		{"waiting", seat(SeatWaiting, time.Minute, 0), true},
		{"just lost", seat(SeatReconnecting, time.Minute, 2*time.Second), true},
		{"lost", seat(SeatReconnecting, time.Minute, 3*time.Second), false},
		{"lost while waiting", seat(SeatWaiting, time.Minute, time.Minute), false},
		{"its lease is over", seat(SeatJoined, 0, 0), false},
		{"a synthetic participant near its end", seat(SeatJoined, time.Second, 0), true},
		{"left", seat(SeatLeft, time.Minute, 0), false},
		{"removed", seat(SeatRemoved, time.Minute, 0), false},
	}
	for _, c := range cases {
		if got := c.seat.Connected(now); got != c.want {
			t.Errorf("%s: connected is %t", c.name, got)
		}
	}
}

func TestLostAndFound(t *testing.T) {
	first := time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	for before, lost := range map[SeatState]SeatState{SeatJoined: SeatReconnecting, SeatWaiting: SeatWaiting} {
		s := &Seat{State: before}
		s.Lost(first)
		s.Goodbye = true
		s.Lost(first.Add(time.Second))
		if s.State != lost || !s.LostAt.Equal(first) {
			t.Errorf("a lost seat that was %s is %s since %s", before, s.State, s.LostAt)
		}
		s.Found()
		if s.State != before || !s.LostAt.IsZero() || s.Goodbye {
			t.Errorf("a seat that was %s and came back is %+v", before, s)
		}
	}
}
