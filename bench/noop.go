package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// noop is what joins are held against: a server of the same kind in the same
// process that reads the request's body and returns as many bytes as a join.
type noop struct {
	address string
	server  *http.Server
	size    atomic.Int64
}

func startNoop(ctx context.Context) (*noop, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &noop{address: listener.Addr().String()}
	filler := make([]byte, maxResponse)
	for i := range filler {
		filler[i] = 'x'
	}
	n.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = w.Write(filler[:n.size.Load()])
		}),
	}
	go func() {
		if err := n.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "bench: the no-op server ended:", err)
		}
	}()
	return n, nil
}

func (n *noop) close() { _ = n.server.Close() }
