package engine

import (
	"context"
	"sync"
	"time"
)

// rush knows how much is coming in, here and at the other replicas, and lets what
// can wait go in between: alerts first. Left to themselves, alerts and what follows
// from them would take turns, and each would take as long as the other.
//
// While alerts come, what follows is begun at a measured pace, which is more than
// what people can read. While more come than can be stored at once, it waits for
// all of them, for a bounded time.
type rush struct {
	mu    sync.Mutex
	crowd time.Time // when there last was a crowd
	began time.Time // when the commit under way began; zero where there is none
	came  time.Time // when alerts last came
	next  time.Time // when the next may go while they do
	looks int       // in a row at which many had come
}

const (
	// So many deliveries that wait, large or small, mean that senders wait for
	// each other: a crowd.
	crowded = 8
	// So many alerts at a look at the feed, so many times in a row, are a crowd,
	// whoever took them: some 400 a second.
	crowdHeard, crowdLooks = 10, 3
	// What a group's commit takes where the store has more to do than it can.
	slow = 40 * time.Millisecond
	// A crowd is over when for so long there were no signs of it, and nobody waits
	// for its end for longer than that.
	crowdOver     = 100 * time.Millisecond
	crowdPatience = 5 * time.Second
	// Alerts no longer come when for so long there were none; until then this is
	// the time between two that may go.
	lull    = 50 * time.Millisecond
	between = 20 * time.Millisecond
)

// waits says that so many deliveries wait for a commit.
func (r *rush) waits(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came = time.Now()
	if n >= crowded {
		r.crowd = r.came
	}
}

// heard says how many alerts the feed told at a look.
func (r *rush) heard(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n < crowdHeard {
		r.looks = 0
	} else {
		r.looks++
	}
	if n > 0 {
		r.came = time.Now()
	}
	if r.looks >= crowdLooks {
		r.crowd = time.Now()
	}
}

// commits says that a commit begins; over is to be called when it has ended. One
// that takes long may do so because of other replicas, whose senders this one does
// not see wait.
func (r *rush) commits() (over func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.began = time.Now()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.came = time.Now()
		if time.Since(r.began) > slow {
			r.crowd = r.came
		}
		r.began = time.Time{}
	}
}

// turn waits until what can wait may go, and reports whether it had to.
func (r *rush) turn(ctx context.Context) (waited bool) {
	end := time.Now().Add(crowdPatience)
	for {
		left := r.left(end)
		if left <= 0 {
			return waited
		}
		waited = true
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return waited
		}
	}
}

// left is how long to wait before looking again; nothing means go.
func (r *rush) left(end time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if left := min(crowdOver-now.Sub(r.crowdAt()), end.Sub(now)); left > 0 {
		return left
	}
	if now.Sub(r.came) >= lull {
		return 0
	}
	if left := r.next.Sub(now); left > 0 {
		return left
	}
	r.next = now.Add(between)
	return 0
}

// crowdAt is when there last was a crowd. Its caller holds the lock.
func (r *rush) crowdAt() time.Time {
	if !r.began.IsZero() && time.Since(r.began) > slow {
		return time.Now()
	}
	return r.crowd
}
