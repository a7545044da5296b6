package clustertest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// What docs/operators/cluster.md promises of a node that stops responding.
const (
	// detectionTimeout is when others see at the latest that somebody has lost the connection.
	detectionTimeout = 10 * time.Second
	// reconnectTimeout is how long the place is kept then; afterwards it is free.
	reconnectTimeout = time.Minute
)

// A bad network: how long packets take in each direction, and how many of a hundred
// are lost.
const (
	slow  = 100 * time.Millisecond
	lossy = 5
)

// The network of one node is bad for a while, or its cable is unplugged, so that nothing
// comes through and no connection ends.
func TestUnpluggedNode(t *testing.T) {
	long(t)
	second := newNetwork(t)
	const capacity = 8
	meetings := map[string]anteroomtest.Meeting{}
	c := newClusterOn(t, second, func(s *anteroomtest.Server) {
		for _, name := range []string{"slow", "moment", "minute"} {
			host := s.AddUser(anteroomtest.User{Email: name + "@test.example"})
			meetings[name] = s.AddMeeting(anteroomtest.Meeting{Topic: name, Password: "anteroom", Capacity: capacity, Host: host.ID})
		}
	})

	t.Run("a slow and lossy network", func(t *testing.T) {
		m := c.meeting(meetings["slow"])
		all := slices.Concat(c.joinAt(t, 0, m, "Near", 3), c.joinAt(t, 1, m, "Far", 3))
		defer all.leave()
		second.impair(slow, lossy)
		talk := all.talk(t)
		for range 5 {
			talk.goesOn(t)
		}
		talk.finish(t)
		second.impair(0, 0)
	})

	for name, unplug := range map[string]func(bool){"moment": second.setDown, "minute": second.setBroken} {
		t.Run("unplugged for a "+name, func(t *testing.T) {
			m := c.meeting(meetings[name])
			states := &stateRecorder{t: t, changes: map[int64]map[string]time.Time{}}
			watching := loadgen.Options{OnFrame: states.onFrame}
			near, far := c.joinAt(t, 0, m, "Near", 3), c.joinAt(t, 1, m, "Far", 3)
			var witness people
			c.joinVia(0, func() { witness = enter(t, m, "Witness", 1, watching) })
			all := slices.Concat(near, witness, far)
			defer all.leave()
			// Somebody who vanishes with the node; now the meeting is full.
			var stale *loadgen.Participant
			c.joinVia(1, func() {
				var err error
				if stale, err = loadgen.Join(within(t), m, "Ghost", loadgen.Options{}); err != nil {
					t.Fatal(err)
				}
			})
			talk := all.talk(t)
			// A command that was running when its node vanished may run again on the other.
			talk.mayRepeat = true
			talk.goesOn(t)

			c.awaitTransaction(t, second)
			unplug(true)
			second.impair(0, 0)
			unplugged := time.Now()
			plugIn := func() {
				begin := time.Now()
				unplug(false)
				c.ready(2)
				t.Logf("the node was ready %s after it was plugged in again", time.Since(begin).Round(time.Millisecond))
			}
			defer unplug(false)
			for _, p := range far {
				if err := p.Back(within(t), 1); err != nil {
					t.Errorf("%s does not move: %v", p.Name, err)
				}
			}
			t.Logf("everybody has moved after %s", time.Since(unplugged).Round(time.Millisecond))
			if name == "moment" {
				plugIn()
			}
			shown := states.awaitState(stale.UserID, "reconnecting", testTimeout).Sub(unplugged)
			t.Logf("the place of who did not come back was shown as reconnecting after %s", shown.Round(time.Millisecond))
			if shown > detectionTimeout {
				t.Errorf("that took longer than %s", detectionTimeout)
			}
			c.wantJoin(t, m, 4005)
			if name == "minute" {
				until(t, "the node is not ready", func() bool { return second.status(c.nodes[1].url+"/readyz") == http.StatusServiceUnavailable })
				freed := states.awaitState(stale.UserID, "lost", reconnectTimeout+testTimeout).Sub(unplugged)
				t.Logf("it was free after %s", freed.Round(time.Millisecond))
				c.wantJoin(t, m, 0)
				talk.goesOn(t)
				plugIn()
			}
			until(t, "the node drops the connections of before", func() bool { return stale.Inside() != nil })
			_ = stale.Leave(within(t))
			var newcomer *loadgen.Participant
			c.joinVia(1, func() {
				var err error
				if newcomer, err = loadgen.Join(within(t), m, "Newcomer", loadgen.Options{}); err != nil {
					t.Fatal(err)
				}
			})
			defer func() { _ = newcomer.Leave(context.WithoutCancel(t.Context())) }()
			talk.goesOn(t)
			talk.finish(t)
			until(t, "everybody is shown as joined", func() bool { return joined(t, newcomer) == capacity })
			for _, p := range slices.Concat(near, witness) {
				if n := p.Control().Count; n != 0 {
					t.Errorf("%s, on the other node, lost the control channel %d times", p.Name, n)
				}
			}
			for _, p := range far {
				if n := p.Control().Count; n != 1 {
					t.Errorf("%s lost the control channel %d times", p.Name, n)
				}
			}
		})
	}
}

