package realtime

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
)

// askRedis returns a function that sends commands, and returns the first line of each reply.
func askRedis(t *testing.T, address string) func(command string) string {
	t.Helper()
	conn, err := net.Dial("unix", strings.TrimPrefix(address, "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	in := bufio.NewReader(conn)
	return func(command string) string {
		t.Helper()
		if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
			t.Fatal(err)
		}
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(line)
	}
}

// participantsOf returns participants of a session of the test's own: where hubs run in one
// process, those that ask their Redis about a channel of one name at once get the same
// answer.
func participantsOf(session string, ids ...string) (participants []Participant) {
	for _, id := range ids {
		participant := participantNamed(session + id)
		participant.SessionID = session
		participants = append(participants, participant)
	}
	return participants
}

// Redis returns and passes messages on, but takes no writes, so that no event reaches
// anybody.
func TestANodeWhoseRedisTakesNoWritesSendsItsPagesAway(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		refusal     string
		begin, over func(t *testing.T, dir string, ask func(string) string)
	}{
		"the disk is full": {
			refusal: "MISCONF",
			begin: func(t *testing.T, dir string, ask func(string) string) {
				// The snapshot cannot take the place of a directory with something in it.
				if err := os.MkdirAll(filepath.Join(dir, "dump.rdb", "x"), 0o755); err != nil {
					t.Fatal(err)
				}
				ask(`CONFIG SET save "3600 1"`)
				ask("BGSAVE")
			},
			over: func(t *testing.T, dir string, ask func(string) string) {
				if err := os.RemoveAll(filepath.Join(dir, "dump.rdb")); err != nil {
					t.Fatal(err)
				}
				ask("BGSAVE")
			},
		},
		"the memory is full": {
			refusal: "OOM",
			begin:   func(_ *testing.T, _ string, ask func(string) string) { ask("CONFIG SET maxmemory 1") },
			over:    func(_ *testing.T, _ string, ask func(string) string) { ask("CONFIG SET maxmemory 0") },
		},
		"it has become a replica": {
			refusal: "READONLY",
			begin:   func(_ *testing.T, _ string, ask func(string) string) { ask("REPLICAOF 127.0.0.1 1") },
			over:    func(_ *testing.T, _ string, ask func(string) string) { ask("REPLICAOF NO ONE") },
		},
		"its replicas are gone": {
			refusal: "NOREPLICAS",
			begin:   func(_ *testing.T, _ string, ask func(string) string) { ask("CONFIG SET min-replicas-to-write 1") },
			over:    func(_ *testing.T, _ string, ask func(string) string) { ask("CONFIG SET min-replicas-to-write 0") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			ask, dir := askRedis(t, redis), filepath.Dir(strings.TrimPrefix(redis, "unix://"))
			session := kind.refusal
			h, server := startHub(t, newFakeBackend(participantsOf(session, "stays", "leaves", "comes", "late")...), func(c *Config) { c.Redis = redis })
			publish := func(revision int64) error {
				return h.Publish(session, Event{Revision: revision, Type: "chat.message"})
			}
			stays := enter(t, server.URL, token(t, h, session+"stays", 1), nil)
			leaves := enter(t, server.URL, token(t, h, session+"leaves", 1), nil)
			if err := publish(1); err != nil {
				t.Fatal(err)
			}
			stays.event()

			kind.begin(t, dir, ask)
			until(t, "writes to be refused", func() bool { return strings.HasPrefix(ask("SET x y"), "-"+kind.refusal) })
			_ = leaves.conn.Close()
			comes := dial(t, server.URL)
			comes.send(connectRequest(token(t, h, session+"comes", 1), nil))
			if publish(2) == nil {
				t.Error("an event was published")
			}
			stays.mustClose(centrifuge.DisconnectShutdown.Code)
			if err := h.Check(); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), kind.refusal) {
				t.Errorf("ready: %v", err)
			}
			late := dial(t, server.URL)
			late.send(connectRequest(token(t, h, session+"late", 1), nil))
			late.mustClose(centrifuge.DisconnectShutdown.Code)
			// A connection is closed, and the Redis client pings the others all the time.
			broker := h.heartbeat.broker.(*sharedBroker)
			broker.overlap = 0
			before := broker.current
			if broker.renew(); broker.current == before {
				t.Error("the connection was not renewed")
			}
			for begin := time.Now(); time.Since(begin) < 2*time.Second; time.Sleep(50 * time.Millisecond) {
				if h.Check() == nil {
					t.Fatal("the node says that it is ready")
				}
			}

			kind.over(t, dir, ask)
			until(t, "the node to be ready again", func() bool { return h.Check() == nil })
			stays = enter(t, server.URL, token(t, h, session+"stays", 1), nil)
			if err := publish(3); err != nil {
				t.Fatal(err)
			}
			for {
				if _, e := stays.event(); e.Revision == 3 {
					break
				} else if e.Type != EventRefresh {
					t.Fatalf("%+v", e)
				}
			}
		})
	}
}

// A node hears channels that pages have left, but not ever more of them, and while a new
// connection takes over nothing is lost or comes twice.
func TestChannelsThatPagesHaveLeftAreBounded(t *testing.T) {
	t.Parallel()
	const waves, pages, most = 3, 12, 8
	redis := redistest.Start(t)
	ask := askRedis(t, redis)
	const session = "left"
	participants := participantsOf(session, "stays")
	for i := range waves * pages {
		participants = append(participants, participantsOf(session, strconv.Itoa(i))...)
	}
	h, server := startHub(t, newFakeBackend(participants...), func(c *Config) { c.Redis = redis })
	other, _ := startHub(t, newFakeBackend(), func(c *Config) { c.Redis = redis })
	broker := h.heartbeat.broker.(*sharedBroker)
	broker.mu.Lock()
	broker.maxUnwanted, broker.overlap = most, 200*time.Millisecond
	broker.mu.Unlock()
	hearing := func() *redisClient {
		broker.mu.Lock()
		defer broker.mu.Unlock()
		return broker.current
	}
	stays := enter(t, server.URL, token(t, h, session+"stays", 1), nil)
	var revision int64
	publish := func(to ...*page) {
		t.Helper()
		revision++
		if err := other.Publish(session, Event{Revision: revision, Type: "chat.message"}); err != nil {
			t.Fatal(err)
		}
		for _, p := range to {
			if _, e := p.event(); e.Revision != revision {
				t.Fatalf("event %d came as %+v", revision, e)
			}
		}
	}
	for wave := range waves {
		var came []*page
		for i := range pages {
			came = append(came, enter(t, server.URL, token(t, h, session+strconv.Itoa(wave*pages+i), 1), nil))
		}
		publish(append(came, stays)...)
		before := hearing()
		for _, p := range came {
			_ = p.conn.Close()
		}
		until(t, "another connection to take over", func() bool {
			publish(stays)
			return hearing() != before
		})
	}
	until(t, "the connections before to be closed", func() bool {
		publish(stays)
		n, err := strconv.Atoi(strings.TrimPrefix(ask(`EVAL "return #redis.call('PUBSUB', 'CHANNELS', '*seat:*')" 0`), ":"))
		if err != nil {
			t.Fatal(err)
		}
		return n <= 2*pages+1 // the first connection keeps what it heard
	})
}
