package engine

import (
	"cmp"
	"slices"
)

// relevantShown is how many relevant incidents a case of a backtest names.
const relevantShown = 3

// grade says how an answer fell.
func (r *replay) grade(i *Incident, d Decision, ranked []*candidate) answered {
	a, truth := answered{incident: i, decision: d}, newSolved(i)
	relevant := make(map[string]bool)
	for n := len(r.earlier) - 1; n >= 0; n-- {
		if h := r.earlier[n]; r.relevant(truth, h) {
			relevant[h.ID] = true
			a.relevant = append(a.relevant, h.ID)
		}
	}
	if len(ranked) > 0 {
		a.nearest = ranked[0].id
	}
	var seen []string
	for _, c := range ranked {
		if c.kind != KindIncident || slices.Contains(seen, c.id) {
			continue
		}
		seen = append(seen, c.id)
		if relevant[c.id] {
			a.rank = len(seen)
			break
		}
	}
	if d.RecommendedAction != nil && truth.fix.text != "" {
		a.acted, a.fixed = true, readAction(*d.RecommendedAction).same(truth.fix)
	}
	switch {
	case d.Abstained:
		a.fell = fellSilent
	case d.MatchedRunbook != nil:
		a.fell = r.gradeRunbook(truth, *d.MatchedRunbook, d.Question.Labels[alertName])
	case relevant[*d.MatchedIncident]:
		a.fell = fellRight
	default:
		a.fell = fellWrong
	}
	return a
}

// solved is an incident as answers are graded by it: what it was, and what fixed
// it.
type solved struct {
	*Incident
	kind string
	fix  action // without words where nothing did
}

func newSolved(i *Incident) solved {
	s := solved{Incident: i, kind: typeKey(i.ErrorType)}
	if i.Fix() {
		s.fix = readAction(i.Resolution)
	}
	return s
}

// relevant reports whether an earlier incident is the right answer for a later
// one: the same type of error, the same series, the one it is a duplicate of or
// was said to be; and where one of them has no type, the same fix.
func (r *replay) relevant(i, earlier solved) bool {
	switch {
	case i.kind != "" && i.kind == earlier.kind:
		return true
	case i.Fingerprint != "" && i.Fingerprint == earlier.Fingerprint && i.Source == earlier.Source:
		return true
	case i.DuplicateOf == earlier.ID || r.corrected[i.ID] == earlier.ID:
		return true
	}
	return (i.kind == "" || earlier.kind == "") && i.fix.same(earlier.fix)
}

// gradeRunbook tells whether a runbook was for an incident, as far as anything
// here says so.
func (r *replay) gradeRunbook(i solved, id, alert string) fall {
	b := r.runbooks[id]
	switch kind := typeKey(b.ErrorType); {
	case i.kind != "" && i.kind == kind, r.corrected[i.ID] == id:
		return fellRightRunbook
	case alert != "" && slices.ContainsFunc(b.Alerts, func(name string) bool { return nameKey(name) == nameKey(alert) }):
		return fellRightRunbook
	case i.fix.same(readAction(b.Mitigation)):
		return fellRightRunbook
	case i.kind != "" && kind != "":
		return fellWrong
	}
	return fellUnjudged
}

// asCase is the answer as a report lists it.
func (a *answered) asCase() BacktestCase {
	return BacktestCase{
		ID: a.incident.ID, Title: a.incident.Title, At: a.incident.StartedAt, Named: cmp.Or(a.decision.Match(), a.nearest),
		Score: a.decision.ConfidenceScore, Why: list(a.decision.Confidence.Reasons),
		Right: list(a.relevant[:min(relevantShown, len(a.relevant))]),
	}
}
