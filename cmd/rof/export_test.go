package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

func TestAnExportReplacesFilesAndNothingElse(t *testing.T) {
	rof := rofOn(t, sqliteDB(t), "ROF_SEED=true")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	holds := func(name string) bool {
		got, err := os.ReadFile(in(name))
		return err == nil && strings.Contains(string(got), `"INC-2025-001"`)
	}
	if err := os.WriteFile(in("old"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	switch err := os.Symlink("old", in("link")); {
	case err != nil && runtime.GOOS == "windows":
		t.Skip("it takes leave to make links here:", err)
	case err != nil:
		t.Fatal(err)
	}
	for _, name := range []string{"new", "link"} {
		if r := rof("", "export", in(name)); r.code != exitDone || r.out+r.err != "" || !holds(name) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if to, err := os.Readlink(in("link")); err != nil || to != "old" || !holds("old") {
		t.Errorf("the link is %q, %v", to, err)
	}
	if r := rof("", "export", dir); r.code != exitFailed || r.err != "rof export: "+dir+" is a folder; name a file in it\n" {
		t.Errorf("a folder: %+v", r)
	}
	if r := rof("", "export", filepath.Join(dir, "none", "x")); r.code != exitFailed || !strings.Contains(r.err, "no such file") {
		t.Errorf("no folder: %+v", r)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// A device that would be replaced by a file is gone for every program.
func TestWhatIsNoFileIsWrittenTo(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		got <- string(all)
	}()
	path := filepath.Join("/dev/fd", strconv.Itoa(int(w.Fd())))
	switch _, err := os.Stat(path); {
	case err != nil && runtime.GOOS == "windows":
		t.Skip("open files have no names here:", err)
	case err != nil:
		t.Fatal(err)
	}
	err = replaceFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "all of it")
		return err
	})
	if closed := w.Close(); err != nil || closed != nil {
		t.Error(err, closed)
	}
	if text := <-got; text != "all of it" {
		t.Errorf("the pipe got %q", text)
	}
}
