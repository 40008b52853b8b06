package engine

import (
	"context"
	"time"
)

// concludes tells the decisions of an incident how it ended, and has people asked
// where that says nothing of advice that they approved.
func (e *Engine) concludes(ctx context.Context, tx Tx, i *Incident, now time.Time) error {
	original, err := duplicated(ctx, tx, i)
	if err != nil {
		return err
	}
	made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: i.ID}, "", 20)
	if err != nil {
		return err
	}
	for n := range made {
		d, err := tx.Decision(ctx, made[n].ID)
		if err != nil {
			return err
		}
		if !d.conclude(i, original, now) {
			continue
		}
		if err := tx.PutDecisions(ctx, []Decision{d}); err != nil {
			return err
		}
		if err := e.tellDecision(ctx, tx, &d, now); err != nil {
			return err
		}
		w := newWants(now)
		w.post(place(Post{Key: "decision:" + d.ID, Kind: PostDecision, Subject: d.ID}, &d, i, ""))
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return tx.Enqueue(ctx, Job{Kind: JobAsk, Subject: i.ID})
}

// duplicated is the past incident that this one is a duplicate of, or "". Of one
// that is open still, nobody knows yet what it was.
func duplicated(ctx context.Context, tx Tx, i *Incident) (string, error) {
	if i.Reason != ReasonDuplicate {
		return "", nil
	}
	original, err := tx.Incident(ctx, i.DuplicateOf)
	if err != nil || !original.Fix() {
		return "", err
	}
	return original.ID, nil
}

// conclude takes over what the end of its incident says of a decision, and
// reports whether it says anything: advice that is what fixed it has worked,
// whether or not somebody approved it.
func (d *Decision) conclude(i *Incident, original string, now time.Time) bool {
	if original != "" && d.RightIncident == "" {
		d.RightIncident = original
		if d.Outcome == nil {
			d.Outcome = &Outcome{Outcome: NotTried, Actor: i.ResolvedBy, Note: "it was " + original, At: now}
		}
		return true
	}
	if d.Outcome != nil || d.RecommendedAction == nil || i.Reason != ReasonFixed {
		return false
	}
	if !readAction(*d.RecommendedAction).same(readAction(i.Resolution)) {
		return false
	}
	d.Outcome = &Outcome{Outcome: Worked, Actor: i.ResolvedBy, Note: "it is what fixed " + i.ID, At: now}
	return true
}
