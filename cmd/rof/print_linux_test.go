package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminalPair is a terminal, and what a person sees of it.
func terminalPair(t *testing.T) (tty, seen *os.File) {
	t.Helper()
	seen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	t.Cleanup(func() { _ = seen.Close() })
	var locked, n int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &n} {
		if _, _, code := syscall.Syscall(syscall.SYS_IOCTL, seen.Fd(), request, uintptr(unsafe.Pointer(arg))); code != 0 {
			t.Fatal(code)
		}
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	return tty, seen
}

func TestColoursAreOnATerminalOnlyWhereTheyAreWished(t *testing.T) {
	for setting, colours := range map[string]bool{"TERM=xterm": true, "NO_COLOR=": true, "NO_COLOR=1": false, "TERM=dumb": false} {
		t.Run(setting, func(t *testing.T) {
			tty, seen := terminalPair(t)
			code := run(t.Context(), []string{"analyze", "database", "timeouts"}, env(sqliteDB(t), "HOME="+t.TempDir(), "ROF_SEED=true", setting), strings.NewReader(""), tty, io.Discard)
			got := make([]byte, 1<<16)
			n, err := seen.Read(got)
			if code != exitDone || err != nil || strings.Contains(string(got[:n]), "\x1b[") != colours {
				t.Errorf("status %d, %v: %q", code, err, got[:n])
			}
		})
	}
}
