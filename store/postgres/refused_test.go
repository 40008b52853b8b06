package postgres_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// stored writes a little.
func stored(t *testing.T, s store.Store) error {
	t.Helper()
	return s.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Emit(t.Context(), engine.Event{Type: engine.EventSystem, At: time.Now()})
	})
}

// admin runs a statement on a database from another one.
func admin(t *testing.T, address, statement string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	raw(t, u.String(), strings.ReplaceAll(statement, "NAME", name))
}

const disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'NAME'"

func unavailable(t *testing.T, what string, err error, text string) {
	t.Helper()
	if engine.KindOf(err) != engine.Unavailable || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: %v", what, err)
	}
}

func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain for %s", what)
		}
	}
}

func TestADatabaseThatTakesNoWritesIsNotReady(t *testing.T) {
	t.Parallel()
	t.Run("while it is read-only, and no longer", func(t *testing.T) {
		t.Parallel()
		address := pg.Database(t)
		s, idle := open(t, address), open(t, address)
		admin(t, address, "ALTER DATABASE NAME SET default_transaction_read_only = on")
		admin(t, address, disconnect)
		soon(t, "the connections to be lost", func() bool { return stored(t, s) != nil })
		unavailable(t, "a write", stored(t, s), "read-only")
		unavailable(t, "ready", s.Ready(t.Context()), "read-only")
		unavailable(t, "ready, of who has not written", idle.Ready(t.Context()), "read-only")
		// Who is connected stays read-only until then.
		admin(t, address, "ALTER DATABASE NAME RESET default_transaction_read_only")
		soon(t, "a write", func() bool { return stored(t, s) == nil })
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
	t.Run("where some of it fails", func(t *testing.T) {
		t.Parallel()
		address := pg.Database(t)
		s := open(t, address)
		raw(t, address, `CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`)
		for _, table := range []string{"events", "holds"} {
			raw(t, address, "CREATE TRIGGER disk_full BEFORE INSERT ON "+table+" EXECUTE FUNCTION disk_full()")
		}
		unavailable(t, "a write", stored(t, s), "disk is full")
		unavailable(t, "ready", s.Ready(t.Context()), "disk is full")
		raw(t, address, "DROP FUNCTION disk_full CASCADE")
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestADatabaseThatTakesNobodyInIsUnavailable(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	s := open(t, address)
	admin(t, address, "ALTER DATABASE NAME ALLOW_CONNECTIONS false")
	admin(t, address, disconnect)
	defer admin(t, address, "ALTER DATABASE NAME ALLOW_CONNECTIONS true")
	soon(t, "the connections to be lost", func() bool { return stored(t, s) != nil })
	unavailable(t, "a write", stored(t, s), "takes nobody in")
	unavailable(t, "a reading", s.View(t.Context(), func(r engine.Reader) error {
		_, _, err := r.LastSeq(t.Context())
		return err
	}), "takes nobody in")
	refused(t, address, "not currently accepting connections")
}

func TestWithoutNumbersForNewIncidentsItIsNotReady(t *testing.T) {
	t.Parallel()
	address := pg.Database(t)
	s := open(t, address+"&pool_max_conns=1")
	if err := stored(t, s); err != nil {
		t.Fatal(err)
	}
	admin(t, address, "ALTER DATABASE NAME ALLOW_CONNECTIONS false")
	unavailable(t, "an incident", s.Update(t.Context(), func(tx engine.Tx) error {
		_, err := tx.NumberIncidents(t.Context(), 2026, 1)
		return err
	}), "takes nobody in")
	if err := stored(t, s); err != nil {
		t.Fatalf("what needs no number: %v", err)
	}
	unavailable(t, "ready", s.Ready(t.Context()), "takes nobody in")
	admin(t, address, "ALTER DATABASE NAME ALLOW_CONNECTIONS true")
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
