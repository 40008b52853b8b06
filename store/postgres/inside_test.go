package postgres

import (
	"testing"

	"ragoffire/store/storetest/pgtest"
)

// fresh is a store on a server of its own, for what only the inside shows.
func fresh(t *testing.T) *Store {
	t.Helper()
	var pg pgtest.Server
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	s, err := Open(t.Context(), pg.Database(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
