// Package postgres keeps everything in a PostgreSQL database, for any number of
// replicas: rows are locked while they are decided on, events are numbered in
// the order of their commits, one process's commit wakes the others.
package postgres

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ragoffire/engine"
	"ragoffire/store/queue"
	"ragoffire/store/wake"
)

// Options are what a store may be given.
type Options struct {
	Log *slog.Logger // nil: nothing is logged
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	log     *slog.Logger
	pool    *pgxpool.Pool
	numbers *numbers // gives incidents theirs
	events  wake.Hub
	queue   *queue.Queue
	bell    *bell
	refused refused

	listen  sync.Once // starts the listener, with the first who needs it
	hear    sync.WaitGroup
	closing context.Context // ends with Close
	closed  context.CancelFunc
}

// A transaction waits this long for a connection before the store counts as
// busy beyond its bounds; a server that does not answer ends a call as late.
const patience = 10 * time.Second

// Open connects to the database that the address names, and brings its schema
// up to date.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	cfg, err := parse(address)
	if err != nil {
		return nil, err
	}
	configure(cfg)
	if err := migrate(ctx, cfg); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, openError(cfg, err)
	}
	numbers, err := newNumbers(ctx, cfg)
	if err != nil {
		pool.Close()
		return nil, openError(cfg, err)
	}
	s := &Store{log: o.Log, pool: pool, numbers: numbers, queue: queue.New(o.Log)}
	s.closing, s.closed = context.WithCancel(context.WithoutCancel(ctx))
	s.bell = newBell(s.closing, s.tell)
	return s, nil
}

// configure sets what the address left open.
func configure(cfg *pgxpool.Config) {
	c := cfg.ConnConfig
	if c.ConnectTimeout == 0 || c.ConnectTimeout > patience {
		c.ConnectTimeout = 5 * time.Second
	}
	// A server that is gone without a word is noticed within half a minute.
	c.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}).DialContext
	values := maps.Clone(settings)
	for name := range c.RuntimeParams {
		delete(values, name)
	}
	c.AfterConnect = set(values)
	if _, ok := c.RuntimeParams["synchronous_commit"]; !ok {
		c.AfterConnect = set(values, durable)
	}
	if _, ok := c.RuntimeParams["application_name"]; !ok {
		c.RuntimeParams["application_name"] = "rof"
	}
	// pgxpool's own default, four, starves the queue beside a storm of alerts.
	if cfg.MaxConns <= 4 && !sized(cfg.ConnString()) {
		cfg.MaxConns = 16
	}
}

// closeWithin is how long Close waits for a server that does not answer.
const closeWithin = time.Second

// Close closes the store. Work must have returned.
func (s *Store) Close() error {
	s.queue.Close()
	s.closed()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.bell.close()
		s.hear.Wait()
		s.numbers.pool.Close()
		s.pool.Close()
	}()
	select {
	case <-done:
	case <-time.After(closeWithin): // the process ends, and with it the connections
	}
	return nil
}

// Claim has nothing to claim: any number of processes may serve.
func (s *Store) Claim(context.Context) error { return nil }

// View runs fn on a reader.
func (s *Store) View(_ context.Context, fn func(engine.Reader) error) error {
	return fn(reader{db: s.pool})
}

// Ready says whether the store can serve.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	only, err := row(ctx, s.pool, func(r pgx.Rows, v *bool) error { return r.Scan(v) },
		`SELECT current_setting('transaction_read_only')::bool`)
	switch {
	case err != nil:
		return &engine.Error{Kind: engine.Unavailable, Text: "the database does not answer", Err: err}
	case only:
		return &engine.Error{Kind: engine.Unavailable, Text: isReadOnly}
	}
	return s.probe(ctx)
}

// Watch returns a channel that receives a value soon after events were
// committed. The look each second is for the time in which the listener is away.
func (s *Store) Watch(ctx context.Context) <-chan struct{} {
	s.startListener()
	return s.events.Watch(ctx, time.Second, func(ctx context.Context) (int64, error) {
		last, _, err := reader{db: s.pool}.LastSeq(ctx)
		return last, err
	})
}
