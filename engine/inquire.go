package engine

import (
	"context"
	"time"
)

// changeWindow is how long before its alert a change is the first suspect.
const changeWindow = 30 * time.Minute

// changesShown is how many changes a decision lists.
const changesShown = 3

// inquire puts what is known around a question to it: what was changed on its
// service just before.
func (e *Engine) inquire(ctx context.Context, q Question, at time.Time) (inquiry, error) {
	in := inquiry{Question: q}
	if q.Service == "" {
		return in, nil
	}
	err := e.store.View(ctx, func(r Reader) (err error) {
		in.changes, err = r.Changes(ctx, q.Service, at.Add(-changeWindow), at, changesShown)
		return err
	})
	return in, err
}

// refuse gathers what was refused in earlier decisions on the same thing.
func (r *refused) refuse(d *Decision) {
	bad := d.Outcome != nil && (d.Outcome.Outcome == Failed || d.Outcome.Outcome == Reverted)
	if len(d.Reviews) > 0 && d.Reviews[0].Verdict == Reject {
		bad = true
		if right := d.Reviews[0].CorrectIncident; right != "" && right != d.Match() {
			r.matches = append(r.matches, d.matched())
		}
	}
	if bad && d.RecommendedAction != nil {
		r.actions = append(r.actions, readAction(*d.RecommendedAction))
	}
}
