package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Tale is an incident with all that happened in it, what happened in those that
// were merged into it included.
func (e *Engine) Tale(ctx context.Context, id string) (Detail, error) {
	d, err := e.Incident(ctx, id)
	if err != nil || len(d.Merged) == 0 {
		return d, err
	}
	err = e.store.View(ctx, func(r Reader) error {
		for _, other := range d.Merged[:min(len(d.Merged), 20)] {
			entries, err := r.Timeline(ctx, other)
			if err != nil {
				return err
			}
			// That it went is told from where it arrived.
			entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Kind == "merged" && strings.HasPrefix(e.Text, mergedInto) })
			made, _, err := r.Decisions(ctx, DecisionFilter{IncidentID: other}, "", 20)
			if err != nil {
				return err
			}
			d.Timeline, d.Decisions = append(d.Timeline, entries...), append(d.Decisions, made...)
		}
		return nil
	})
	slices.SortStableFunc(d.Timeline, func(a, b Entry) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(d.Decisions, func(a, b Decision) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return d, err
}

// Attempts are what was advised and what people made of it, the earliest first.
func (d *Detail) Attempts() []string {
	var lines []string
	for n := len(d.Decisions) - 1; n >= 0; n-- {
		if line := d.Decisions[n].attempt(); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// attempt says what people made of advice; "" where there was none, or nobody
// said anything.
func (d *Decision) attempt() string {
	if d.RecommendedAction == nil || len(d.Reviews) == 0 && d.Outcome == nil {
		return ""
	}
	line := *d.RecommendedAction + " (" + d.Match() + ")"
	if len(d.Reviews) > 0 {
		r := d.Reviews[0]
		line += ": " + r.Verdict.past() + " by " + r.Actor
		if r.Reason != "" {
			line += ", " + r.Reason
		}
		if r.CorrectAction != "" {
			line += "; instead: " + r.CorrectAction
		}
	}
	if o := d.Outcome; o != nil {
		sep := "; "
		if len(d.Reviews) == 0 {
			sep = ": "
		}
		line += sep + o.Outcome.Words()
		if o.Note != "" {
			line += ", " + o.Note
		}
	}
	return line
}

// Next is what an incident waits for, in the order in which it matters.
func (d *Detail) Next() []string {
	var next []string
	if !d.Live() {
		if d.Status == Resolved && !d.Historical && d.ResolvedBy == "" {
			return []string{"say what fixed it"}
		}
		return nil
	}
	if d.Clear() {
		return []string{"close it, and say what fixed it"}
	}
	switch {
	case d.Status != Open:
	case d.Owner != nil:
		next = append(next, d.Owner.Name+" acknowledges it")
	default:
		next = append(next, "somebody takes it")
	}
	for n := range d.Decisions {
		switch dec := &d.Decisions[n]; {
		case dec.Open():
			next = append(next, "the advice waits for a yes or no: "+*dec.RecommendedAction)
		case dec.Unanswered():
			next = append(next, "say whether it helped: "+*dec.RecommendedAction)
		default:
			continue
		}
		break
	}
	switch helped := d.helped(); {
	case d.Status == Mitigated:
		next = append(next, "resolve it once the cause is gone, and say what fixed it")
	case len(next) > 0:
	case helped != nil:
		next = append(next, *helped.RecommendedAction+" worked, says "+helped.Outcome.Actor+": mitigate or resolve it")
	default:
		next = append(next, "find out what it is; nothing is under way that rof knows of")
	}
	return next
}

// helped is the latest advice of which somebody says that it worked, nil where
// nobody does.
func (d *Detail) helped() *Decision {
	for n := range d.Decisions {
		if dec := &d.Decisions[n]; dec.RecommendedAction != nil && dec.Outcome != nil && dec.Outcome.Outcome == Worked {
			return dec
		}
	}
	return nil
}

// DraftUploaded keeps which draft of the post-mortem stands where people can see
// it. It is no news: nothing is told.
func (e *Engine) DraftUploaded(ctx context.Context, id string, u Upload) error {
	return e.store.Update(ctx, func(tx Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		i.Postmortem = &u
		return tx.PutIncidents(ctx, []Incident{i})
	})
}
