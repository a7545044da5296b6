// Package redistest starts a Redis for a test.
package redistest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Start starts a Redis of the test's own behind a socket file and returns its
// address. Without redis-server the test is skipped, or fails if
// ANTEROOM_REQUIRE_REDIS is 1.
func Start(t testing.TB) string {
	t.Helper()
	return StartServer(t).Address
}

// Server is a Redis that the test can kill and start again.
type Server struct {
	// Address is where it listens.
	Address string
	t       testing.TB
	binary  string
	dir     string
	running *exec.Cmd
}

// StartServer is Start for a test that kills its Redis. It writes snapshots when it is
// sent SAVE, and reads the last one when it starts again.
func StartServer(t testing.TB) *Server {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("ANTEROOM_REQUIRE_REDIS") == "1" {
			t.Fatalf("ANTEROOM_REQUIRE_REDIS is set: %v", err)
		}
		t.Skip("no redis-server here")
	}
	// A socket's path is short; t.TempDir may not be.
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	s := &Server{Address: "unix://" + socket, t: t, binary: binary, dir: dir}
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

// Start starts the Redis again after Kill.
func (s *Server) Start() {
	s.t.Helper()
	server := exec.Command(s.binary, "--port", "0", "--unixsocket", filepath.Join(s.dir, "s"), "--save", "", "--appendonly", "no", "--dir", s.dir)
	out, err := server.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.running = server
	ready := make(chan struct{}, 1)
	go func() {
		conns := bufio.NewScanner(out)
		for conns.Scan() {
			if strings.Contains(strings.ToLower(conns.Text()), "ready to accept connections") {
				ready <- struct{}{}
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(30 * time.Second):
		s.Kill()
		s.t.Fatal("Redis does not start")
	}
}

// Kill ends the Redis at once, as a lack of memory would.
func (s *Server) Kill() {
	_ = s.running.Process.Kill()
	_ = s.running.Wait()
}
