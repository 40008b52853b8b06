package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
	"ragoffire/store"
)

// filled is a closed store's file that has something in it.
func filled(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "rof.db")
	s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func fill(t *testing.T, s engine.Store, n int) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx engine.Tx) error {
		var books []engine.Runbook
		for n := range n {
			books = append(books, engine.Runbook{ID: fmt.Sprintf("r%03d", n), Text: strings.Repeat("words ", 300)})
		}
		return tx.PutRunbooks(t.Context(), books)
	}); err != nil {
		t.Fatal(err)
	}
}

// folder is every file beside a path, byte for byte.
func folder(t *testing.T, path string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(f)] = string(b)
	}
	return all
}

func TestADamagedFileIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		why    string
	}{
		"cut in the middle":         {cut(len(whole) / 2), "is damaged"},
		"cut in a page":             {cut(len(whole) - 100), "is damaged"},
		"cut after the first page":  {cut(4096), "is damaged"},
		"cut in the first page":     {cut(1000), ""},
		"cut in the header":         {cut(60), ""},
		"zeros":                     {func(b []byte) []byte { return make([]byte, len(b)) }, ""},
		"a first page that is gone": {func(b []byte) []byte { return append(make([]byte, 4096), b[4096:]...) }, ""},
		"a schema that is garbled":  {func(b []byte) []byte { copy(b[100:4096], bytes.Repeat([]byte{0xa5}, 4096)); return b }, "is damaged"},
		"text":                      {func([]byte) []byte { return []byte(strings.Repeat("It was a dark and stormy night.\n", 500)) }, "is not a SQLite database"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rof.db")
			if err := os.WriteFile(path, c.damage(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			before := folder(t, path)
			s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "left as it is") && !strings.Contains(err.Error(), "left as it was") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the reason: %v", err)
			}
			after := folder(t, path)
			if after["rof.db"] != before["rof.db"] {
				t.Error("the file was changed")
			}
			for name, b := range after {
				if _, ok := before[name]; !ok && b != "" && !strings.HasSuffix(name, "-shm") {
					t.Errorf("it left %s with %d bytes", name, len(b))
				}
			}
		})
	}
}

func TestAStoreThatANewerRofWroteIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	path := filled(t)
	s := open(t, "sqlite:"+path)
	version, err := s.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	raw(t, path, fmt.Sprintf("PRAGMA user_version = %d", (version+1)*1000+8))
	before := folder(t, path)
	refused(t, path, fmt.Sprintf("its schema is version %d, this rof knows %d: it was written by a newer rof, use that one", version+1, version))
	if after := folder(t, path); after["rof.db"] != before["rof.db"] {
		t.Error("the file was changed")
	}
}

// What is damaged where no start looks is found where it is read.
func TestDamageThatIsFoundLaterIsSaid(t *testing.T) {
	t.Parallel()
	path := filled(t)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := bytes.LastIndex(b, []byte("words words")) / page * page; at > 0 && bytes.Contains(b[at:at+page], []byte("words words")); at -= page {
		copy(b[at:at+page], bytes.Repeat([]byte{0xff}, page))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, "sqlite:"+path)
	err = s.View(t.Context(), func(r engine.Reader) error {
		for after := ""; ; {
			_, next, err := r.Runbooks(t.Context(), after, 10)
			if err != nil || next == "" {
				return err
			}
			after = next
		}
	})
	if engine.KindOf(err) != engine.Unavailable || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("reading what is damaged: %v", err)
	}
}

// The log holds the latest commits. Where it is cut or gone, those at its end
// are, each as a whole; nobody can tell that they ever were.
func TestALogThatIsCutEndsWithACommit(t *testing.T) {
	t.Parallel()
	path := filled(t)
	s := open(t, "sqlite:"+path)
	const commits = 20
	for n := range commits {
		if err := s.Update(t.Context(), func(tx engine.Tx) error {
			return tx.PutRunbooks(t.Context(), []engine.Runbook{{ID: fmt.Sprintf("s%03d-a", n), Text: strings.Repeat("x", 9000)}, {ID: fmt.Sprintf("s%03d-b", n)}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	files := folder(t, path)
	log := files["rof.db-wal"]
	last := commits + 1
	for _, left := range []int{len(log), len(log) - 1, len(log) * 3 / 4, len(log) / 2, len(log) / 10, 20, 0, -1} {
		path := filepath.Join(t.TempDir(), "rof.db")
		if err := os.WriteFile(path, []byte(files["rof.db"]), 0o600); err != nil {
			t.Fatal(err)
		}
		if left >= 0 {
			if err := os.WriteFile(path+"-wal", []byte(log[:left]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cut := open(t, "sqlite:"+path)
		n, old := 0, 0
		if err := cut.View(t.Context(), func(r engine.Reader) error {
			for ; ; n++ {
				_, errA := r.Runbook(t.Context(), fmt.Sprintf("s%03d-a", n))
				_, errB := r.Runbook(t.Context(), fmt.Sprintf("s%03d-b", n))
				if (errA == nil) != (errB == nil) {
					t.Errorf("with %d bytes of the log, half of commit %d is there", left, n)
				}
				if errA != nil {
					break
				}
			}
			list, _, err := r.Runbooks(t.Context(), "", 1000)
			old = len(list) - 2*n
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if old != 200 || n > last || left == len(log) && n != commits || left <= 20 && n != 0 {
			t.Errorf("with %d bytes of the log, %d of %d commits are there and %d of what was before", left, n, commits, old)
		}
		last = n
	}
}
