package sqlite

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestJobsThatCannotStartAreSaidOnceInAWhile(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "rof.db"), Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.writer.ExecContext(t.Context(), "ALTER TABLE river_queue RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.Work(ctx, []engine.Worker{{Kind: "k", Do: func(context.Context, string) error { return nil }}}); err != nil {
		t.Error(err)
	}
	for _, line := range []string{"jobs cannot start yet", "Error fetching initial queue settings"} {
		if n := strings.Count(said.String(), line); n != 1 {
			t.Errorf("the log says %d times: %s", n, line)
		}
	}
}
