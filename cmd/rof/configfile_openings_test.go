package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOpeningsAreRead(t *testing.T) {
	read := func(yaml string) (file, error) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "rof.yaml")
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := readConfig(func(name string) string {
			return map[string]string{"ROF_CONFIG": path, "DATABASE_URL": "sqlite:" + path + ".db"}[name]
		})
		return cfg.file, err
	}
	f, err := read("open_after:\n- {match: {severity: critical}, count: 1}\n- {match: {alertname: Flaky.*}, count: 3, within: 15m}\n")
	if err != nil {
		t.Fatal(err)
	}
	if o := f.openings; len(o) != 2 || o[0].Count != 1 || o[1].Count != 3 || o[1].Within != 15*time.Minute || !o[1].Match["alertname"].MatchString("FlakyDisk") {
		t.Errorf("openings: %+v", o)
	}
	for yaml, want := range map[string]string{
		"{count: 3, within: 15m}":                                   "needs a match",
		"{match: {severity: low}, count: 3}":                        "needs within",
		"{match: {severity: low}, within: 15m}":                     "count must be from 1",
		"{match: {severity: low}, count: 21, within: 15m}":          "to 20, not 21",
		"{match: {severity: low}, count: 3, within: 8d}":            "at most 7d",
		"{match: {severity: low}, count: 3, within: soon}":          "a length of time",
		"{match: {severity: '['}, count: 3, within: 15m}":           "open_after[0]",
		"{match: {severity: low}, count: 3, within: 15m, every: 1}": "every",
	} {
		if _, err := read("open_after:\n- " + yaml + "\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", yaml, err, want)
		}
	}
}
