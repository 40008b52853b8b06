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
	err = e.eachAdvice(ctx, tx, i, now, func(d *Decision) bool {
		was := d.reconsider(i) // it had ended before, in another way
		return d.conclude(i, original, now) || was
	})
	if err != nil {
		return err
	}
	return tx.Enqueue(ctx, Job{Kind: JobAsk, Subject: i.ID})
}

// reconsiders takes back what the end of an incident said of its decisions: it was
// none.
func (e *Engine) reconsiders(ctx context.Context, tx Tx, i *Incident, now time.Time) error {
	return e.eachAdvice(ctx, tx, i, now, func(d *Decision) bool { return d.reconsider(i) })
}

// eachAdvice changes the latest decisions of an incident where change reports that
// it did, and tells so. Where it was asked what came of one, that is answered, or
// asked again.
func (e *Engine) eachAdvice(ctx context.Context, tx Tx, i *Incident, now time.Time, change func(*Decision) bool) error {
	made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: i.ID}, "", 20)
	if err != nil {
		return err
	}
	for n := range made {
		d, err := tx.Decision(ctx, made[n].ID)
		if err != nil {
			return err
		}
		if !change(&d) {
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
		_, err = tx.Post(ctx, questionKey(&d))
		switch {
		case err == nil:
			w.question(&d, i, "")
		case KindOf(err) != NotFound:
			return err
		}
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
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

// What the end of an incident notes at an outcome, before an incident's id.
const (
	itWas = "it was "
	fixes = "it is what fixed "
)

// reconsider forgets what an earlier end of its incident said of a decision, and
// reports whether it said anything. What people said of it themselves stays.
func (d *Decision) reconsider(i *Incident) bool {
	o, was := d.Outcome, d.RightIncident != ""
	if o != nil && (o.Outcome == Worked && o.Note == fixes+i.ID || was && o.Outcome == NotTried && o.Note == itWas+d.RightIncident) {
		d.Outcome, was = nil, true
	}
	d.RightIncident = ""
	return was
}

// conclude takes over what the end of its incident says of a decision, and
// reports whether it says anything: advice that is what fixed it has worked,
// whether or not somebody approved it.
func (d *Decision) conclude(i *Incident, original string, now time.Time) bool {
	if original != "" && d.RightIncident == "" {
		d.RightIncident = original
		if d.Outcome == nil {
			d.Outcome = &Outcome{Outcome: NotTried, Actor: i.ResolvedBy, Note: itWas + original, At: now}
		}
		return true
	}
	if d.Outcome != nil || d.RecommendedAction == nil || i.Reason != ReasonFixed {
		return false
	}
	if !readAction(*d.RecommendedAction).same(readAction(i.Resolution)) {
		return false
	}
	d.Outcome = &Outcome{Outcome: Worked, Actor: i.ResolvedBy, Note: fixes + i.ID, At: now}
	return true
}
