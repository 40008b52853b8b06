package postgres_test

import (
	"flag"
	"testing"

	"github.com/jackc/pgx/v5"

	"ragoffire/store/storetest"
)

var release = flag.Bool("release", false, "write the store of this version for those to come")

func TestRelease(t *testing.T) {
	if !*release {
		t.Skip("with -release only")
	}
	address := pg.Database(t)
	s := open(t, address)
	version, err := s.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Release(t, storetest.Opened{Store: s, URL: address, Shared: true}, version, "",
		"sh", "-c", `pg_dump --inserts --no-owner --no-privileges "$1" | grep -v '^\\'`, "sh", address) // psql's own commands are no SQL
}

func TestAStoreOfEachReleaseIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	s := open(t, pg.Database(t))
	current, err := s.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Released(t, current, func(t *testing.T, dump string) {
		address := pg.Database(t)
		docs := older(t, address, dump)
		s := open(t, address)
		if v, err := s.Version(t.Context()); err != nil || v != current {
			t.Errorf("version %d, %v", v, err)
		}
		storetest.Upgraded(t, storetest.Opened{Store: s, URL: address, Shared: true}, docs)
	})
}

// older makes the store of an older binary, and returns what that stored.
func older(t *testing.T, address, dump string) (docs []storetest.Doc) {
	t.Helper()
	raw(t, address, dump)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for table, query := range storetest.Documents() {
		var there bool
		if err := conn.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
			t.Fatal(err)
		}
		if !there {
			continue
		}
		list, err := conn.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for list.Next() {
			d := storetest.Doc{Table: table}
			if err := list.Scan(&d.ID, &d.Text); err != nil {
				t.Fatal(err)
			}
			docs = append(docs, d)
		}
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return docs
}
