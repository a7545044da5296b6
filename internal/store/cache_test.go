package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestCacheHoldsNoStaleValues(t *testing.T) {
	c := newCache[int](false)
	// A value read before a write must not be kept after it.
	got, err := c.get("a", func() (int, error) {
		c.forget("a")
		return 1, nil
	})
	if got != 1 || err != nil {
		t.Fatalf("get = %d, %v", got, err)
	}
	load := func(n int) func() (int, error) { return func() (int, error) { return n, nil } }
	if got, _ := c.get("a", load(2)); got != 2 {
		t.Fatalf("get = %d, want what is read anew", got)
	}
	if got, _ := c.get("a", load(3)); got != 2 {
		t.Fatalf("get = %d, want what is kept", got)
	}
	c.forgetWhere(func(n int) bool { return n == 2 })
	if got, _ := c.get("a", load(4)); got != 4 {
		t.Fatalf("get = %d, want what is read anew", got)
	}
	broken := errors.New("broken")
	if _, err := c.get("b", func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Fatalf("the error is %v", err)
	}
	if got, _ := c.get("b", load(5)); got != 5 {
		t.Fatalf("get = %d: an error was kept", got)
	}
}

func TestCacheIsBoundedInBytes(t *testing.T) {
	c := newCache[*account.App](false)
	app := func(i int) *account.App {
		return &account.App{ID: fmt.Sprint(i), AllowedOrigins: []string{strings.Repeat("o", 4<<10), strings.Repeat("p", 4<<10)}}
	}
	for i := range 3000 {
		if _, err := c.get(fmt.Sprint(i), func() (*account.App, error) { return app(i), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if held := len(c.entries) * 8 << 10; c.bytes > cacheBytes || held > cacheBytes || held < cacheBytes*8/10 {
		t.Fatalf("%d entries of 8 KiB are kept, counted as %d bytes", len(c.entries), c.bytes)
	}
	for key := range c.entries {
		c.revise(key, func(old *account.App) *account.App {
			changed := *old
			changed.AllowedOrigins = append(changed.AllowedOrigins, strings.Repeat("q", 8<<10))
			return &changed
		})
	}
	if c.bytes > cacheBytes {
		t.Fatalf("%d bytes are kept after they grew", c.bytes)
	}
	c.forgetWhere(func(*account.App) bool { return true })
	if c.bytes != 0 || len(c.entries) != 0 {
		t.Fatalf("%d bytes of %d entries are left", c.bytes, len(c.entries))
	}
}

func TestLiveCache(t *testing.T) {
	c := newLiveCache(false)
	load := func(s *meeting.Session) func() (*meeting.Session, error) {
		return func() (*meeting.Session, error) { return s, nil }
	}
	running := &meeting.Session{ID: "s", MeetingID: "m", Revision: 1}
	// What was read before a change must not hide it.
	if _, err := c.get("m", func() (*meeting.Session, error) {
		c.put(&meeting.Session{ID: "s", MeetingID: "m", Revision: 2})
		return running, nil
	}); err != nil {
		t.Fatal(err)
	}
	got, err := c.get("m", load(nil))
	if err != nil || got == nil || got.Revision != 2 {
		t.Fatalf("get = %+v, %v", got, err)
	}
	got.Revision = 99 // a caller's copy
	c.put(&meeting.Session{ID: "s", MeetingID: "m", Revision: 3, EndedAt: noon})
	if got, err := c.get("m", load(running)); err != nil || got != nil {
		t.Fatalf("after its end get = %+v, %v", got, err)
	}
	for i := range 2 * liveShards * liveShardSize {
		c.put(&meeting.Session{MeetingID: fmt.Sprint(i)})
	}
	for i := range c.shards {
		if n := len(c.shards[i].entries); n > liveShardSize {
			t.Fatalf("a shard holds %d meetings", n)
		}
	}
}

// TestLiveCacheIsExact compares what is stored with the database while joins and
// changes race.
func TestLiveCacheIsExact(t *testing.T) {
	both(t, func(t *testing.T, w *testDB) {
		ctx := context.Background()
		m := w.meeting()
		uncached := w.open(func(c *Config) { c.Shared = true })
		for round := range 5 {
			first := w.join(m, "Ada")
			var group sync.WaitGroup
			for i := range 16 {
				group.Add(1)
				go func() {
					defer group.Done()
					live, err := w.LiveSession(ctx, m.ID)
					if err != nil || live == nil {
						t.Errorf("the live session is %v, %v", live, err)
						return
					}
					if i%4 == 0 {
						err = w.Mutate(ctx, live.ID, func(tx meeting.Tx) error { tx.BumpRevision(false); return nil })
					} else {
						_, err = w.Admit(ctx, meeting.AdmitRequest{
							Meeting: m, SessionID: live.ID, GateRevision: live.GateRevision, Capacity: 1000, Now: noon, Participant: meeting.Participant{ID: NewID()},
						})
					}
					if err != nil {
						t.Error(err)
					}
				}()
			}
			group.Wait()
			for _, ended := range []bool{false, true} {
				if ended {
					w.end(first.Session.ID)
				}
				stored, err := w.LiveSession(ctx, m.ID)
				w.must(err)
				read, err := uncached.LiveSession(ctx, m.ID)
				w.must(err)
				if !reflect.DeepEqual(stored, read) || (read == nil) != ended {
					t.Fatalf("round %d: kept %+v, read %+v", round, stored, read)
				}
			}
		}
	})
}

// TestFailedWritesSpoilNoOthers sends writes that fail halfway among others
// that share their transaction.
func TestFailedWritesSpoilNoOthers(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	ctx := context.Background()
	a := w.account()
	taken := &account.App{AccountID: a.ID, Key: "key"}
	w.must(w.CreateApp(ctx, taken))
	m := w.meeting()
	session := w.join(m, "Ada").Session
	var group sync.WaitGroup
	for i := range 200 {
		group.Add(1)
		go func() {
			defer group.Done()
			if i%5 == 0 {
				// The app's row is written before its key proves to be taken.
				if err := w.CreateApp(ctx, &account.App{AccountID: a.ID, Key: "key"}); !errors.Is(err, ErrExists) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if _, err := w.Admit(ctx, meeting.AdmitRequest{
				Meeting: m, SessionID: session.ID, GateRevision: session.GateRevision, Exempt: true, Now: noon, Participant: meeting.Participant{ID: NewID()},
			}); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	w.counted(session.ID, 161)
	apps, err := w.Apps(ctx, Page{})
	w.must(err)
	if len(apps) != 1 {
		t.Fatalf("%d apps are left, want 1", len(apps))
	}
}

func TestAbandonedWrites(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	m := w.meeting()
	session := w.join(m, "Ada").Session
	held, release := make(chan struct{}), make(chan struct{})
	holding := make(chan error, 1)
	go func() {
		holding <- w.engine.write(context.Background(), func(runner) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	ctx, cancel := context.WithCancel(context.Background())
	late := make(chan error, 1)
	go func() {
		_, err := w.Admit(ctx, meeting.AdmitRequest{
			Meeting: m, SessionID: session.ID, GateRevision: session.GateRevision, Capacity: 9, Now: noon, Participant: meeting.Participant{ID: NewID()},
		})
		late <- err
	}()
	cancel()
	wantError(t, <-late, context.Canceled)
	close(release)
	w.must(<-holding)
	w.counted(session.ID, 1)
}
