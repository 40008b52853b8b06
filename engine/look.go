package engine

import (
	"context"
	"slices"
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
		if d.Timeline, err = r.Timeline(ctx, id); err != nil {
			return err
		}
		if d.Changes, err = changedBefore(ctx, r, d.StartedAt, d.services()...); err != nil {
			return err
		}
		d.DependsOn, err = e.Depends(ctx, r, &d.Incident)
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
	q.K = min(q.K, 50)
	ask := retrieval.Query{Text: q.Text, K: q.K}
	switch q.Kind {
	case "":
	case KindIncident, KindRunbook:
		ask.Kinds = []string{q.Kind}
	default:
		return nil, Invalidf("kind", "kind must be incident or runbook, not %q", q.Kind)
	}
	if q.narrow() {
		ask.K = narrowed
	}
	found, err := e.library.search(ctx, ask)
	if err != nil {
		return nil, &Error{Kind: Unavailable, Text: "the history could not be searched in time; ask again", Err: err}
	}
	results := e.library.called(q)
	for _, h := range found.Hits {
		if h.Score < findable && len(h.Matched) == 0 ||
			slices.ContainsFunc(results, func(r SearchResult) bool { return r.Kind == h.Kind && r.ID == h.ID }) {
			continue
		}
		if r, ok := e.library.result(h.Kind, h.ID); ok && q.fits(&r) && len(results) < q.K {
			r.Score, r.Matched = round(h.Score), list(h.Matched)
			results = append(results, r)
		}
	}
	return results, nil
}

// narrowed is how far a search looks that keeps only what fits.
const narrowed = 1000

// narrow reports whether the query keeps less than what its words find.
func (q *SearchQuery) narrow() bool { return q.Service != "" || q.ErrorType != "" || q.Severity != "" }

// fits reports whether a result is what the query keeps.
func (q *SearchQuery) fits(r *SearchResult) bool {
	return (q.Kind == "" || q.Kind == r.Kind) && (q.Service == "" || sameName(q.Service, r.Service)) &&
		(q.ErrorType == "" || typeKey(q.ErrorType) == typeKey(r.ErrorType)) && (q.Severity == "" || q.Severity == r.Severity)
}

// called are the incidents and runbooks that a search calls by their ids. An id
// that is a plain word may be meant as one.
func (l *library) called(q SearchQuery) []SearchResult {
	results := []SearchResult{}
	words := strings.Fields(q.Text)
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		word = strings.Trim(word, `.,:;!?()[]<>"'`+"`")
		if !strings.ContainsAny(word, "-_/.0123456789") {
			continue
		}
		for _, kind := range []string{KindIncident, KindRunbook} {
			r, ok := l.result(kind, word)
			if !ok {
				r, ok = l.result(kind, strings.ToUpper(word))
			}
			if ok && q.fits(&r) && len(results) < q.K {
				r.Score, r.Matched = 1, []string{r.ID}
				results = append(results, r)
			}
		}
	}
	return results
}

// result is what a search shows of an incident or runbook, if history has it.
func (l *library) result(kind, id string) (SearchResult, bool) {
	if kind == KindIncident {
		i, ok := l.incident(id)
		if !ok {
			return SearchResult{}, false
		}
		return SearchResult{Kind: kind, ID: i.id, Title: i.title, Service: i.service, ErrorType: i.errorType, Severity: i.severity, Resolution: i.fix, Example: i.seed, EndedAt: i.at}, true
	}
	b, ok := l.runbook(id)
	if !ok {
		return SearchResult{}, false
	}
	return SearchResult{Kind: kind, ID: b.id, Title: b.title, Service: b.service, ErrorType: b.errorType, Resolution: b.mitigation, Example: b.seed}, true
}
