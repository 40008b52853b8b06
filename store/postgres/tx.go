package postgres

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ragoffire/engine"
	"ragoffire/store/doc"
	"ragoffire/store/queue"
)

// reader implements engine.Reader.
type reader struct{ db queryer }

// tx implements engine.Tx. Events, timeline entries and jobs wait in it for the
// commit, so that they are written in bulk and their locks are held shortly.
type tx struct {
	reader
	s  *Store
	pg pgx.Tx
	// queued are writes that wait for the next reading, or for the end: one way to
	// the server and back serves all of them.
	queued *pgx.Batch

	written doc.Written
	entries []engine.Entry
	events  []engine.Event
	jobs    []engine.Job
}

// tries is how often a transaction runs that fails because of others.
const tries = 15

// Update runs fn in one transaction.
func (s *Store) Update(ctx context.Context, fn func(engine.Tx) error) error {
	return s.write(ctx, func(t *tx) error { return fn(t) })
}

func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
	for n := 1; ; n++ {
		err := s.once(ctx, fn)
		if !again(err) || n == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(min(time.Duration(n)*40*time.Millisecond, 400*time.Millisecond))):
		}
	}
}

// once runs fn in a transaction of its own.
func (s *Store) once(ctx context.Context, fn func(*tx) error) error {
	conn, raw, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	// After a commit this does nothing.
	defer func() { _ = raw.Rollback(context.WithoutCancel(ctx)) }()
	t := &tx{s: s, pg: raw, queued: &pgx.Batch{}}
	t.reader = reader{t}
	if err := fn(t); err != nil {
		return err
	}
	id, err := t.flush(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here the answer must come: whoever is told that nothing was stored
	// will store it again.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := raw.Commit(last); err != nil {
		if err := s.settle(last, id, err); err != nil {
			return err
		}
	}
	if len(t.events) > 0 {
		s.events.Wake()
	}
	for kind, after := range queue.Soonest(t.jobs) {
		s.queue.Poke(kind, after)
	}
	return nil
}

// begin starts a transaction. After a restart of the server the pool is full of
// connections that do not know yet that they are dead; each is found out here,
// where nothing has happened that trying again would do twice.
func (s *Store) begin(ctx context.Context) (*pgxpool.Conn, pgx.Tx, error) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for n := int32(0); ; n++ {
		conn, err := s.pool.Acquire(wait)
		if err != nil {
			return nil, nil, ended(ctx, translate(err))
		}
		raw, err := conn.Begin(ctx)
		if err == nil {
			return conn, raw, nil
		}
		dead := conn.Conn().IsClosed()
		conn.Release()
		if !dead || n > s.pool.Config().MaxConns || wait.Err() != nil {
			return nil, nil, ended(ctx, translate(err))
		}
	}
}

// ended returns the caller's own end as it is.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return err
}

// settle finds out what became of a transaction whose commit was not answered:
// its connection broke, the server knows.
func (s *Store) settle(ctx context.Context, id *string, err error) error {
	if id == nil || code(err) != "" || errors.Is(err, pgx.ErrTxCommitRollback) {
		return translate(err) // it wrote nothing, or the server said no
	}
	for ctx.Err() == nil {
		status, qerr := row(ctx, s.pool, func(r pgx.Rows, v **string) error { return r.Scan(v) },
			`SELECT pg_xact_status($1::text::xid8)`, *id)
		if qerr == nil && status != nil {
			switch *status {
			case "committed":
				return nil
			case "aborted":
				return translate(err)
			}
		}
		select { // in progress, or still out of reach
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return &engine.Error{Kind: engine.Unavailable, Text: "the database did not say whether it stored this", Err: err}
}

// flush writes what was buffered, and returns the transaction's number where it
// wrote anything. What is held by all is taken last.
func (t *tx) flush(ctx context.Context) (id *string, err error) {
	if err := t.flushEntries(ctx); err != nil {
		return nil, err
	}
	if err := t.flushJobs(ctx); err != nil {
		return nil, err
	}
	return t.flushEvents(ctx)
}

// Lock takes a lock for each name, in the order of their hashes.
func (t *tx) Lock(ctx context.Context, names ...string) error {
	keys := make([]int64, len(names))
	for i, name := range names {
		h := fnv.New64a()
		h.Write([]byte(name))
		keys[i] = int64(h.Sum64() >> 1) // not negative: those are our own
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil
	}
	// It goes with the next reading, whose statement begins once the locks are held
	// and sees what was committed until then.
	return t.exec(ctx, `SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) WITH ORDINALITY AS u (k, n) ORDER BY n`, keys)
}

// exec queues a statement. What is wrong with it shows at the next reading, or at
// the end of the transaction, which fails in either case.
func (t *tx) exec(_ context.Context, sql string, args ...any) error {
	t.queued.Queue(sql, args...)
	return nil
}

// send runs what is queued.
func (t *tx) send(ctx context.Context) error {
	b := t.queued
	if b.Len() == 0 {
		return nil
	}
	t.queued = &pgx.Batch{}
	res := t.pg.SendBatch(ctx, b)
	for range b.Len() {
		if _, err := res.Exec(); err != nil {
			res.Close()
			return translate(err)
		}
	}
	return translate(res.Close())
}

// Query implements queryer. What is queued goes with it.
func (t *tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	b := t.queued
	if b.Len() == 0 {
		return t.pg.Query(ctx, sql, args...)
	}
	b.Queue(sql, args...)
	t.queued = &pgx.Batch{}
	res := t.pg.SendBatch(ctx, b)
	for range b.Len() - 1 {
		if _, err := res.Exec(); err != nil {
			res.Close()
			return nil, err
		}
	}
	found, err := res.Query()
	if err != nil {
		res.Close()
		return nil, err
	}
	return batched{found, res}, nil
}

// batched are the rows of a batch's last statement.
type batched struct {
	pgx.Rows
	batch pgx.BatchResults
}

// Close ends the batch, too: the connection is free again then.
func (b batched) Close() {
	b.Rows.Close()
	b.batch.Close()
}

// count runs a statement at once and returns how many rows it changed.
func (t *tx) count(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := t.send(ctx); err != nil {
		return 0, err
	}
	tag, err := t.pg.Exec(ctx, sql, args...)
	return tag.RowsAffected(), translate(err)
}
