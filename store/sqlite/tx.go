package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
	"ragoffire/store/queue"
)

// prepared keeps the statements of a database by their text.
type prepared struct {
	db *sql.DB
	mu sync.Mutex
	by map[string]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, by: map[string]*sql.Stmt{}} }

// stmt returns the statement of a text, which it prepares on first use. The lock
// is not held meanwhile: preparing waits for a connection, and who has that may
// wait for the lock.
func (p *prepared) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := p.known(text); st != nil {
		return st, nil
	}
	st, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.by[text]; first != nil {
		return first, st.Close()
	}
	p.by[text] = st
	return st, nil
}

// known returns the statement of a text if it is prepared.
func (p *prepared) known(text string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.by[text]
}

func (p *prepared) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, st := range p.by {
		errs = append(errs, st.Close())
	}
	clear(p.by)
	return errors.Join(errs...)
}

// statements is what a reader reads with: the read pool, or a transaction.
type statements interface {
	stmt(ctx context.Context, text string) (*sql.Stmt, error)
}

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

	entries []engine.Entry
	events  []engine.Event
	jobs    []engine.Job
}

// Update runs fn in one transaction.
func (s *Store) Update(ctx context.Context, fn func(engine.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

// write runs fn in a write transaction, with what it buffered.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
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
	if err := t.sql.Commit(); err != nil {
		return translate(err)
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
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = &engine.Error{Kind: engine.Unavailable, Text: "the store is busy; try again", Err: err}
		}
		return nil, nil, translate(err)
	}
	raw, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		conn.Close()
		return nil, nil, translate(err)
	}
	t = &tx{s: s, sql: raw, st: map[string]*sql.Stmt{}, new: map[string]bool{}}
	t.reader = reader{t}
	return t, func() {
		_ = raw.Rollback() // does nothing after a commit
		conn.Close()
		for text := range t.new {
			// What fails here fails again, and is told, where it is used.
			_, _ = s.writes.stmt(context.WithoutCancel(ctx), text)
		}
	}, nil
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
	return res.RowsAffected()
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

// rows reads rows with scan, nil where there are none.
func rows[T any](ctx context.Context, db statements, scan func(*sql.Rows, *T) error, text string, args ...any) (list []T, err error) {
	st, err := db.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	if _, ok := db.(*tx); ok {
		ctx = context.WithoutCancel(ctx)
	}
	found, err := st.QueryContext(ctx, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer found.Close()
	for found.Next() {
		var v T
		if err := scan(found, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, translate(found.Err())
}

// docs reads rows of one column, the document.
func docs[T any](ctx context.Context, db statements, text string, args ...any) ([]T, error) {
	return rows(ctx, db, func(r *sql.Rows, v *T) error {
		var b sql.RawBytes
		if err := r.Scan(&b); err != nil {
			return err
		}
		return doc.Decode(b, v)
	}, text, args...)
}

// one returns the row that was asked for by id.
func one[T any](list []T, err error, what, id string) (T, error) {
	if err == nil && len(list) > 0 {
		return list[0], nil
	}
	if err == nil {
		err = engine.NotFoundf("there is no %s %s", what, doc.Text(id))
	}
	return *new(T), err
}

// micros is a time as the file keeps it.
func micros(t time.Time) int64 { return doc.Time(t).UnixMicro() }

// microsOrNull is for a time that there may not be.
func microsOrNull(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return micros(*t)
}

// texts is a list as an argument for json_each.
func texts[T any](list []T) (string, error) {
	b, err := doc.Encode(list)
	if err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	return string(b), nil
}
