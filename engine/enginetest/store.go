package enginetest

import (
	"context"

	"ragoffire/engine"
)

// Store is a store of which one call fails. A transaction has as many calls as
// it makes, and three more: its begin fails, its commit fails, or its commit is
// done and the answer is lost.
type Store struct {
	engine.Store
	Faults *Faults
	Jobs   *Jobs // does what is enqueued, in the place of the store's own queue; nil leaves it there
}

// View implements engine.Store.
func (s *Store) View(ctx context.Context, fn func(engine.Reader) error) error {
	return s.Store.View(ctx, func(r engine.Reader) error { return fn(&reader{real: r, spoilt: spoilt{faults: s.Faults}}) })
}

// Update implements engine.Store.
func (s *Store) Update(ctx context.Context, fn func(engine.Tx) error) error {
	if err := s.Faults.pass(ctx, "begin"); err != nil {
		return err
	}
	var t *tx
	err := s.Store.Update(ctx, func(real engine.Tx) error {
		t = &tx{real: real, jobs: s.Jobs, reader: reader{real: real, spoilt: spoilt{faults: s.Faults}}}
		if err := fn(t); err != nil {
			return err
		}
		if t.failed != nil {
			return t.failed // a database does not commit what failed, whoever took it lightly
		}
		return s.Faults.pass(ctx, "commit")
	})
	if err != nil {
		return err
	}
	if s.Jobs != nil {
		s.Jobs.Ask(t.asked...)
	}
	return s.Faults.pass(ctx, "commit's answer")
}

// spoilt is what the calls of one transaction share.
type spoilt struct {
	faults *Faults
	failed error
}

func (s *spoilt) pass(ctx context.Context, call string) error {
	if s.failed == nil {
		s.failed = s.faults.pass(ctx, call)
	}
	return s.failed
}

// get makes a call that returns one value.
func get[T any](ctx context.Context, s *spoilt, call string, do func() (T, error)) (T, error) {
	if err := s.pass(ctx, call); err != nil {
		var none T
		return none, err
	}
	return do()
}

// list makes a call that returns two.
func list[T, U any](ctx context.Context, s *spoilt, call string, do func() (T, U, error)) (T, U, error) {
	if err := s.pass(ctx, call); err != nil {
		var none T
		var no U
		return none, no, err
	}
	return do()
}

// put makes a call that returns none.
func put(ctx context.Context, s *spoilt, call string, do func() error) error {
	if err := s.pass(ctx, call); err != nil {
		return err
	}
	return do()
}
