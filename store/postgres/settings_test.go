package postgres

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/storetest/pgtest"
)

// private is a database on a server of its own.
func private(t *testing.T) (*pgtest.Server, string) {
	t.Helper()
	pg := &pgtest.Server{Private: true}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	return pg, pg.Database(t)
}

func TestAConnectionIsSetUp(t *testing.T) {
	admin, address := owned(t)
	if _, err := admin.Exec(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
		EXECUTE format('ALTER DATABASE %I SET lock_timeout = 0', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what, more, setting, want string
		numbers                   bool
	}{
		{what: "a commit waits for the disk, whatever the server's default", setting: "synchronous_commit", want: "on"},
		{what: "not where the address says so", more: "&synchronous_commit=off", setting: "synchronous_commit", want: "off"},
		{what: "nor a number, which the commit of who uses it waits for", setting: "synchronous_commit", want: "off", numbers: true},
		{what: "a statement ends in time", setting: "statement_timeout", want: "15s"},
		{what: "or when the address says", more: "&statement_timeout=7000", setting: "statement_timeout", want: "7s"},
		{what: "a lock is not waited for for ever", setting: "lock_timeout", want: "10s"},
		{what: "the server knows the name", setting: "application_name", want: "rof"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s, err := Open(t.Context(), address+tt.more, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			pool := s.pool
			if tt.numbers {
				pool = s.numbers.pool
			}
			got, err := row(t.Context(), pool, func(r pgx.Rows, v *string) error { return r.Scan(v) }, `SELECT current_setting($1)`, tt.setting)
			if err != nil || got != tt.want {
				t.Errorf("%s is %q, not %q (%v)", tt.setting, got, tt.want, err)
			}
		})
	}
	t.Run("a pool is as large as the address says, and else large enough", func(t *testing.T) {
		for more, want := range map[string]int32{"": 16, "&pool_max_conns=2": 2, "&pool_max_conns=4": 4, "&pool_max_conns=30": 30} {
			cfg, err := parse(address + more)
			if err != nil {
				t.Fatal(err)
			}
			if configure(cfg); cfg.MaxConns != want && (more != "" || cfg.MaxConns < want) {
				t.Errorf("%q: %d, not %d", more, cfg.MaxConns, want)
			}
		}
	})
	t.Run("one connection is enough to store an alert", func(t *testing.T) {
		s, err := Open(t.Context(), address+"&pool_max_conns=1", Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Update(t.Context(), func(tx engine.Tx) error {
			_, err := tx.NumberIncidents(t.Context(), 2026, 1)
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoMayNotCreateTablesIsToldWhatToGrant(t *testing.T) {
	admin, address := owned(t)
	if _, err := admin.Exec(t.Context(), "CREATE ROLE stranger LOGIN; CREATE SCHEMA closed; GRANT USAGE ON SCHEMA closed TO stranger"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), strings.Replace(address, "//rof@", "//stranger@", 1)+"&search_path=closed", Options{})
	if err == nil || !strings.Contains(err.Error(), "GRANT it USAGE and CREATE on the schema") {
		t.Errorf("opened: %v", err)
	}
}

func TestADatabaseMayBeAsAnybodyMadeIt(t *testing.T) {
	admin, address := owned(t)
	for name, odd := range map[string]string{
		"latin":   "ENCODING LATIN1",
		"ascii":   "ENCODING SQL_ASCII",
		"strings": "",
	} {
		t.Run(name, func(t *testing.T) {
			for _, statement := range []string{
				"CREATE DATABASE " + name + " TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' " + odd,
				"ALTER DATABASE " + name + " SET standard_conforming_strings = off", "ALTER DATABASE " + name + " SET bytea_output = escape",
				"ALTER DATABASE " + name + " SET DateStyle = 'SQL, DMY'", "ALTER DATABASE " + name + " SET TimeZone = 'Asia/Kolkata'",
			} {
				if _, err := admin.Exec(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			u.Path = "/" + name
			s, err := Open(t.Context(), u.String(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
			want := engine.Incident{ID: "INC-2026-0001", Title: `5× → "日本" \ 'q'`, Status: engine.Open, StartedAt: at, UpdatedAt: at}
			if err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.PutIncidents(t.Context(), []engine.Incident{want}) }); err != nil {
				t.Fatal(err)
			}
			if err := s.View(t.Context(), func(r engine.Reader) error {
				got, err := r.Incident(t.Context(), want.ID)
				if err == nil && (got.Title != want.Title || !got.StartedAt.Equal(at)) {
					t.Errorf("%+v", got)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestATableOfAnotherProgramIsTold(t *testing.T) {
	admin, address := owned(t)
	if _, err := admin.Exec(t.Context(), "CREATE TABLE incidents (id int)"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), address, Options{})
	if err == nil || !strings.Contains(err.Error(), "Give rof a database of its own") {
		t.Errorf("opened: %v", err)
	}
	if _, err := admin.Exec(t.Context(), "CREATE SCHEMA rof"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), address+"&search_path=rof", Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestAMigrationTakesItsTime(t *testing.T) {
	admin, address := owned(t)
	if _, err := admin.Exec(t.Context(), `
		CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
			IF to_regclass('rof_version') IS NULL THEN PERFORM pg_sleep(1); END IF; END $$;
		CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION slow();
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 500', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestPgBouncer(t *testing.T) {
	pg, address := private(t)
	t.Run("that lends connections for a session serves", func(t *testing.T) {
		s, err := Open(t.Context(), pg.Pooler(t, address, "session"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Update(t.Context(), func(tx engine.Tx) error {
			_, err := tx.NumberIncidents(t.Context(), 2026, 1)
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	t.Run("that lends them for a transaction is refused, with what to do", func(t *testing.T) {
		s, err := Open(t.Context(), pg.Pooler(t, address, "transaction"), Options{})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "pool_mode=session") {
			t.Errorf("opened: %v", err)
		}
	})
}

// owned is a server of the test's own, and a connection of its owner.
func owned(t *testing.T) (admin *pgx.Conn, address string) {
	t.Helper()
	_, address = private(t)
	admin, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(t.Context())) })
	return admin, address
}
