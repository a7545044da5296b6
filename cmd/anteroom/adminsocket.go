package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/anteroom/anteroom/internal/server"
)

// attemptSource is the server whose joins are listed: one in production by its admin
// socket, one in development by its address.
type attemptSource struct{ file, socket, server string }

func (s *attemptSource) define(flags *pflag.FlagSet) {
	flags.StringVar(&s.file, "config", "", "the configuration of a production server")
	flags.StringVar(&s.socket, "admin-socket", "", "the admin socket of a production server, if not the one of --config")
	flags.StringVar(&s.server, "server", "http://127.0.0.1:8080", "the development server")
}

func (s *attemptSource) get(cmd *cobra.Command, path string, out any) error {
	socket := s.socket
	if socket == "" && s.file != "" {
		var err error
		if socket, err = server.ReadAdminSocket(s.file); err != nil {
			return err
		}
	}
	if socket == "" {
		return get(cmd.Context(), s.server, "/dev/v1"+path, out)
	}
	if whole, err := filepath.Abs(socket); err == nil {
		socket = whole
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://admin/admin/v1"+path, http.NoBody)
	if err != nil {
		return err
	}
	return exchange(client, request, socket, out, func(err error) error { return withoutSocket(socket, err) })
}

// withoutSocket words why nobody answers at an admin socket.
func withoutSocket(socket string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return noResponse("you may not open the admin socket %s; run this as the user of the server, or as root", socket)
	case errors.Is(err, fs.ErrNotExist):
		return noResponse("there is no admin socket %s; is `anteroom serve --config` running, and with this path?", socket)
	case errors.Is(err, syscall.ECONNREFUSED):
		return noResponse("no server listens on the admin socket %s any more; start `anteroom serve --config` again", socket)
	}
	return noResponse("no response through the admin socket %s: %s", socket, reasonOf(err))
}
