package httpapi

import "net/http"

// NewAdmin makes the face for the operator's tools on this machine. Whoever reaches it
// may see everything that it shows: serve it where nobody else can connect, and never
// over TCP.
func NewAdmin(c Config) *Handler {
	a := &api{Config: c}
	t := &router{api: a, mux: http.NewServeMux()}
	t.handle(Route{"GET /admin/v1/attempts", Operator, 0}, a.attempts)
	t.handle(Route{"GET /admin/v1/attempts/{id}", Operator, 0}, a.attempt)
	t.handle(Route{"/", Operator, 0}, notFound)
	return &Handler{routes: t.routes, serve: secured(a.logged(a.recovered(t.mux)))}
}
