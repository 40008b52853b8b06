//go:build !failpoints

package fail

// Point is nothing here.
func Point(string) {}

// Arm is nothing here: a setting in the environment must not end a process that
// people rely on.
func Arm(func(string) string) error { return nil }
