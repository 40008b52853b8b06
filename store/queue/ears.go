package queue

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"ragoffire/store/wake"
)

// ears are what River listens with. Its own listeners hold a connection each
// (PostgreSQL) or read a table of notifications twenty times a second (SQLite);
// the backends know themselves when a job was committed and poke the queue.
type ears struct {
	mu   sync.Mutex
	due  map[string]struct{}
	wake chan struct{}
}

func newEars() *ears { return &ears{due: map[string]struct{}{}, wake: make(chan struct{}, 1)} }

func (e *ears) hear(kind string) {
	e.mu.Lock()
	e.due[kind] = struct{}{}
	e.mu.Unlock()
	wake.Signal(e.wake)
}

func (e *ears) next() (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for kind := range e.due {
		delete(e.due, kind)
		return kind, true
	}
	return "", false
}

// insertTopic is the channel on which River tells of inserts.
const insertTopic = "river_insert"

// The methods of riverdriver.Listener.

func (e *ears) Close(context.Context) error            { return nil }
func (e *ears) Connect(context.Context) error          { return nil }
func (e *ears) Listen(context.Context, string) error   { return nil }
func (e *ears) Unlisten(context.Context, string) error { return nil }
func (e *ears) Ping(context.Context) error             { return nil }
func (e *ears) Schema() string                         { return "" }
func (e *ears) SetAfterConnectExec(string)             {}

func (e *ears) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		if kind, ok := e.next(); ok {
			payload, err := json.Marshal(map[string]string{"queue": kind})
			return &riverdriver.Notification{Topic: insertTopic, Payload: string(payload)}, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-e.wake:
		}
	}
}

// eared is a River driver with our ears, and our way of ending jobs.
type eared[T any] struct {
	riverdriver.Driver[T]
	ears *ears
	due  func(ctx context.Context, kind string) (bool, error)
}

func (d eared[T]) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener { return d.ears }
func (d eared[T]) SupportsListener() bool                                            { return true }
func (d eared[T]) GetExecutor() riverdriver.Executor {
	return executor{d.Driver.GetExecutor(), d.due}
}

// executor spares the database what is of no use.
type executor struct {
	riverdriver.Executor
	due func(ctx context.Context, kind string) (bool, error)
}

// JobGetAvailable looks first whether there is anything to get, where the
// backend can tell that for less.
func (e executor) JobGetAvailable(ctx context.Context, p *riverdriver.JobGetAvailableParams) (*riverdriver.JobGetAvailableResult, error) {
	if e.due != nil {
		if due, err := e.due(ctx, p.Queue); err != nil || !due {
			return &riverdriver.JobGetAvailableResult{}, err
		}
	}
	return e.Executor.JobGetAvailable(ctx, p)
}

// JobSetStateIfRunningMany leaves out what only completes jobs: when a run ends
// well, the ledger has removed its row before.
func (e executor) JobSetStateIfRunningMany(ctx context.Context, p *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	for _, state := range p.State {
		if state != rivertype.JobStateCompleted {
			return e.Executor.JobSetStateIfRunningMany(ctx, p)
		}
	}
	return nil, nil
}
