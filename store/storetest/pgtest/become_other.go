//go:build !unix

package pgtest

import "os/exec"

// become has nothing to do where nobody is root.
func become(*exec.Cmd, uint32, uint32) {}
