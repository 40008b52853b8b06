package postgres

import (
	"cmp"
	"context"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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
	s    *Store
	conn *pgxpool.Conn
	// queued are statements that wait for the next reading, or for the end: one way
	// to the server and back serves all of them. The first of all is BEGIN.
	queued []statement
	begun  bool
	failed error   // of statements that were sent; it can no longer be committed
	id     *string // its number at the server, where that is known

	numbered map[string]bool // incidents that it has a number for, and has not written
	written  doc.Written
	entries  []engine.Entry
	events   []engine.Event
	jobs     []engine.Job
	later    []news // that the bell tells once this is committed
}

type statement struct {
	sql  string
	args []any
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
		if numberTaken(err) {
			s.numbers.forget()
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
	t := &tx{s: s, queued: []statement{{sql: "BEGIN"}}, numbered: map[string]bool{}}
	t.reader = reader{t}
	if err := t.connect(ctx); err != nil {
		s.note(err)
		return err
	}
	defer func() { t.end(ctx) }()
	if err := fn(t); err != nil {
		s.note(err)
		return err
	}
	if err := t.commit(ctx); err != nil {
		s.note(err)
		return err
	}
	if t.id != nil {
		s.note(nil)
	}
	s.bell.committed(t.later)
	if len(t.events) > 0 {
		s.events.Wake()
	}
	for kind, after := range queue.Soonest(t.jobs) {
		s.queue.Poke(kind, after)
	}
	return nil
}

// connect takes a connection.
func (t *tx) connect(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := t.s.pool.Acquire(wait)
	if err != nil {
		return ended(ctx, translate(err))
	}
	t.conn = conn
	return nil
}

// end lets the connection go; what was not committed did not happen.
func (t *tx) end(ctx context.Context) {
	if t.conn == nil {
		return
	}
	if c := t.conn.Conn(); !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		_, _ = c.Exec(ctx, "ROLLBACK") // where that fails, the pool drops the connection
	}
	t.conn.Release()
	t.conn = nil
}

// commit writes what waits and ends the transaction. One whose number is known does
// that in one way to the server and back: what it holds against all others, the
// turn to number events, is held no longer than the server itself takes.
func (t *tx) commit(ctx context.Context) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	if t.failed != nil {
		return ended(ctx, translate(t.failed))
	}
	if !t.begun && len(t.queued) == 1 {
		return ctx.Err() // there was nothing to do
	}
	if t.id == nil {
		if err := t.number(ctx); err != nil {
			return ended(ctx, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here the answer must come: whoever is told that nothing was stored
	// will store it again.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	res, err := t.ask(last, statement{sql: "COMMIT"})
	if err == nil {
		var tag pgconn.CommandTag
		if tag, err = res.Exec(); err == nil && tag.String() != "COMMIT" {
			err = pgx.ErrTxCommitRollback // some statement had failed
		}
		err = cmp.Or(err, res.Close())
	}
	if err == nil || !t.conn.Conn().IsClosed() {
		return translate(err)
	}
	return t.s.settle(last, t.id, err)
}

// number asks for the transaction's number, which it has once it has written.
func (t *tx) number(ctx context.Context) (err error) {
	t.id, err = row(ctx, t, func(r pgx.Rows, v **string) error { return r.Scan(v) }, `SELECT pg_current_xact_id_if_assigned()::text`)
	return err
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
	if id == nil || code(err) != "" {
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

// flush queues what was buffered. What is held by all is taken last.
func (t *tx) flush(ctx context.Context) error {
	if err := t.flushEntries(ctx); err != nil {
		return err
	}
	if err := t.flushJobs(ctx); err != nil {
		return err
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
	t.queued = append(t.queued, statement{sql, args})
	return nil
}

// ask sends what is queued and, with it, statements whose results the caller reads.
//
// After a restart of the server the pool is full of connections that do not know
// yet that they are dead; each is found out with the transaction's first
// statements, which another connection can begin again with.
func (t *tx) ask(ctx context.Context, last ...statement) (res pgx.BatchResults, _ error) {
	if t.failed != nil {
		return nil, t.failed
	}
	list := append(t.queued, last...)
	t.queued = nil
	for n := int32(0); ; n++ {
		res, t.failed = t.send(ctx, list, len(list)-len(last))
		dead := t.conn.Conn().IsClosed()
		if t.failed == nil || t.begun || !dead || n > t.s.pool.Config().MaxConns || ctx.Err() != nil {
			t.begun = true
			return res, t.failed
		}
		t.conn.Release()
		t.conn = nil
		if t.failed = t.connect(ctx); t.failed != nil {
			return nil, t.failed
		}
	}
}

// send sends statements and reads the results of the first n.
func (t *tx) send(ctx context.Context, list []statement, n int) (pgx.BatchResults, error) {
	b := &pgx.Batch{}
	for _, st := range list {
		b.Queue(st.sql, st.args...)
	}
	res := t.conn.SendBatch(ctx, b)
	for range n {
		if _, err := res.Exec(); err != nil {
			_ = res.Close()
			return nil, err
		}
	}
	return res, nil
}

// Query implements queryer. What is queued goes with it.
func (t *tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.begun && t.failed == nil && len(t.queued) == 0 {
		return t.conn.Query(ctx, sql, args...)
	}
	res, err := t.ask(ctx, statement{sql, args})
	if err != nil {
		return nil, err
	}
	found, err := res.Query()
	if err != nil {
		_ = res.Close()
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
	_ = b.batch.Close()
}

// count runs a statement at once and returns how many rows it changed.
func (t *tx) count(ctx context.Context, sql string, args ...any) (int64, error) {
	res, err := t.ask(ctx, statement{sql, args})
	if err != nil {
		return 0, translate(err)
	}
	tag, err := res.Exec()
	return tag.RowsAffected(), translate(cmp.Or(err, res.Close()))
}
