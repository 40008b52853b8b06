package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

func worker(kind string, do func(ctx context.Context, subject string) error) engine.Worker {
	return engine.Worker{Kind: kind, Parallel: 4, Timeout: 10 * time.Second, Do: do}
}

// Work works until the function that it returns is called, or the test ends.
func Work(t *testing.T, s engine.Store, workers ...engine.Worker) (stop func()) {
	t.Helper()
	return work(t, s, workers...)
}

// Send returns a Do that sends its subject.
func Send(to chan<- string) func(context.Context, string) error {
	return func(ctx context.Context, subject string) error {
		select {
		case to <- subject:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// work works until stop is called, or the test ends.
func work(t *testing.T, s engine.Store, workers ...engine.Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Work(ctx, workers); err != nil {
			t.Errorf("work: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return stop
}

func enqueue(t *testing.T, s engine.Store, jobs ...engine.Job) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error { return tx.Enqueue(ctx, jobs...) })
}

// runs records when a job's runs started.
type runs struct {
	mu sync.Mutex
	at []time.Time
}

func (r *runs) add() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = append(r.at, time.Now())
	return len(r.at)
}

func (r *runs) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.at)
}

func (r *runs) gap(n int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at[n].Sub(r.at[n-1])
}

// stays fails if cond does not hold for a while.
func stays(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for range 30 {
		if !cond() {
			t.Fatalf("not so for long: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

var jobTests = map[string]func(*testing.T, Opened){
	"one runs soon after its commit, once": func(t *testing.T, o Opened) {
		var r runs
		enqueue(t, o, engine.Job{Kind: "job", Subject: "early"}) // before there is a worker
		work(t, o, worker("job", func(_ context.Context, subject string) error { r.add(); return nil }))
		eventually(t, "the early one runs", func() bool { return r.count() == 1 })
		began := time.Now()
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"}, engine.Job{Kind: "job", Subject: "a"}, engine.Job{Kind: "job", Subject: "b"})
		eventually(t, "both run", func() bool { return r.count() == 3 })
		if d := time.Since(began); d > 900*time.Millisecond {
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
		if d := time.Since(began); d < 600*time.Millisecond || d > 1500*time.Millisecond {
			t.Errorf("it ran after %s", d)
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a", At: time.Now().Add(time.Hour)})
		stays(t, "it waits", func() bool { return r.count() == 1 })
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "it runs at once", func() bool { return r.count() == 2 })
		stays(t, "twice", func() bool { return r.count() == 2 })
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
			if d := r.gap(n + 1); d < 300*time.Millisecond || d > 900*time.Millisecond {
				t.Errorf("again after %s", d)
			}
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "an ask does not wait for the hour", func() bool { return r.count() == 4 })
	},

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
			if d := r.gap(n + 1); d < want || d > want+900*time.Millisecond {
				t.Errorf("retry %d after %s", n+1, d)
			}
		}
		enqueue(t, o, engine.Job{Kind: "job", Subject: "a"})
		eventually(t, "five runs", func() bool { return r.count() == 5 })
		if d := r.gap(4); d > 1900*time.Millisecond {
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
		if d := time.Since(began); d > 5200*time.Millisecond {
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
		if d := time.Since(began); d > 5500*time.Millisecond {
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
		if d := time.Since(began); d > 1900*time.Millisecond {
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
