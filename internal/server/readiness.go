package server

import (
	"context"
	"errors"
)

// errStopping is why a server that stops is not ready.
var errStopping = errors.New("the server is stopping")

// ready answers nil while this node can serve joins and meetings, else the first
// thing that is in the way.
func (s *Server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return errStopping
	}
	if err := s.line.hub.Check(); err != nil {
		return err
	}
	return s.Store.Probe(ctx)
}
