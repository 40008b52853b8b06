package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
)

// A full disk makes the store Unavailable; what it refused did not happen.
func TestFull(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "rof.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(size int) error {
		return s.Update(t.Context(), func(tx engine.Tx) error {
			return tx.PutRunbooks(t.Context(), []engine.Runbook{{ID: "r", Text: strings.Repeat("x", size)}})
		})
	}
	if err := put(10); err != nil {
		t.Fatal(err)
	}
	// SQLite's own bound on the file gives the same error as a full disk.
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = 200"); err != nil {
		t.Fatal(err)
	}
	if err := put(10 << 20); engine.KindOf(err) != engine.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := put(20); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
