package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

const versionHelp = `this binary's version
`

// release is the version that the next tag gets.
const release = "0.1.0"

func version(_ context.Context, args []string, _ func(string) string, std streams) error {
	if err := none("version", args); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "rof %s %s/%s %s%s\n", release, runtime.GOOS, runtime.GOARCH, runtime.Version(), revision())
	return err
}

// revision is the commit the binary was built from, where the build knows it.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return " " + s.Value[:min(12, len(s.Value))]
		}
	}
	return ""
}
