//go:build windows

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks a file for this process alone, or shared with others that share.
// taken reports that somebody else holds it.
func lockFile(path string, alone bool) (release func(), taken bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if alone {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	if err := windows.LockFileEx(windows.Handle(file.Fd()), how, 0, 1, 0, new(windows.Overlapped)); err != nil {
		_ = file.Close()
		return nil, errors.Is(err, windows.ERROR_LOCK_VIOLATION), err
	}
	return func() { _ = file.Close() }, false, nil
}
