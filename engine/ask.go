package engine

import (
	"context"
	"strings"
	"time"
)

// askAfter is how long an approved fix is given to help before somebody is asked
// whether it did.
const askAfter = 10 * time.Minute

// ask is the job that asks what came of approved advice: ten minutes after the
// approval, and once its incident is over. It asks each time once, and not where
// somebody has told already.
func (e *Engine) ask(ctx context.Context, subject string) error {
	if strings.HasPrefix(subject, "dec_") {
		d, err := e.Decision(ctx, subject)
		if KindOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return e.askOf(ctx, &d)
	}
	detail, err := e.Incident(ctx, subject)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for n := range detail.Decisions {
		if err := e.askOf(ctx, &detail.Decisions[n]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) askOf(ctx context.Context, d *Decision) error {
	if d.Status != Approved || d.Outcome != nil {
		return nil
	}
	return e.store.Update(ctx, func(tx Tx) error {
		d, err := tx.Decision(ctx, d.ID)
		if err != nil || d.Status != Approved || d.Outcome != nil {
			return err
		}
		var i *Incident
		if d.IncidentID != nil {
			in, err := tx.Incident(ctx, *d.IncidentID)
			if err != nil {
				return err
			}
			i = &in
		}
		w := newWants(e.now())
		w.question(&d, i, e.answersTo())
		return w.write(ctx, tx)
	})
}
