//go:build unix && !linux

package pgtest

import (
	"os/exec"
	"syscall"
)

func become(cmd *exec.Cmd, owner *identity, _ bool) {
	if owner != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.uid, Gid: owner.gid}}
	}
}

func spawn(cmd *exec.Cmd) error { return cmd.Start() }
