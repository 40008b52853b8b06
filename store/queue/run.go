package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

// task is the argument of every River job.
type task struct {
	Subject string `json:"subject"`
}

func (task) Kind() string { return RiverKind }

// runner does the runs that River gives it.
type runner struct {
	river.WorkerDefaults[task]
	*Queue
	ledger  Ledger
	workers map[string]engine.Worker
	turns   map[string]chan struct{} // of each kind, one for each run at a time
	ending  <-chan struct{}          // closed when no more runs begin
	under   under
	fenced  atomic.Pointer[fenceContext]
}

// fenceContext ends when this process must take for granted that others have
// taken its runs up.
type fenceContext struct {
	context.Context
	cut context.CancelFunc
}

func newFence() *fenceContext {
	ctx, cut := context.WithCancel(context.Background())
	return &fenceContext{ctx, cut}
}

var errFenced = errors.New("the database was out of reach for too long")

// newRunner returns a runner whose runs no longer begin once ctx has ended.
func newRunner(ctx context.Context, q *Queue, l Ledger, workers []engine.Worker) *runner {
	r := &runner{Queue: q, ledger: l, workers: map[string]engine.Worker{}, turns: map[string]chan struct{}{}, ending: ctx.Done()}
	for _, w := range workers {
		r.workers[w.Kind] = w
		r.turns[w.Kind] = make(chan struct{}, max(w.Parallel, 1))
	}
	r.fenced.Store(newFence())
	return r
}

// Timeout implements river.Worker: ours counts for Do alone, not for what we
// store of it.
func (r *runner) Timeout(*river.Job[task]) time.Duration { return -1 }

// Work implements river.Worker. It returns nil when the ledger has the end of the
// run, of which River then has nothing to store; else River itself makes the row
// available again.
func (r *runner) Work(ctx context.Context, job *river.Job[task]) error {
	run := Run{ID: job.ID, Attempt: job.Attempt, Kind: job.Queue, Subject: job.Args.Subject}
	defer r.under.add(run.ID)()
	var end End
	var err error
	if !r.turn(run.Kind) {
		end = End{} // we stop, or others take it up: it did not begin
	} else if err = r.inTurn(ctx, run); err == nil {
		end = End{Done: true}
	} else if again, ok := errors.AsType[*engine.Again](err); ok {
		end = End{After: again.After}
	} else if ctx.Err() != nil {
		end = End{} // we stop: the run counts as not done, and not as failed
	} else {
		end = End{Failed: true, After: backoff(run.Attempt)}
	}
	fail.Point("run.ended")
	again, after, ferr := r.finish(ctx, run, end)
	fail.Point("run.finished")
	switch {
	case errors.Is(ferr, ErrTaken):
		r.log.WarnContext(ctx, "job ended too late: it was taken up elsewhere", "kind", run.Kind, "subject", run.Subject)
	case ferr != nil:
		r.log.WarnContext(ctx, "job's end not stored", "kind", run.Kind, "subject", run.Subject, "error", ferr)
		if ctx.Err() == nil {
			return river.JobSnooze(time.Second)
		}
		// We stop: the row stays as it is, and is taken up like that of a dead process.
	case end.Failed:
		r.log.WarnContext(ctx, "job failed", "kind", run.Kind, "subject", run.Subject, "error", err, "again_in", after)
	}
	if again {
		r.Poke(run.Kind, after)
	}
	return nil
}

// turn waits until fewer runs of the kind are under way than may be, and reports
// whether the run may begin: River may have more than run at a time.
func (r *runner) turn(kind string) bool {
	fence := r.fenced.Load()
	select {
	case r.turns[kind] <- struct{}{}:
	case <-r.ending:
		return false
	case <-fence.Done():
		return false
	}
	select {
	case <-r.ending:
	case <-fence.Done():
	default:
		return true
	}
	<-r.turns[kind]
	return false
}

// inTurn is do, and passes the turn on.
func (r *runner) inTurn(ctx context.Context, run Run) error {
	defer func() { <-r.turns[run.Kind] }()
	return r.do(ctx, run)
}

// do calls the worker's Do within its time, and turns a panic into an error.
func (r *runner) do(ctx context.Context, run Run) (err error) {
	w := r.workers[run.Kind]
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.fenced.Load(), func() { cancel(errFenced) })()
	if w.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, w.Timeout, fmt.Errorf("not done within %s", w.Timeout))
		defer stop()
		late := time.AfterFunc(w.Timeout+10*time.Second, func() {
			r.log.WarnContext(ctx, "job does not end although its time is up", "kind", run.Kind, "subject", run.Subject)
		})
		defer late.Stop()
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	err = w.Do(ctx, run.Subject)
	if cause := context.Cause(ctx); err != nil && ctx.Err() != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// finish stores the end of a run, through an outage of any length too: the run is
// done, and to lose that would do it again, or leave its row as one that runs.
func (r *runner) finish(ctx context.Context, run Run, end End) (again bool, after time.Duration, err error) {
	began := time.Now()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		again, after, err = r.ledger.Finish(once, run, end)
		cancel()
		away := engine.KindOf(err) == engine.Unavailable
		if err == nil || errors.Is(err, ErrTaken) || ctx.Err() != nil || !away && time.Since(began) > 30*time.Second {
			return again, after, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// live says that this process is alive, until ctx ends. If that fails for too
// long, the runs under way are cancelled, for others will do them; not where this
// process is alone.
func (r *runner) live(ctx context.Context, id string, alone bool) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		once, cancel := context.WithTimeout(ctx, beat)
		err := r.ledger.Adopt(once, id, r.under.list())
		cancel()
		switch {
		case err == nil:
			last = time.Now()
			if f := r.fenced.Load(); f.Err() != nil {
				r.fenced.Store(newFence())
			}
		case ctx.Err() != nil:
			return
		case !alone && time.Since(last) > fence-beat && r.fenced.Load().Err() == nil:
			r.log.WarnContext(ctx, "jobs under way are cancelled: the database is out of reach", "error", err)
			r.fenced.Load().cut()
		}
	}
}

// tick enqueues a worker's periodic job, until ctx ends.
func (r *runner) tick(ctx context.Context, w engine.Worker) {
	for failed := false; ; {
		wait, err := r.ledger.Tick(ctx, w.Kind, w.Every)
		first := !failed
		if failed = err != nil; failed {
			if first && ctx.Err() == nil {
				r.log.WarnContext(ctx, "periodic job not enqueued", "kind", w.Kind, "error", err)
			}
			wait = time.Second
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(max(wait, 10*time.Millisecond), w.Every)):
		}
	}
}
