package enginetest_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/store"
)

func TestACallThatFailsLeavesWhatADatabaseWould(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := enginetest.Counted(t.Context())
	for n, c := range []struct {
		call          string
		stored, asked bool
	}{
		{"begin", false, false},
		{"PutRunbooks", false, false},
		{"Runbook", false, false},
		{"Enqueue", false, false},
		{"commit", false, false},
		{"commit's answer", true, true},
		{"", true, true},
	} {
		id := "r" + c.call
		faults := enginetest.Spoil(n + 1)
		jobs := enginetest.NewJobs(enginetest.NewClock(time.Now()), faults)
		spoilt := &enginetest.Store{Store: s, Faults: faults, Jobs: jobs}
		err := spoilt.Update(ctx, func(tx engine.Tx) error {
			_ = tx.PutRunbooks(ctx, []engine.Runbook{{ID: id}}) // whoever takes an error lightly
			_, _ = tx.Runbook(ctx, id)
			_ = tx.Enqueue(ctx, engine.Job{Kind: "job", Subject: id})
			return nil
		})
		if (engine.KindOf(err) == engine.Unavailable) != (c.call != "") || faults.Spoilt() != c.call {
			t.Errorf("call %d is %q, and the error %v; want %q", n+1, faults.Spoilt(), err, c.call)
		}
		err = s.View(t.Context(), func(r engine.Reader) error { _, err := r.Runbook(context.Background(), id); return err })
		if stored := err == nil; stored != c.stored {
			t.Errorf("%q: stored %v", c.call, stored)
		}
		if asked := slices.Contains(jobs.Waiting(), "job "+id); asked != c.asked {
			t.Errorf("%q: asked for %v", c.call, asked)
		}
	}

	t.Run("what is not counted is not spoilt", func(t *testing.T) {
		spoilt := &enginetest.Store{Store: s, Faults: enginetest.Spoil(1)}
		if err := spoilt.View(t.Context(), func(r engine.Reader) error { _, err := r.Runbook(t.Context(), "r"); return err }); err != nil {
			t.Error(err)
		}
	})
}
