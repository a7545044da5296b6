package pgtest

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Server is a PostgreSQL that one test has for itself, to stop it and start it again.
// Unlike the shared one it confirms nothing that a crash of the server would lose.
type Server struct {
	t        testing.TB
	binaries string
	owner    *identity
	cluster  *cluster
}

// StartServer starts a server that ends with the test. The test is skipped where there
// is no PostgreSQL.
func StartServer(t testing.TB) *Server {
	t.Helper()
	binaries, err := findBinaries()
	if errors.Is(err, errMissing) && os.Getenv(RequireVariable) != "1" {
		t.Skip(err)
	}
	s := &Server{t: t, binaries: binaries, cluster: &cluster{}}
	if err == nil {
		s.cluster.folder, err = os.MkdirTemp("", "anteroom-pg-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(s.cluster.folder) })
	if s.owner, err = unprivileged(); err == nil && s.owner != nil {
		err = os.Chown(s.cluster.folder, int(s.owner.uid), int(s.owner.gid))
	}
	if err == nil {
		err = s.cluster.initialise(binaries, s.owner)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts the server again, at another port.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.cluster.start(s.binaries, s.owner, "synchronous_commit=on"); err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends the server and its connections as a restart does.
func (s *Server) Stop() { s.cluster.end(os.Interrupt) }

// Kill ends the server as a crash does: it recovers at the next start.
func (s *Server) Kill() { s.cluster.end(syscall.SIGQUIT) }

// Folder is the directory of the server's files.
func (s *Server) Folder() string { return filepath.Join(s.cluster.folder, "data") }

// Address is where the server listens, until it is started again.
func (s *Server) Address() string {
	at, err := url.Parse(s.cluster.url)
	if err != nil {
		s.t.Fatal(err)
	}
	return at.Host
}

// URLAt is the address of the server's database when the server listens at the address.
func URLAt(address string) string {
	return "postgres://anteroom@" + address + "/postgres?sslmode=disable"
}
