// Package npmtest gets tests the npm packages that are a second opinion on our
// Slack. They stay outside the tree: nothing of them is shipped.
package npmtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Dir returns a folder whose node_modules has the packages, each given as
// name@version: the one that the variable names, else one in the user's cache,
// filled first where it must be. Without Node or the registry the test is
// skipped, except in CI, where it fails.
func Dir(t testing.TB, variable string, packages ...string) string {
	t.Helper()
	giveUp := t.Skipf
	if os.Getenv("CI") == "true" {
		giveUp = t.Fatalf
	}
	if _, err := exec.LookPath("node"); err != nil {
		giveUp("no Node.js: %v", err)
	}
	if dir := os.Getenv(variable); dir != "" {
		if lacks := missing(dir, packages); lacks != "" {
			giveUp("%s has no %s", variable, lacks)
		}
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	dir := filepath.Join(cache, "ragoffire", strings.NewReplacer("@", "-", "/", "-").Replace(strings.Join(packages, "")))
	if missing(dir, packages) == "" {
		return dir
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		giveUp("cache: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := append([]string{"install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir}, packages...)
	if out, err := exec.CommandContext(ctx, "npm", args...).CombinedOutput(); err != nil {
		giveUp("npm install: %v\n%s", err, out)
	}
	return dir
}

// missing is the first of the packages that a folder lacks, or "".
func missing(dir string, packages []string) string {
	for _, p := range packages {
		name, version := p, ""
		if at := strings.LastIndexByte(p, '@'); at > 0 {
			name, version = p[:at], p[at+1:]
		}
		about, err := os.ReadFile(filepath.Join(dir, "node_modules", filepath.FromSlash(name), "package.json"))
		if err != nil || !strings.Contains(string(about), `"version": "`+version+`"`) {
			return p
		}
	}
	return ""
}
