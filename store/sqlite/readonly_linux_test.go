package sqlite_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// readOnly takes from this process the right to write a file, also where it is root.
func readOnly(t *testing.T, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := syscall.Mount(path, path, "", syscall.MS_BIND, ""); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("nothing can be mounted: %v", err)
		}
		t.Skipf("nothing can be mounted: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, 0) })
	if err := syscall.Mount("", path, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatMayOnlyBeReadIsNotServed(t *testing.T) {
	path := filled(t)
	readOnly(t, path)
	s := open(t, "sqlite:"+path)
	if err := s.Claim(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be written") || !strings.Contains(err.Error(), path) {
		t.Errorf("the reason: %v", err)
	}
	for range 2 {
		if err := s.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("ready: %v", err)
		}
	}
}
