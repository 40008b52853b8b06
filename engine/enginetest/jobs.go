package enginetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"ragoffire/engine"
)

// Jobs does jobs as engine.Job promises: one by one, the earliest first, on the
// caller's goroutine and on a clock that it turns to where the next one is due.
// It outlives the engines whose workers it is given, as a store's queue does.
type Jobs struct {
	clock  *Clock
	faults *Faults // of the end of a run, which the store may not get to know

	mu      sync.Mutex
	asked   int
	waiting map[subject]*waiting
	workers map[string]engine.Worker
}

type subject struct{ kind, of string }

type waiting struct {
	subject
	at       time.Time
	order    int
	failures int
	again    *time.Time // asked for since the run began
}

// NewJobs returns an empty queue.
func NewJobs(c *Clock, f *Faults) *Jobs {
	return &Jobs{clock: c, faults: f, waiting: map[subject]*waiting{}, workers: map[string]engine.Worker{}}
}

// Use gives the queue its workers, in the place of those that it had.
func (j *Jobs) Use(workers ...engine.Worker) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.workers = map[string]engine.Worker{}
	for _, w := range workers {
		j.workers[w.Kind] = w
	}
}

// Ask asks for jobs.
func (j *Jobs) Ask(jobs ...engine.Job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, job := range jobs {
		at := job.At
		if now := j.clock.Now(); at.Before(now) {
			at = now
		}
		key := subject{job.Kind, job.Subject}
		j.asked++
		w := j.waiting[key]
		switch {
		case w == nil:
			j.waiting[key] = &waiting{subject: key, at: at, order: j.asked}
		case w.order == 0: // it runs
			if w.again == nil || at.Before(*w.again) {
				w.again = &at
			}
		case at.Before(w.at):
			w.at = at
		}
	}
}

// Sweep asks for what workers want done periodically, once.
func (j *Jobs) Sweep() {
	var jobs []engine.Job
	for _, kind := range slices.Sorted(maps.Keys(j.workers)) {
		if j.workers[kind].Every > 0 {
			jobs = append(jobs, engine.Job{Kind: kind, Subject: "all"})
		}
	}
	j.Ask(jobs...)
}

// Waiting lists what waits, as "kind subject", sorted.
func (j *Jobs) Waiting() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []string
	for k := range j.waiting {
		all = append(all, k.kind+" "+k.of)
	}
	slices.Sort(all)
	return all
}

// runsBound is how many runs of one call of Run are a queue that does not calm down.
const runsBound = 10_000

// Run does what is due within a while, and turns the clock to its end.
func (j *Jobs) Run(ctx context.Context, within time.Duration) error {
	end := j.clock.Now().Add(within)
	for range runsBound {
		w := j.next(end)
		if w == nil {
			j.clock.reach(end)
			return nil
		}
		j.clock.reach(w.at)
		w.order = 0
		err := j.do(ctx, w.subject)
		if j.faults.strikes(ctx, "end of "+w.kind) {
			err = errors.Join(err, errors.New("the end of the run was not stored"))
		}
		j.end(w, err)
		if w.failures > 20 {
			return fmt.Errorf("%s %s fails again and again: %w", w.kind, w.of, err)
		}
	}
	return fmt.Errorf("%d runs and no end; %v wait", runsBound, j.Waiting())
}

func (j *Jobs) next(end time.Time) *waiting {
	j.mu.Lock()
	defer j.mu.Unlock()
	var first *waiting
	for _, w := range j.waiting {
		if _, ok := j.workers[w.kind]; !ok || w.at.After(end) {
			continue
		}
		if first == nil || cmp.Or(w.at.Compare(first.at), cmp.Compare(w.order, first.order)) < 0 {
			first = w
		}
	}
	return first
}

func (j *Jobs) do(ctx context.Context, s subject) (err error) {
	w := j.workers[s.kind]
	if w.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.Timeout)
		defer cancel()
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.Do(ctx, s.of)
}

// end does with a run's end what the queue of a store does.
func (j *Jobs) end(w *waiting, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.clock.Now()
	var at *time.Time
	if again, ok := errors.AsType[*engine.Again](err); ok {
		w.failures = 0
		at = new(now.Add(max(again.After, time.Millisecond)))
	} else if err != nil {
		w.failures++
		at = new(now.Add(min(time.Second<<min(w.failures-1, 10), 30*time.Second)))
	}
	if w.again != nil && (at == nil || w.again.Before(*at)) {
		at = w.again
	}
	w.again = nil
	if at == nil {
		delete(j.waiting, w.subject)
		return
	}
	j.asked++
	w.at, w.order = *at, j.asked
}
