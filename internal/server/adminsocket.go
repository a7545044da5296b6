package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// maxAdminSocket is how long the path of the admin socket may be, in bytes: systems
// allow 103 or 107, and it is made under a name that is a little longer.
const maxAdminSocket = 90

// adminSocket is where the operator's tools connect. It is a file that only the user
// of the server, and root, may open.
type adminSocket struct {
	path     string
	listener net.Listener
	// http is nil until its handler is there.
	http *http.Server
}

// adminSocket is the path of the socket.
func (c *Config) adminSocket() string {
	if c.AdminSocket != "" {
		return c.AdminSocket
	}
	return filepath.Join(c.Data, "admin.sock")
}

// errSocketTaken: another server listens on the admin socket.
var errSocketTaken = errors.New("another server listens there; set another path")

// openAdmin opens the admin socket in production. A second node in one data directory
// goes without, unless it has a path of its own: the first one lists its joins too.
func (s *Server) openAdmin(ctx context.Context) (err error) {
	if s.config.Mode != Production {
		return nil
	}
	if path := s.config.adminSocket(); len(path) > maxAdminSocket {
		s.log.Warn("no admin socket: the data directory's path is too long; set admin_socket", "file", path)
		return nil
	}
	s.admin, err = openAdminSocket(ctx, s.config.adminSocket())
	if errors.Is(err, errSocketTaken) && s.config.AdminSocket == "" {
		s.log.Info("another node in this data directory has the admin socket", "file", s.config.adminSocket())
		return nil
	}
	return err
}

// openAdminSocket makes the socket in place of one that a dead server has left.
func openAdminSocket(ctx context.Context, path string) (*adminSocket, error) {
	failed := func(err error) (*adminSocket, error) {
		return nil, fmt.Errorf("admin_socket: cannot listen on %s: %w", path, plain(err))
	}
	brief, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	if other, err := (&net.Dialer{}).DialContext(brief, "unix", path); err == nil {
		other.Close()
		return failed(errSocketTaken)
	}
	if found, err := os.Lstat(path); err == nil && found.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("admin_socket: %s exists and is not a socket; delete it or set another path", path)
	}
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return failed(err)
	}
	// Nobody else reaches the socket before its mode is set: it is made in a folder of
	// its own.
	folder, err := os.MkdirTemp(parent, ".")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	made := filepath.Join(folder, "s")
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", made)
	if err != nil {
		return failed(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	err = os.Chmod(made, 0o600)
	if err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		listener.Close()
		return failed(err)
	}
	return &adminSocket{path: path, listener: listener}, nil
}

func (a *adminSocket) serve(log *slog.Logger) {
	a.http.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	if err := a.http.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
		log.Error("admin socket failed", "error", err)
	}
}

func (a *adminSocket) close() error {
	err := os.Remove(a.path)
	if a.http != nil {
		_ = a.http.Close()
	}
	_ = a.listener.Close() // closed already if it was served
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
