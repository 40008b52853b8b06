package sqlite_test

import (
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/store"
	"ragoffire/store/storetest"
)

var release = flag.Bool("release", false, "write the store of this version for those to come")

func TestRelease(t *testing.T) {
	if !*release {
		t.Skip("with -release only")
	}
	path := filepath.Join(t.TempDir(), "rof.db")
	s := open(t, "sqlite:"+path)
	version, err := s.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var header [2]int // which a dump leaves out
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n, name := range []string{"application_id", "user_version"} {
		if err := db.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&header[n]); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Release(t, storetest.Opened{Store: s, URL: "sqlite:" + path}, version,
		fmt.Sprintf("PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", header[0], header[1]), "sqlite3", path, ".dump")
}

func TestAStoreOfEachReleaseIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "new.db"))
	current, err := s.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Released(t, current, func(t *testing.T, dump string) {
		path := filepath.Join(t.TempDir(), "rof.db")
		docs := older(t, path, dump)
		s := open(t, "sqlite:"+path)
		if v, err := s.Version(t.Context()); err != nil || v != current {
			t.Errorf("version %d, %v", v, err)
		}
		storetest.Upgraded(t, storetest.Opened{Store: s, URL: "sqlite:" + path}, docs)
	})
}

func TestAStoreThatAnOlderRofServesIsLeftToIt(t *testing.T) {
	t.Parallel()
	storetest.Released(t, 1, func(t *testing.T, dump string) {
		path := filepath.Join(t.TempDir(), "rof.db")
		older(t, path, dump)
		serving, err := sql.Open("sqlite", path+".serve")
		if err != nil {
			t.Fatal(err)
		}
		defer serving.Close()
		if _, err := serving.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
			t.Fatal(err)
		}
		if s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{}); err == nil {
			s.Close()
			t.Error("it was brought up to date")
		} else if !strings.Contains(err.Error(), "an older rof serves it") {
			t.Errorf("the reason: %v", err)
		}
		if err := serving.Close(); err != nil {
			t.Fatal(err)
		}
		open(t, "sqlite:"+path)
	})
}

// older makes the store of an older binary, and returns what that stored.
func older(t *testing.T, path, dump string) (docs []storetest.Doc) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), dump); err != nil {
		t.Fatal(err)
	}
	for table, query := range storetest.Documents() {
		list, err := db.QueryContext(t.Context(), query)
		if err != nil && strings.Contains(err.Error(), "no such table") {
			continue
		}
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
