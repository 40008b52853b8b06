package page

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"ragoffire/engine"
)

// JobDeadman is the job that pings. That it runs at all says that the store takes
// jobs and that somebody does them.
const JobDeadman = "deadman"

// Deadman pings an outside dead-man's switch for as long as rof is well: who gets
// no ping any more raises the alarm.
type Deadman struct {
	to     string
	every  time.Duration
	store  engine.Store
	now    func() time.Time
	client *http.Client
}

// NewDeadman checks the address. It makes no call.
func NewDeadman(to string, every time.Duration, store engine.Store, now func() time.Time) (*Deadman, error) {
	if _, err := address(to); err != nil {
		return nil, err
	}
	return &Deadman{to: to, every: every, store: store, now: now, client: newClient()}, nil
}

// Workers ping, in one replica at a time.
func (d *Deadman) Workers() []engine.Worker {
	return []engine.Worker{{Kind: JobDeadman, Parallel: 1, Timeout: 2 * within, Every: d.every, Do: d.ping}}
}

// ping pings where the store can be written to. The next job is near: a ping that
// fails is not worth another try of its own.
func (d *Deadman) ping(ctx context.Context, _ string) error {
	if err := d.store.Ready(ctx); err != nil {
		return fmt.Errorf("no ping: %w", err)
	}
	err := d.store.Update(ctx, func(tx engine.Tx) error { return tx.HoldPace(ctx, JobDeadman, "", d.now()) })
	if err != nil {
		return fmt.Errorf("no ping: %w", err)
	}
	if err := send(ctx, d.client, http.MethodGet, d.to, "", nil); err != nil {
		return fmt.Errorf("the dead-man's switch: %w", err)
	}
	return nil
}
