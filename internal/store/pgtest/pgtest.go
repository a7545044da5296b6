// Package pgtest gives tests a PostgreSQL of their own: a throw-away cluster,
// started from the machine's binaries at the first call and gone with Stop, or
// the server that ANTEROOM_TEST_POSTGRES names.
package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The environment that rules this package.
const (
	// ServerVariable names a server to use instead of a throw-away cluster. Its
	// user must be allowed to create databases.
	ServerVariable = "ANTEROOM_TEST_POSTGRES"
	// RequireVariable set to 1 makes a missing PostgreSQL a failure, not a skip.
	RequireVariable = "ANTEROOM_REQUIRE_POSTGRES"
)

const (
	startTime  = 30 * time.Second
	portTries  = 5
	operations = 30 * time.Second
)

var errMissing = errors.New("no PostgreSQL binaries were found; install the package postgresql, or set " + ServerVariable)

// shared is the cluster of this process.
var shared struct {
	sync.Mutex
	started bool
	cluster *cluster
	fault   error
}

var databases atomic.Int64

// URL returns the address of a new, empty database that is dropped with the test.
// The test is skipped where there is no PostgreSQL.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		c, err := start()
		if err != nil {
			if errors.Is(err, errMissing) && os.Getenv(RequireVariable) != "1" {
				t.Skip(err)
			}
			t.Fatalf("temporary PostgreSQL: %v", err)
		}
		server = c.url
	}
	name := fmt.Sprintf("anteroom_test_%d_%d", os.Getpid(), databases.Add(1))
	if err := run(server, `CREATE DATABASE `+name); err != nil {
		t.Fatalf("a database cannot be made: %v", err)
	}
	t.Cleanup(func() {
		if os.Getenv(ServerVariable) == "" {
			return // it goes with the cluster, and dropping takes long
		}
		if err := run(server, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("a database cannot be dropped: %v", err)
		}
	})
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is malformed", ServerVariable)
	}
	at.Path = "/" + name
	return at.String()
}

func run(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), operations)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Stop ends the throw-away cluster and removes its files. Call it from
// TestMain after the tests have run.
func Stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		shared.cluster.stop()
	}
	shared.cluster, shared.started, shared.fault = nil, false, nil
}

func start() (*cluster, error) {
	shared.Lock()
	defer shared.Unlock()
	if !shared.started {
		shared.started = true
		shared.cluster, shared.fault = newCluster()
	}
	return shared.cluster, shared.fault
}

// cluster is a running PostgreSQL.
type cluster struct {
	url    string
	folder string
	server *exec.Cmd
	ended  chan struct{}
}

func newCluster() (*cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "anteroom-pg-")
	if err != nil {
		return nil, err
	}
	c := &cluster{folder: folder}
	owner, err := unprivileged()
	if err == nil && owner != nil {
		err = os.Chown(folder, int(owner.uid), int(owner.gid))
	}
	if err == nil {
		err = c.initialise(binaries, owner)
	}
	if err == nil {
		err = c.start(binaries, owner)
	}
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	return c, nil
}

func (c *cluster) start(binaries string, owner *identity, settings ...string) (err error) {
	for range portTries {
		if err = c.launch(binaries, owner, settings...); err == nil {
			return nil
		}
	}
	return err
}

func findBinaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		return "", errMissing
	}
	return filepath.Dir(found[0]), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// identity is whom the server runs as: it refuses to run as root.
type identity struct{ uid, gid uint32 }

func unprivileged() (*identity, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(found.Uid, 10, 32)
		gid, _ := strconv.ParseUint(found.Gid, 10, 32)
		return &identity{uint32(uid), uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL cannot run as root, and there is no user postgres or nobody")
}

func (c *cluster) data() string { return filepath.Join(c.folder, "data") }

func (c *cluster) initialise(binaries string, owner *identity) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(binaries, "initdb"), "-D", c.data(), "-U", "anteroom",
		"--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
	cmd.Dir = c.folder
	become(cmd, owner, false)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// launch starts the server on a free port, with further settings, and waits until it
// reports that it is ready.
func (c *cluster) launch(binaries string, owner *identity, settings ...string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), filepath.Join(binaries, "postgres"), "-D", c.data(), "-k", c.folder, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200",
		"-c", "synchronous_commit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "autovacuum=off",
		"-c", "log_destination=stderr", "-c", "logging_collector=off", "-c", "lc_messages=C")
	for _, setting := range settings {
		cmd.Args = append(cmd.Args, "-c", setting)
	}
	cmd.Dir = c.folder
	become(cmd, owner, true)
	log, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := spawn(cmd); err != nil {
		return err
	}
	c.server, c.ended = cmd, make(chan struct{})
	ready, lines := make(chan struct{}), make(chan string, 1)
	go func() {
		defer close(c.ended)
		lines <- follow(log, ready)
		_ = cmd.Wait()
	}()
	select {
	case <-ready:
		c.url = fmt.Sprintf("postgres://anteroom@127.0.0.1:%d/postgres?sslmode=disable", port)
		return nil
	case said := <-lines:
		<-c.ended
		return fmt.Errorf("postgres ended at once: %s", said)
	case <-time.After(startTime):
		_ = cmd.Process.Kill()
		<-c.ended
		return errors.New("postgres did not become ready")
	}
}

// follow reads the server's log to its end, closes ready when it says so, and
// returns its last lines.
func follow(log io.Reader, ready chan struct{}) string {
	var last []string
	told := false
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if !told && strings.Contains(lines.Text(), "ready to accept connections") {
			told = true
			close(ready)
		}
		last = append(last, lines.Text())
		last = last[max(0, len(last)-5):]
	}
	return strings.Join(last, "; ")
}

func freePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (c *cluster) stop() {
	c.end(os.Interrupt)
	_ = os.RemoveAll(c.folder)
}

// end makes the server end by a signal; without effect if it has ended.
func (c *cluster) end(signal os.Signal) {
	_ = c.server.Process.Signal(signal)
	select {
	case <-c.ended:
	case <-time.After(startTime):
		_ = c.server.Process.Kill()
		<-c.ended
	}
}
