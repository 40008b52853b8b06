package storetest

import (
	"context"
	"sync"
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

// slack is what a busy machine may add to a time.
const slack = 4 * time.Second

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
