package engine

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"ragoffire/engine/confidence"
	"ragoffire/engine/retrieval"
)

// candidate is a past incident or a runbook with what it is worth as the answer.
type candidate struct {
	kind, id string
	hit      retrieval.Hit // zero where it was named and not found by its words
	incident *past
	runbook  *handbook
	action   action
	said     *lesson // the action is what a person said at this rejection, not what history did
	named    bool    // the alert itself names this runbook
	recalled recall  // how it fared for this kind of alert
	told     bool    // a person said that alerts of this kind are this incident
	called   bool    // the question calls it by its id
	in       confidence.In
	out      confidence.Out

	pro, con float64 // what witnesses say of its action
	failed   float64 // of con, what history says
	worth    float64 // orders the candidates; it is never shown
}

func (c *candidate) title() string {
	if c.runbook != nil {
		return c.runbook.title
	}
	return c.incident.title
}

func (c *candidate) service() string {
	if c.runbook != nil {
		return c.runbook.service
	}
	return c.incident.service
}

func (c *candidate) example() bool {
	if c.runbook != nil {
		return c.runbook.seed
	}
	return c.incident.seed
}

// How a change just before the alert lowers a match that had another cause, and
// how sure we are of a runbook that the alert itself names: its team says so,
// but it may be the runbook of several problems. told is what a person's word
// about this kind of alert is worth before its words are compared. calledScore
// brings what a question calls by its id to the front: whether it is the same, that
// does not say.
const (
	changeLowers = 0.8
	namedScore   = 0.90
	toldScore    = 0.75
	calledScore  = confidence.Threshold - 0.01
)

// rank scores what was found, named or told, and orders it by worth: the
// confidence, times how far witnesses trust the action. History goes before a
// handbook of the same worth: an incident has an outcome.
func (a *adviser) rank(ask *inquiry, hits []retrieval.Hit) ([]*candidate, []witness) {
	list := make([]*candidate, 0, len(hits)+2)
	heard := make(map[string]retrieval.Hit) // the best of each alert
	for _, h := range hits {
		list = a.add(list, h.Kind, h.ID, h)
		// One alert is as like the question each time that it came, however long the
		// story of what was done about it.
		c := find(list, docKey{h.Kind, h.ID})
		if c == nil || c.incident == nil {
			continue
		}
		seen := c.incident.seen()
		best, ok := heard[seen]
		if !ok || seen == "" {
			heard[seen] = h
			continue
		}
		c.hit.Cosine, c.hit.Agreement, c.hit.Rival, c.hit.Names, c.hit.Called = best.Cosine, best.Agreement, best.Rival, best.Names, best.Called
	}
	// Of a type that comes again and again more are alike than hits are looked at:
	// what the latest say of a fix is heard in any case.
	latest := a.library.ofType(ask.errorType, tallied)
	slices.SortStableFunc(latest, func(x, y *past) int { return y.at.Compare(x.at) })
	for _, p := range latest[:min(candidates, len(latest))] {
		list = a.add(list, KindIncident, p.id, retrieval.Hit{})
	}
	if b, ok := a.library.runbookFor(ask.Runbook, ask.Labels["runbook_url"], ask.Labels[alertName]); ok {
		list = a.add(list, KindRunbook, b.id, retrieval.Hit{})
		find(list, docKey{KindRunbook, b.id}).named = true
	}
	for n := range a.lessons {
		if l := &a.lessons[n]; l.rightIncident != "" && l.kinship(ask) == 1 {
			list = a.add(list, KindIncident, l.rightIncident, retrieval.Hit{})
			if c := find(list, docKey{KindIncident, l.rightIncident}); c != nil {
				c.told = true
			}
		}
	}
	for _, r := range a.library.called(SearchQuery{Text: ask.Text, K: cited}) {
		if !strings.ContainsFunc(r.ID, unicode.IsLetter) {
			continue // more likely a number of something else
		}
		list = a.add(list, r.Kind, r.ID, retrieval.Hit{})
		if c := find(list, docKey{r.Kind, r.ID}); c != nil {
			c.called = true
		}
	}
	for _, c := range list {
		a.score(ask, c)
	}
	list = a.suggestions(ask, list)
	witnesses := a.witnesses(ask, list)
	hear(witnesses, list)
	slices.SortStableFunc(list, func(a, b *candidate) int {
		return cmp.Or(
			cmp.Compare(b.worth, a.worth),
			cmp.Compare(b.out.Score, a.out.Score),
			cmp.Compare(rankOf(a.kind), rankOf(b.kind)),
			cmp.Compare(apart(ask.Spike, a.in.MatchMagnitude), apart(ask.Spike, b.in.MatchMagnitude)),
			cmp.Compare(b.hit.Score, a.hit.Score),
		)
	})
	return list, witnesses
}

