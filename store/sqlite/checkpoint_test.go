package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
)

// What is written by many commits, each of which leaves the log shorter than what a
// commit itself would move, is in the file soon.
func TestTheLogIsMovedBesideTheCommits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rof.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	text := strings.Repeat("what to do ", 100)
	for n := range 22 {
		books := make([]engine.Runbook, moveAfter/20)
		for i := range books {
			books[i] = engine.Runbook{ID: fmt.Sprintf("RB-%d-%d", n, i), Title: "A runbook", Text: text}
		}
		if err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.PutRunbooks(t.Context(), books) }); err != nil {
			t.Fatal(err)
		}
	}
	s.mover.under.Wait()
	if got := size() - before; got < 1<<20 {
		t.Errorf("the file has grown by %d bytes, of more than 2 million that were written", got)
	}
}

// An older binary knew its jobs by another key: one that waits is not asked for twice.
func TestAJobOfAnOlderBinaryIsTheSameJob(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rof.db")
	ask := func(s *Store) {
		t.Helper()
		err := s.Update(t.Context(), func(tx engine.Tx) error {
			return tx.Enqueue(t.Context(), engine.Job{Kind: "decide", Subject: "INC-2026-0042"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ask(s)
	for _, statement := range []string{"UPDATE river_job SET unique_key = x'0123456789abcdef0123456789abcdef'", "PRAGMA user_version = 8008"} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.writer.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 8"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask(s)
	var n int
	if err := s.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM river_job").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows (%v), want 1", n, err)
	}
}
