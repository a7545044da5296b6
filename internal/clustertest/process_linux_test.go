package clustertest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Bounds of what a process does on a busy machine.
const (
	startTime = time.Minute
	endTime   = 30 * time.Second
	// logLines is how much of a log is shown when a test fails.
	logLines = 40
)

// process is a running program.
type process struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	ended chan struct{}

	mu  sync.Mutex
	log []string
	err error
}

// starter starts programs from one thread that never ends: the kernel counts the end of
// the thread as the parent's death, of which the program is to die, too.
var starter = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

// start starts a program and waits for a line of its output that satisfies ready, or for
// no line if ready is nil. The program is killed at the end of the test at the latest.
func start(t *testing.T, name string, cmd *exec.Cmd, ready func(line string) bool) *process {
	t.Helper()
	p, err := tryStart(t, name, cmd, ready)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryStart(t *testing.T, name string, cmd *exec.Cmd, ready func(line string) bool) (*process, error) {
	p := &process{t: t, name: name, cmd: cmd, ended: make(chan struct{})}
	out, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = writer, writer
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	started := make(chan error, 1)
	starter() <- func() { started <- cmd.Start() }
	err = <-started
	_ = writer.Close()
	if err != nil {
		_ = out.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := make(chan struct{})
	go p.follow(out, ready, seen)
	t.Cleanup(func() {
		p.end(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the last lines of %s:\n%s", name, p.tail())
		}
	})
	if ready == nil {
		return p, nil
	}
	select {
	case <-seen:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("%s ended at once:\n%s", name, p.tail())
	case <-time.After(startTime):
		return nil, fmt.Errorf("%s did not become ready:\n%s", name, p.tail())
	}
}

// follow reads the output to its end.
func (p *process) follow(out io.ReadCloser, ready func(string) bool, seen chan struct{}) {
	defer close(p.ended)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for waiting := ready != nil; lines.Scan(); {
		p.mu.Lock()
		p.log = append(p.log, lines.Text())
		p.mu.Unlock()
		if waiting && ready(lines.Text()) {
			waiting = false
			close(seen)
		}
	}
	_ = out.Close()
	p.err = p.cmd.Wait()
}

// signal sends a signal; an ended process gets none.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// end sends a signal and waits until the process has ended.
func (p *process) end(s syscall.Signal) {
	p.signal(s)
	select {
	case <-p.ended:
	case <-time.After(endTime):
		p.t.Errorf("%s did not end within %s of %s", p.name, endTime, s)
		p.signal(syscall.SIGKILL)
		<-p.ended
	}
}

func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log[max(0, len(p.log)-logLines):], "\n")
}
