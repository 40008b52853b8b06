package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

var endTests = map[string]func(*testing.T, Opened){
	"an error is retried, slower each time": func(t *testing.T, o Opened) {
		var r runs
		work(t, o, worker("job", func(context.Context, string) error {
			switch r.add() {
			case 1:
				return errStop
			case 2:
				panic("at the disco")
			case 4:
				return errStop
			}
			return nil
		}))
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "three runs", func() bool { return r.count() == 3 })
		for n, want := range []time.Duration{time.Second, 2 * time.Second} {
			if d := r.gap(n + 1); d < want || d > want+slack {
				t.Errorf("retry %d after %s", n+1, d)
			}
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "five runs", func() bool { return r.count() == 5 })
		if d := r.gap(4); d > 3500*time.Millisecond {
			t.Errorf("after a success, a retry after %s", d)
		}
	},

	"a run ends with its time": func(t *testing.T, o Opened) {
		var r runs
		w := worker("job", func(ctx context.Context, _ string) error {
			if r.add() > 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		w.Timeout = 50 * time.Millisecond
		work(t, o, w)
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "two runs", func() bool { return r.count() == 2 })
		if d := r.gap(1); d < time.Second {
			t.Errorf("retried after %s", d)
		}
	},

	"no more at a time than Parallel": func(t *testing.T, o Opened) {
		var now, most, done atomic.Int32
		w := worker("job", func(context.Context, string) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(10 * time.Millisecond)
			now.Add(-1)
			done.Add(1)
			return nil
		})
		w.Parallel = 3
		var jobs []engine.Job
		for n := range 30 {
			jobs = append(jobs, engine.Job{Kind: "job", Subject: fmt.Sprint(n)})
		}
		work(t, o, w)
		enqueue(t, o, jobs...)
		eventually(t, "all done", func() bool { return done.Load() == 30 })
		if most.Load() > 3 {
			t.Errorf("%d at a time", most.Load())
		}
	},

	"periodic, by one replica": func(t *testing.T, o Opened) {
		stores := []engine.Store{o}
		if o.Shared {
			stores = append(stores, again(t, o))
		}
		var r runs
		w := worker("tidy", func(_ context.Context, subject string) error {
			if subject != "all" {
				t.Errorf("subject %q", subject)
			}
			r.add()
			return nil
		})
		w.Every = 300 * time.Millisecond
		began := time.Now()
		for _, s := range stores {
			work(t, s, w)
		}
		eventually(t, "five runs", func() bool { return r.count() == 5 })
		if d := time.Since(began); d < 1100*time.Millisecond {
			t.Errorf("five within %s", d)
		}
	},

	"stopping waits, and what it must cut off runs again": func(t *testing.T, o Opened) {
		var r, ended runs
		stop := work(t, o, worker("job", func(ctx context.Context, subject string) error {
			r.add()
			if subject == "short" {
				time.Sleep(300 * time.Millisecond)
				ended.add()
				return ctx.Err()
			}
			<-ctx.Done()
			return ctx.Err()
		}))
		enqueue(t, o, engine.Job{Kind: "job", Subject: "short"}, engine.Job{Kind: "job", Subject: "long"})
		eventually(t, "both run", func() bool { return r.count() == 2 })
		began := time.Now()
		stop()
		if d := time.Since(began); d > 5*time.Second+slack {
			t.Errorf("stopped after %s", d)
		}
		if ended.count() != 1 {
			t.Error("the short one was cut off")
		}
		o2 := again(t, o)
		ran := make(chan string, 10)
		o.Close()
		work(t, o2, worker("job", func(_ context.Context, subject string) error { ran <- subject; return nil }))
		if got := <-ran; got != "long" {
			t.Errorf("%q runs again", got)
		}
	},

	"a stuck run is left behind": func(t *testing.T, o Opened) {
		if o.Shared {
			t.Skip("others wait to be sure that it is dead: see the test that kills a process")
		}
		gate := make(chan struct{})
		defer close(gate)
		started := make(chan struct{}, 1)
		stop := work(t, o, worker("job", func(context.Context, string) error {
			started <- struct{}{}
			<-gate
			return nil
		}))
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		<-started
		began := time.Now()
		stop()
		if d := time.Since(began); d > 5*time.Second+slack {
			t.Errorf("stopped after %s", d)
		}
		o2 := again(t, o)
		o.Close()
		ran := make(chan string, 1)
		work(t, o2, worker("job", func(_ context.Context, subject string) error { ran <- subject; return nil }))
		<-ran
	},

	"asked for by another process": func(t *testing.T, o Opened) {
		ran := make(chan string, 1)
		work(t, o, worker("job", func(_ context.Context, subject string) error { ran <- subject; return nil }))
		began := time.Now()
		enqueue(t, again(t, o), engine.Job{Kind: "job", Subject: "a"})
		<-ran
		if d := time.Since(began); d > time.Second+slack {
			t.Errorf("it ran after %s", d)
		}
	},

	"a worker may change the store": func(t *testing.T, o Opened) {
		var done atomic.Int32
		work(t, o, worker("job", func(ctx context.Context, subject string) error {
			err := o.Update(ctx, func(tx engine.Tx) error {
				if err := tx.PutIncidents(ctx, []engine.Incident{live(subject, 0)}); err != nil {
					return err
				}
				return tx.Enqueue(ctx, engine.Job{Kind: "next", Subject: subject})
			})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		}), worker("next", func(ctx context.Context, subject string) error {
			err := o.View(ctx, func(r engine.Reader) error { _, err := r.Incident(ctx, subject); return err })
			if err == nil {
				done.Add(1)
			}
			return err
		}))
		var jobs []engine.Job
		for n := range 20 {
			jobs = append(jobs, engine.Job{Kind: "job", Subject: fmt.Sprint(n)})
		}
		enqueue(t, o, jobs...)
		eventually(t, "all done", func() bool { return done.Load() == 20 })
	},

	"no workers": func(t *testing.T, o Opened) {
		stop := work(t, o)
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		stop()
	},
}
