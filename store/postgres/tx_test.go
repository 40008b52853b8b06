package postgres

import (
	"testing"
	"time"

	"ragoffire/engine"
)

// Whoever takes an error lightly is told at the end: nothing was stored. So it is
// where the commit goes with the writes, and where it goes alone.
func TestAStatementThatFailedIsNotCommitted(t *testing.T) {
	s := fresh(t)
	for name, first := range map[string]func(*tx) error{
		"number known": func(x *tx) error {
			_, err := x.Standing(t.Context(), engine.Way{})
			return err
		},
		"number unknown": func(*tx) error { return nil },
	} {
		for when, wrong := range map[string]func(*tx){
			"read": func(x *tx) { _, _ = x.count(t.Context(), `SELECT 1/0`) },
			"left": func(x *tx) { _ = x.exec(t.Context(), `SELECT 1/0`) },
			"never sent": func(x *tx) {
				_, _ = x.count(t.Context(), `SELECT $1::int`, struct{}{})
				_ = x.PutRunbooks(t.Context(), []engine.Runbook{{ID: "after"}})
			},
		} {
			t.Run(name+", "+when, func(t *testing.T) {
				err := s.once(t.Context(), func(x *tx) error {
					if err := first(x); err != nil {
						return err
					}
					if err := x.PutRunbooks(t.Context(), []engine.Runbook{{ID: "r"}}); err != nil {
						return err
					}
					wrong(x)
					return nil
				})
				if err == nil {
					t.Error("it is said to be stored")
				}
				list, _, err := reader{db: s.pool}.Runbooks(t.Context(), "", 10)
				if err != nil || len(list) > 0 {
					t.Errorf("stored: %v, %v", list, err)
				}
				// A connection of no more use is closed beside us.
				for deadline := time.Now().Add(5 * time.Second); s.pool.Stat().AcquiredConns() > 0; time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatal("the connection is not given back")
					}
				}
			})
		}
	}
}
