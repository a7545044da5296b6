package clustertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// network is a network namespace that a cable connects to the rest of the machine. The
// cable is this process, which carries the packets between two virtual interfaces: it
// can be slow and lose packets on every kernel. A nil network is the machine's own.
type network struct {
	t *testing.T
	// name is that of the namespace and of the outer interface.
	name string
	// outer and inner are the addresses at the ends of the cable.
	outer, inner string

	// delay is how long a packet takes, and loss how many of a hundred are lost.
	delay, loss atomic.Int64
	broken      atomic.Bool
}

const (
	// innerEnd is the interface inside the namespace.
	innerEnd   = "cable"
	packetSize = 1 << 16
	// cableQueueSize is how many packets are on their way at most; further ones are lost.
	cableQueueSize = 1000
	// statusTime is how long a node without a network may take to say that it is not ready.
	statusTime = 10 * time.Second
)

// newNetwork makes a network that ends with the test. The test is skipped where that is
// not allowed.
func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, name: fmt.Sprintf("anteroom%d", os.Getpid())}
	// Nobody routes these addresses, which are for tests of network devices.
	pair := os.Getpid() << 1 & (1<<17 - 1)
	n.outer = fmt.Sprintf("198.%d.%d.%d", 18+pair>>16, pair>>8&0xff, pair&0xff)
	n.inner = fmt.Sprintf("198.%d.%d.%d", 18+pair>>16, pair>>8&0xff, pair&0xff|1)
	if err := n.make(); err != nil {
		if os.Getenv("ANTEROOM_REQUIRE_NETNS") == "1" {
			t.Fatalf("ANTEROOM_REQUIRE_NETNS is set: %v", err)
		}
		t.Skipf("a network of its own needs root, ip, and /dev/net/tun: %v", err)
	}
	return n
}

func (n *network) make() error {
	if err := run("ip netns add " + n.name); err != nil {
		return err
	}
	n.t.Cleanup(func() {
		if err := run("ip netns delete " + n.name); err != nil {
			n.t.Error(err)
		}
	})
	outer, err := openInterface(n.name)
	if err != nil {
		return err
	}
	var inner *os.File
	err = n.enter(func() (err error) {
		inner, err = openInterface(innerEnd)
		return err
	})
	if err != nil {
		return errors.Join(err, outer.Close())
	}
	var cable sync.WaitGroup
	cable.Go(func() { n.carry(outer, inner) })
	cable.Go(func() { n.carry(inner, outer) })
	n.t.Cleanup(func() {
		_, _ = outer.Close(), inner.Close() // with which the interfaces are gone
		cable.Wait()
	})
	for _, step := range []string{
		"ip address add " + n.outer + " peer " + n.inner + " dev " + n.name,
		"ip link set " + n.name + " up",
		"ip -n " + n.name + " address add " + n.inner + " peer " + n.outer + " dev " + innerEnd,
		"ip -n " + n.name + " link set " + innerEnd + " up",
		"ip -n " + n.name + " link set lo up",
	} {
		if err := run(step); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command of words without spaces.
func run(command string) error {
	words := strings.Fields(command)
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, out)
	}
	return nil
}

// openInterface makes a virtual interface that is gone once the file is closed.
func openInterface(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("interface %s: %w", name, err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), name), nil
}

// enter does something inside the network.
func (n *network) enter(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread, which changes its network, ends
		namespace, err := os.Open("/var/run/netns/" + n.name)
		if err == nil {
			defer namespace.Close()
			err = unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}

// carry carries packets in one direction, in their order, until an interface is gone.
func (n *network) carry(to, from *os.File) {
	type packet struct {
		due  time.Time
		data []byte
	}
	way := make(chan packet, cableQueueSize)
	var delivery sync.WaitGroup
	delivery.Go(func() {
		for p := range way {
			time.Sleep(time.Until(p.due))
			if !n.broken.Load() {
				_, _ = to.Write(p.data) // is lost if the interface is down
			}
		}
	})
	defer delivery.Wait()
	defer close(way)
	for buffer := make([]byte, packetSize); ; {
		size, err := from.Read(buffer)
		if err != nil {
			return
		}
		if rand.Int64N(100) < n.loss.Load() {
			continue
		}
		select {
		case way <- packet{time.Now().Add(time.Duration(n.delay.Load())), append([]byte(nil), buffer[:size]...)}:
		default:
		}
	}
}

// impair makes the cable slow and lossy in both directions: each packet takes the time,
// and so many of a hundred are lost.
func (n *network) impair(delay time.Duration, loss int64) {
	n.delay.Store(int64(delay))
	n.loss.Store(loss)
}

// setBroken breaks the cable, or mends it: packets vanish, and neither side notices.
func (n *network) setBroken(broken bool) { n.broken.Store(broken) }

// setDown takes the interface in the network down, or brings it up: packets vanish, and
// only that side notices.
func (n *network) setDown(down bool) {
	n.t.Helper()
	state := "up"
	if down {
		state = "down"
	}
	if err := run("ip -n " + n.name + " link set " + innerEnd + " " + state); err != nil {
		n.t.Fatal(err)
	}
}

// inside is the address of what listens in the network, and outside of what it reaches.
func (n *network) inside() string {
	if n == nil {
		return "127.0.0.1"
	}
	return n.inner
}

func (n *network) outside() string {
	if n == nil {
		return "127.0.0.1"
	}
	return n.outer
}

// command is a program that runs in the network.
func (n *network) command(program string, args ...string) *exec.Cmd {
	if n == nil {
		return exec.Command(program, args...)
	}
	return exec.Command("ip", append([]string{"netns", "exec", n.name, program}, args...)...)
}

// status is the status of a GET inside the network, or 0.
func (n *network) status(url string) int {
	dial := func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		err = n.enter(func() (err error) {
			conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
			return err
		})
		return conn, err
	}
	client := &http.Client{Timeout: statusTime, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}
