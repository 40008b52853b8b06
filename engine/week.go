package engine

import (
	"context"
	"time"
)

// Week are the figures of the last seven days, examples and history left out.
type Week struct {
	Opened   int
	Acked    int           // of those opened
	AckTime  time.Duration // on average
	Resolved int           // of those opened
	Duration time.Duration // of those resolved, on average
	Advised  int           // decisions with something to recommend
	Approved int
	Rejected int
	Worked   int // advice that helped, as people said
}

// weekPages bounds the reading of a week: a store with more than five thousand
// incidents in one has other figures to look at.
const weekPages = 5

// Week counts the last seven days.
func (e *Engine) Week(ctx context.Context) (Week, error) {
	var w Week
	from := e.now().AddDate(0, 0, -7)
	err := e.store.View(ctx, func(r Reader) error {
		w = Week{}
		if err := w.incidents(ctx, r, from); err != nil {
			return err
		}
		return w.decisions(ctx, r, from)
	})
	w.AckTime /= time.Duration(max(w.Acked, 1))
	w.Duration /= time.Duration(max(w.Resolved, 1))
	return w, err
}

func (w *Week) incidents(ctx context.Context, r Reader, from time.Time) error {
	after := ""
	for range weekPages {
		page, next, err := r.Incidents(ctx, IncidentFilter{}, after, 1000)
		if err != nil {
			return err
		}
		for n := range page {
			i := &page[n]
			if i.StartedAt.Before(from) {
				return nil
			}
			if i.Historical || i.Seed {
				continue
			}
			w.Opened++
			if i.AcknowledgedAt != nil {
				w.Acked, w.AckTime = w.Acked+1, w.AckTime+max(i.AcknowledgedAt.Sub(i.StartedAt), 0)
			}
			if i.Status == Resolved && i.ResolvedAt != nil {
				w.Resolved, w.Duration = w.Resolved+1, w.Duration+max(i.ResolvedAt.Sub(i.StartedAt), 0)
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
	return nil
}

func (w *Week) decisions(ctx context.Context, r Reader, from time.Time) error {
	after := ""
	for range weekPages {
		page, next, err := r.Decisions(ctx, DecisionFilter{}, after, 1000)
		if err != nil {
			return err
		}
		for n := range page {
			d := &page[n]
			if d.CreatedAt.Before(from) {
				return nil
			}
			if d.Abstained {
				continue
			}
			w.Advised++
			switch d.Status {
			case Approved:
				w.Approved++
			case Rejected:
				w.Rejected++
			case Proposed:
			}
			if d.Outcome != nil && d.Outcome.Outcome == Worked {
				w.Worked++
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
	return nil
}
