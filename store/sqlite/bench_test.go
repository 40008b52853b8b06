package sqlite_test

import (
	"path/filepath"
	"testing"

	"ragoffire/store"
	"ragoffire/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Store {
		s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "rof.db"), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	})
}

func BenchmarkOpen(b *testing.B) {
	address := "sqlite:" + filepath.Join(b.TempDir(), "rof.db")
	for b.Loop() {
		s, err := store.Open(b.Context(), address, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
