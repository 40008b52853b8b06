package bot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ragoffire/engine"
)

// due is a post that may be sent now, with the timestamp of the thread it
// stands in.
type due struct {
	engine.Post
	thread string
}

// method is the call that a post needs: it stands already, or it does not.
func (d *due) method() string {
	if d.TS == "" {
		return methodPost
	}
	return methodUpdate
}

// class orders posts: what nobody has seen before what adds to it, and both
// before what only changes.
func (d *due) class() int {
	switch {
	case d.TS != "":
		return 2
	case d.thread != "":
		return 1
	}
	return 0
}

// pendingLimit is how many posts of a channel are looked at for the best one.
const pendingLimit = 1000

// pending reads what a channel lacks: the posts that may be sent now, best
// first, and how long until the next one may. parents are the posts that others
// stand under.
func pending(ctx context.Context, r engine.Reader, channel string, now time.Time) (ready []due, wait time.Duration, err error) {
	posts, err := r.Posts(ctx, channel, pendingLimit)
	if err != nil {
		return nil, 0, err
	}
	parents := make(map[string]engine.Post, len(posts))
	for _, p := range posts {
		parents[p.Key] = p
	}
	for _, p := range posts {
		if p.NotBefore.After(now) {
			wait = soonest(wait, p.NotBefore.Sub(now))
			continue
		}
		d := due{Post: p, thread: p.Thread}
		if p.Parent != "" && p.TS == "" {
			parent, ok := parents[p.Parent]
			if !ok {
				if parent, err = r.Post(ctx, p.Parent); err != nil && engine.KindOf(err) != engine.NotFound {
					return nil, 0, err
				}
				parents[p.Parent] = parent
			}
			if parent.TS == "" && parent.Key != "" && !parent.Dead {
				continue // its parent comes first, and its sending wakes this job
			}
			d.thread = parent.TS // without a parent it stands in the channel
		}
		ready = append(ready, d)
	}
	slices.SortStableFunc(ready, func(a, b due) int {
		return cmp.Compare(a.class(), b.class()) // within a class the oldest stays first
	})
	return ready, wait, nil
}

// soonest is the shorter of two waits, of which 0 is none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
