package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestWhatIsRemovedOrReplacedUnderARunningStoreTakesNothingMore(t *testing.T) {
	t.Parallel()
	path := filled(t)
	other, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, "sqlite:"+path)
	put := func() error {
		return s.Update(t.Context(), func(tx engine.Tx) error {
			return tx.PutRunbooks(t.Context(), []engine.Runbook{{ID: "later"}})
		})
	}
	gone := func(t *testing.T) {
		t.Helper()
		for what, err := range map[string]error{"a write": put(), "ready": s.Ready(t.Context())} {
			if engine.KindOf(err) != engine.Unavailable || !strings.Contains(err.Error(), "removed or replaced") {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	t.Run("while it is away", func(t *testing.T) {
		gone(t)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an empty one is in its place: %v", err)
		}
	})
	t.Run("until it is put back", func(t *testing.T) {
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(put(), s.Ready(t.Context())); err != nil {
			t.Error(err)
		}
	})
	t.Run("while another one is in its place", func(t *testing.T) {
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, other, 0o600); err != nil {
			t.Fatal(err)
		}
		gone(t)
	})
}
