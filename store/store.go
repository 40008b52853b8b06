// Package store opens the store that an address names: one file (sqlite), or a
// PostgreSQL database for any number of replicas (postgres). Both keep the same
// promises, engine.Store's, and pass the same suite, storetest.
package store

import (
	"context"
	"log/slog"
	"strings"

	"ragoffire/engine"
	"ragoffire/store/postgres"
	"ragoffire/store/sqlite"
)

// Options are what a store may be given.
type Options struct {
	Log *slog.Logger // nil: nothing is logged
}

// Store is an open store: the engine's, and what a process needs to own one.
type Store interface {
	engine.Store

	// Claim makes this process the one that serves an embedded store, or returns
	// a Conflict that says which other one must stop. Work does it too; a server
	// does it before it takes its address. A shared store has nothing to claim.
	Claim(ctx context.Context) error
	// Version returns the version of the schema, which Open has brought up to date.
	Version(ctx context.Context) (int, error)
	// Close closes the store. Work must have returned.
	Close() error
}

// Open opens the store at an address: postgres://… or postgresql://…, or
// sqlite:PATH, which is created where there is none. The schema is brought up
// to date; one that a newer binary has written is refused.
func Open(ctx context.Context, address string, o Options) (Store, error) {
	path, embedded, err := file(address)
	if err != nil {
		return nil, err
	}
	if embedded {
		s, err := sqlite.Open(ctx, path, sqlite.Options{Log: o.Log})
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	s, err := postgres.Open(ctx, address, postgres.Options{Log: o.Log})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Backup writes a copy of the embedded store at an address, which may be in use,
// to a new file, all of it or none. A shared store is Invalid for that: its
// database has its own tools.
func Backup(ctx context.Context, address, to string) error {
	path, embedded, err := file(address)
	if err != nil {
		return err
	}
	if !embedded {
		return engine.Invalidf("DATABASE_URL", "a PostgreSQL store is backed up with pg_dump")
	}
	return sqlite.Backup(ctx, path, to)
}

// file is the path in an address of an embedded store.
func file(address string) (path string, embedded bool, err error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		path = strings.TrimPrefix(path, "//")
		if path == "" || path == ":memory:" {
			return "", true, engine.Invalidf("DATABASE_URL", "sqlite: needs the path of a file, such as sqlite:rof.db")
		}
		return path, true, nil
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return "", false, nil
	}
	// The address may hold a password, so it is not repeated.
	return "", false, engine.Invalidf("DATABASE_URL", "a store's address is postgres://… or sqlite:PATH")
}
