package engine

import (
	"context"
	"time"
)

// inquire puts what is known around a question to it: what was changed on its
// service just before.
func (e *Engine) inquire(ctx context.Context, q Question, at time.Time) (inquiry, error) {
	var changes []Change
	err := e.store.View(ctx, func(r Reader) (err error) {
		changes, err = changedBefore(ctx, r, at, q.Service)
		return err
	})
	return newInquiry(q, changes, at), err
}

func newInquiry(q Question, changes []Change, at time.Time) inquiry {
	in := inquiry{Question: q, changes: changes}
	if len(changes) > 0 && changes[0].JustBefore(at) {
		in.suspect = &changes[0]
	}
	return in
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
