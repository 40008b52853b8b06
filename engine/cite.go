package engine

import (
	"cmp"
	"slices"

	"ragoffire/engine/confidence"
)

// contrary is how many witnesses against the recommendation are cited.
const contrary = 3

// cite is the evidence that a decision shows: the match first, what else is near,
// then who speaks against the recommendation.
func cite(ask *inquiry, ranked []*candidate, best *candidate, witnesses []witness) []Evidence {
	var list []Evidence
	shown := make(map[docKey]bool)
	show := func(c *candidate) {
		if !shown[c.key()] {
			shown[c.key()] = true
			list = append(list, c.evidence(ask, best))
		}
	}
	if best != nil {
		show(best)
	}
	for n, c := range ranked {
		if len(list) == cited {
			break
		}
		if n == 0 || c.called || c.hit.Score >= citable || c.out.Score >= confidence.Threshold {
			show(c)
		}
	}
	if best == nil {
		return list
	}
	against := slices.DeleteFunc(slices.Clone(witnesses), func(w witness) bool { return w.weight >= 0 || !w.action.same(best.action) })
	slices.SortStableFunc(against, func(a, b witness) int { return cmp.Compare(a.weight, b.weight) })
	for _, w := range against[:min(contrary, len(against))] {
		if at := slices.IndexFunc(list, func(e Evidence) bool {
			return e.ID == w.id && (e.Kind == w.kind || w.kind == "" && e.Kind != KindRunbook)
		}); at >= 0 {
			list[at].Why = append(list[at].Why, w.why)
			if list[at].ID != best.id || list[at].Kind != best.kind {
				list[at].Stance, list[at].Outcome = Against, w.outcome
			}
			continue
		}
		list = append(list, Evidence{
			Kind: cmp.Or(w.kind, KindDecision), ID: w.id, Title: w.title, Service: w.service, Resolution: w.action.text,
			Outcome: w.outcome, Stance: Against, Why: []string{w.why},
		})
	}
	return list
}

// evidence is the candidate as a decision for best cites it.
func (c *candidate) evidence(ask *inquiry, best *candidate) Evidence {
	ev := Evidence{
		Kind: c.kind, ID: c.id, Title: c.title(), Service: c.service(), Score: round(min(1, c.out.Raw/full)),
		Resolution: c.action.text, Why: list(c.why(ask)), Matched: c.hit.Matched, Example: c.example(),
	}
	if c.incident != nil {
		ev.Outcome = string(Resolved)
	}
	switch {
	case best == nil:
	case c == best || c.action.same(best.action):
		ev.Stance = For
	case ask.not.refuses(c):
		ev.Why = append(ev.Why, "refused here already")
	case c.out.Score >= confidence.Threshold && c.incident != nil && c.action.text != "":
		ev.Stance = Against
		ev.Why = append(ev.Why, "as near, and fixed another way")
	}
	return ev
}
