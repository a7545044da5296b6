package clustertest

import (
	"net"
	"sync"
	"testing"
)

// relay carries TCP connections to a target that may change. While it is cut nothing
// comes through, and nothing is closed, as when a firewall drops packets.
type relay struct {
	listener net.Listener

	mu      sync.Mutex
	opened  *sync.Cond
	target  string
	network string
	cut     bool
	done    bool
	open    map[net.Conn]bool
}

// newRelay starts a relay on an address such as 127.0.0.1:0 that ends with the test.
func newRelay(t *testing.T, listen, network, target string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, network: network, target: target, open: map[net.Conn]bool{}}
	r.opened = sync.NewCond(&r.mu)
	go r.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		r.mu.Lock()
		r.done, r.cut = true, false
		r.mu.Unlock()
		r.opened.Broadcast()
		r.breakAll()
	})
	return r
}

// address is where the relay listens.
func (r *relay) address() string { return r.listener.Addr().String() }

// lead makes new connections go elsewhere.
func (r *relay) lead(target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
}

// setCut cuts the relay, or makes it whole: what TCP held back arrives then.
func (r *relay) setCut(cut bool) {
	r.mu.Lock()
	r.cut = cut
	r.mu.Unlock()
	r.opened.Broadcast()
}

// breakAll closes all connections; new ones are carried.
func (r *relay) breakAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		_ = c.Close()
	}
}

// whole waits until the relay is not cut.
func (r *relay) whole() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.cut && !r.done {
		r.opened.Wait()
	}
}

func (r *relay) accept() {
	for {
		in, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.carry(in)
	}
}

func (r *relay) carry(in net.Conn) {
	r.track(in, true)
	defer r.track(in, false)
	r.whole()
	r.mu.Lock()
	network, target := r.network, r.target
	r.mu.Unlock()
	out, err := net.Dial(network, target)
	if err != nil {
		return
	}
	r.track(out, true)
	defer r.track(out, false)
	back := make(chan struct{})
	go func() {
		defer close(back)
		r.copy(in, out)
	}()
	r.copy(out, in)
	<-back
}

// copy carries what one side sends until either side ends.
func (r *relay) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		r.whole()
		if n > 0 {
			if _, failed := to.Write(buffer[:n]); failed != nil {
				err = failed
			}
		}
		if err != nil {
			_, _ = to.Close(), from.Close()
			return
		}
	}
}

func (r *relay) track(c net.Conn, open bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if open && !r.done {
		r.open[c] = true
		return
	}
	delete(r.open, c)
	_ = c.Close()
}
