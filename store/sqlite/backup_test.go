package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
	"ragoffire/store"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	address := "sqlite:" + filepath.Join(dir, "rof.db")
	s := open(t, address)
	put := func(id string) {
		if err := s.Update(t.Context(), func(tx engine.Tx) error {
			return tx.PutRunbooks(t.Context(), []engine.Runbook{{ID: id}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("r")
	path := filepath.Join(dir, "it's a copy.db")
	if err := store.Backup(t.Context(), address, path); err != nil {
		t.Fatal(err)
	}
	put("later")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is %v, %v; want it for its owner only", info, err)
	}
	if err := open(t, "sqlite:"+path).View(t.Context(), func(r engine.Reader) error {
		list, _, err := r.Runbooks(t.Context(), "", 0)
		if len(list) != 1 || list[0].ID != "r" {
			t.Errorf("the copy has %v", list)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestABackupIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	address := "sqlite:" + filepath.Join(dir, "rof.db")
	open(t, address)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	kept := write("kept", "mine")
	for name, c := range map[string]struct{ from, to, want string }{
		"over a file":           {address, kept, "exists"},
		"into no folder":        {address, filepath.Join(dir, "none", "copy"), "no such file"},
		"of no store":           {"sqlite:" + filepath.Join(dir, "none"), filepath.Join(dir, "c1"), "there is no store"},
		"of an empty file":      {"sqlite:" + write("empty", ""), filepath.Join(dir, "c2"), "it is empty"},
		"of what is no store":   {"sqlite:" + write("text", strings.Repeat("words ", 1000)), filepath.Join(dir, "c3"), "not a SQLite database"},
		"of a shared store":     {"postgres://db/rof", filepath.Join(dir, "c4"), "pg_dump"},
		"of no address at all":  {"rof.db", filepath.Join(dir, "c5"), "a store's address"},
		"of a path in no place": {"sqlite:", filepath.Join(dir, "c6"), "needs the path"},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Backup(t.Context(), c.from, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want it to say %q", err, c.want)
			}
			after, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(after) != len(before) {
				t.Errorf("it left %v of %v", after, before)
			}
		})
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "mine" {
		t.Errorf("the file that was there has %q, %v", b, err)
	}
}
