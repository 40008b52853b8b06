package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

var jobTests = map[string]func(*testing.T, Opened){
	"one runs soon after its commit, once": func(t *testing.T, o Opened) {
		var r runs
		enqueue(t, o, engine.Job{Kind: "job", Subject: "early"}) // before there is a worker
		work(t, o, worker("job", func(_ context.Context, subject string) error { r.add(); return nil }))
		eventually(t, "the early one runs", func() bool { return r.count() == 1 })
		began := time.Now()
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"}, engine.Job{Kind: "job", Subject: "a"}, engine.Job{Kind: "job", Subject: "b"})
		eventually(t, "both run", func() bool { return r.count() == 3 })
		if d := time.Since(began); d > slack {
			t.Errorf("that took %s", d)
		}
		stays(t, "three runs", func() bool { return r.count() == 3 })
	},

	"asked for while it runs, it runs once more": func(t *testing.T, o Opened) {
		var r runs
		gate := make(chan struct{})
		work(t, o, worker("job", func(context.Context, string) error {
			if r.add() == 1 {
				<-gate
			}
			return nil
		}))
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "it runs", func() bool { return r.count() == 1 })
		for range 3 {
			enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		}
		stays(t, "one at a time", func() bool { return r.count() == 1 })
		close(gate)
		eventually(t, "it runs again", func() bool { return r.count() == 2 })
		stays(t, "twice", func() bool { return r.count() == 2 })
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "a later ask", func() bool { return r.count() == 3 })
	},

	"no ask is lost, and no two runs meet": func(t *testing.T, o Opened) {
		stores := []engine.Store{o, o}
		if o.Shared {
			stores[1] = again(t, o)
		}
		const subjects, askers, asks = 5, 6, 40
		var wanted, seen [subjects]atomic.Int64
		var running [subjects]atomic.Int32
		var count runs
		do := func(_ context.Context, subject string) error {
			count.add()
			var n int
			fmt.Sscan(subject, &n)
			if running[n].Add(1) > 1 {
				t.Errorf("two runs of %s at once", subject)
			}
			defer running[n].Add(-1)
			now := wanted[n].Load()
			time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
			seen[n].Store(now)
			switch rand.IntN(12) {
			case 0:
				return &engine.Again{After: time.Duration(rand.IntN(20)) * time.Millisecond}
			case 1:
				if rand.IntN(4) == 0 {
					return errStop
				}
			}
			return nil
		}
		for _, s := range stores {
			work(t, s, worker("job", do))
			if !o.Shared {
				break
			}
		}
		parallel(askers, func(a int) {
			for range asks {
				n := rand.IntN(subjects)
				wanted[n].Add(1)
				enqueue(t, stores[a%2], engine.Job{Kind: "job", Subject: fmt.Sprint(n)})
				time.Sleep(time.Duration(rand.IntN(2500)) * time.Microsecond)
			}
		})
		for n := range subjects {
			eventually(t, "the last ask is seen", func() bool { return seen[n].Load() == wanted[n].Load() })
		}
		t.Logf("%d asks, %d runs", askers*asks, count.count())
	},

	"a later time waits, an earlier ask does not wait for it": func(t *testing.T, o Opened) {
		var r runs
		work(t, o, worker("job", func(context.Context, string) error { r.add(); return nil }))
		began := time.Now()
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a", At: began.Add(600 * time.Millisecond)})
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a", At: began.Add(time.Hour)})
		eventually(t, "it runs", func() bool { return r.count() == 1 })
		if d := time.Since(began); d < 600*time.Millisecond || d > 600*time.Millisecond+slack {
			t.Errorf("it ran after %s", d)
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a", At: time.Now().Add(time.Hour)})
		stays(t, "it waits", func() bool { return r.count() == 1 })
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "it runs at once", func() bool { return r.count() == 2 })
		stays(t, "twice", func() bool { return r.count() == 2 })
	},

	"asked for while it runs, a later time waits too": func(t *testing.T, o Opened) {
		var r runs
		gate := make(chan struct{})
		work(t, o, worker("job", func(context.Context, string) error {
			r.add()
			<-gate
			return nil
		}))
		run := func(n int) {
			t.Helper()
			eventually(t, "it runs", func() bool { return r.count() == n })
		}
		at := func(d time.Duration) engine.Job { return engine.Job{Kind: "job", Subject: "a", At: time.Now().Add(d)} }
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		run(1)
		asked := time.Now()
		enqueue(t, o, at(time.Hour))
		enqueue(t, o, at(700*time.Millisecond))
		enqueue(t, o, at(time.Hour))
		gate <- struct{}{}
		run(2)
		if d := time.Since(asked); d < 700*time.Millisecond || d > 700*time.Millisecond+slack {
			t.Errorf("it ran after %s", d)
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		enqueue(t, o, at(time.Hour))
		asked = time.Now()
		gate <- struct{}{}
		run(3)
		if d := time.Since(asked); d > slack {
			t.Errorf("asked for at once, it ran after %s", d)
		}
		close(gate)
	},

	"again is later, and no failure": func(t *testing.T, o Opened) {
		var r runs
		work(t, o, worker("job", func(context.Context, string) error {
			switch r.add() {
			case 1, 2:
				return fmt.Errorf("paced: %w", &engine.Again{After: 300 * time.Millisecond})
			case 3:
				return &engine.Again{After: time.Hour}
			}
			return nil
		}))
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "three runs", func() bool { return r.count() == 3 })
		for n := range 2 {
			if d := r.gap(n + 1); d < 300*time.Millisecond || d > 300*time.Millisecond+slack {
				t.Errorf("again after %s", d)
			}
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "an ask does not wait for the hour", func() bool { return r.count() == 4 })
	},
}
