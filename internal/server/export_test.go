package server

import "github.com/anteroom/anteroom/internal/realtime"

// Backend is what the control channel asks of a server.
func Backend(s *Server) realtime.Backend { return backend{s.Sessions} }
