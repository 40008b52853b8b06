package engine

import (
	"context"
	"sync"
	"time"
)

// groupSize bounds the alerts of one transaction. From a few hundred on, the cost
// of the commit itself is spread so thin that larger groups only add waiting; a
// few large bodies still share one.
const groupSize = 400

// queueSize bounds the deliveries that wait for a commit. At a few thousand
// commits a second it is well under a second of work; beyond it, telling the
// sender to come back is kinder than holding its connection.
const queueSize = 4096

// queueAlerts bounds their alerts, which are what takes memory: a few kilobytes
// each. One delivery is always taken.
const queueAlerts = 20_000

// commitTimeout bounds one group's transaction.
const commitTimeout = 15 * time.Second

// request is one delivery that waits for its commit.
type request struct {
	delivery Delivery
	receipt  Receipt
	err      error
	done     chan struct{}
}

// committer commits deliveries in groups: while one group is being committed,
// the next one gathers. An idle store so commits at once, and a busy one pays
// for the commit, its fsync and its locks once a group and not once an alert.
type committer struct {
	commit func(ctx context.Context, group []*request) error

	mu      sync.Mutex
	waiting []*request
	alerts  int // that wait
	busy    bool
	wanted  int // how many deliveries the lead waits for
	gathers chan struct{}

	rush rush
}

func newCommitter(commit func(ctx context.Context, group []*request) error) *committer {
	return &committer{commit: commit, gathers: make(chan struct{}, 1)}
}

// do waits until the delivery is durable. When ctx ends first, the delivery may
// be committed all the same; its sender sends it again and that changes nothing.
func (c *committer) do(ctx context.Context, d Delivery) (Receipt, error) {
	r := &request{delivery: d, done: make(chan struct{})}
	c.mu.Lock()
	if len(c.waiting) >= queueSize || c.alerts > 0 && c.alerts+len(d.Alerts) > queueAlerts {
		c.mu.Unlock()
		return Receipt{}, &Error{Kind: Unavailable, Text: "too many deliveries wait to be stored; send it again in a few seconds"}
	}
	c.waiting, c.alerts = append(c.waiting, r), c.alerts+len(d.Alerts)
	if len(c.waiting) == c.wanted {
		select {
		case c.gathers <- struct{}{}:
		default:
		}
	}
	if !c.busy {
		c.busy = true
		// The goroutine ends when nothing waits any more, so it lives no longer
		// than the requests that wait for it.
		go c.lead(context.WithoutCancel(ctx))
	}
	c.mu.Unlock()
	select {
	case <-r.done:
		return r.receipt, r.err
	case <-ctx.Done():
		return Receipt{}, &Error{Kind: Unavailable, Text: "the delivery was not stored in time; send it again", Err: ctx.Err()}
	}
}

func (c *committer) lead(ctx context.Context) {
	for {
		group := c.take()
		if group == nil {
			return
		}
		start := time.Now()
		c.settle(ctx, group)
		took := time.Since(start)
		for _, r := range group {
			close(r.done)
		}
		c.gather(len(group), took)
	}
}

// A group waits for those that were just answered where they and those that wait
// are at least gatherFrom, and for gatherMost at most.
const (
	gatherFrom = 2
	gatherMost = 3 * time.Millisecond
)

// gather waits for the next group to be as large as it can be. Senders that are
// answered send again at once; to begin without them would make two groups of
// half the size out of each, forever, and a commit costs the same for both. It
// waits for at most half of what a commit takes, and not at all for one alone.
func (c *committer) gather(answered int, took time.Duration) {
	c.mu.Lock()
	c.wanted = len(c.waiting) + answered
	if c.wanted < gatherFrom {
		c.wanted = 0
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	enough := time.NewTimer(min(took/2, gatherMost))
	defer enough.Stop()
	select {
	case <-c.gathers:
	case <-enough.C:
	}
	c.mu.Lock()
	c.wanted = 0
	c.mu.Unlock()
	select {
	case <-c.gathers: // it came just too late
	default:
	}
}

// take returns the next group, or nil after giving up the lead.
func (c *committer) take() []*request {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, alerts := 0, 0
	for n < len(c.waiting) && (n == 0 || alerts+len(c.waiting[n].delivery.Alerts) <= groupSize) {
		alerts += len(c.waiting[n].delivery.Alerts)
		n++
	}
	if n == 0 {
		c.busy = false
		return nil
	}
	c.rush.waits(len(c.waiting))
	group := c.waiting[:n:n]
	c.alerts -= alerts
	c.waiting = append([]*request(nil), c.waiting[n:]...)
	return group
}

// settle commits a group. Where it fails for a reason of its own, and not
// because the store is away, each delivery is tried alone: one that cannot be
// stored must not take the others with it.
func (c *committer) settle(ctx context.Context, group []*request) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	over := c.rush.commits()
	err := c.commit(ctx, group)
	over()
	if err == nil {
		return
	}
	if len(group) == 1 || KindOf(err) == Unavailable || ctx.Err() != nil {
		for _, r := range group {
			r.err = err
		}
		return
	}
	for _, r := range group {
		r.err = c.commit(ctx, []*request{r})
	}
}
