package engine

import (
	"context"
	"strings"

	"ragoffire/engine/retrieval"
)

// Incident returns an incident with its alerts, decisions and timeline.
func (e *Engine) Incident(ctx context.Context, id string) (Detail, error) {
	var d Detail
	err := e.store.View(ctx, func(r Reader) (err error) {
		if d.Incident, err = r.Incident(ctx, id); err != nil {
			return err
		}
		if d.Alerts, err = r.Alerts(ctx, id); err != nil {
			return err
		}
		if d.Decisions, _, err = r.Decisions(ctx, DecisionFilter{IncidentID: id}, "", 50); err != nil {
			return err
		}
		d.Timeline, err = r.Timeline(ctx, id)
		return err
	})
	d.Alerts, d.Decisions, d.Timeline = list(d.Alerts), list(d.Decisions), list(d.Timeline)
	return d, err
}

// list is a list that JSON shows as one even when it is empty.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Incidents lists incidents, the latest start first.
func (e *Engine) Incidents(ctx context.Context, f IncidentFilter, after string, limit int) (p Page[Incident], err error) {
	err = e.store.View(ctx, func(r Reader) error {
		p.Items, p.Next, err = r.Incidents(ctx, f, after, limit)
		return err
	})
	return p, err
}

// Decision returns a decision with its standing review.
func (e *Engine) Decision(ctx context.Context, id string) (d Decision, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		d, err = r.Decision(ctx, id)
		return err
	})
	return d, err
}

// Decisions lists decisions, newest first.
func (e *Engine) Decisions(ctx context.Context, f DecisionFilter, after string, limit int) (p Page[Decision], err error) {
	err = e.store.View(ctx, func(r Reader) error {
		p.Items, p.Next, err = r.Decisions(ctx, f, after, limit)
		return err
	})
	return p, err
}

// Events lists the events after a Seq in commit order.
func (e *Engine) Events(ctx context.Context, after int64, limit int) (events []Event, err error) {
	return e.feed.read(ctx, max(0, after), limit)
}

// findable is the score below which a hit without a word in common is chance:
// its letters look alike.
const findable = 0.1

// Search finds past incidents and runbooks, best first.
func (e *Engine) Search(ctx context.Context, q SearchQuery) ([]SearchResult, error) {
	q.Text = strings.TrimSpace(Clean(q.Text))
	if q.Text == "" {
		return nil, Invalidf("q", "nothing to search for: give a few words")
	}
	if q.K <= 0 {
		q.K = 10
	}
	ask := retrieval.Query{Text: q.Text, K: min(q.K, 50)}
	switch q.Kind {
	case "":
	case KindIncident, KindRunbook:
		ask.Kinds = []string{q.Kind}
	default:
		return nil, Invalidf("kind", "kind must be incident or runbook, not %q", q.Kind)
	}
	found, err := e.library.index.Search(ctx, ask)
	if err != nil {
		return nil, &Error{Kind: Unavailable, Text: "the history could not be searched in time; ask again", Err: err}
	}
	results := make([]SearchResult, 0, len(found.Hits))
	for _, h := range found.Hits {
		if h.Score < findable && len(h.Matched) == 0 {
			continue
		}
		r := SearchResult{Kind: h.Kind, ID: h.ID, Score: round(h.Score), Matched: list(h.Matched)}
		if h.Kind == KindIncident {
			i, ok := e.library.incident(h.ID)
			if !ok {
				continue
			}
			r.Title, r.Service, r.ErrorType, r.Resolution, r.Example = i.title, i.service, i.errorType, i.fix, i.seed
		} else {
			b, ok := e.library.runbook(h.ID)
			if !ok {
				continue
			}
			r.Title, r.Service, r.ErrorType, r.Resolution, r.Example = b.title, b.service, b.errorType, b.mitigation, b.seed
		}
		results = append(results, r)
	}
	return results, nil
}
