package server

import (
	"net"
	"net/http"
	"sync"
)

// newConns holds the connections that have carried no request yet. Browsers open
// them in advance, and http.Server.Shutdown waits for them as for running requests.
type newConns struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// note is an http.Server's ConnState.
func (u *newConns) note(conn net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if state != http.StateNew {
		delete(u.conns, conn)
		return
	}
	if u.conns == nil {
		u.conns = map[net.Conn]struct{}{}
	}
	u.conns[conn] = struct{}{}
}

func (u *newConns) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for conn := range u.conns {
		_ = conn.Close()
	}
}
