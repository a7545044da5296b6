package pgtest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// become makes a command run as somebody else. A server dies with this
// process, so that a killed test leaves none behind.
func become(cmd *exec.Cmd, owner *identity, server bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if owner != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: owner.uid, Gid: owner.gid}
	}
	if server {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	}
}

// spawn starts a command from a thread that lives as long as the process: the
// kernel counts the end of the starting thread as the parent's death.
func spawn(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}
