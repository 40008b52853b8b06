package pgtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Pause makes all processes of a private server stand still: it takes
// connections, as the system does that for it, and answers nothing. The returned
// function lets them go on; so does the end of the test.
func (s *Server) Pause(t testing.TB) (resume func()) {
	t.Helper()
	s.private(t)
	tell := func(sig syscall.Signal, pids ...int) {
		for _, pid := range pids {
			_ = syscall.Kill(pid, sig) // it may have ended
		}
	}
	first := s.proc.Process.Pid
	tell(syscall.SIGSTOP, first) // or it would start more
	others := children(first)
	tell(syscall.SIGSTOP, others...)
	resume = func() { tell(syscall.SIGCONT, append(others, first)...) }
	t.Cleanup(resume)
	return resume
}

func children(of int) (pids []int) {
	list, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range list {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var state string
		var parent int
		_, rest, _ := bytes.Cut(b, []byte(") "))
		if _, err := fmt.Sscan(string(rest), &state, &parent); err != nil || parent != of {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
