package livekit

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	lk "github.com/livekit/protocol/livekit"
)

// TestDevModeBindsLoopbackOnly looks at the sockets of another process that runs an
// engine with a participant connected.
func TestDevModeBindsLoopbackOnly(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	var child struct{ URL, Token string }
	if err := json.NewDecoder(stdout).Decode(&child); err != nil {
		t.Fatal(err)
	}
	idle := residentKB(t, cmd.Process.Pid)
	dial(t, &httptest.Server{URL: child.URL}, child.Token, lk.TrackSource_MICROPHONE)
	t.Logf("resident memory: %d MB idle, %d MB with one participant", idle>>10, residentKB(t, cmd.Process.Pid)>>10)

	sockets := socketsOf(t, cmd.Process.Pid)
	udp := 0
	for _, s := range sockets {
		if strings.HasPrefix(s.network, "udp") {
			udp++
		}
		if !s.ip.IsLoopback() {
			t.Errorf("%s socket bound to %s port %d", s.network, s.ip, s.port)
		}
	}
	if udp != 1 {
		t.Errorf("%d UDP sockets, want the media port alone: %+v", udp, sockets)
	}
}

type socket struct {
	network string
	ip      net.IP
	port    int
}

func socketsOf(t *testing.T, pid int) []socket {
	t.Helper()
	inodes := map[string]bool{}
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(fds) == 0 {
		t.Fatalf("no descriptors of the child: %v", err)
	}
	for _, fd := range fds {
		link, _ := os.Readlink(fd)
		if inode, ok := strings.CutPrefix(link, "socket:["); ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	var out []socket
	for _, network := range []string{"udp", "udp6", "tcp", "tcp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, network))
		if err != nil {
			continue // no IPv6
		}
		lines := bufio.NewScanner(f)
		lines.Scan() // heading
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || !inodes[fields[9]] {
				continue
			}
			out = append(out, parseSocket(t, network, fields[1]))
		}
		_ = f.Close()
	}
	return out
}

// parseSocket reads an address as the kernel writes it: 32-bit words in host order.
func parseSocket(t *testing.T, network, address string) socket {
	t.Helper()
	host, port, _ := strings.Cut(address, ":")
	b, err := hex.DecodeString(host)
	if err != nil || len(b)%4 != 0 {
		t.Fatalf("address %q: %v", address, err)
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	s := socket{network: network, ip: net.IP(b)}
	_, _ = fmt.Sscanf(port, "%X", &s.port)
	return s
}

func residentKB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	kb := 0
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscanf(rest, "%d", &kb)
		}
	}
	return kb
}
