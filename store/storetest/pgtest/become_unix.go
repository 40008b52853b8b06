//go:build unix

package pgtest

import (
	"os/exec"
	"syscall"
)

// become makes cmd run as a user, in a process group of its own: an interrupt
// at the terminal must not stop the server before the tests have ended.
func become(cmd *exec.Cmd, uid, gid uint32) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uid, Gid: gid}}
}