// apart is how many times one size is the other, in doublings; two where one of
// them is unknown. It decides where a ceiling has made the scores equal.
func apart(a, b *float64) float64 {
	if a == nil || b == nil || *a <= 0 || *b <= 0 {
		return 2
	}
	return math.Abs(math.Log2(*a / *b))
}

func rankOf(kind string) int {
	if kind == KindIncident {
		return 0
	}
	return 1
}

// add appends a candidate unless it is there or gone from the history.
func (a *adviser) add(list []*candidate, kind, id string, h retrieval.Hit) []*candidate {
	if find(list, docKey{kind, id}) != nil {
		return list
	}
	c := &candidate{kind: kind, id: id, hit: h}
	if kind == KindIncident {
		p, ok := a.library.incident(id)
		if !ok || p.seed && a.library.aside() {
			return list
		}
		c.incident, c.action = p, readAction(p.fix)
	} else {
		b, ok := a.library.runbook(id)
		if !ok {
			return list
		}
		c.runbook, c.action = b, readAction(b.mitigation)
	}
	return append(list, c)
}

// key names a candidate: a past incident and a runbook may have one id.
func (c *candidate) key() docKey { return docKey{c.kind, c.id} }

func find(list []*candidate, key docKey) *candidate {
	for _, c := range list {
		if c.key() == key {
			return c
		}
	}
	return nil
}

// score says how sure we are that this is the same problem.
func (a *adviser) score(ask *inquiry, c *candidate) {
	c.in = confidence.In{
		QueryType: ask.errorType, TypeSource: ask.source, Strength: ask.strength,
		QueryService: ask.Service, QueryMagnitude: ask.Spike,
		Words: ask.words(c.hit),
	}
	if c.incident != nil {
		c.in.MatchType, c.in.MatchService, c.in.MatchMagnitude = c.incident.errorType, c.incident.service, c.incident.spike
	} else {
		c.in.MatchType, c.in.MatchService = c.runbook.errorType, c.runbook.service
	}
	c.recalled = a.recalled(ask, c.key())
	c.in.Kin, c.in.KinRight = c.recalled.weight, c.recalled.right
	c.out = confidence.Assess(c.in, a.calibrator)
	if c.named {
		a.floor(c, namedScore)
	}
	if c.told {
		a.floor(c, toldScore)
	}
	if c.called {
		a.floor(c, calledScore)
	}
	if ask.suspect != nil && !(c.incident != nil && c.incident.afterChange) {
		c.out.Raw *= changeLowers
		c.out.Score = min(c.out.Score, a.calibrator.Score(c.out.Raw))
	}
}

// floor raises a score to what people's own words are worth.
func (a *adviser) floor(c *candidate, raw float64) {
	if c.out.Raw < raw {
		c.out.Raw = raw
		c.out.Score = max(c.out.Score, a.calibrator.Score(raw))
	}
}

// recommendable is the best candidate that may be recommended, nil where none is.
func recommendable(ranked []*candidate, not refused) *candidate {
	for _, c := range ranked {
		if c.out.Score >= confidence.Threshold && c.action.text != "" && !c.sunk() && !not.refuses(c) {
			return c
		}
	}
	return nil
}
