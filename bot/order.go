package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"ragoffire/engine"
)

// due is a post that may be sent now, with the timestamp of the thread it
// stands in.
type due struct {
	engine.Post
	thread   string
	severity engine.Severity // of a first post's incident
}

// method is the call that a post needs: it stands already, or it does not.
func (d *due) method() string {
	if d.TS == "" {
		return methodPost
	}
	return methodUpdate
}

// first reports whether the post is what a channel first sees of an incident.
func (d *due) first() bool {
	return d.Kind == engine.PostIncident && d.TS == "" && d.thread == ""
}

// rank orders posts: what nobody has seen before what adds to it, and both before
// what only changes. Of the first, what is critical comes before all else, then
// what somebody asked for, and a digest before the rest of its storm.
func (d *due) rank() int {
	digest := d.Kind == engine.PostDigest
	switch {
	case digest && d.TS == "" && strings.HasPrefix(d.Key, criticalDigest):
		return 0 // tells the most at once
	case d.first() && d.severity == engine.SeverityCritical && d.Told == "":
		return 1
	case digest && (d.TS == "" || strings.HasPrefix(d.Key, stormDigest)):
		return 2 // edits, too: it is all that many incidents have, and done makes them rare
	case d.TS != "":
		return 7
	case d.thread != "" && d.Kind == engine.PostNotice:
		return 5
	case d.thread != "":
		return 6
	case d.Kind == engine.PostTrouble:
		return 4 // what went wrong is no worse than what goes wrong
	case !d.first():
		return 2
	case d.Told != "":
		return 3
	}
	return 4
}

// pendingLimit is how many posts of a channel are looked at for the best one.
const pendingLimit = 1000

// queue is what a channel lacks.
type queue struct {
	ready []due         // may be sent now, best first
	told  []engine.Post // stand under what a digest tells: with it, all is said
	wait  time.Duration // until the next one may be sent
}

// severities remembers those of first posts while they wait: an incident that
// changes wants its post once more, so what was read of a revision holds for it.
type severities struct {
	mu    sync.Mutex
	known map[string]severityAt
}

type severityAt struct {
	wanted   int64
	severity engine.Severity
}

// severitiesKept bounds what is remembered; a storm has hundreds.
const severitiesKept = 10_000

func (s *severities) of(ctx context.Context, r engine.Reader, p *engine.Post) (engine.Severity, error) {
	s.mu.Lock()
	k, ok := s.known[p.Key]
	s.mu.Unlock()
	if ok && k.wanted == p.Wanted {
		return k.severity, nil
	}
	i, err := r.Incident(ctx, p.Subject)
	if err != nil && engine.KindOf(err) != engine.NotFound {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= severitiesKept {
		s.known = map[string]severityAt{}
	}
	s.known[p.Key] = severityAt{p.Wanted, i.Severity}
	return i.Severity, nil
}

// pending reads what a channel lacks. parents are the posts that others stand
// under.
func pending(ctx context.Context, r engine.Reader, s *severities, channel string, now time.Time) (q queue, err error) {
	posts, err := r.Posts(ctx, channel, pendingLimit)
	if err != nil {
		return q, err
	}
	parents := make(map[string]engine.Post, len(posts))
	for _, p := range posts {
		parents[p.Key] = p
	}
	for _, p := range posts {
		if p.Kind == engine.PostChart {
			continue // has a job of its own
		}
		if p.NotBefore.After(now) {
			q.wait = soonest(q.wait, p.NotBefore.Sub(now))
			continue
		}
		d := due{Post: p, thread: p.Thread}
		if p.Parent != "" && p.TS == "" {
			parent, ok := parents[p.Parent]
			if !ok {
				if parent, err = r.Post(ctx, p.Parent); err != nil && engine.KindOf(err) != engine.NotFound {
					return q, err
				}
				parents[p.Parent] = parent
			}
			switch {
			case parent.TS == "" && parent.Digest != "":
				q.told = append(q.told, p)
				continue
			case parent.TS == "" && parent.Key != "" && !parent.Dead:
				continue // its parent comes first, and its sending wakes this job
			}
			d.thread = parent.TS // without a parent it stands in the channel
		}
		if d.first() {
			if d.severity, err = s.of(ctx, r, &p); err != nil {
				return q, err
			}
		}
		q.ready = append(q.ready, d)
	}
	slices.SortStableFunc(q.ready, byRank) // of equals the oldest stays first
	return q, nil
}

// byRank orders by rank, and within one by severity, the worst first.
func byRank(a, b due) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.severity.Rank(), a.severity.Rank()))
}

// soonest is the shorter of two waits, of which 0 is none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
