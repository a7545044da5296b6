package livekit

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/anteroom/anteroom/internal/media"
)

// portAttempts bounds the search for a free port and the retries when another
// program takes it between our look and LiveKit's bind.
const portAttempts = 20

// errPortBusy: the configured media port belongs to another program.
var errPortBusy = errors.New("media port in use")

// CheckPort reports whether an embedded engine could have its configured media port, so
// that a server need not wait for the first join to find out.
func CheckPort(cfg media.Config) error {
	if cfg.Mode == media.ModeExternal || cfg.Embedded.MediaPort == 0 {
		return nil
	}
	return probe(cfg.Embedded, cfg.Embedded.MediaPort)
}

// pickPort returns the media port to use. It looks before LiveKit binds, because a
// LiveKit that fails on its TCP port keeps the UDP sockets it has opened.
func pickPort(c media.EmbeddedConfig) (int, error) {
	if c.MediaPort != 0 {
		if err := probe(c, c.MediaPort); err != nil {
			return 0, err
		}
		return c.MediaPort, nil
	}
	var last error
	for range portAttempts {
		conn, err := net.ListenPacket("udp", net.JoinHostPort(bindHost(c), "0"))
		if err != nil {
			return 0, fmt.Errorf("no free media port: %w", err)
		}
		port := conn.LocalAddr().(*net.UDPAddr).Port
		_ = conn.Close()
		if last = probe(c, port); last == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free media port: %w", last)
}

func probe(c media.EmbeddedConfig, port int) error {
	conn, err := net.ListenPacket("udp", net.JoinHostPort(bindHost(c), strconv.Itoa(port)))
	if err != nil {
		return portError("UDP", port, err)
	}
	_ = conn.Close()
	if !c.TCPFallback {
		return nil
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(bindHost(c), strconv.Itoa(port)))
	if err != nil {
		return portError("TCP", port, err)
	}
	_ = ln.Close()
	return nil
}

func bindHost(c media.EmbeddedConfig) string {
	if c.LoopbackOnly {
		return "127.0.0.1"
	}
	return ""
}

func portError(network string, port int, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: %s %d belongs to another program; choose another media port", errPortBusy, network, port)
	}
	return fmt.Errorf("media port %s %d: %w", network, port, err)
}
