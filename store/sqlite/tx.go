package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
	"ragoffire/store/doc"
	"ragoffire/store/queue"
)

// reader implements engine.Reader.
type reader struct{ statements }

// tx implements engine.Tx. Events, timeline entries and jobs wait in it for the
// commit, so that they are written in bulk.
type tx struct {
	reader
	s   *Store
	sql *sql.Tx
	st  map[string]*sql.Stmt // of this transaction
	new map[string]bool      // texts to prepare for the next one

	written doc.Written
	wrote   int64 // rows: where there are none, the commit has nothing to write
	entries []engine.Entry
	events  []engine.Event
	jobs    []engine.Job
}

// Update runs fn in one transaction.
func (s *Store) Update(ctx context.Context, fn func(engine.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

// write runs fn in a write transaction, with what it buffered.
func (s *Store) write(ctx context.Context, fn func(*tx) error) (err error) {
	defer func() {
		if err != nil {
			s.note(ctx, err)
		}
	}()
	t, done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := fn(t); err != nil {
		return err
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.there(); err != nil {
		return err
	}
	if err := t.sql.Commit(); err != nil {
		return translate(err)
	}
	if t.wrote > 0 {
		s.note(ctx, nil)
		s.wrote(ctx, t.wrote)
	}
	if len(t.events) > 0 {
		s.events.Wake()
	}
	for kind, after := range queue.Soonest(t.jobs) {
		s.queue.Poke(kind, after)
	}
	return nil
}

// begin takes the writer and starts a transaction on it. The context ends the
// wait, not a statement under way: each is short, and a context that can end
// costs SQLite's driver a goroutine per statement.
func (s *Store) begin(ctx context.Context) (t *tx, done func(), err error) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := s.writer.Conn(wait)
	if err != nil {
		return nil, nil, gaveUp(ctx, err)
	}
	raw, err := s.lock(wait, conn)
	if err != nil {
		conn.Close()
		return nil, nil, gaveUp(ctx, err)
	}
	t = &tx{s: s, sql: raw, st: map[string]*sql.Stmt{}, new: map[string]bool{}}
	t.reader = reader{t}
	return t, func() {
		_ = raw.Rollback() // does nothing after a commit
		conn.Close()
		s.keep(ctx, t.new)
	}, nil
}

// lock begins a transaction, for which no other process may be writing. Left to
// itself, SQLite looks ten times a second whether one still is, and can miss
// each of the short moments between the transactions of a busy one; so its wait
// is cut short, and begun again.
func (s *Store) lock(wait context.Context, conn *sql.Conn) (*sql.Tx, error) {
	for {
		ctx, cut := context.WithCancel(context.WithoutCancel(wait))
		timer := time.AfterFunc(3*time.Millisecond, cut)
		raw, err := conn.BeginTx(ctx, nil)
		if err == nil && timer.Stop() {
			return raw, nil // the context ends with the transaction
		}
		cut()
		if err == nil {
			_ = raw.Rollback()
		} else if k := code(err); k != lib.SQLITE_BUSY && !errors.Is(err, context.Canceled) {
			return nil, err
		}
		if wait.Err() != nil {
			return nil, wait.Err()
		}
	}
}

// gaveUp tells our patience from the caller's.
func gaveUp(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return &engine.Error{Kind: engine.Unavailable, Text: "the store is busy; try again", Err: err}
	}
	return translate(err)
}

// keep prepares what a transaction had to prepare for itself, if the writer is
// free; if not, the next one will. What fails here fails where it is used, too.
func (s *Store) keep(ctx context.Context, texts map[string]bool) {
	if len(texts) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Millisecond)
	defer cancel()
	for text := range texts {
		_, _ = s.writes.stmt(ctx, text)
	}
}

// stmt returns the statement of a text for this transaction. One that is new is
// prepared for it alone, as its connection is the only one.
func (t *tx) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if st := t.st[text]; st != nil {
		return st, nil
	}
	var st *sql.Stmt
	if known := t.s.writes.known(text); known != nil {
		st = t.sql.StmtContext(context.WithoutCancel(ctx), known)
	} else {
		var err error
		if st, err = t.sql.PrepareContext(context.WithoutCancel(ctx), text); err != nil {
			return nil, translate(err)
		}
		t.new[text] = true
	}
	t.st[text] = st
	return st, nil
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	st, err := t.stmt(ctx, text)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	t.wrote += n
	return n, err
}

// Lock has nothing to do: there is one writer.
func (t *tx) Lock(context.Context, ...string) error { return nil }

// flush writes what was buffered.
func (t *tx) flush(ctx context.Context) error {
	for _, write := range []func(context.Context) error{t.flushEntries, t.flushJobs, t.flushEvents} {
		if err := write(ctx); err != nil {
			return err
		}
	}
	return nil
}
