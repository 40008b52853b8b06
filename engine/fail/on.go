//go:build failpoints

package fail

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// fuse is what ends the process.
type fuse struct {
	name string
	left atomic.Int64 // passes until then
}

// armed is the process's own: what it ends is the process.
var armed atomic.Pointer[fuse]

// Arm reads ROF_FAILPOINT, a point's name and, after a colon, at which pass it
// kills the process: the first where none is given.
func Arm(getenv func(string) string) error {
	setting := getenv("ROF_FAILPOINT")
	if setting == "" {
		return nil
	}
	name, nth, given := strings.Cut(setting, ":")
	f := &fuse{name: name}
	f.left.Store(1)
	if given {
		n, err := strconv.ParseInt(nth, 10, 32)
		if err != nil || n < 1 {
			return fmt.Errorf("ROF_FAILPOINT must be NAME or NAME:NTH, not %q", setting)
		}
		f.left.Store(n)
	}
	armed.Store(f)
	return nil
}

// Point kills the process, as kill -9 does, where it is armed and it is time.
func Point(name string) {
	if f := armed.Load(); f == nil || f.name != name || f.left.Add(-1) != 0 {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // nothing after this line happens
}
