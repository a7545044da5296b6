//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks a file for this process alone, or shared with others that share.
// taken reports that somebody else holds it.
func lockFile(path string, alone bool) (release func(), taken bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	if err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, errors.Is(err, syscall.EWOULDBLOCK), err
	}
	return func() { _ = file.Close() }, false, nil
}
