package engine

import (
	"cmp"
	"slices"

	"ragoffire/engine/confidence"
	"ragoffire/engine/retrieval"
)

// candidate is one hit with what it is worth as the answer.
type candidate struct {
	hit      retrieval.Hit
	incident *Incident
	runbook  *Runbook
	out      confidence.Out
	in       confidence.In
}

// assess scores the hits, best first. History goes before a handbook of the
// same worth: an incident has an outcome.
func (e *Engine) assess(ask inquiry, hits []retrieval.Hit) []candidate {
	out := make([]candidate, 0, len(hits))
	for _, h := range hits {
		c := candidate{hit: h}
		c.in = confidence.In{
			QueryType: ask.errorType, TypeSource: ask.source, Strength: ask.strength,
			QueryService: ask.Service, QueryMagnitude: ask.Spike,
			Text: h.Cosine, Null50: ask.nulls.N50, Null99: ask.nulls.N99,
		}
		if h.Kind == KindIncident {
			i, ok := e.library.incident(h.ID)
			if !ok {
				continue
			}
			c.incident = &i
			c.in.MatchType, c.in.MatchService, c.in.MatchMagnitude = i.ErrorType, i.Service, i.Spike
			c.in.Neighbours, c.in.Agreeing = e.library.agreement(&i)
		} else {
			b, ok := e.library.runbook(h.ID)
			if !ok {
				continue
			}
			c.runbook = &b
			c.in.MatchType, c.in.MatchService = b.ErrorType, b.Service
		}
		c.out = confidence.Assess(c.in, *e.calibrator.Load())
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(b.standing(), a.standing()),
			cmp.Compare(b.out.Score, a.out.Score),
			cmp.Compare(b.hit.Score, a.hit.Score),
		)
	})
	return out
}

// standing orders what may be recommended: incidents that are close enough,
// then runbooks that are, then the rest.
func (c candidate) standing() int {
	switch {
	case c.out.Score < confidence.Threshold || c.action() == "":
		return 0
	case c.runbook != nil:
		return 1
	}
	return 2
}

func (c candidate) action() string {
	if c.runbook != nil {
		return c.runbook.Mitigation
	}
	return c.incident.Resolution
}
