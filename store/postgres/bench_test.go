package postgres_test

import (
	"testing"

	"ragoffire/store"
	"ragoffire/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Store {
		s, err := store.Open(b.Context(), pg.Database(b), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	})
}

func BenchmarkOpen(b *testing.B) {
	address := pg.Database(b)
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
