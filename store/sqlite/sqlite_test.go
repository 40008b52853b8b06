package sqlite_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"ragoffire/store"
	"ragoffire/store/storetest"
)

func TestMain(m *testing.M) {
	storetest.Setup()
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, address string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	// Copies of one empty store: with the race detector, to migrate takes a
	// second of a core.
	empty := sync.OnceValues(func() ([]byte, error) {
		path := filepath.Join(t.TempDir(), "empty.db")
		s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
		if err != nil {
			return nil, err
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
		return os.ReadFile(path)
	})
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		b, err := empty()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "it's 100%? #1", "rof.db")
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return storetest.Opened{Store: open(t, "sqlite:"+path), URL: "sqlite:" + path}
	})
}
