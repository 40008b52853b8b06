package engine_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/store"
)

// What people and senders do, in any order, late, twice, with a store that fails
// in the middle and processes that die, is held against a model of a few lines.
// It takes 400 sequences, and 10,000 with ROF_NIGHTLY=1.
func TestTheEngineDoesWhatAModelDoes(t *testing.T) {
	const worlds = 4 // they wait for their disks more than they work
	sequences := "100"
	if os.Getenv("ROF_NIGHTLY") == "1" {
		sequences = "2500"
	}
	for name, value := range map[string]string{"rapid.checks": sequences, "rapid.steps": "12", "rapid.nofailfile": "true"} {
		f := flag.Lookup(name)
		if was := f.Value.String(); was == f.DefValue { // else somebody asked for another
			if err := flag.Set(name, value); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = flag.Set(name, was) })
		}
	}
	for n := range worlds {
		t.Run(fmt.Sprint("world ", n+1), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			rapid.Check(t, func(r *rapid.T) {
				m := w.model(r)
				r.Repeat(map[string]func(*rapid.T){
					"":                 m.check,
					"fire":             m.fire,
					"repeat":           m.repeat,
					"fire late":        m.fireLate,
					"end":              m.end,
					"end late":         m.endLate,
					"acknowledge":      m.acknowledge,
					"mitigate":         m.mitigate,
					"resolve":          m.resolve,
					"reopen":           m.reopen,
					"review":           m.review,
					"undo":             m.undo,
					"tell the outcome": m.outcome,
					"time passes":      m.pass,
					"die":              w.die,
				})
			})
			t.Logf("%d sequences in %d stores, %d deaths, %d calls spoilt", w.sequences, w.stores, w.deaths, w.spoilt)
		})
	}
}

// world is one engine for many sequences, each of a series of its own.
type world struct {
	t      *testing.T
	ctx    context.Context
	clock  *enginetest.Clock
	jobs   *enginetest.Jobs
	real   store.Store
	store  *enginetest.Store
	engine *engine.Engine
	path   string
	empty  []byte

	sequences, stores, deaths, spoilt int
}

// perStore is how many sequences share a store: what an engine reads at its start
// grows with them.
const perStore = 250

func newWorld(t *testing.T) *world {
	w := &world{t: t, ctx: enginetest.Counted(t.Context()), clock: enginetest.NewClock(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC))}
	w.path = filepath.Join(t.TempDir(), "rof.db")
	w.open()
	history := []engine.Incident{past("PM-1", "queue_backlog", "mailer", 300, "double the workers")}
	if err := w.engine.AddHistory(t.Context(), history, nil); err != nil {
		t.Fatal(err)
	}
	w.close()
	var err error
	if w.empty, err = os.ReadFile(w.path); err != nil {
		t.Fatal(err)
	}
	w.open()
	t.Cleanup(w.close)
	return w
}

func (w *world) open() {
	w.t.Helper()
	var err error
	if w.real, err = store.Open(w.ctx, "sqlite:"+w.path, store.Options{}); err != nil {
		w.t.Fatal(err)
	}
	if w.jobs == nil {
		w.jobs = enginetest.NewJobs(w.clock, nil)
	}
	w.store = &enginetest.Store{Store: w.real, Faults: enginetest.Spoil(0), Jobs: w.jobs}
	if w.engine, err = engine.New(w.ctx, engine.Config{Store: w.store, Now: w.clock.Now, Channel: "C0OPS", NoServiceGroups: true}); err != nil {
		w.t.Fatal(err)
	}
	w.jobs.Use(w.engine.Workers()...)
}

func (w *world) close() {
	if err := w.real.Close(); err != nil {
		w.t.Error(err)
	}
}

// die is the end of a process, and the start of the next. What it knew is gone;
// its jobs are the store's. It is rare, for it takes as long as all the rest.
func (w *world) die(r *rapid.T) {
	if !rapid.SampledFrom([]bool{false, false, false, true}).Draw(r, "now") {
		r.Skip()
	}
	w.deaths++
	w.close()
	w.open()
}

// model starts a sequence.
func (w *world) model(r *rapid.T) *model {
	if w.sequences%perStore == 0 {
		w.stores++
		w.close()
		w.path = filepath.Join(w.t.TempDir(), fmt.Sprintf("rof-%d.db", w.stores))
		if err := os.WriteFile(w.path, w.empty, 0o600); err != nil {
			r.Fatal(err)
		}
		w.jobs = nil
		w.open()
	}
	w.sequences++
	return &model{world: w, series: fmt.Sprintf("series-%d", w.sequences)}
}

// do does something, maybe with a call of the store that fails in it, and then
// once more, as everybody does who got no answer. A change whose answer was lost
// may be told by then that it was made.
func (w *world) do(r *rapid.T, want engine.Kind, do func() error) {
	r.Helper()
	nth := rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20}).Draw(r, "call that fails")
	w.store.Faults = enginetest.Spoil(nth)
	err := do()
	spoilt := w.store.Faults.Spoilt()
	w.store.Faults = enginetest.Spoil(0)
	if spoilt != "" {
		w.spoilt++
		if engine.KindOf(err) != engine.Unavailable && engine.KindOf(err) != want {
			r.Fatalf("%s failed, and the answer is %v", spoilt, err)
		}
		if engine.KindOf(err) == engine.Unavailable {
			err = do()
		}
	}
	if spoilt == "commit's answer" && want == "" && engine.KindOf(err) == engine.Conflict {
		return
	}
	if engine.KindOf(err) != want || err != nil && want == "" {
		r.Fatalf("the answer is %v, want %q", err, want)
	}
}
