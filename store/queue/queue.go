// Package queue runs the jobs of both backends on River: River fetches, bounds
// and times the runs, the backend's ledger keeps what engine.Job promises.
//
// The job of a subject is one row of River's, told apart by its unique index.
// To ask for the job is to insert that row, or to lock the one that is there
// until the commit: one that waits is brought forward if it is due later than
// the ask, one that runs is marked by a scheduled_at after its attempted_at.
// When a run ends, one transaction removes its row, and inserts a new one if
// there is such a mark, or if the job is to run again for its own reasons. So no
// ask is lost between the last look of a run and its end, and no run starts
// before what it was asked for is committed.
//
// Each run has a row of its own, which ends with it. River reports the end of a
// run later, in batches and by id only; as that id is gone by then, it can never
// touch the next run of the same subject. For the same reason nothing is left to
// River's leader (rescuing, scheduling, periodic jobs): a row that is due later
// is simply available from then on, and replicas look after each other's runs
// through the ledger.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"ragoffire/engine"
)

// UniqueStates are the states in which River's unique index tells two rows of
// one subject apart, in River's bits: all but cancelled, completed, discarded.
const UniqueStates = 1<<0 | 1<<4 | 1<<5 | 1<<6 | 1<<7

// RiverKind is River's name for all our jobs; our own kind is River's queue.
const RiverKind = "rof"

const (
	// River looks for due rows this often; pokes make it look at once.
	poll     = time.Second
	cooldown = 2 * time.Millisecond
	// Where River has jobs ahead, it gets the next ones a few at a time.
	longCooldown = 15 * time.Millisecond
	// A stopping process gives runs this long, then cancels them.
	patience = 4 * time.Second
	// A replica says this often that it lives. One that cannot cancels its runs
	// before the others, after Dead, take them up.
	beat  = 4 * time.Second
	fence = 12 * time.Second
)

// Dead is how long a replica may be silent before its runs are taken up.
const Dead = 20 * time.Second

// ErrTaken is returned by Ledger.Finish when the run is no longer ours.
var ErrTaken = errors.New("the run was taken up elsewhere")

// Run names one run of a job.
type Run struct {
	ID      int64 // River's row
	Attempt int   // one more than the failures before it in a row
	Kind    string
	Subject string
}

// NextAttempt is the attempt from which River counts on for the next run.
func (r Run) NextAttempt(end End) int {
	if end.Failed {
		return min(r.Attempt, 100) // no backoff tells them apart
	}
	return 0
}

// End says how a run ended.
type End struct {
	Done   bool          // else it runs again
	Failed bool          // because it failed
	After  time.Duration // after this
}

// Ledger is the backend's part of the queue.
type Ledger interface {
	// Finish ends a run in one transaction and returns whether the job runs
	// again, and after what time: the earlier of what end says and of what was
	// asked for since the run started.
	Finish(ctx context.Context, run Run, end End) (again bool, after time.Duration, err error)
	// Adopt says that this process, of that id, is alive, and makes the runs of
	// dead ones available again; so it does those that are said to be its own for
	// longer than Dead, and that it does not have under way. Under is nil at the
	// start, when nothing can be.
	Adopt(ctx context.Context, id string, under []int64) error
	// Tick enqueues kind's job with the subject "all" if that is due, by every
	// and across all replicas, and returns how long it is to the next time.
	Tick(ctx context.Context, kind string, every time.Duration) (time.Duration, error)
}

// backoff returns how long a job waits after its nth failure in a row.
func backoff(n int) time.Duration {
	return min(time.Second<<min(max(n-1, 0), 10), 30*time.Second)
}

// Queue is one process's side of the queue.
type Queue struct {
	log  *slog.Logger
	ears *ears

	mu     sync.Mutex
	timers map[*time.Timer]struct{}
	closed bool
}

// New returns a queue that takes pokes; Work makes it work.
func New(log *slog.Logger) *Queue {
	return &Queue{
		log:    log.With("component", "queue"),
		ears:   newEars(),
		timers: map[*time.Timer]struct{}{},
	}
}

