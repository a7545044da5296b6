package livekit

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v3"
)

// piped is a listener for connections that do not leave the process.
type piped struct {
	come chan net.Conn // nil is an error
	gone chan struct{}
}

func newPiped() *piped { return &piped{make(chan net.Conn), make(chan struct{})} }

func (p *piped) Accept() (net.Conn, error) {
	select {
	case conn := <-p.come:
		if conn == nil {
			return nil, errors.New("too many open files")
		}
		return conn, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}

func (p *piped) Close() error { close(p.gone); return nil }

func (p *piped) Addr() net.Addr { return tcpAt("192.0.2.99:7882") }

func tcpAt(address string) *net.TCPAddr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))
}

type pipeEnd struct {
	net.Conn
	local, remote *net.TCPAddr
}

func (e pipeEnd) LocalAddr() net.Addr  { return e.local }
func (e pipeEnd) RemoteAddr() net.Addr { return e.remote }

// from is the other end of a connection from an address.
func (p *piped) from(t *testing.T, address string) net.Conn {
	far, near := net.Pipe()
	t.Cleanup(func() { _ = far.Close() })
	p.come <- pipeEnd{near, tcpAt("192.0.2.99:7882"), tcpAt(address)}
	synctest.Wait()
	return far
}

func isOpen(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now())
	_, err := conn.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func check(t *testing.T, conn net.Conn, ufrag string) {
	t.Helper()
	message, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(ufrag+":there"))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write(framed(message.Raw)); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	synctest.Wait()
}

// overPipes is a mux for connections that do not leave the process.
func overPipes(t *testing.T, perAddress int) (*overTCP, *piped) {
	pipes := newPiped()
	mux := newOverTCP(newTCPListener(pipes, perAddress))
	t.Cleanup(func() {
		_ = mux.Close()
		synctest.Wait()
		if l := mux.listener; l.open != 0 || len(l.from) != 0 || l.unheard.Len() != 0 {
			t.Errorf("%d connections are counted after the end, %d addresses, %d unheard", l.open, len(l.from), l.unheard.Len())
		}
	})
	return mux, pipes
}

// agent hears what comes for a ufrag.
func agent(t *testing.T, mux *overTCP, ufrag string) net.PacketConn {
	t.Helper()
	conn, err := mux.GetConnByUfrag(ufrag, false, tcpAt("192.0.2.99:7882").IP)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			if _, _, err := conn.ReadFrom(make([]byte, 1500)); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestAnAddressHasSoManyConnectionsOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, pipes := overPipes(t, 2)
		var opened []net.Conn
		for _, c := range []struct {
			address string
			open    bool
		}{
			{"192.0.2.1:1", true},
			{"192.0.2.1:2", true},
			{"192.0.2.1:3", false},
			{"192.0.2.2:1", true},
			{"[2001:db8::1]:1", true},
			{"[2001:db8::2]:1", true},
			{"[2001:db8::3]:1", false},
			{"[2001:db8:0:1::1]:1", true},
		} {
			conn := pipes.from(t, c.address)
			opened = append(opened, conn)
			if isOpen(conn) != c.open {
				t.Errorf("a connection from %s is open: %t, want %t", c.address, !c.open, c.open)
			}
		}
		_ = opened[0].Close()
		synctest.Wait()
		if !isOpen(pipes.from(t, "192.0.2.1:4")) {
			t.Error("no connection from an address that has ended one")
		}
	})
}

func TestConnectionsOverTCPAreBoundedInAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux, pipes := overPipes(t, 0)
		agent(t, mux, "here")
		known := pipes.from(t, "192.0.2.1:1")
		check(t, known, "here")
		var silent []net.Conn
		for i := range maxUnheard + 5 {
			silent = append(silent, pipes.from(t, fmt.Sprintf("198.51.100.%d:%d", i%200, 1+i)))
		}
		if !isOpen(known) {
			t.Error("strangers have ended the connection of a participant")
		}
		if first := slices.IndexFunc(silent, isOpen); first != 5 {
			t.Errorf("the first open one of %d strangers is number %d", len(silent), first)
		}
		mux.listener.mu.Lock()
		mux.listener.open += maxOverTCP
		mux.listener.mu.Unlock()
		if isOpen(pipes.from(t, "192.0.2.3:1")) {
			t.Error("a connection over the limit for all")
		}
		mux.listener.mu.Lock()
		mux.listener.open -= maxOverTCP
		mux.listener.mu.Unlock()
	})
}

func TestConnectionsOverTCPEndUnlessAnAgentHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux, pipes := overPipes(t, 0)
		agent(t, mux, "here")
		known, silent, slow, stranger := pipes.from(t, "192.0.2.1:1"), pipes.from(t, "192.0.2.1:2"), pipes.from(t, "192.0.2.1:3"), pipes.from(t, "192.0.2.1:4")
		check(t, known, "here")
		check(t, stranger, "nobody")
		time.Sleep(nobodyTime)
		synctest.Wait()
		if isOpen(stranger) {
			t.Error("a connection for an agent that is not there is open")
		}
		for range int(unheardTime/time.Second) - 2 {
			if _, err := slow.Write([]byte{1}); err != nil { // of a packet of 257 bytes
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if !isOpen(silent) {
			t.Error("a silent connection has ended too soon")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if isOpen(silent) || isOpen(slow) {
			t.Error("a connection without a packet is open")
		}
		// Each packet gives more time.
		check(t, known, "here")
		for range 3 {
			time.Sleep(silentTime - time.Second)
			synctest.Wait()
			if !isOpen(known) {
				t.Fatal("a connection in use has ended")
			}
			check(t, known, "here")
		}
		time.Sleep(silentTime + time.Second)
		synctest.Wait()
		if isOpen(known) {
			t.Error("a connection out of use is open")
		}
		// The agent hears the next one all the same.
		again := pipes.from(t, "192.0.2.1:5")
		check(t, again, "here")
		time.Sleep(unheardTime + time.Second)
		synctest.Wait()
		if !isOpen(again) {
			t.Error("the agent hears nobody who comes back")
		}
	})
}

func TestConnectionsFromAddressesTooManyForAnAgentEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux, pipes := overPipes(t, 0)
		agent(t, mux, "here")
		open := 0
		for i := range maxAddresses + 20 {
			conn := pipes.from(t, fmt.Sprintf("192.0.2.1:%d", 1+i))
			check(t, conn, "here")
			if isOpen(conn) {
				open++
			}
		}
		if open != maxAddresses {
			t.Errorf("%d connections are open", open)
		}
	})
}

func TestConnectionsOverTCPEndIfNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mux, pipes := overPipes(t, 0)
		here := agent(t, mux, "here")
		conn := pipes.from(t, "192.0.2.1:1")
		check(t, conn, "here")
		if _, err := here.WriteTo(make([]byte, 1000), tcpAt("192.0.2.1:1")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(tcpWriteTime + time.Second)
		synctest.Wait()
		if mux.listener.open != 0 {
			t.Error("a connection on which nobody reads is open")
		}
	})
}

func TestAcceptingGoesOnAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, pipes := overPipes(t, 0)
		pipes.come <- nil
		time.Sleep(time.Second)
		if !isOpen(pipes.from(t, "192.0.2.1:1")) {
			t.Error("no connection after an error")
		}
	})
}
