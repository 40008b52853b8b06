package postgres

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"ragoffire/engine"
)

// A commit whose answer was lost is asked about, not guessed.
func TestSettle(t *testing.T) {
	s := fresh(t)
	// number returns the number of a transaction that fn leads to its end.
	number := func(fn func(*tx) error) *string {
		var id *string
		err := s.once(t.Context(), func(x *tx) error {
			if err := x.PutRunbooks(t.Context(), []engine.Runbook{{ID: "r"}}); err != nil {
				return err
			}
			if err := errors.Join(x.flush(t.Context()), x.number(t.Context())); err != nil {
				return err
			}
			id = x.id
			return fn(x)
		})
		if err != nil && !errors.Is(err, errNoRow) {
			t.Fatal(err)
		}
		return id
	}
	committed := number(func(*tx) error { return nil })
	if err := s.settle(t.Context(), committed, io.ErrUnexpectedEOF); err != nil {
		t.Errorf("committed: %v", err)
	}
	aborted := number(func(*tx) error { return errNoRow })
	if err := s.settle(t.Context(), aborted, io.ErrUnexpectedEOF); engine.KindOf(err) != engine.Unavailable {
		t.Errorf("aborted: %v", err)
	}
	number(func(x *tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := s.settle(ctx, x.id, io.ErrUnexpectedEOF); engine.KindOf(err) != engine.Unavailable {
			t.Errorf("in progress: %v", err)
		}
		return nil
	})
	if err := s.settle(t.Context(), nil, io.ErrUnexpectedEOF); engine.KindOf(err) != engine.Unavailable {
		t.Errorf("nothing written: %v", err)
	}
}