// joinAt is enter at one node.
func (c *cluster) joinAt(t *testing.T, i int, m loadgen.Meeting, name string, count int) (all people) {
	t.Helper()
	c.joinVia(i, func() { all = enter(t, m, name, count, loadgen.Options{}) })
	return all
}

// wantJoin asks for a place, and gives it up again. The code is 0 or that of the refusal.
func (c *cluster) wantJoin(t *testing.T, m loadgen.Meeting, code int) {
	t.Helper()
	switch got, err := join(within(t), c.url(), m, ""); {
	case err != nil || got.ErrorCode != code:
		t.Errorf("a join is answered with %d, want %d: %v", got.ErrorCode, code, err)
	case code == 0:
		leave(t, c.url(), got.ResumeToken)
	}
}

// awaitTransaction waits until the second node is changing the meeting, which the database
// locks for it; it makes the network slow, so that the change takes some round trips.
func (c *cluster) awaitTransaction(t *testing.T, second *network) {
	t.Helper()
	db, err := pgx.Connect(within(t), pgtest.URLAt(c.postgres.Address()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(t.Context())) }()
	second.impair(slow, 0)
	until(t, "a transaction is open", func() bool {
		var open int
		err := db.QueryRow(within(t), `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
			WHERE a.state = 'idle in transaction' AND clock_timestamp() - a.state_change > interval '20 ms'
			AND l.relation = 'sessions'::regclass AND l.mode = 'RowShareLock'`).Scan(&open)
		if err != nil {
			t.Fatal(err)
		}
		return open > 0
	})
}

// joined is how many participants are joined, as the node of one of them says.
func joined(t *testing.T, p *loadgen.Participant) (count int) {
	t.Helper()
	raw, err := p.Snapshot(within(t))
	var shown struct {
		Participants []struct{ State string }
	}
	if err != nil && strings.HasPrefix(err.Error(), "1006 ") {
		return 0 // asked too often
	}
	if err == nil {
		err = json.Unmarshal(raw, &shown)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range shown.Participants {
		if one.State == "joined" {
			count++
		}
	}
	return count
}

// stateRecorder is what one of the people is notified of the places of others.
type stateRecorder struct {
	t       *testing.T
	mu      sync.Mutex
	changes map[int64]map[string]time.Time
}

// onFrame notes when a place got a state, or for which reason it was given up.
func (p *stateRecorder) onFrame(frame []byte) {
	var got struct {
		Push struct {
			Pub struct {
				Data struct {
					Data struct {
						UserID        int64
						State, Reason string
					}
				}
			}
		}
	}
	// Other events have other data.
	if json.Unmarshal(frame, &got) != nil {
		return
	}
	event := got.Push.Pub.Data.Data
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changes[event.UserID] == nil {
		p.changes[event.UserID] = map[string]time.Time{}
	}
	p.changes[event.UserID][event.State+event.Reason] = time.Now()
}

// awaitState waits until a place has got into a state, and returns when that was.
func (p *stateRecorder) awaitState(userID int64, state string, timeout time.Duration) (at time.Time) {
	p.t.Helper()
	untilTimeout(p.t, timeout, "a place is "+state, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		at = p.changes[userID][state]
		return !at.IsZero()
	})
	return at
}