// Poke says that a job of a kind is due, or will be after a time.
func (q *Queue) Poke(kind string, after time.Duration) {
	if after <= 0 {
		q.ears.hear(kind)
		return
	}
	if after > 2*poll {
		return // the poll is exact enough
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	var t *time.Timer
	// A little late, as the row's time is rounded up to what the store keeps.
	t = time.AfterFunc(after+time.Millisecond, func() {
		q.mu.Lock()
		delete(q.timers, t)
		q.mu.Unlock()
		q.ears.hear(kind)
	})
	q.timers[t] = struct{}{}
}

// Close ends the pokes that wait.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for t := range q.timers {
		t.Stop()
	}
}

// Options say how Work does it.
type Options[T any] struct {
	Driver riverdriver.Driver[T]
	Ledger Ledger
	ID     string // of this process, new each time
	Alone  bool   // no other process works on this store
	// Due says cheaply whether River has a row of a kind to get; nil where
	// asking costs as much as getting.
	Due     func(ctx context.Context, kind string) (bool, error)
	Workers []engine.Worker
}

// Work runs the workers until ctx ends and what is under way has ended, or has
// been given up on. The jobs keep the values of ctx.
func Work[T any](ctx context.Context, q *Queue, o Options[T]) error {
	if len(o.Workers) == 0 {
		<-ctx.Done()
		return nil
	}
	r := newRunner(ctx, q, o.Ledger, o.Workers)
	client, err := start(ctx, q, &o, r)
	if client == nil {
		return err
	}

	var loops sync.WaitGroup
	// The others may take our runs up only after they have ended, so the beats
	// go on until then.
	beats, still := context.WithCancel(context.WithoutCancel(ctx))
	loops.Go(func() { r.live(beats, o.ID, o.Alone) })
	for _, w := range o.Workers {
		if w.Every > 0 {
			loops.Go(func() { r.tick(ctx, w) })
		}
	}

	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience+800*time.Millisecond)
	defer cancel()
	if err := client.Stop(end); err != nil {
		q.log.WarnContext(ctx, "jobs did not end in time", "error", err)
	}
	still()
	loops.Wait()
	return nil
}

// start starts a client as soon as the store lets it, nil where ctx ends before.
// A store that is away just then is no reason to end the process, which goes on
// taking alerts once it is back. What a client had begun that did not get to
// start is another process's, which does not live.
func start[T any](ctx context.Context, q *Queue, o *Options[T], r *runner) (*river.Client[T], error) {
	id, log := o.ID, newQuiet(q.log.Handler())
	for n, wait := 2, 100*time.Millisecond; ; n, wait = n+1, min(2*wait, 2*time.Second) {
		client, err := newClient(q, *o, r, log)
		if err != nil {
			return nil, err
		}
		if err = o.Ledger.Adopt(ctx, o.ID, nil); err == nil {
			err = startOnce(ctx, client)
		}
		if err == nil {
			return client, nil
		}
		if ctx.Err() == nil {
			log.WarnContext(ctx, "jobs cannot start yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(wait):
		}
		o.ID = fmt.Sprintf("%s-%d", id, n)
	}
}

// startOnce starts a client that outlives ctx, but not while it starts: a store that is
// silent then would hold up the end of the process.
func startOnce[T any](ctx context.Context, client *river.Client[T]) error {
	starting, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, cut)()
	return client.Start(starting)
}

// ahead is how many jobs River may have of a kind of which so many run at a time.
// Getting jobs is what costs an embedded store most, and costs the same for one
// and for many. Where there are other processes, what one holds ahead another
// could have begun.
func ahead(parallel int, alone bool) int {
	if parallel > 1 && alone {
		return 4 * parallel
	}
	return max(parallel, 1)
}

func newClient[T any](q *Queue, o Options[T], r *runner, log *slog.Logger) (*river.Client[T], error) {
	queues := map[string]river.QueueConfig{}
	for _, w := range o.Workers {
		queues[w.Kind] = river.QueueConfig{MaxWorkers: ahead(w.Parallel, o.Alone)}
	}
	pause := cooldown
	if o.Alone {
		pause = longCooldown
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, r); err != nil {
		return nil, err
	}
	return river.NewClient(eared[T]{Driver: o.Driver, ears: q.ears, due: o.Due}, &river.Config{
		ID:                     o.ID,
		Logger:                 log,
		FetchCooldown:          pause,
		FetchPollInterval:      poll,
		JobTimeout:             -1, // the runner's
		LeaderElectionDisabled: true,
		Queues:                 queues,
		SoftStopTimeout:        patience,
		Workers:                workers,
	})
}
