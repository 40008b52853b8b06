package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func putDecisions(t *testing.T, s engine.Store, list ...engine.Decision) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error { return tx.PutDecisions(ctx, list) })
}

func review(t *testing.T, s engine.Store, r engine.Review) error {
	t.Helper()
	return s.Update(t.Context(), func(tx engine.Tx) error { return tx.AddReview(t.Context(), r) })
}

var decisionTests = map[string]func(*testing.T, Opened){
	"newest first, filtered, in stable pages": func(t *testing.T, o Opened) {
		var list []engine.Decision
		for n := range 23 {
			d := engine.Decision{ID: name("d", n), CreatedAt: t0().Add(time.Duration(n/4) * time.Second), Status: engine.Proposed}
			if n%2 == 0 {
				id := "inc"
				d.IncidentID, d.Status = &id, engine.Approved
			}
			list = append(list, d)
		}
		putDecisions(t, o, list...)
		page := func(f engine.DecisionFilter) func(string) ([]engine.Decision, string, error) {
			return func(after string) (page []engine.Decision, next string, err error) {
				err = o.View(t.Context(), func(r engine.Reader) error {
					page, next, err = r.Decisions(t.Context(), f, after, 5)
					return err
				})
				return page, next, err
			}
		}
		all := walkPages(t, decisionID, page(engine.DecisionFilter{}), func(n int) {
			putDecisions(t, o, engine.Decision{ID: name("new", n), CreatedAt: t0().Add(time.Hour)})
		})
		slices.Reverse(all)
		if !slices.IsSorted(all) || len(all) != 23 {
			t.Errorf("got %v", all)
		}
		if got := walkPages(t, decisionID, page(engine.DecisionFilter{IncidentID: "inc"}), func(int) {}); len(got) != 12 {
			t.Errorf("of the incident: %v", got)
		}
		if got := walkPages(t, decisionID, page(engine.DecisionFilter{Status: engine.Proposed}), func(int) {}); len(got) != 11 {
			t.Errorf("proposed: %v", got)
		}
	},

	"putting again replaces, and leaves the review": func(t *testing.T, o Opened) {
		putDecisions(t, o, engine.Decision{ID: "d", CreatedAt: t0()})
		if err := review(t, o, engine.Review{DecisionID: "d", Verdict: engine.Approve, Actor: "ann", At: t0()}); err != nil {
			t.Fatal(err)
		}
		putDecisions(t, o, engine.Decision{ID: "d", CreatedAt: t0(), Status: engine.Approved, Reviews: []engine.Review{{Actor: "nobody"}}})
		got := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Decision, error) { return r.Decision(ctx, "d") })
		if got.Status != engine.Approved || len(got.Reviews) != 1 || got.Reviews[0].Actor != "ann" {
			t.Errorf("got %+v", got)
		}
	},

	"the first review stands, until it is undone": func(t *testing.T, o Opened) {
		wantKind(t, review(t, o, engine.Review{DecisionID: "d"}), engine.NotFound)
		putDecisions(t, o, engine.Decision{ID: "d", CreatedAt: t0()})
		undo := func() error {
			return o.Update(t.Context(), func(tx engine.Tx) error { return tx.UndoReview(t.Context(), "d", t0()) })
		}
		wantKind(t, undo(), engine.NotFound)
		if err := review(t, o, engine.Review{DecisionID: "d", Actor: "ann", Verdict: engine.Approve, At: t0()}); err != nil {
			t.Fatal(err)
		}
		// A Conflict leaves the transaction usable: it tells who was first.
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			wantKind(t, tx.AddReview(ctx, engine.Review{DecisionID: "d", Actor: "bob"}), engine.Conflict)
			d, err := tx.Decision(ctx, "d")
			if err == nil && (len(d.Reviews) != 1 || d.Reviews[0].Actor != "ann") {
				t.Errorf("reviews: %+v", d.Reviews)
			}
			return err
		})
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		if d := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Decision, error) { return r.Decision(ctx, "d") }); d.Reviews != nil {
			t.Errorf("after undo: %+v", d.Reviews)
		}
		if err := review(t, o, engine.Review{DecisionID: "d", Actor: "bob", Verdict: engine.Reject, At: t0()}); err != nil {
			t.Fatal(err)
		}
		list := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Decision, error) {
			list, _, err := r.Decisions(ctx, engine.DecisionFilter{}, "", 0)
			return list, err
		})
		if len(list) != 1 || len(list[0].Reviews) != 1 || list[0].Reviews[0].Actor != "bob" {
			t.Errorf("list: %+v", list)
		}
	},

	"verdicts for calibration": func(t *testing.T, o Opened) {
		for n := range 6 {
			d := engine.Decision{ID: name("d", n), CreatedAt: t0(), Example: n == 2}
			d.Confidence.Raw = float64(n) / 10
			putDecisions(t, o, d)
			r := engine.Review{DecisionID: d.ID, Verdict: engine.Approve, At: t0().Add(time.Duration(n) * time.Second)}
			if n == 4 {
				r.Verdict = engine.Reject
			}
			if err := review(t, o, r); err != nil {
				t.Fatal(err)
			}
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.UndoReview(ctx, name("d", 1), t0()) })
		// An outcome counts without a verdict, and moves what had one to the front.
		outcome := func(id string, after time.Duration) engine.Decision {
			return engine.Decision{ID: id, CreatedAt: t0(), Outcome: &engine.Outcome{Outcome: engine.Worked, Actor: "ann", At: t0().Add(after)}}
		}
		putDecisions(t, o, outcome("only-outcome", 10*time.Second), outcome(name("d", 0), 11*time.Second), engine.Decision{ID: "neither", CreatedAt: t0()})
		judged := func(limit int) []engine.Decision {
			return view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Decision, error) { return r.Judged(ctx, limit) })
		}
		all := judged(10)
		same(t, ids(all, decisionID), []string{name("d", 0), "only-outcome", name("d", 5), name("d", 4), name("d", 3)})
		if d := all[0]; len(d.Reviews) != 1 || d.Outcome == nil || d.Outcome.Outcome != engine.Worked {
			t.Errorf("the first of them: %+v", d)
		}
		same(t, ids(judged(2), decisionID), []string{name("d", 0), "only-outcome"})
		// Taken back, it is judged no more.
		putDecisions(t, o, engine.Decision{ID: "only-outcome", CreatedAt: t0()})
		same(t, ids(judged(2), decisionID), []string{name("d", 0), name("d", 5)})
	},

	"vectors of one model, by the hashes of their texts": func(t *testing.T, o Opened) {
		put := func(model string, vectors map[string][]float32) {
			update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutVectors(ctx, model, vectors) })
		}
		kept := func(model string, hashes ...string) map[string][]float32 {
			return view(t, o, func(ctx context.Context, r engine.Reader) (map[string][]float32, error) {
				return r.Vectors(ctx, model, hashes)
			})
		}
		put("small", map[string][]float32{"a": {1, -0.5}, "b": {0.25, 3e-8}})
		put("small", map[string][]float32{"b": {9}})
		same(t, kept("small", "a", "b", "c"), map[string][]float32{"a": {1, -0.5}, "b": {9}})
		same(t, kept("large", "a"), map[string][]float32{})
		same(t, kept("small"), map[string][]float32{})
		put("large", map[string][]float32{"a": {7}})
		same(t, kept("small", "a"), map[string][]float32{})
	},

	"changes of a service within a time, the latest first": func(t *testing.T, o Opened) {
		change := func(n int, service string) engine.Change {
			return engine.Change{ID: name(service, n), Service: service, Title: "deploy", At: t0().Add(time.Duration(n) * time.Minute)}
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.PutChanges(ctx, []engine.Change{change(1, "a"), change(2, "a"), change(3, "a"), change(2, "b")}); err != nil {
				return err
			}
			again := change(3, "a")
			again.Title = "deployed"
			return tx.PutChanges(ctx, []engine.Change{again})
		})
		got := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Change, error) {
			return r.Changes(ctx, "a", t0().Add(2*time.Minute), t0().Add(3*time.Minute), 10)
		})
		want := []engine.Change{change(3, "a"), change(2, "a")}
		want[0].Title = "deployed"
		same(t, got, want)
		// Retention takes them with the events of their time.
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Tidy(ctx, t0().Add(150*time.Second), t0()) })
		got = view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Change, error) {
			return r.Changes(ctx, "a", t0(), t0().Add(time.Hour), 10)
		})
		same(t, got, want[:1])
	},

	"one of many verdicts wins, and is told once": func(t *testing.T, o Opened) {
		o2 := o.Store
		if o.Shared {
			o2 = again(t, o)
		}
		putDecisions(t, o, engine.Decision{ID: "d", CreatedAt: t0(), Status: engine.Proposed})
		errs := make(chan error, 16)
		parallel(16, func(n int) {
			s := o.Store
			if n%2 == 0 {
				s = o2
			}
			errs <- s.Update(t.Context(), func(tx engine.Tx) error {
				d, err := tx.Decision(t.Context(), "d")
				if err != nil {
					return err
				}
				if err := tx.AddReview(t.Context(), engine.Review{DecisionID: "d", Actor: name("u", n), At: t0()}); err != nil {
					return err
				}
				d.Status = engine.Approved
				if err := tx.PutDecisions(t.Context(), []engine.Decision{d}); err != nil {
					return err
				}
				return tx.Emit(t.Context(), engine.Event{Type: engine.EventReview, At: t0()})
			})
		})
		close(errs)
		won := 0
		for err := range errs {
			if err == nil {
				won++
				continue
			}
			wantKind(t, err, engine.Conflict)
		}
		events := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Event, error) { return r.Events(ctx, 0, 0) })
		if won != 1 || len(events) != 1 {
			t.Errorf("%d won, %d events", won, len(events))
		}
	},
}
