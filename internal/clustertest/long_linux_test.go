package clustertest

import (
	"bytes"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
)

// single is one node with SQLite and its own media server.
type single struct {
	*process
	t      *testing.T
	folder string
	url    string
	m      loadgen.Meeting
}

// newSingle starts a node whose data is in the folder.
func newSingle(t *testing.T, folder string, capacity int) *single {
	t.Helper()
	world := anteroomtest.Start(t, anteroomtest.WithFolder(folder))
	room := world.AddMeeting(anteroomtest.Meeting{Topic: "Alone", Password: "anteroom", Capacity: capacity})
	world.Close()
	s := &single{t: t, folder: folder}
	s.serve("127.0.0.1:0")
	s.m = loadgen.Meeting{Server: s.url, Number: room.Number, Passcode: room.Password, Key: world.SDKKey, Secret: world.SDKSecret}
	return s
}

func (s *single) serve(listen string) {
	s.t.Helper()
	cmd := exec.Command(program(s.t, "anteroom"), "serve", "--json", "--data", s.folder, "--listen", listen, "--media-port", "0")
	s.process = start(s.t, "the server", cmd, listening(&s.url))
}

// again starts the node once more, at the address of before, and returns how long that took.
func (s *single) again() time.Duration {
	s.t.Helper()
	begin := time.Now()
	s.serve(strings.TrimPrefix(s.url, "http://"))
	return time.Since(begin)
}

// Ten times the server is killed while people join and write: no place and no message
// that was confirmed is lost, and the database is whole.
func TestTenKillsUnderJoins(t *testing.T) {
	long(t)
	const kills, joiners, enough = 10, 8, 60
	s := newSingle(t, t.TempDir(), 1000)
	all := enter(t, s.m, "Guest", 6, loadgen.Options{})
	talk := all.talk(t)
	for range kills {
		var mu sync.Mutex
		var places []string
		var joining sync.WaitGroup
		reached := make(chan struct{})
		for range joiners {
			joining.Go(func() {
				for {
					got, err := join(t.Context(), s.url, s.m, "")
					if err != nil {
						return // the kill
					}
					if got.ErrorCode != 0 {
						t.Errorf("refused with %d", got.ErrorCode)
						return
					}
					mu.Lock()
					if places = append(places, got.ResumeToken); len(places) == enough {
						close(reached)
					}
					mu.Unlock()
				}
			})
		}
		select {
		case <-reached:
		case <-time.After(testTimeout):
			t.Fatal("too few joins")
		}
		s.end(syscall.SIGKILL)
		joining.Wait()
		took := s.again()
		for _, place := range places {
			got, err := join(t.Context(), s.url, s.m, place)
			if err != nil || got.ErrorCode != 0 {
				t.Errorf("a place was lost: %d %v", got.ErrorCode, err)
			}
			leave(t, s.url, got.ResumeToken)
		}
		all.connected(t)
		t.Logf("started in %s; %d places kept", took.Round(time.Millisecond), len(places))
	}
	talk.goesOn(t)
	talk.finish(t)
	all.leave()
	s.end(syscall.SIGTERM)
	whole(t, filepath.Join(s.folder, "anteroom.db"))
}

func leave(t *testing.T, server, resume string) {
	t.Helper()
	response, err := http.Post(server+"/sdk/v1/leave", "application/json", strings.NewReader(`{"resumeToken":"`+resume+`"}`))
	if err != nil {
		t.Error(err)
		return
	}
	_ = response.Body.Close()
}

// whole checks an SQLite database.
func whole(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var found string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Errorf("the database is not whole: %s %v", found, err)
	}
}

// The disk of a single node is full for a while: nothing that was confirmed is lost, and
// everything goes on once there is space.
func TestAFullDisk(t *testing.T) {
	long(t)
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v", err)
	}
	// After the server has ended.
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	s := newSingle(t, folder, 100)
	all := enter(t, s.m, "Guest", 4, loadgen.Options{})
	talk := all.talk(t)
	talk.goesOn(t)
	ballast := filepath.Join(folder, "ballast")
	fill(t, ballast)
	until(t, "the server is not ready", func() bool { return status(t.Context(), s.url+"/readyz") == http.StatusServiceUnavailable })
	if status(t.Context(), s.url+"/healthz") != http.StatusOK {
		t.Error("a server with a full disk counts as dead")
	}
	full := time.NewTimer(15 * time.Second)
	for waiting := true; waiting; {
		select {
		case <-full.C:
			waiting = false
		case <-s.ended:
			t.Fatal("the server ended")
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	until(t, "the server is ready again", func() bool { return status(t.Context(), s.url+"/readyz") == http.StatusOK })
	talk.goesOn(t)
	talk.finish(t)
	all.leave()
	s.end(syscall.SIGTERM)
	whole(t, filepath.Join(folder, "anteroom.db"))
}

// fill writes until there is no space left.
func fill(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if _, err = file.Write(bytes.Repeat([]byte{1}, size)); err != nil {
			size /= 16
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
}

// What takes long in a cluster.
func TestLongLosses(t *testing.T) {
	long(t)
	meetings := map[string]anteroomtest.Meeting{}
	c := newCluster(t, func(s *anteroomtest.Server) {
		for _, name := range []string{"database", "lines"} {
			host := s.AddUser(anteroomtest.User{Email: name + "@test.example"})
			meetings[name] = s.AddMeeting(anteroomtest.Meeting{Topic: name, Password: "anteroom", Capacity: 500, Host: host.ID})
		}
	})

	// Longer than the time after which a place without a connection is removed.
	t.Run("the database is away for 80 seconds", func(t *testing.T) {
		all := enter(t, c.meeting(meetings["database"]), "Guest", 6, loadgen.Options{})
		defer all.leave()
		talk := all.talk(t)
		talk.goesOn(t)
		talk.finish(t)
		c.postgres.Stop()
		c.ready(0)
		<-time.After(80 * time.Second)
		c.startPostgres()
		c.ready(2)
		// The next sweeps find nobody to give up.
		<-time.After(20 * time.Second)
		for _, p := range all {
			if n := p.Control().Count; n != 0 {
				t.Errorf("%s lost the control channel %d times", p.Name, n)
			}
		}
		talk = all.talk(t)
		talk.goesOn(t)
		talk.finish(t)
	})

	t.Run("300 lines break at once", func(t *testing.T) {
		all := enter(t, c.meeting(meetings["lines"]), "Guest", 300, loadgen.Options{})
		defer all.leave()
		few := all[:4]
		talk := few.talk(t)
		talk.goesOn(t)
		begin := time.Now()
		c.front.breakAll()
		for _, p := range all {
			if err := p.Back(within(t), 1); err != nil {
				t.Errorf("%s does not come back: %v", p.Name, err)
			}
		}
		t.Logf("all 300 are back after %s", time.Since(begin).Round(time.Millisecond))
		talk.goesOn(t)
		talk.finish(t)
		for _, p := range all {
			if err := p.Has(within(t), talk.sent...); err != nil {
				t.Error(err)
			}
		}
	})
}
