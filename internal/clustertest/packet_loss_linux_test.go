package clustertest

import (
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
)

// Each loss is one of a running cluster with people in a meeting, who write all the time:
// nobody is thrown out, no message is lost or comes twice, and everybody is back.
func TestLosses(t *testing.T) {
	meetings := map[string]anteroomtest.Meeting{}
	names := []string{"one node", "two nodes", "meeting", "media"}
	c := newCluster(t, func(s *anteroomtest.Server) {
		for _, name := range names {
			host := s.AddUser(anteroomtest.User{Email: name + "@test.example"})
			meetings[name] = s.AddMeeting(anteroomtest.Meeting{Topic: name, Password: "anteroom", Capacity: 100, Host: host.ID})
		}
	})

	for name, servers := range map[string][]string{"one node": {c.nodes[0].url}, "two nodes": {c.nodes[0].url, c.nodes[1].url}} {
		t.Run("200 joins for 100 places on "+name, func(t *testing.T) {
			m := c.meeting(meetings[name])
			var inside, full atomic.Int64
			var wg sync.WaitGroup
			for i := range 200 {
				wg.Go(func() {
					switch got, err := join(within(t), servers[i%len(servers)], m, ""); {
					case err != nil:
						t.Error(err)
					case got.ErrorCode == 0:
						inside.Add(1)
					default:
						full.Add(1)
						if got.ErrorCode != 4005 {
							t.Errorf("refused with %d", got.ErrorCode)
						}
					}
				})
			}
			wg.Wait()
			if inside.Load() != 100 || full.Load() != 100 {
				t.Errorf("%d are inside, %d were refused", inside.Load(), full.Load())
			}
		})
	}

	all := enter(t, c.meeting(meetings["meeting"]), "Guest", 6, loadgen.Options{})
	during := func(name string, mayRepeat bool, what func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			talk := all.talk(t)
			talk.mayRepeat = mayRepeat
			talk.goesOn(t)
			what(t)
			talk.goesOn(t)
			talk.finish(t)
		})
	}
	loss := func(name string, what func(t *testing.T)) { during(name, false, what) }
	lossOfRedis := func(name string, what func(t *testing.T)) { during(name, true, what) }
	// Nodes take turns, so that people are on both after each of these.
	for i := range c.nodes {
		loss("a node is killed", func(t *testing.T) {
			c.nodes[i].end(syscall.SIGKILL)
			all.connected(t)
			c.ready(1)
			c.startNode(i)
			c.ready(2)
		})
	}
	loss("a node is stopped for an upgrade", func(t *testing.T) {
		c.nodes[0].end(syscall.SIGTERM)
		all.connected(t)
		c.startNode(0)
		c.ready(2)
	})
	loss("the connections of a node to the database break", func(*testing.T) {
		c.nodes[0].database.breakAll()
	})
	loss("PostgreSQL is restarted", func(t *testing.T) {
		c.postgres.Stop()
		c.startPostgres()
		c.ready(2)
	})
	loss("PostgreSQL crashes", func(t *testing.T) {
		c.postgres.Kill()
		c.ready(0)
		c.startPostgres()
		c.ready(2)
	})
	lossOfRedis("Redis is restarted", func(t *testing.T) {
		c.redis.end(syscall.SIGTERM)
		c.redis.start()
		c.ready(2)
	})
	lossOfRedis("Redis hangs", func(t *testing.T) {
		c.redis.signal(syscall.SIGSTOP)
		defer c.redis.signal(syscall.SIGCONT)
		c.ready(0)
		c.redis.signal(syscall.SIGCONT)
		c.ready(2)
	})
	lossOfRedis("a node is cut off from Redis", func(t *testing.T) {
		c.nodes[1].redis.setCut(true)
		defer c.nodes[1].redis.setCut(false)
		c.ready(1)
		all.connected(t)
		c.nodes[1].redis.setCut(false)
		c.ready(2)
	})
	all.leave()

	seen := enter(t, c.meeting(meetings["media"]), "Guest", 2, loadgen.Options{Video: true, Sound: true})
	t.Run("a LiveKit node is killed", func(t *testing.T) {
		talk := seen.talk(t)
		// The room is on one of them.
		for i := range c.livekits {
			c.livekits[i].end(syscall.SIGKILL)
			until(t, "one LiveKit is up", func() bool { return c.media.up() == 1 })
			c.startLiveKit(i)
		}
		for _, p := range seen {
			if err := p.Sending(within(t)); err != nil {
				t.Errorf("%s has no media: %v", p.Name, err)
			}
			if p.Media().Count == 0 {
				t.Errorf("%s noticed nothing", p.Name)
			}
		}
		talk.finish(t)
	})
}
