package store_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
	"ragoffire/store"
)

func TestOpenRefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{
		"", "sqlite:", "sqlite::memory:", "sqlite://", "mysql://root:hunter2@db/rof", "rof.db", "postgres", "https://x",
	} {
		s, err := store.Open(t.Context(), address, store.Options{})
		if err == nil {
			s.Close()
		}
		if engine.KindOf(err) != engine.Invalid {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
