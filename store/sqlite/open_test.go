package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
	"ragoffire/store/storetest"
)

// refused fails unless the file cannot be opened, with a reason in one line,
// and is left as it was.
func refused(t *testing.T, path, why string) {
	t.Helper()
	before, _ := os.ReadFile(path)
	s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", path)
	}
	if !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the reason: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestOpenCreates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "rof.db")
	open(t, "sqlite:"+path)
	for name, mode := range map[string]os.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s: %o", name, info.Mode().Perm())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	t.Run("what is no database", func(t *testing.T) {
		path := filepath.Join(dir, "text")
		if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, "is not a SQLite database")
	})
	t.Run("a damaged file", func(t *testing.T) {
		path := filepath.Join(dir, "damaged.db")
		open(t, "sqlite:"+path).Close()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copy(b[100:4096], bytes.Repeat([]byte{0xa5}, 4096)) // the schema
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, "is damaged")
	})
	t.Run("a newer schema", func(t *testing.T) {
		path := filepath.Join(dir, "newer.db")
		open(t, "sqlite:"+path).Close()
		raw(t, path, "PRAGMA user_version = 99008")
		refused(t, path, "newer rof")
	})
	t.Run("another program's database", func(t *testing.T) {
		path := filepath.Join(dir, "other.db")
		raw(t, path, "CREATE TABLE notes (text)")
		refused(t, path, "another program")
	})
	t.Run("a folder", func(t *testing.T) { refused(t, dir, "cannot be written") })
	t.Run("a folder that is a file", func(t *testing.T) {
		refused(t, filepath.Join(dir, "text", "rof.db"), "not a directory")
	})
}

func raw(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestOpenAtOnce(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "rof.db")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := store.Open(t.Context(), address, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestOneServes(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "rof.db")
	a, b := open(t, address), open(t, address)
	if err := errors.Join(a.Claim(t.Context()), a.Claim(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{b.Claim(t.Context()), b.Work(t.Context(), nil)} {
		if engine.KindOf(err) != engine.Conflict {
			t.Errorf("a second one: %v", err)
		}
	}
	// Everything else works beside it.
	if err := b.Update(t.Context(), func(tx engine.Tx) error {
		return tx.PutRunbooks(t.Context(), []engine.Runbook{{ID: "r"}})
	}); err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := b.Claim(t.Context()); err != nil {
		t.Errorf("after the first closed: %v", err)
	}
}

func TestALinkLeadsToTheStoreItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link, file := filepath.Join(dir, "link.db"), filepath.Join(dir, "far", "rof.db")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.Symlink(filepath.Join("far", "rof.db"), link)); err != nil {
		t.Fatal(err)
	}
	a := open(t, "sqlite:"+link) // it makes the file where there is none
	if err := a.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, file} { // its log is not written into the file yet
		if err := open(t, "sqlite:"+path).Claim(t.Context()); engine.KindOf(err) != engine.Conflict {
			t.Errorf("a second one by %s: %v", path, err)
		}
	}
}

// A writer that does not let go makes the store Unavailable, not stuck.
func TestBusy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rof.db")
	s := open(t, "sqlite:"+path)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(engine.Tx) error { return nil }); engine.KindOf(err) != engine.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("readers are not held up: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(engine.Tx) error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestKilled(t *testing.T) {
	t.Parallel()
	storetest.Killed(t, "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), 10*time.Second)
}
