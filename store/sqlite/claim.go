package sqlite

import (
	"context"
	"database/sql"
	"sync"

	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
)

// claim is the right to work a file's jobs, which one process at a time has. It
// is a transaction held open on a small database beside the file: SQLite's own
// locks are as portable as SQLite, and the system lets go of them when a
// process dies, however it dies.
type claim struct {
	path string
	mu   sync.Mutex
	db   *sql.DB
}

// Claim makes this process the one that works the file's jobs, or says that
// another one is, or that nobody may write it. Work does it where that was not done
// before.
func (s *Store) Claim(ctx context.Context) error {
	if err := s.claim.take(ctx); err != nil {
		return err
	}
	t, done, err := s.begin(ctx)
	if err == nil {
		_, err = t.exec(ctx, probe)
		done()
	}
	if code(err) == lib.SQLITE_READONLY {
		return openError(s.path, err)
	}
	return nil // one that is busy is written later
}

func (c *claim) take(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.db != nil {
		return nil
	}
	if err := create(c.path + ".serve"); err != nil {
		return err
	}
	db, err := open(c.path+".serve", 1, "_pragma=busy_timeout(0)")
	if err != nil {
		return err
	}
	// The only connection, never given back, holds the transaction.
	if _, err = db.ExecContext(ctx, "BEGIN EXCLUSIVE"); err == nil {
		c.db = db
		return nil
	}
	db.Close()
	if k := code(err); k == lib.SQLITE_BUSY || k == lib.SQLITE_LOCKED {
		return engine.Conflictf("another rof serves %s; stop it first, or choose another file", c.path)
	}
	return translate(err)
}

func (c *claim) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.db == nil {
		return nil
	}
	err := c.db.Close()
	c.db = nil
	return err
}
